"""Volumes: the rows of a loaded catalog in the object store, to be read around a few positions.

They are what its table in the warehouse holds, sorted by cell in files of blocks. A statement on
the table costs what reading ten megabytes costs, and a second; a cone takes a read of a block or
two. A catalog that is loaded never changes, so neither do its volumes.
"""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from fritz.errors import NotFound
from fritz.ports import ObjectStore
from fritz.services.block_reads import Blocks, Indexed, Indexes, read_blocks
from fritz.sky.covering import cone_spans
from fritz.sky.separations import separation_arcsec

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import ArrayLike

__all__ = ["CatalogVolumes", "VolumeBuilder"]

MOST_BLOCKS: Final = 256
"""Of one search; what touches more of them is a question for the warehouse."""
ASK_AGAIN_S: Final = 60.0
"""How long a catalog counts as one without volumes."""
CELL: Final = "healpix"


@dataclass(frozen=True, slots=True)
class _Volume:
    first: int
    last: int
    """Cells."""
    file: Indexed


@dataclass(frozen=True)
class _Shelf:
    """The volumes of a catalog, in the order of their cells."""

    begin: bytes
    """The schema, as every volume begins with it."""
    volumes: tuple[_Volume, ...]
    _edges: tuple[NDArray[np.int64], NDArray[np.int64]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        edges = np.array([(each.first, each.last) for each in self.volumes], dtype=np.int64)
        first, last = edges.reshape(-1, 2).T
        object.__setattr__(self, "_edges", (first, last))

    def touched(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> list[_Volume]:
        from fritz.catalogs.blocks import overlapping  # noqa: PLC0415 - pyarrow

        return [self.volumes[each] for each in overlapping(*self._edges, low, high).tolist()]

    def to_bytes(self) -> bytes:
        volumes = [
            (each.first, each.last, each.file.key, each.file.index_key, each.file.index_bytes)
            for each in self.volumes
        ]
        return orjson.dumps({"begin": b64encode(self.begin).decode(), "volumes": volumes})

    @classmethod
    def of(cls, data: bytes) -> _Shelf:
        found = orjson.loads(data)
        volumes = (_Volume(first, last, Indexed(*file)) for first, last, *file in found["volumes"])
        return cls(b64decode(found["begin"]), tuple(volumes))


class VolumeBuilder:
    """Makes the volumes of catalogs."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def add(self, catalog: str) -> None:
        """Make a catalog's volumes of its sorted rows, unless they are; safe to repeat.

        Parameters
        ----------
        catalog
            Its name; the loader has kept its rows by stretches of the sky.
        """
        if self._objects.exists(_shelf_key(catalog)):
            return
        made = [self._volume(key) for key in self._objects.list(f"catalogs/{catalog}/rows/")]
        volumes = sorted((volume for volume, _ in made if volume), key=lambda each: each.first)
        begin = made[0][1] if made else b""
        self._objects.create(_shelf_key(catalog), _Shelf(begin, tuple(volumes)).to_bytes())

    def _volume(self, key: str) -> tuple[_Volume | None, bytes]:
        import pyarrow.parquet as pq  # noqa: PLC0415 - whoever only reads volumes needs it not

        from fritz.catalogs.blocks import packed  # noqa: PLC0415 - pyarrow

        rows = pq.read_table(BytesIO(self._objects.get(key)))
        begin = rows.schema.serialize().to_pybytes()
        if not rows.num_rows:
            return None, begin
        data, index = packed(rows, CELL)
        name = key.replace("/rows/", "/volumes/").removesuffix(".parquet")
        file = Indexed(f"{name}.arrow", f"{name}.index", len(index))
        self._objects.create(file.index_key, index)
        self._objects.create(file.key, data)
        cells = rows.column(CELL)
        return _Volume(cells[0].as_py(), cells[-1].as_py(), file), begin


class CatalogVolumes:
    """Reads rows of catalogs around positions.

    Parameters
    ----------
    objects
        Where the volumes are.
    seconds
        A clock that never goes back.
    """

    def __init__(self, objects: ObjectStore, seconds: Callable[[], float] = time.monotonic) -> None:
        self._objects = objects
        self._seconds = seconds
        self._shelves: dict[str, _Shelf] = {}
        self._lacking: dict[str, float] = {}
        self._indexes = Indexes(objects)

    def around(
        self, catalog: str, ra: ArrayLike, dec: ArrayLike, radius_arcsec: float
    ) -> pa.Table | None:
        """Return the rows of a catalog in cells that cones touch: those in the cones, and others.

        Parameters
        ----------
        catalog
            Its name.
        ra, dec
            (N,) degrees.
        radius_arcsec
            Of all cones.

        Returns
        -------
        Rows with the columns of the catalog's table, sorted by cell; None where the warehouse is to
        be asked, since there are no volumes or the cones are wide.

        Raises
        ------
        Invalid
            A position or the radius is out of range.
        """
        shelf = self._shelf(catalog)
        if shelf is None:
            return None
        low, high = np.array(cone_spans(ra, dec, radius_arcsec), dtype=np.int64).reshape(-1, 2).T
        blocks = self._blocks(shelf, low, high)
        if blocks is None:
            return None
        return self._rows(shelf, blocks, low, high)

    def cone(
        self, catalog: str, ra: float, dec: float, radius_arcsec: float
    ) -> tuple[pa.Table, NDArray[np.float64]] | None:
        """Return the rows in one cone, the nearest first, and how far each is (arcsec).

        None where the warehouse is to be asked.
        """
        rows = self.around(catalog, [ra], [dec], radius_arcsec)
        if rows is None:
            return None
        apart = separation_arcsec(ra, dec, *(rows.column(n).to_numpy() for n in ("ra", "dec")))
        within = np.flatnonzero(apart <= radius_arcsec)
        order = within[np.argsort(apart[within], kind="stable")]
        return rows.take(order), apart[order]

    def _blocks(
        self, shelf: _Shelf, low: NDArray[np.int64], high: NDArray[np.int64]
    ) -> list[Blocks] | None:
        """Return the blocks that ranges of cells touch; None if they are too many."""
        volumes = shelf.touched(low, high)
        if len(volumes) > MOST_BLOCKS:
            return None
        indexes = self._indexes.of([each.file for each in volumes])
        found = [
            Blocks(volume.file.key, index, index.touched(low, high))
            for volume, index in zip(volumes, indexes, strict=True)
        ]
        return found if sum(len(each.numbers) for each in found) <= MOST_BLOCKS else None

    def _rows(
        self,
        shelf: _Shelf,
        blocks: Sequence[Blocks],
        low: NDArray[np.int64],
        high: NDArray[np.int64],
    ) -> pa.Table:
        from fritz.catalogs.blocks import rows_of_blocks  # noqa: PLC0415 - pyarrow

        rows = rows_of_blocks(shelf.begin, read_blocks(self._objects, blocks))
        cells = rows.column(CELL).to_numpy()
        span = np.searchsorted(low, cells, side="right") - 1
        inside = (span >= 0) & (cells <= high[np.maximum(span, 0)])
        return rows.take(np.flatnonzero(inside))

    def _shelf(self, catalog: str) -> _Shelf | None:
        held = self._shelves.get(catalog)
        if held is not None:
            return held
        now = self._seconds()
        if now - self._lacking.get(catalog, -ASK_AGAIN_S) < ASK_AGAIN_S:
            return None
        try:
            found = _Shelf.of(self._objects.get(_shelf_key(catalog)))
        except NotFound:
            self._lacking[catalog] = now
            return None
        self._shelves[catalog] = found
        return found


def _shelf_key(catalog: str) -> str:
    return f"catalogs/{catalog}/volumes.json"
