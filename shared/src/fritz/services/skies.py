"""Where rows of the sky around positions come from: the atlas, or the table `sky`.

Both find the same rows. The atlas costs some reads of the object store for a batch, and is what
alerts are matched with as they come. A statement on the table is billed for all of it that lies
around; it serves whole nights at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike

from fritz.archive.sky_queries import match_statement
from fritz.catalogs.atlas import Atlas
from fritz.catalogs.levels import cells_to_search
from fritz.ports import ObjectStore, Warehouse
from fritz.services.atlas_store import AtlasStore
from fritz.services.block_reads import Blocks, Indexed, Indexes, read_blocks
from fritz.services.catalog_store import LoadedCatalogs

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["AtlasSky", "Sky", "SkyNow", "TableSky"]


class SkyNow(Protocol):
    """The sky as it is at one moment."""

    @property
    def catalogs(self) -> frozenset[str]:
        """Whose rows it holds."""
        ...

    def around(self, ra: ArrayLike, dec: ArrayLike, catalogs: Sequence[str]) -> pa.Table:
        """Return the rows of catalogs that may match positions.

        `position` (index), `catalog`, `id`, `ra`, `dec`, `pmra`, `pmdec`, `values`.
        """
        ...


class Sky(Protocol):
    """What alerts are matched with."""

    def now(self) -> SkyNow:
        """Return the sky as it is; what is asked of that does not change under way."""
        ...


@dataclass(frozen=True, slots=True)
class TableSky:
    """The table `sky` of the warehouse."""

    warehouse: Warehouse
    loaded: LoadedCatalogs

    def now(self) -> SkyNow:
        """Return the table with the catalogs that are loaded."""
        return _TableNow(self.warehouse, self.loaded.names())


@dataclass(frozen=True, slots=True)
class _TableNow:
    warehouse: Warehouse
    catalogs: frozenset[str]

    def around(self, ra: ArrayLike, dec: ArrayLike, catalogs: Sequence[str]) -> pa.Table:
        return self.warehouse.run(match_statement(ra, dec, catalogs))


class AtlasSky:
    """The atlas in the object store, of which the indexes in use are kept.

    Parameters
    ----------
    objects
        Where the sheets are.
    store
        Which atlas counts.
    refresh_s
        How long that is trusted.
    seconds
        A clock that never goes back.
    """

    def __init__(
        self,
        objects: ObjectStore,
        store: AtlasStore,
        refresh_s: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._objects = objects
        self._store = store
        self._refresh_s = refresh_s
        self._seconds = seconds
        self._key = ""
        self._atlas = Atlas()
        self._asked: float | None = None
        self._indexes = Indexes(objects)

    def now(self) -> SkyNow:
        """Return the atlas that counts."""
        at = self._seconds()
        if self._asked is None or at - self._asked > self._refresh_s:
            key = self._store.named().key
            if key != self._key:
                self._atlas, self._key = self._store.read(key), key
            self._asked = at
        return _AtlasNow(self._objects, self._atlas, self._indexes)


@dataclass(frozen=True, slots=True)
class _AtlasNow:
    objects: ObjectStore
    atlas: Atlas
    indexes: Indexes

    @property
    def catalogs(self) -> frozenset[str]:
        return self.atlas.catalogs

    def around(self, ra: ArrayLike, dec: ArrayLike, catalogs: Sequence[str]) -> pa.Table:
        from fritz.catalogs.sheets import rows_around, rows_of_blocks  # noqa: PLC0415 - pyarrow

        cells = np.unique(cells_to_search(ra, dec)[1])
        wanted = list(self.atlas.spread(cells))
        indexes = self.indexes.of(
            [Indexed(each.key, each.index_key, each.index_bytes) for each, _ in wanted]
        )
        blocks = [
            Blocks(sheet.key, index, index.touched(mine, mine))
            for (sheet, mine), index in zip(wanted, indexes, strict=True)
        ]
        found = rows_of_blocks(read_blocks(self.objects, blocks))
        return rows_around(ra, dec, found, catalogs)
