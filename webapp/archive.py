"""The use cases of the archive behind the routes: queries, SQL, saved queries."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from fritz.archive.levels import Level
from fritz.ports import DocumentStore, ObjectStore, Warehouse
from fritz.services.archive_queries import ArchiveQueries
from fritz.services.catalog_store import CatalogStore
from fritz.services.catalog_volumes import CatalogVolumes
from fritz.services.collection_queries import CollectionQueries
from fritz.services.cone_batches import ConeBatches
from fritz.services.histories import HistoryStore
from fritz.services.loaded_names import LoadedNames
from fritz.services.packet_stamps import PacketStamps
from fritz.services.saved_queries import SavedQueries
from fritz.services.skymaps import Skymaps
from fritz.services.sql_queries import SqlQueries

__all__ = ["ArchiveCases", "OfLevel"]

OfLevel: TypeAlias = Callable[[Level], Warehouse]
"""Where the views of a level of rights stand."""


class Ports(Protocol):
    """What the archive's use cases need of the platform."""

    @property
    def documents(self) -> DocumentStore:
        """Where histories and saved queries stand."""
        ...

    @property
    def warehouse(self) -> Warehouse:
        """Where the tables stand."""
        ...

    @property
    def objects(self) -> ObjectStore:
        """Where the packets stand."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time now, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class ArchiveCases:
    """Made once per app."""

    queries: ArchiveQueries
    sql: SqlQueries
    saved: SavedQueries
    batches: ConeBatches
    skymaps: Skymaps

    @classmethod
    def on(
        cls,
        ports: Ports,
        volumes: CatalogVolumes,
        sql_bytes_per_day: int,
        of_level: OfLevel | None = None,
    ) -> ArchiveCases:
        """Return the use cases on a platform.

        Parameters
        ----------
        volumes : catalogs in the object store.
        sql_bytes_per_day : what one person's SQL may read.
        of_level : where the views of each level of rights stand, if not in the warehouse itself.
        """
        documents, warehouse = ports.documents, ports.warehouse
        collections = CollectionQueries(
            warehouse, HistoryStore(documents), PacketStamps(ports.objects), time.monotonic
        )
        return cls(
            ArchiveQueries(
                collections,
                Skymaps(documents),
                LoadedNames(CatalogStore(documents), time.monotonic),
                volumes,
            ),
            SqlQueries(warehouse, documents, ports.clock, sql_bytes_per_day, of_level=of_level),
            SavedQueries(documents),
            ConeBatches(warehouse, ports.objects, of_level),
            Skymaps(documents),
        )
