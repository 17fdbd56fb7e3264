"""Which HEALPix cells a cone touches: what turns a search by distance into an equi-join.

In the plane of one of HEALPix's twelve faces cells are unit squares along two axes, so that a small
cone, widened to a square of that plane, touches at most four of them. How much wider the square
must be follows from the projection (Calabretta & Roukema 2007, MNRAS 381, 865, eqs 1 to 9): a step
on the sphere of one radian is nowhere more than 1.46 `nside` along an axis of a face. Cones that
reach over the edge of a face, few, are covered by points on rings.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.errors import Invalid
from fritz.sky.coordinates import unit_vector
from fritz.sky.healpix import MAX_ORDER, cells_of

__all__ = ["STEEPEST", "cells_within", "cone_spans", "cover_order", "spans"]

STEEPEST: Final = 1.5
"""Cells of a face per radian and `nside`, rounded up from 1.46."""
ROOMY: Final = 0.25
"""Most that the square takes of a cell's side: half of all cones then touch one cell only."""
SIDE: Final = 1 << MAX_ORDER
LEAST_ARCSEC: Final = 1e-3
"""Cones are not covered more narrowly; whoever looks within the cells measures the distance."""
RING_POINTS: Final = 64
RINGS: Final = (0.0, 0.5, 1.0, 1.5)
"""In units of the radius. A cell of any HEALPix shape that pokes into a cone holds a point of the
outermost ring, as 64 points on it stand closer than the narrowest corner is wide there."""
Cells = NDArray[np.int64]


def cover_order(radius_arcsec: float, share: float = ROOMY) -> int:
    """Return the order of the cells to cover cones with: few cells, and not much beyond the cone.

    Parameters
    ----------
    share
        Most that the square takes of a cell's side, below 1: more of it means smaller cells, and
        more often four of them.

    Raises
    ------
    Invalid
        The radius is not positive, or so large (19 degrees) that it is no cone search.

    Examples
    --------
    >>> cover_order(2.0), cover_order(300.0), cover_order(3600.0)
    (13, 5, 2)
    """
    width = 2 * STEEPEST * np.radians(radius_arcsec / 3600.0)
    if not 0.0 < width < 1.0:
        raise Invalid(f"a radius of {radius_arcsec} arcsec, not above 0 and below 19 degrees")
    return int(np.clip(np.floor(np.log2(share / width)), 0, MAX_ORDER))


def cells_within(
    ra: ArrayLike, dec: ArrayLike, radius_arcsec: float, order: int
) -> tuple[NDArray[np.int64], Cells]:
    """Return pairs of a position's index and a cell that its cone may touch, each pair once.

    Parameters
    ----------
    ra, dec
        (N,) degrees.
    radius_arcsec
        Of all cones.
    order
        Of the cells, at most `cover_order` of the radius plus two.

    Returns
    -------
    index : (M,) into the positions.
    cell : (M,) nested cells.

    Raises
    ------
    Invalid
        Cells of this order are smaller than the cones, or a position has no place on the sphere.

    Examples
    --------
    >>> index, cell = cells_within([10.0], [20.0], 2.0, 13)
    >>> index.tolist(), cell.tolist()
    ([0], [325441583])
    """
    ra, dec = np.atleast_1d(ra).astype(np.float64), np.atleast_1d(dec).astype(np.float64)
    shift = MAX_ORDER - order
    reach = int(np.ceil(STEEPEST * np.radians(radius_arcsec / 3600.0) * SIDE))
    if 2 * reach >= 1 << shift:
        raise Invalid(f"cells of order {order} are too small for {radius_arcsec} arcsec")
    deepest = cells_of(ra, dec)
    face, x, y = deepest >> (2 * MAX_ORDER), _even_bits(deepest), _even_bits(deepest >> 1)
    within = (np.minimum(x, y) >= reach) & (np.maximum(x, y) < SIDE - reach)
    inner, outer = np.flatnonzero(within), np.flatnonzero(~within)
    square = (
        (x[inner] - reach) >> shift, (x[inner] + reach) >> shift,
        (y[inner] - reach) >> shift, (y[inner] + reach) >> shift,
    )  # fmt: skip
    index, cell = _squares(inner, face[inner] << (2 * order), *square)
    if len(outer):
        far, edge = _ringed(outer, ra[outer], dec[outer], radius_arcsec, order)
        index, cell = np.concatenate([index, far]), np.concatenate([cell, edge])
    return index, cell


def spans(cells: Cells, order: int, most: int = 64) -> list[tuple[int, int]]:
    """Return first and last cell of order 29 of at most so many ranges that hold all the cells.

    Ranges that lie close together are joined, so that beyond `most` they hold other cells too.

    Examples
    --------
    >>> spans(np.array([7, 4, 5]), 29)
    [(4, 5), (7, 7)]
    >>> spans(np.array([7, 4, 5, 90]), 29, most=2)
    [(4, 7), (90, 90)]
    """
    distinct = np.unique(cells)
    if not len(distinct):
        return []
    gaps = np.diff(distinct)
    cuts = np.flatnonzero(gaps > 1)
    if len(cuts) >= most:
        widest = np.argsort(gaps[cuts], kind="stable")[len(cuts) - (most - 1) :]
        cuts = np.sort(cuts[widest])
    first, last = np.append(0, cuts + 1), np.append(cuts, len(distinct) - 1)
    shift = 2 * (MAX_ORDER - order)
    lows, highs = distinct[first] << shift, ((distinct[last] + 1) << shift) - 1
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


def cone_spans(
    ra: ArrayLike, dec: ArrayLike, radius_arcsec: float, most: int | None = None
) -> list[tuple[int, int]]:
    """Return first and last cell of order 29 of ranges that hold all that cones touch.

    Parameters
    ----------
    ra, dec
        (N,) degrees.
    radius_arcsec
        Of all cones.
    most
        Ranges, as for `spans`; None for as many as there are.

    Raises
    ------
    Invalid
        A position or the radius is out of range.
    """
    radius = max(radius_arcsec, LEAST_ARCSEC)
    order = cover_order(radius)
    cells = cells_within(ra, dec, radius, order)[1]
    return spans(cells, order, len(cells) if most is None else most)


def _squares(
    index: Cells, face: Cells, left: Cells, right: Cells, low: Cells, high: Cells
) -> tuple[Cells, Cells]:
    """Return the cells at the corners of squares that are smaller than a cell."""
    west, east, south, north = (_spread(each) for each in (left, right, low, high))
    wide, tall = left != right, low != high
    corners = (
        (slice(None), west, south), (wide, east, south), (tall, west, north),
        (wide & tall, east, north),
    )  # fmt: skip
    indices = [index[chosen] for chosen, _, _ in corners]
    cells = [(face | x | (y << 1))[chosen] for chosen, x, y in corners]
    return np.concatenate(indices), np.concatenate(cells)


def _ringed(
    index: Cells, ra: NDArray[np.float64], dec: NDArray[np.float64], radius: float, order: int
) -> tuple[Cells, Cells]:
    """Return the cells of points in and around cones."""
    angle = np.arange(RING_POINTS) * (2 * np.pi / RING_POINTS)
    size = np.radians(np.array(RINGS) * radius / 3600.0)
    towards = np.stack([np.cos(angle), np.sin(angle)])
    centre = unit_vector(ra, dec)
    lon, lat = np.radians(ra), np.radians(dec)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    sideways = east[:, None] * towards[0][:, None] + north[:, None] * towards[1][:, None]
    x, y, z = np.moveaxis(
        centre[:, None, None] * np.cos(size)[:, None, None]
        + sideways[:, None] * np.sin(size)[:, None, None],
        -1,
        0,
    )
    points = cells_of(
        np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y))), order
    )
    pairs = np.stack([np.broadcast_to(index[:, None, None], points.shape), points], axis=-1)
    found = np.unique(pairs.reshape(-1, 2), axis=0)
    return found[:, 0], found[:, 1]


_HALVES: Final = (
    (1, 0x3333333333333333), (2, 0x0F0F0F0F0F0F0F0F), (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF), (16, 0x00000000FFFFFFFF),
)  # fmt: skip
_EVEN: Final = 0x5555555555555555


def _even_bits(cells: Cells) -> Cells:
    """Return the number that every other bit of an order-29 cell within its face spells."""
    value = cells & (SIDE * SIDE - 1) & _EVEN
    for shift, mask in _HALVES:
        value = (value | (value >> shift)) & mask
    return value


def _spread(value: Cells) -> Cells:
    """Return a number's bits with a zero before each."""
    for (shift, _), (_, mask) in zip(_HALVES[::-1], (*_HALVES[-2::-1], (0, _EVEN)), strict=True):
        value = (value | (value << shift)) & mask
    return value
