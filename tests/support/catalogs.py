"""A warehouse with small catalogs in it, loaded as people load them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.tables import TABLES
from fritz.catalogs.library import catalog
from fritz.services.atlas_building import AtlasBuilder
from fritz.services.atlas_store import AtlasStore
from fritz.services.catalog_loading import CatalogLoader
from fritz.services.catalog_store import CatalogStore, LoadedCatalogs, LoadReport
from fritz.services.crossmatch import CrossMatchService
from fritz.services.skies import AtlasSky, TableSky

__all__ = ["Archive", "TableFile"]


@dataclass(frozen=True)
class TableFile:
    """A file of a catalog in memory, read in chunks of so many rows."""

    table: pa.Table
    name: str = "table"
    rows: int = 1000

    @property
    def size(self) -> int:
        return self.table.nbytes

    def chunks(self) -> Iterator[pa.Table]:
        for first in range(0, self.table.num_rows, self.rows):
            yield self.table.slice(first, self.rows)


class Archive:
    """Documents, objects and a warehouse in a folder."""

    def __init__(self, folder: Path) -> None:
        self.objects = FolderObjects(folder / "objects")
        self.documents = SqliteDocuments(folder / "documents.sqlite")
        self.warehouse = ParquetWarehouse(folder / "warehouse", self.objects, TABLES)
        self.store = CatalogStore(self.documents)
        self.atlas = AtlasStore(self.documents, self.objects, lambda: datetime.now(UTC))

    def loader(self, **replaced: Any) -> CatalogLoader:
        ports = {"objects": self.objects, "warehouse": self.warehouse, "store": self.store}
        ports |= replaced
        atlas = AtlasBuilder(ports["objects"], self.atlas)
        return CatalogLoader(now=lambda: datetime.now(UTC), atlas=atlas, **ports)

    def load(self, name: str, /, **columns: Any) -> LoadReport:
        return self.loader().load(catalog(name), [TableFile(pa.table(columns))])

    def sky(self) -> AtlasSky:
        return AtlasSky(self.objects, self.atlas, 0)

    def table(self) -> TableSky:
        return TableSky(self.warehouse, LoadedCatalogs(self.store, 0))

    def matching(self) -> CrossMatchService:
        return CrossMatchService(self.sky())

    def matching_by_night(self) -> CrossMatchService:
        return CrossMatchService(self.table())

    def close(self) -> None:
        self.warehouse.close()
        self.documents.close()
