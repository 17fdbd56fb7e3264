"""Regions of sky maps: the part of the sky that holds so much of the probability."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.errors import Invalid
from fritz.sky.covering import cells_within, cover_order, spans
from fritz.sky.healpix import MAX_ORDER, cells_of
from fritz.sky.separations import separation_deg

__all__ = ["Circle", "Region", "credible_circle", "credible_region"]

_MOST_SPANS: Final = 64


@dataclass(frozen=True, slots=True)
class Region:
    """Ranges of nested cells of order 29, ascending and apart."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    """Both included."""

    def holds(self, ra: ArrayLike, dec: ArrayLike) -> NDArray[np.bool_]:
        """Return which positions (degrees) lie within.

        Examples
        --------
        >>> everywhere = Region(np.array([0]), np.array([12 * 4**29 - 1]))
        >>> everywhere.holds([0.0, 10.0], [90.0, -5.0]).tolist()
        [True, True]
        """
        cells = cells_of(ra, dec)
        index = np.searchsorted(self.first, cells, side="right") - 1
        return (index >= 0) & (cells <= self.last[np.maximum(index, 0)])

    def spans(self) -> list[tuple[int, int]]:
        """Return few ranges that hold the region, and maybe more."""
        gaps = self.first[1:] - self.last[:-1]
        if len(gaps) < _MOST_SPANS:
            return list(zip(self.first.tolist(), self.last.tolist(), strict=True))
        cuts = np.sort(np.argsort(gaps, kind="stable")[len(gaps) - (_MOST_SPANS - 1) :])
        lows = np.append(self.first[0], self.first[cuts + 1])
        highs = np.append(self.last[cuts], self.last[-1])
        return list(zip(lows.tolist(), highs.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the sky."""

    ra: float
    dec: float
    radius_deg: float

    def holds(self, ra: ArrayLike, dec: ArrayLike) -> NDArray[np.bool_]:
        """Return which positions (degrees) lie within."""
        return separation_deg(self.ra, self.dec, ra, dec) <= self.radius_deg

    def spans(self) -> list[tuple[int, int]]:
        """Return few ranges that hold the circle, and more."""
        arcsec = self.radius_deg * 3600.0
        order = cover_order(arcsec)
        return spans(cells_within(self.ra, self.dec, arcsec, order)[1], order, _MOST_SPANS)


def credible_region(uniq: ArrayLike, probdensity: ArrayLike, percent: float) -> Region:
    """Return the smallest region that holds so much of a map's probability.

    Cells are taken by their density, the densest first, until their sum reaches the share: the
    greedy credible region (Singer & Price 2016, PRD 93, 024013, sec. III).

    Parameters
    ----------
    uniq
        (N,) cells, 4^(order + 1) + nested index (the NUNIQ scheme of multi-order maps).
    probdensity
        (N,) probability per steradian.
    percent
        0 to 100.

    Raises
    ------
    Invalid
        These are no such map.

    Examples
    --------
    >>> region = credible_region([4, 5, 6], [0.8, 0.15, 0.05], 90)
    >>> region.spans() == [(0, 2 * 4**29 - 1)]
    True
    """
    cells = np.asarray(uniq, dtype=np.int64)
    density = np.asarray(probdensity, dtype=np.float64)
    if cells.ndim != 1 or not len(cells) or cells.shape != density.shape or cells.min() < 4:  # noqa: PLR2004  the first cell
        raise Invalid("a sky map has as many uniq (from 4) as probdensity")
    if not np.isfinite(density).all() or density.min() < 0 or not density.any():
        raise Invalid("probdensity must be finite, not negative, and somewhere positive")
    order = _orders(cells)
    if order.max() > MAX_ORDER or not 0 < percent <= 100:  # noqa: PLR2004  per cent
        raise Invalid(f"cells up to order {MAX_ORDER}, and a contour of 0 to 100 per cent")
    index = cells - (np.int64(4) << (2 * order))
    share = density * 4.0 ** -order.astype(np.float64)
    ranked = np.argsort(-density, kind="stable")
    total = np.cumsum(share[ranked])
    enough = int(np.searchsorted(total, total[-1] * percent / 100.0)) + 1
    return _region(index[ranked[:enough]], order[ranked[:enough]])


def credible_circle(ra: float, dec: float, error_deg: float, percent: float) -> Circle:
    """Return the circle that holds so much of a normal distribution on the sky.

    Parameters
    ----------
    error_deg
        Standard deviation along one axis; the distance then follows Rayleigh's distribution.

    Examples
    --------
    >>> round(credible_circle(10.0, 5.0, 1.0, 90).radius_deg, 3)
    2.146
    """
    if not 0 < percent < 100 or not error_deg > 0 or abs(dec) > 90:  # noqa: PLR2004  per cent, degrees
        raise Invalid("a circle needs a place, a positive error, and a contour below 100 per cent")
    return Circle(ra % 360.0, dec, error_deg * sqrt(-2.0 * log(1.0 - percent / 100.0)))


def _orders(uniq: NDArray[np.int64]) -> NDArray[np.int64]:
    order = (np.floor(np.log2(uniq.astype(np.float64))).astype(np.int64) // 2) - 1
    # Doubles round the largest numbers of an order up to the next.
    return order - (np.int64(4) << (2 * order) > uniq)


def _region(index: NDArray[np.int64], order: NDArray[np.int64]) -> Region:
    shift = 2 * (MAX_ORDER - order)
    first, end = index << shift, (index + 1) << shift
    ranked = np.argsort(first, kind="stable")
    first, end = first[ranked], end[ranked]
    apart = np.append(True, first[1:] > np.maximum.accumulate(end)[:-1])
    starts = np.flatnonzero(apart)
    lasts = np.maximum.reduceat(end, starts) - 1
    return Region(first[starts], lasts)
