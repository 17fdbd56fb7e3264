"""Which light curves are alike, by their features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np

__all__ = ["FEWEST_SHARED", "Features", "most_alike"]

Features: TypeAlias = Mapping[str, float]
"""By name, of all bands: ``1:amplitude``."""

FEWEST_SHARED: Final = 5
"""Features that two objects must both have before they are compared."""
FARTHEST: Final = 4.0
"""Robust standard deviations that a feature counts at most: one wild value decides nothing."""
MAD_TO_SIGMA: Final = 1.4826


def most_alike(target: Features, others: Mapping[str, Features], most: int) -> dict[str, float]:
    """Return how far others are from a target, nearest first, at most so many.

    The distance is the root mean square of the differences of the features that both have, each in
    units of its robust spread over all of them: 1.4826 times the median absolute deviation, or the
    standard deviation where more than half of the values are the same. Features without spread say
    nothing.

    Examples
    --------
    >>> def curve(*values):
    ...     return dict(zip("abcde", values, strict=True))
    >>> others = {"near": curve(1, 2, 3, 4, 6), "far": curve(5, 6, 7, 8, 9)}
    >>> list(most_alike(curve(1, 2, 3, 4, 5), others, 2))
    ['near', 'far']
    """
    names = sorted(target)
    table = np.array(
        [[each.get(name, np.nan) for name in names] for each in (target, *others.values())]
    )
    if table.shape[0] == 1 or not names:
        return {}
    with np.errstate(all="ignore"):
        middle = np.nanmedian(table, axis=0)
        robust = MAD_TO_SIGMA * np.nanmedian(np.abs(table - middle), axis=0)
        spread = np.where(robust > 0, robust, np.nanstd(table, axis=0))
    apart = np.abs(table[1:] - table[0])[:, spread > 0] / spread[spread > 0]
    shared = np.isfinite(apart).sum(axis=1)
    squares = np.nansum(np.minimum(apart, FARTHEST) ** 2, axis=1)
    found = {
        name: float(np.sqrt(square / count))
        for name, square, count in zip(others, squares, shared, strict=True)
        if count >= FEWEST_SHARED
    }
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0]))[:most])
