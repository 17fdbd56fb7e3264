"""Light curves as arrays of a fixed length, the latest detections last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import AlertInputs, Failure
from fritz.classifiers.derived_features import number

__all__ = ["CHANNELS", "light_curve_table"]

CHANNELS: Final = ("days", "mag", "mag_err", "fid", "present")
"""Of each point: days before the alert (zero or negative), magnitude, its error, the band's number,
and 1; a row that lacks a point is all zeros."""


def light_curve_table(
    alerts: Sequence[AlertInputs], points: int, min_points: int = 1
) -> tuple[NDArray[np.float32], dict[int, Failure]]:
    """Return the last detections of each alert's object, its own included, and why some have none.

    Parameters
    ----------
    alerts
        N alerts.
    points
        Length T; older detections are left out, missing ones are rows of zeros at the start.
    min_points
        With fewer detections an alert fails.

    Returns
    -------
    (N, T, 5) array of `CHANNELS`, unspecified for alerts that failed. Failures by position:
    ``few_points``, ``bad_light_curve``.
    """
    table = np.zeros((len(alerts), points, len(CHANNELS)), np.float32)
    failures: dict[int, Failure] = {}
    for index, alert in enumerate(alerts):
        rows = _rows(alert)[-points:]
        if len(rows) < max(min_points, 1):
            failures[index] = Failure("few_points", f"{len(rows)} of {min_points}")
        else:
            with np.errstate(over="ignore"):
                table[index, points - len(rows) :] = rows
            if not np.isfinite(table[index]).all():
                failures[index] = Failure("bad_light_curve", "beyond single precision")
    return table, failures


def _rows(alert: AlertInputs) -> list[tuple[float, ...]]:
    """Return the detections up to the alert as rows of `CHANNELS`, by time, none twice."""
    now = number(alert.candidate.get("jd"))
    if now is None:
        return []
    rows = {_row(point, now) for point in (*alert.history, alert.candidate)}
    return sorted(row for row in rows if row is not None)


def _row(point: Mapping[str, Any], now: float) -> tuple[float, ...] | None:
    values = [number(point.get(name)) for name in ("jd", "magpsf", "sigmapsf", "fid")]
    if any(value is None or not math.isfinite(value) for value in values):
        return None
    jd, mag, mag_err, fid = (float(value) for value in values if value is not None)
    return (jd - now, mag, mag_err, fid, 1.0) if jd <= now else None
