"""What a model may see of one alert: its fields, its stamps decoded once, its past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from fritz.alerts.packet import Record
from fritz.alerts.stamps import read_stamp
from fritz.errors import Poison

__all__ = ["STAMP_KINDS", "AlertInputs", "Failure", "Stamp", "StampKind", "alert_inputs"]

StampKind = Literal["science", "template", "difference"]
STAMP_KINDS: Final[tuple[StampKind, ...]] = ("science", "template", "difference")
"""In the order in which every triplet model wants them."""
Stamp = NDArray[np.float32]
"""(ny, nx) pixels, NaN where the survey has no value."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a model gave no score for an alert."""

    reason: str
    """A short constant, e.g. ``missing_feature``; what counters group by."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AlertInputs:
    """One alert, ready for any number of models."""

    candid: int
    candidate: Mapping[str, Any]
    """The detection, in the survey's own field names."""
    stamps: Mapping[StampKind, Stamp] = field(default_factory=dict)
    """Those that came and could be read."""
    history: Sequence[Mapping[str, Any]] = ()
    """Earlier detections and upper limits (without ``magpsf``), in the survey's field names."""
    survey: str = "ztf"
    bad_stamps: Mapping[StampKind, str] = field(default_factory=dict)
    """Stamps that came but could not be read -> why."""


def alert_inputs(record: Record, history: Sequence[Mapping[str, Any]] = ()) -> AlertInputs:
    """Return an alert's inputs; a stamp that cannot be read is noted, not raised.

    Parameters
    ----------
    record
        The alert.
    history
        Its earlier detections and upper limits, without its own; as `HistoryView.prv_candidates`.
        For features that look back to the first detection let the view have no window.
    """
    stamps: dict[StampKind, Stamp] = {}
    bad: dict[StampKind, str] = {}
    for kind in STAMP_KINDS:
        data = record.stamp(kind)
        if data is None:
            continue
        try:
            stamps[kind] = read_stamp(data)
        except Poison as poison:
            bad[kind] = poison.reason
    return AlertInputs(record.candid, record.candidate, stamps, history, record.survey, bad)
