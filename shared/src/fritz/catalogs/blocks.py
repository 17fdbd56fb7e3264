"""Rows sorted by cell, in blocks that can be read one by one.

A file of blocks is a plain Arrow stream, which anything that knows Arrow can read whole. Its index
says which cells each block holds and where its bytes are, so that whoever looks around a few
positions reads the few blocks that their cells touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["BLOCK_ROWS", "Index", "overlapping", "packed", "ranges", "rows_of_blocks"]

BLOCK_ROWS: Final = 512
"""Some thirty kilobytes: less, and the index is large; more, and a position reads much in vain."""
_INDEX: Final = pa.schema([pa.field(n, pa.int64()) for n in ("first", "last", "offset", "length")])
_ZSTD: Final = pa.ipc.IpcWriteOptions(compression="zstd")
_ON_THIS_THREAD: Final = pa.ipc.IpcReadOptions(use_threads=False)
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Which cells each block of a file holds, in order, and where it is."""

    first: Integers
    last: Integers
    offset: Integers
    length: Integers

    @classmethod
    def of(cls, data: bytes) -> Index:
        """Return the index that was written as these bytes."""
        table = pa.ipc.open_stream(data).read_all()
        return cls(*(table.column(name).to_numpy() for name in _INDEX.names))

    def touched(self, low: Integers, high: Integers) -> Integers:
        """Return which blocks may hold any cell of ranges, in order, each once.

        Parameters
        ----------
        low, high
            (N,) first and last cell of each range.
        """
        return overlapping(self.first, self.last, low, high)


def packed(rows: pa.Table, cell: str) -> tuple[bytes, bytes]:
    """Return a file of rows that are sorted by cell, and its index.

    Parameters
    ----------
    cell
        The column of cells.
    """
    begin = rows.schema.serialize().to_pybytes()
    sink = BytesIO()
    found: list[tuple[int, int, int, int]] = []
    with pa.ipc.new_stream(sink, rows.schema, options=_ZSTD) as stream:
        for batch in rows.combine_chunks().to_batches(BLOCK_ROWS):
            # The stream begins with the schema, which is written with the first batch.
            offset = sink.tell() or len(begin)
            stream.write_batch(batch)
            cells = batch.column(cell)
            place = offset, sink.tell() - offset
            found.append((cells[0].as_py(), cells[-1].as_py(), *place))
    columns = zip(*found, strict=True) if found else ([] for _ in _INDEX)
    table = pa.table([pa.array(each, pa.int64()) for each in columns], schema=_INDEX)
    index = BytesIO()
    with pa.ipc.new_stream(index, _INDEX, options=_ZSTD) as stream:
        stream.write_table(table)
    return sink.getvalue(), index.getvalue()


def rows_of_blocks(begin: bytes, blocks: Sequence[bytes | memoryview]) -> pa.Table:
    """Return the rows of some blocks, one after the other.

    As one stream, on this thread: handing small buffers to others costs more than reading them.

    Parameters
    ----------
    begin
        The schema, as their file begins with it.
    """
    stream = pa.py_buffer(b"".join([begin, *blocks]))
    return pa.ipc.open_stream(stream, options=_ON_THIS_THREAD).read_all()


def overlapping(first: Integers, last: Integers, low: Integers, high: Integers) -> Integers:
    """Return which pieces of the sky hold a cell of some ranges, in order, each once.

    Parameters
    ----------
    first, last
        (M,) cells of each piece, one behind the other.
    low, high
        (N,) cells of each range.

    Examples
    --------
    >>> pieces = np.array([0, 10, 20]), np.array([9, 19, 29])
    >>> overlapping(*pieces, np.array([8, 25]), np.array([12, 25])).tolist()
    [0, 1, 2]
    """
    begin = np.searchsorted(last, low, side="left")
    end = np.searchsorted(first, high, side="right")
    return np.unique(ranges(begin, end))


def ranges(low: Integers, high: Integers) -> Integers:
    """Return all numbers of ranges, `high` left out, one range after the other.

    Examples
    --------
    >>> ranges(np.array([3, 9]), np.array([5, 10])).tolist()
    [3, 4, 9]
    """
    sizes = np.maximum(high - low, 0)
    ends = np.cumsum(sizes)
    steps: Integers = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64)
    steps += np.repeat(low - (ends - sizes), sizes)
    return steps
