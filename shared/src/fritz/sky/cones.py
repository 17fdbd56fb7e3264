"""Cones on the sky as ranges of HEALPix cells, which an index of any store can look up."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.errors import Invalid
from fritz.sky.coordinates import unit_vector
from fritz.sky.healpix import MAX_ORDER, cell_range, cells_of

__all__ = ["LARGEST_DEG", "cone_ranges"]

LARGEST_DEG: Final = 10.0

Floats = NDArray[np.float64]

SIDE_DEG: Final = 58.6
"""Side of a cell of order 0: the square root of its area (Gorski et al. 2005, ApJ 622, 759)."""
STEPS: Final = 8
"""Points that are looked at along the side of a cell."""
MARGIN: Final = 3
"""Steps beyond the cone: a cell that only reaches into it with a corner has points there."""


def cone_ranges(ra: float, dec: float, radius_deg: float) -> list[tuple[int, int]]:
    """Return ranges of cells of order 29 that cover a cone: first included, last excluded.

    They hold more than the cone: whoever asks for exactly it measures the separations.

    Parameters
    ----------
    ra, dec, radius_deg : degrees.

    Raises
    ------
    Invalid
        The radius is not within 0 and `LARGEST_DEG`.

    Examples
    --------
    >>> ranges = cone_ranges(10.0, 20.0, 1 / 3600)
    >>> any(low <= int(cells_of(10.0, 20.0)) < high for low, high in ranges)
    True
    """
    if not 0.0 <= radius_deg <= LARGEST_DEG:
        raise Invalid(f"radius {radius_deg} is not in [0, {LARGEST_DEG:g}] degrees")
    order = _order(radius_deg)
    step = SIDE_DEG / (1 << order) / STEPS
    reach = int(np.ceil(radius_deg / step)) + MARGIN
    east, north = np.meshgrid(*[np.arange(-reach, reach + 1) * step] * 2)
    inside = np.hypot(east, north) <= radius_deg + MARGIN * step
    cells = cells_of(*_on_the_sphere(ra, dec, east[inside], north[inside]), order)
    return _joined([cell_range(int(cell), order) for cell in np.unique(cells)])


def _order(radius_deg: float) -> int:
    """Return the order whose cells are about as large as the cone."""
    if radius_deg == 0.0:
        return MAX_ORDER
    return int(np.clip(np.floor(np.log2(SIDE_DEG / (2 * radius_deg))), 0, MAX_ORDER))


def _on_the_sphere(ra: float, dec: float, east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Return positions at offsets (degrees) from a point, along great circles."""
    lon, lat = np.radians(ra), np.radians(dec)
    to_east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    to_north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    distance = np.hypot(east, north)
    along = np.radians(distance)[:, None]
    way = (np.outer(east, to_east) + np.outer(north, to_north)) / np.maximum(distance, 1e-300)[
        :, None
    ]
    x, y, z = (np.cos(along) * unit_vector(ra, dec) + np.sin(along) * way).T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and joined[-1][1] == low:
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return joined
