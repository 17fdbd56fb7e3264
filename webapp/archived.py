"""The use cases of the archive's alerts and light curves, wired together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fritz.services.alert_saving import AlertSaving
from fritz.services.archived_alerts import ArchivedAlerts
from fritz.services.archived_catalogs import ArchivedCatalogs
from fritz.services.archived_sources import ArchivedSources
from fritz.services.catalog_volumes import CatalogVolumes
from fritz.services.groups import StreamStore
from fritz.services.histories import HistoryStore
from fritz.services.object_features import ObjectFeatures
from fritz.services.object_histories import ObjectHistories
from fritz.services.objects import ObjStore
from fritz.services.photometry_store import PhotometryStore
from fritz.services.similar_sources import SimilarSources
from fritz.services.solar_system import SolarSystem
from fritz.services.source_saving import SourceSaving
from fritz.services.sources import Sources
from fritz.services.stream_photometry import StreamPhotometry
from fritz.services.thumbnails import Thumbnails

if TYPE_CHECKING:
    from webapp.platform import Platform

__all__ = ["ArchivedCases"]


@dataclass(frozen=True, slots=True)
class ArchivedCases:
    """What the routes of the archive do."""

    alerts: ArchivedAlerts
    histories: ObjectHistories
    sources: ArchivedSources
    catalogs: ArchivedCatalogs
    similar: SimilarSources
    solar_system: SolarSystem
    alert_saving: AlertSaving
    source_saving: SourceSaving

    @classmethod
    def on(
        cls, platform: Platform, sources: Sources, objects: ObjStore, volumes: CatalogVolumes
    ) -> ArchivedCases:
        """Return the use cases on a platform."""
        documents, histories = platform.documents, HistoryStore(platform.documents)
        alerts = ArchivedAlerts(platform.warehouse, histories, platform.objects)
        light_curves = ArchivedSources(platform.warehouse, documents)
        streams = StreamStore(documents)
        return cls(
            alerts=alerts,
            histories=ObjectHistories(histories),
            sources=light_curves,
            catalogs=ArchivedCatalogs(platform.warehouse, documents, volumes),
            similar=SimilarSources(
                documents, ObjectFeatures(documents, platform.warehouse, platform.clock)
            ),
            solar_system=SolarSystem(platform.warehouse),
            alert_saving=AlertSaving(
                alerts,
                histories,
                sources,
                streams,
                StreamPhotometry(documents),
                Thumbnails(documents, platform.objects, objects),
                platform.clock,
            ),
            source_saving=SourceSaving(
                light_curves, sources, streams, PhotometryStore(documents), platform.clock
            ),
        )
