"""Cells of several sizes in one column: small ones for stars, large ones for near galaxies.

A row of the table `sky` stands in the one cell that holds it, of the order that suits how far the
row reaches. A position is looked up in the cells that it may be reached from, at every order. Order
and cell are one number, as IVOA's multi-order maps have it (NUNIQ), so that one equi-join on one
column serves stars of two arcseconds and M31.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.errors import Invalid
from fritz.sky.covering import STEEPEST, cells_within, cover_order
from fritz.sky.healpix import MAX_ORDER, cells_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "MID_YEAR",
    "YEARS",
    "cells_of_rows",
    "cells_to_search",
    "crossings",
    "level_of",
    "reach_arcsec",
    "split_by_level",
]

REACHES_ARCSEC: Final = (3.0, 35.0, 310.0, 6300.0)
"""How far rows of each level reach at most."""
ORDERS: Final = tuple(cover_order(reach) + 1 for reach in REACHES_ARCSEC)
MID_YEAR: Final = 2024.0
YEARS: Final = 10.0
"""Moving rows are found from ten years before the middle of the survey to ten years after."""
Cells = NDArray[np.int64]


def reach_arcsec(radius_arcsec: ArrayLike, motion_mas_yr: ArrayLike) -> NDArray[np.float64]:
    """Return how far from its place of `MID_YEAR` a row may match.

    Parameters
    ----------
    radius_arcsec
        (N,) within which the row matches.
    motion_mas_yr
        (N,) total proper motion; NaN counts as none.

    Examples
    --------
    >>> reach_arcsec(2.0, 10393.0).round(2).tolist()
    105.93
    """
    motion = np.nan_to_num(np.asarray(motion_mas_yr, dtype=np.float64))
    return np.asarray(radius_arcsec, dtype=np.float64) + motion * (YEARS / 1e3)


def level_of(reach_arcsec: float) -> int:
    """Return the level of rows that reach so far.

    Examples
    --------
    >>> level_of(2.0), level_of(300.0)
    (0, 2)
    """
    return int(np.searchsorted(REACHES_ARCSEC, reach_arcsec))


def crossings(level: int) -> tuple[int, float]:
    """Return the order of a level's cells, and how many of them a position touches on average.

    Examples
    --------
    >>> crossings(0)[0], round(crossings(0)[1], 1)
    (13, 1.8)
    """
    width = 2 * STEEPEST * np.radians(REACHES_ARCSEC[level] / 3600.0)
    return ORDERS[level], float((1 + width * (1 << ORDERS[level])) ** 2)


def cells_of_rows(ra: ArrayLike, dec: ArrayLike, reach: ArrayLike) -> Cells:
    """Return the cell in which each row of the sky stands.

    Raises
    ------
    Invalid
        A row reaches further than any level.
    """
    ra, dec, reach = np.atleast_1d(ra), np.atleast_1d(dec), np.atleast_1d(reach)
    level = np.searchsorted(REACHES_ARCSEC, reach)
    if (level >= len(REACHES_ARCSEC)).any():
        raise Invalid(f"a row reaches {reach.max():.0f} arcsec, at most {REACHES_ARCSEC[-1]:.0f}")
    cells = np.empty(len(ra), dtype=np.int64)
    for each in np.unique(level):
        mine = level == each
        cells[mine] = _unique(ORDERS[each], cells_of(ra[mine], dec[mine], ORDERS[each]))
    return cells


def cells_to_search(ra: ArrayLike, dec: ArrayLike) -> tuple[Cells, Cells]:
    """Return pairs of a position's index and a cell in which rows that reach it may stand."""
    found = [
        (index, _unique(order, cells))
        for reach, order in zip(REACHES_ARCSEC, ORDERS, strict=True)
        for index, cells in [cells_within(ra, dec, reach, order)]
    ]
    return np.concatenate([i for i, _ in found]), np.concatenate([c for _, c in found])


def _unique(order: int, cells: Cells) -> Cells:
    return cells + (4 << (2 * order))


def split_by_level(rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield order and rows of each level, of rows that are sorted by cell."""
    cells = rows.column("cell").to_numpy()
    edges = np.searchsorted(cells, [4 << (2 * order) for order in range(MAX_ORDER + 2)])
    for order in range(MAX_ORDER + 1):
        first, last = int(edges[order]), int(edges[order + 1])
        if last > first:
            yield order, rows.slice(first, last - first)
