"""Sheets of the atlas: rows of the sky, sorted by cell, in blocks that can be read one by one.

A sheet is a plain Arrow stream, which anything that knows Arrow can read whole. Its index says
which cells each block holds and where its bytes are, so that whoever looks around a few positions
reads the few blocks that their cells touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from fritz.catalogs.levels import cells_to_search
from fritz.catalogs.sky_rows import SCHEMA
from fritz.sky.separations import separation_arcsec

__all__ = ["BLOCK_ROWS", "Index", "packed", "rows_around", "rows_of_blocks", "rows_of_sheet"]

BLOCK_ROWS: Final = 512
"""Some thirty kilobytes: less, and the index is large; more, and a position reads much in vain."""
SLACK_ARCSEC: Final = 1e-6
"""Rows are looked at a little beyond their reach: whether they match is decided once, by rule."""
FOUND: Final = ("catalog", "id", "ra", "dec", "pmra", "pmdec", "values")
"""Columns of what is found, beside the index of the position."""
_INDEX: Final = pa.schema([pa.field(n, pa.int64()) for n in ("first", "last", "offset", "length")])
_ZSTD: Final = pa.ipc.IpcWriteOptions(compression="zstd")
_BEGIN: Final = SCHEMA.serialize().to_pybytes()
_ON_THIS_THREAD: Final = pa.ipc.IpcReadOptions(use_threads=False)
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Which cells each block of a sheet holds, in order, and where it is."""

    first: Integers
    last: Integers
    offset: Integers
    length: Integers

    @classmethod
    def of(cls, data: bytes) -> Index:
        """Return the index that was written as these bytes."""
        table = pa.ipc.open_stream(data).read_all()
        return cls(*(table.column(name).to_numpy() for name in _INDEX.names))

    def touched(self, cells: Integers) -> Integers:
        """Return which blocks may hold any of the cells, in order.

        Parameters
        ----------
        cells
            (N,) sorted.
        """
        low = np.searchsorted(self.last, cells, side="left")
        high = np.searchsorted(self.first, cells, side="right")
        return np.unique(_ranges(low, high))


def packed(rows: pa.Table) -> tuple[bytes, bytes]:
    """Return a sheet of rows that are sorted by cell, and its index."""
    sink = BytesIO()
    found: list[tuple[int, int, int, int]] = []
    with pa.ipc.new_stream(sink, SCHEMA, options=_ZSTD) as stream:
        for batch in rows.combine_chunks().to_batches(BLOCK_ROWS):
            # The stream begins with the schema, which is written with the first batch.
            offset = sink.tell() or len(_BEGIN)
            stream.write_batch(batch)
            cells = batch.column("cell")
            place = offset, sink.tell() - offset
            found.append((cells[0].as_py(), cells[-1].as_py(), *place))
    columns = zip(*found, strict=True) if found else ([] for _ in _INDEX)
    table = pa.table([pa.array(each, pa.int64()) for each in columns], schema=_INDEX)
    index = BytesIO()
    with pa.ipc.new_stream(index, _INDEX, options=_ZSTD) as stream:
        stream.write_table(table)
    return sink.getvalue(), index.getvalue()


def rows_of_sheet(data: bytes) -> pa.Table:
    """Return all rows of a sheet."""
    return pa.ipc.open_stream(data).read_all()


def rows_of_blocks(blocks: Sequence[bytes | memoryview]) -> pa.Table:
    """Return the rows of some blocks, one after the other.

    As one stream, on this thread: handing small buffers to others costs more than reading them.
    """
    stream = pa.py_buffer(b"".join([_BEGIN, *blocks]))
    return pa.ipc.open_stream(stream, options=_ON_THIS_THREAD).read_all()


def rows_around(ra: ArrayLike, dec: ArrayLike, rows: pa.Table, catalogs: Iterable[str]) -> pa.Table:
    """Return those of some rows that may match positions.

    Parameters
    ----------
    ra, dec
        (N,) degrees.
    rows
        Of the sky, sorted by cell; all that positions may be reached from are among them.
    catalogs
        Whose rows count.

    Returns
    -------
    A table of `position` (index) and the columns of `FOUND`, as the statement on the table `sky`
    has them.
    """
    asked, cells = cells_to_search(ra, dec)
    held = rows.column("cell").to_numpy()
    low, high = (np.searchsorted(held, cells, side=side) for side in ("left", "right"))
    places, position = _ranges(low, high), np.repeat(asked, high - low)
    near = _floats(rows, "ra")[places], _floats(rows, "dec")[places]
    apart = separation_arcsec(
        np.atleast_1d(ra)[position], np.atleast_1d(dec)[position], near[0], near[1]
    )
    within = apart <= _floats(rows, "reach_arcsec")[places] + SLACK_ARCSEC
    found = rows.select(FOUND).take(places[within])
    found = found.add_column(0, "position", pa.array(position[within]))
    wanted = pa.compute.is_in(found.column("catalog"), pa.array(sorted(catalogs), pa.string()))
    return found.filter(wanted)


def _ranges(low: Integers, high: Integers) -> Integers:
    """Return all numbers of ranges, one range after the other."""
    sizes = np.maximum(high - low, 0)
    ends = np.cumsum(sizes)
    steps: Integers = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64)
    steps += np.repeat(low - (ends - sizes), sizes)
    return steps


def _floats(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    found: np.ndarray[Any, np.dtype[np.float64]] = table.column(name).to_numpy()
    return found
