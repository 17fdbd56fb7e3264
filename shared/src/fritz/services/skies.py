"""Where rows of the sky around positions come from: the atlas, or the table `sky`.

Both find the same rows. The atlas costs some reads of the object store for a batch, and is what
alerts are matched with as they come. A statement on the table is billed for all of it that lies
around; it serves whole nights at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.archive.sky_queries import match_statement
from fritz.catalogs.atlas import Atlas, Sheet
from fritz.catalogs.levels import cells_to_search
from fritz.ports import Extent, ObjectStore, Warehouse
from fritz.services.atlas_store import AtlasStore
from fritz.services.catalog_store import LoadedCatalogs

if TYPE_CHECKING:
    import pyarrow as pa

    from fritz.catalogs.sheets import Index

__all__ = ["AtlasSky", "Sky", "SkyNow", "TableSky"]

NEAR_BYTES: Final = 262_144
"""Blocks of one sheet that are no further apart are read at once: a read costs more than that."""
INDEXES: Final = 2_000
"""Indexes that are kept, some sixty megabytes."""
Run = tuple[Extent, list[tuple[int, int]]]
"""What is read at once, and offset and length in it of each block that is wanted."""


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
        self._indexes: dict[str, Index] = {}

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
    indexes: dict[str, Index]

    @property
    def catalogs(self) -> frozenset[str]:
        return self.atlas.catalogs

    def around(self, ra: ArrayLike, dec: ArrayLike, catalogs: Sequence[str]) -> pa.Table:
        from fritz.catalogs.sheets import rows_around, rows_of_blocks  # noqa: PLC0415 - pyarrow

        cells = np.unique(cells_to_search(ra, dec)[1])
        wanted = list(self.atlas.spread(cells))
        indexes = self._indexes([sheet for sheet, _ in wanted])
        runs = [
            run
            for (sheet, mine), index in zip(wanted, indexes, strict=True)
            for run in _runs(sheet, index, mine)
        ]
        read = self.objects.get_ranges([extent for extent, _ in runs])
        blocks = [
            memoryview(data)[start : start + length]
            for data, (_, places) in zip(read, runs, strict=True)
            for start, length in places
        ]
        return rows_around(ra, dec, rows_of_blocks(blocks), catalogs)

    def _indexes(self, sheets: Sequence[Sheet]) -> list[Index]:
        """Return the indexes of sheets, of which those that are not kept are read together."""
        from fritz.catalogs.sheets import Index  # noqa: PLC0415 - as above

        known = {each.name: self.indexes.get(each.name) for each in sheets}
        lacking = [each for each in sheets if known[each.name] is None]
        read = self.objects.get_ranges([Extent(s.index_key, 0, s.index_bytes) for s in lacking])
        new = {each.name: Index.of(data) for each, data in zip(lacking, read, strict=True)}
        if len(self.indexes) + len(new) > INDEXES:
            self.indexes.clear()
        self.indexes.update(new)
        return [known[each.name] or new[each.name] for each in sheets]


def _runs(sheet: Sheet, index: Index, cells: NDArray[np.int64]) -> list[Run]:
    """Return what to read of a sheet for some cells."""
    blocks = index.touched(cells)
    if not len(blocks):
        return []
    first, end = index.offset[blocks], index.offset[blocks] + index.length[blocks]
    breaks = np.flatnonzero(first[1:] - end[:-1] > NEAR_BYTES) + 1
    found: list[Run] = []
    for mine in np.split(np.arange(len(blocks)), breaks):
        low, high = int(first[mine[0]]), int(end[mine[-1]])
        places = [(int(first[each]) - low, int(end[each] - first[each])) for each in mine]
        found.append((Extent(sheet.key, low, high - low), places))
    return found
