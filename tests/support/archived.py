"""Alerts that went through ingest into a world's stores, for tests that read the archive."""

from __future__ import annotations

from fritz.services.catalog_store import CatalogStore, LoadedCatalogs
from fritz.services.crossmatch import CrossMatchService
from fritz.services.envelopes import Envelope
from fritz.services.histories import HistoryStore
from fritz.services.ingest import IngestService
from fritz.services.scoring import ScoringService
from fritz.services.skies import TableSky
from tests.support.fakes import MemoryBus
from tests.support.marshal_world import NOW

__all__ = ["archive"]


class _NoModels:
    def current(self):
        return []


def archive(world, *packets, **replaced):
    """Ingest packets in one batch and return the report."""
    service = IngestService(
        objects=world.objects,
        warehouse=world.warehouse,
        bus=MemoryBus(),
        histories=HistoryStore(world.documents),
        scoring=ScoringService(_NoModels()),
        matching=CrossMatchService(
            TableSky(world.warehouse, LoadedCatalogs(CatalogStore(world.documents), 0))
        ),
        now=lambda: NOW,
        **replaced,
    )
    return service.ingest(
        [
            Envelope(data, {"survey": "ztf", "packet_id": f"test/{n}"}, str(n), NOW)
            for n, data in enumerate(packets)
        ]
    )
