"""Cones on the sky as ranges of HEALPix cells, which an index of any store can look up."""

from __future__ import annotations

from typing import Final

from fritz.errors import Invalid
from fritz.sky.covering import cells_within, cover_order, spans

__all__ = ["LARGEST_DEG", "cone_ranges"]

LARGEST_DEG: Final = 10.0
NARROWEST_ARCSEC: Final = 0.1
"""Cones are covered as if they were at least so wide."""
SNUG: Final = 0.98
"""Cells are as small as the covering allows: ranges cost little, documents beyond the cone do."""


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
    >>> from fritz.sky.healpix import cells_of
    >>> ranges = cone_ranges(10.0, 20.0, 1 / 3600)
    >>> any(low <= int(cells_of(10.0, 20.0)) < high for low, high in ranges)
    True
    """
    if not 0.0 <= radius_deg <= LARGEST_DEG:
        raise Invalid(f"radius {radius_deg} is not in [0, {LARGEST_DEG:g}] degrees")
    radius_arcsec = max(radius_deg * 3600.0, NARROWEST_ARCSEC)
    order = cover_order(radius_arcsec, SNUG)
    _, cells = cells_within(ra, dec, radius_arcsec, order)
    return [(first, last + 1) for first, last in spans(cells, order)]
