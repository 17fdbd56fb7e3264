"""The period of an object, as annotations tell it, and light curves folded by it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from fritz.marshal.annotation import Annotation

__all__ = ["KEY", "newest_period", "phase"]

KEY: Final = "period"
"""Under which annotations have it, in days; in any case."""


def newest_period(annotations: Iterable[Annotation]) -> float | None:
    """Return the period that the annotation changed last tells, days; None if none tells one.

    Parameters
    ----------
    annotations : those that whoever asks may see.
    """
    for each in sorted(annotations, key=lambda one: (one.modified, one.id), reverse=True):
        for name, value in each.data.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if name.lower() == KEY and number and math.isfinite(value) and value > 0:
                return float(value)
    return None


def phase(mjd: float, period_days: float) -> float:
    """Return the phase of a time, from 0 (included) to 1 (excluded), counted from MJD 0.

    Parameters
    ----------
    mjd : days.

    Examples
    --------
    >>> phase(61000.25, 0.5), phase(61000.375, 0.5)
    (0.5, 0.75)
    """
    return mjd / period_days % 1.0
