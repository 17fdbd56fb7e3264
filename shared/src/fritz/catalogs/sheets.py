"""Sheets of the atlas: rows of the sky, sorted by cell, as files of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from fritz.catalogs import blocks
from fritz.catalogs.levels import cells_to_search
from fritz.catalogs.sky_rows import SCHEMA
from fritz.sky.separations import separation_arcsec

__all__ = ["packed", "rows_around", "rows_of_blocks", "rows_of_sheet"]

SLACK_ARCSEC: Final = 1e-6
"""Rows are looked at a little beyond their reach: whether they match is decided once, by rule."""
FOUND: Final = ("catalog", "id", "ra", "dec", "pmra", "pmdec", "values")
"""Columns of what is found, beside the index of the position."""
_BEGIN: Final = SCHEMA.serialize().to_pybytes()


def packed(rows: pa.Table) -> tuple[bytes, bytes]:
    """Return a sheet of rows that are sorted by cell, and its index."""
    return blocks.packed(rows.cast(SCHEMA), "cell")


def rows_of_sheet(data: bytes) -> pa.Table:
    """Return all rows of a sheet."""
    return pa.ipc.open_stream(data).read_all()


def rows_of_blocks(found: Sequence[bytes | memoryview]) -> pa.Table:
    """Return the rows of some blocks of sheets, one after the other."""
    return blocks.rows_of_blocks(_BEGIN, found)


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
    places, position = blocks.ranges(low, high), np.repeat(asked, high - low)
    near = _floats(rows, "ra")[places], _floats(rows, "dec")[places]
    apart = separation_arcsec(
        np.atleast_1d(ra)[position], np.atleast_1d(dec)[position], near[0], near[1]
    )
    within = apart <= _floats(rows, "reach_arcsec")[places] + SLACK_ARCSEC
    found = rows.select(FOUND).take(places[within])
    found = found.add_column(0, "position", pa.array(position[within]))
    wanted = pa.compute.is_in(found.column("catalog"), pa.array(sorted(catalogs), pa.string()))
    return found.filter(wanted)


def _floats(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    found: np.ndarray[Any, np.dtype[np.float64]] = table.column(name).to_numpy()
    return found
