"""What a finder chart shows: the target, the stars around it, the way from one to the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from fritz.sky.offsets import offsets_arcsec

__all__ = ["FIELD_ARCMIN", "FinderChart", "OffsetStar", "Star", "finder_chart"]

FIELD_ARCMIN: Final = 4.0
"""Width of the chart."""
LEAST_ARCSEC: Final = 5.0
"""Nearer stars are no help: they may be the target's host, or the target itself."""
BRIGHTEST_MAG: Final = 11.0
FAINTEST_MAG: Final = 18.5
"""An acquisition camera saturates above, and loses time below."""


@dataclass(frozen=True, slots=True)
class Star:
    """A star of a catalog."""

    ra: float
    dec: float
    mag: float


@dataclass(frozen=True, slots=True)
class OffsetStar:
    """A star to point at first, and the way from it to the target."""

    star: Star
    east_arcsec: float
    """From the star to the target."""
    north_arcsec: float
    separation_arcsec: float


@dataclass(frozen=True, slots=True)
class FinderChart:
    """A chart, ready to be drawn; east is left."""

    obj_id: str
    ra: float
    dec: float
    stars: tuple[tuple[float, float, float], ...]
    """East and north of the target, arcseconds, and magnitude."""
    offsets: tuple[OffsetStar, ...]
    """The nearest to it first."""
    catalog: str | None
    """Whose stars; None where no catalog of stars is loaded."""


def finder_chart(
    obj_id: str,
    ra: float,
    dec: float,
    stars: Iterable[Star],
    catalog: str | None,
    most: int = 3,
) -> FinderChart:
    """Return the chart of a target among stars.

    Parameters
    ----------
    most : how many stars to offset from.
    """
    known = [each for each in stars if np.isfinite(each.mag)]
    if not known:
        return FinderChart(obj_id, ra, dec, (), (), catalog)
    east, north = offsets_arcsec([s.ra for s in known], [s.dec for s in known], ra, dec)
    apart = np.hypot(east, north)
    half = FIELD_ARCMIN * 30.0
    shown = tuple(
        (float(x), float(y), star.mag)
        for star, x, y in zip(known, east, north, strict=True)
        if abs(x) <= half and abs(y) <= half
    )
    good = [
        OffsetStar(star, float(-x), float(-y), float(distance))
        for star, x, y, distance in zip(known, east, north, apart, strict=True)
        if LEAST_ARCSEC <= distance <= half and BRIGHTEST_MAG <= star.mag <= FAINTEST_MAG
    ]
    good.sort(key=lambda each: each.star.mag)
    nearest_first = sorted(good[:most], key=lambda each: each.separation_arcsec)
    return FinderChart(obj_id, ra, dec, shown, tuple(nearest_first), catalog)
