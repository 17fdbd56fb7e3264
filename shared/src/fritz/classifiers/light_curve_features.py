"""Numbers that sum up a light curve of difference photometry, from the detections up to an alert.

Plain statistics, most as in Richards et al. 2011 (arXiv:1101.1959) or von Neumann 1941. They are
computed here, of NumPy alone: the package that computes many more, light-curve, is under the GPL
and 150 MB large, which neither Fritz's licence nor a function's cold start goes with.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.derived_features import POSITIVE, number

__all__ = ["FEW_POINTS", "LIGHT_CURVE_FEATURES", "light_curve_features"]

Array = NDArray[np.float64]
FEW_POINTS: Final = 3
"""With fewer detections in a band there are no statistics of it."""
SMALLEST_ERROR: Final = 0.01
"""Magnitudes; photometry is not calibrated better."""
RECENT_DAYS: Final = 30.0

LIGHT_CURVE_FEATURES: Final = (
    "lc_points", "lc_days", "lc_gap", "lc_limits", "lc_positive", "lc_colour", "lc_since_brightest",
    "lc_amplitude", "lc_std", "lc_skew", "lc_chi2", "lc_eta", "lc_slope", "lc_recent_slope",
)  # fmt: skip
"""``lc_points`` detections over ``lc_days`` days, the last but one ``lc_gap`` days ago;
``lc_limits`` upper limits in the last 30 days; ``lc_positive`` the share of positive differences;
``lc_colour`` median g less median r; ``lc_since_brightest`` days. The rest are of the band with
most detections: half the range, standard deviation, skewness, reduced chi-square of a constant,
von Neumann's ratio (2 for noise, small for what is smooth), magnitudes a day over all the time
and over the last 30 days."""


def light_curve_features(
    candidate: Mapping[str, Any], history: Sequence[Mapping[str, Any]]
) -> dict[str, float]:
    """Return the `LIGHT_CURVE_FEATURES` of an object at the time of an alert.

    Parameters
    ----------
    candidate
        The alert's detection, in ZTF's field names.
    history
        Earlier detections and upper limits (without ``magpsf``); what is later is left out.

    Returns
    -------
    Values by name; NaN for what the points do not suffice for.

    Examples
    --------
    >>> points = [{"jd": float(i), "magpsf": 19.0 - 0.1 * i, "sigmapsf": 0.1, "fid": 1,
    ...            "isdiffpos": "t"} for i in range(4)]
    >>> found = light_curve_features(points[-1], points[:-1])
    >>> found["lc_points"], found["lc_days"], round(found["lc_slope"], 3)
    (4.0, 3.0, -0.1)
    """
    found = dict.fromkeys(LIGHT_CURVE_FEATURES, math.nan)
    now = number(candidate.get("jd"))
    if now is None:
        return found
    rows = _detections(candidate, history, now)
    if not len(rows):
        return found
    jd, mag, fid, positive = rows[:, 0], rows[:, 1], rows[:, 3], rows[:, 4]
    found["lc_points"] = float(len(rows))
    found["lc_days"] = float(now - jd[0])
    found["lc_since_brightest"] = float(now - jd[mag.argmin()])
    found["lc_limits"] = float(_limits(history, now))
    found["lc_positive"] = float(np.nanmean(positive)) if np.isfinite(positive).any() else math.nan
    if len(rows) > 1:
        found["lc_gap"] = float(now - jd[-2])
    bands = {band: rows[fid == band] for band in (1.0, 2.0, 3.0)}
    if len(bands[1.0]) and len(bands[2.0]):
        found["lc_colour"] = float(np.median(bands[1.0][:, 1]) - np.median(bands[2.0][:, 1]))
    richest = max(bands.values(), key=len)
    if len(richest) >= FEW_POINTS:
        found.update(_statistics(richest[:, 0] - now, richest[:, 1], richest[:, 2]))
    return found


def _detections(
    candidate: Mapping[str, Any], history: Sequence[Mapping[str, Any]], now: float
) -> Array:
    """Return (N, 5) rows of jd, magnitude, error, band and sign, by time, none twice."""
    rows = {}
    for point in (*history, candidate):
        values = [number(point.get(name)) for name in ("jd", "magpsf", "sigmapsf", "fid")]
        if None in values or not np.isfinite(np.array(values, float)).all():
            continue
        jd, mag, error, fid = (float(value or 0.0) for value in values)
        if jd <= now:
            sign = point.get("isdiffpos")
            rows[jd, fid] = (jd, mag, error, fid, math.nan if sign is None else sign in POSITIVE)
    return np.array(sorted(rows.values()), float).reshape(-1, 5)


def _limits(history: Sequence[Mapping[str, Any]], now: float) -> int:
    times = [number(each.get("jd")) for each in history if number(each.get("magpsf")) is None]
    return sum(jd is not None and now - RECENT_DAYS <= jd <= now for jd in times)


def _statistics(days: Array, mag: Array, error: Array) -> dict[str, float]:
    """Return the statistics of one band; days are zero at the alert and negative before."""
    variance = np.maximum(error, SMALLEST_ERROR) ** 2
    mean = float((mag / variance).sum() / (1 / variance).sum())
    spread = float(mag.std(ddof=1))
    recent = days >= -RECENT_DAYS
    flat = spread == 0
    return {
        "lc_amplitude": float(np.ptp(mag)) / 2,
        "lc_std": spread,
        "lc_skew": 0.0 if flat else float((((mag - mag.mean()) / spread) ** 3).mean()),
        "lc_chi2": float(((mag - mean) ** 2 / variance).sum()) / (len(mag) - 1),
        "lc_eta": 0.0 if flat else float((np.diff(mag) ** 2).mean()) / spread**2,
        "lc_slope": _slope(days, mag),
        "lc_recent_slope": _slope(days[recent], mag[recent]),
    }


def _slope(days: Array, mag: Array) -> float:
    """Return the straight line's slope, magnitudes a day; NaN for points of one moment."""
    if len(days) < 2 or not np.ptp(days):  # noqa: PLR2004 - a line
        return math.nan
    offset = days - days.mean()
    return float((offset * mag).sum() / (offset**2).sum())
