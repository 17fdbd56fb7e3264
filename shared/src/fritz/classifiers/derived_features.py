"""Features that are not fields of the packet, by name.

Those of BTSbot (Rehemtulla et al. 2024, arXiv:2401.15167) follow its training set: time counts
from the first alert, which is the earlier of ``jdstarthist`` and the earliest detection known, so
``age = days_to_peak + days_since_peak`` and all three are never negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from fritz.classifiers.alert_inputs import AlertInputs

__all__ = ["DERIVED", "number"]

POSITIVE: Final = ("t", "T", "1", "y", "Y", 1)
"""What brokers write for a positive difference; True equals 1."""


def number(value: Any) -> float | None:
    """Return a number as float, None for anything else: null, text, a flag."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _detections(alert: AlertInputs) -> list[tuple[float, float]]:
    """Return (magnitude, jd) of the alert and of what was detected before it."""
    now = _jd(alert)
    found = [
        (number(p.get("magpsf")), number(p.get("jd"))) for p in (alert.candidate, *alert.history)
    ]
    return [
        (mag, jd)
        for mag, jd in found
        if mag is not None and jd is not None and jd <= now and math.isfinite(mag)
    ]


def _jd(alert: AlertInputs) -> float:
    jd = number(alert.candidate.get("jd"))
    return math.nan if jd is None else jd


def _first_jd(alert: AlertInputs) -> float:
    first = number(alert.candidate.get("jdstarthist"))
    times = [jd for _, jd in _detections(alert)]
    return min([*times, *([] if first is None else [first])], default=math.nan)


def _peak_jd(alert: AlertInputs) -> float:
    # Of equally bright detections the first: tuples compare by magnitude, then by time.
    return min(_detections(alert), default=(math.nan, math.nan))[1]


def _drb(alert: AlertInputs) -> float | None:
    drb = number(alert.candidate.get("drb"))
    return number(alert.candidate.get("rb")) if drb is None else drb


def _positive(alert: AlertInputs) -> float | None:
    sign = alert.candidate.get("isdiffpos")
    return None if sign is None else float(sign in POSITIVE)


def _non_detections(alert: AlertInputs) -> float | None:
    covered, detected = (number(alert.candidate.get(name)) for name in ("ncovhist", "ndethist"))
    return None if covered is None or detected is None else covered - detected


def _brightest(alert: AlertInputs) -> float:
    return min((mag for mag, _ in _detections(alert)), default=math.nan)


def _faintest(alert: AlertInputs) -> float:
    return max((mag for mag, _ in _detections(alert)), default=math.nan)


DERIVED: Final[Mapping[str, Callable[[AlertInputs], float | None]]] = MappingProxyType({
    "drb": _drb,
    "age": lambda alert: _jd(alert) - _first_jd(alert),
    "days_since_peak": lambda alert: _jd(alert) - _peak_jd(alert),
    "days_to_peak": lambda alert: _peak_jd(alert) - _first_jd(alert),
    "peakmag_so_far": _brightest,
    "maxmag_so_far": _faintest,
    "nnondet": _non_detections,
    "positive": _positive,
})  # fmt: skip
"""Feature name -> its value for an alert; None or NaN where it has none. ``drb`` is here because
packets of schema 3.1 and before lack it and ``rb`` stands in, as in Kowalski."""
