"""Two models, or a model and the truth, over the same alerts: the numbers of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.classifiers.metrics import agreement, auc

__all__ = [
    "CalibrationBin",
    "Confusion",
    "Disagreement",
    "ModelComparison",
    "Scored",
    "SeriesNumbers",
    "calibration",
    "compare",
    "confusion",
    "roc_points",
]

Floats = NDArray[np.float64]
THRESHOLD: Final = 0.5
BINS: Final = 10
ROC_POINTS: Final = 200
"""Most points of a curve; the AUC is of all."""
TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Scored:
    """What one model says of N alerts."""

    label: str
    """Name and version, for people."""
    scores: ArrayLike
    """(N,) numbers from 0 to 1; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Alerts by what is said of them (above) and what they are (true)."""

    true_above: int
    false_above: int
    true_below: int
    false_below: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.true_above + self.false_above + self.true_below + self.false_below

    @property
    def right(self) -> float:
        """Share of all alerts of which the truth is said; NaN if there are none."""
        return _share(self.true_above + self.false_below, self.total)

    @property
    def missed(self) -> float:
        """Share of the true alerts that are below; NaN if there are none."""
        return _share(self.true_below, self.true_above + self.true_below)

    @property
    def passed(self) -> float:
        """Share of the false alerts that are above; NaN if there are none."""
        return _share(self.false_above, self.false_above + self.false_below)


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Alerts whose scores are alike."""

    low: float
    high: float
    alerts: int
    mean_score: float
    """NaN if there are none."""
    share_true: float
    """NaN if there are none."""


@dataclass(frozen=True, slots=True)
class SeriesNumbers:
    """One model against the truth."""

    label: str
    histogram_true: tuple[int, ...]
    """Alerts that are true by score, in equal bins from 0 to 1; with no truth at all empty."""
    histogram_false: tuple[int, ...]
    """Those that are false, or of unknown truth."""
    auc: float
    """NaN if all known truth is alike, or none is known."""
    roc: tuple[tuple[float, float], ...]
    """(false positive rate, true positive rate), from (0, 0) to (1, 1); empty where AUC is NaN."""
    calibration: tuple[CalibrationBin, ...]
    """Empty if no truth is known."""
    confusion: Confusion | None
    """None if no truth is known."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An alert that the two models put on different sides, or the model and the truth."""

    candid: int
    scores: tuple[float, ...]
    """Of each series."""
    truth: bool | None
    """None if it is not known."""


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """What came of a comparison."""

    threshold: float
    alerts: int
    """Alerts with a score of each series."""
    left_out: int
    """Alerts that lack one."""
    truth: str
    """What counts as true, in words; empty if nothing does."""
    known: int
    """Alerts of which the truth is known."""
    true: int
    series: tuple[SeriesNumbers, ...]
    """One or two."""
    agreement: float
    """Share of alerts that both models, or the model and the truth, put on one side; or NaN."""
    between: Confusion | None
    """The second model's sides, the first's taken as the truth; None if there is but one."""
    disagreements: int
    listed: tuple[Disagreement, ...]
    """The worst of them first."""


def compare(
    candids: Sequence[int],
    series: Sequence[Scored],
    truth: ArrayLike | None = None,
    *,
    truth_label: str = "label",
    threshold: float = THRESHOLD,
    most: int = 24,
) -> ModelComparison:
    """Return the comparison of one or two models over N alerts.

    Parameters
    ----------
    candids
        N alerts.
    series
        The models.
    truth
        (N,) 1 for true, 0 for false, NaN where it is not known; None: nowhere.
    truth_label
        What it was taken from, in words.
    threshold
        From this score on a model says true.
    most
        Disagreements that are listed.

    Raises
    ------
    ValueError
        Not one or two series, or of different lengths.
    """
    scores, real = _aligned(candids, series, truth)
    whole = np.isfinite(scores).all(axis=0)
    ids = np.asarray(candids, np.int64)[whole]
    scores, real = scores[:, whole], real[whole]
    known = np.isfinite(real)
    sides = scores >= threshold
    # With one model the truth is what it may disagree with.
    against = sides[1] if len(series) == TWO else real >= threshold
    comparable = np.ones(len(ids), bool) if len(series) == TWO else known
    apart = comparable & (sides[0] != against)
    other = scores[1] if len(series) == TWO else np.nan_to_num(real)
    return ModelComparison(
        threshold=threshold,
        alerts=len(ids),
        left_out=int((~whole).sum()),
        truth=truth_label if known.any() else "",
        known=int(known.sum()),
        true=int((real[known] > 0).sum()),
        series=tuple(
            _numbers(each.label, values, real, threshold)
            for each, values in zip(series, scores, strict=True)
        ),
        agreement=_agreement(scores[0][comparable], other[comparable], threshold),
        between=confusion(sides[0], scores[1], threshold) if len(series) == TWO else None,
        disagreements=int(apart.sum()),
        listed=_worst(ids, scores, real, apart, np.abs(scores[0] - other), most),
    )


def roc_points(truth: ArrayLike, scores: ArrayLike) -> list[tuple[float, float]]:
    """Return the ROC curve as (false positive rate, true positive rate), both classes present.

    Examples
    --------
    >>> roc_points([True, False, True], [0.9, 0.5, 0.1])
    [(0.0, 0.0), (0.0, 0.5), (1.0, 0.5), (1.0, 1.0)]
    """
    is_true, values = np.asarray(truth, bool), np.asarray(scores, float)
    order = np.argsort(-values, kind="stable")
    # Equal scores are one step: no threshold tells them apart.
    last = np.append(np.diff(values[order]) != 0, [True])
    found_true = np.cumsum(is_true[order])[last] / max(is_true.sum(), 1)
    found_false = np.cumsum(~is_true[order])[last] / max((~is_true).sum(), 1)
    points = zip(found_false.tolist(), found_true.tolist(), strict=True)
    return [(0.0, 0.0), *points]


def calibration(truth: ArrayLike, scores: ArrayLike, bins: int = BINS) -> list[CalibrationBin]:
    """Return how often alerts of like scores are true, in equal bins from 0 to 1.

    Examples
    --------
    >>> [(b.alerts, b.share_true) for b in calibration([1, 0, 1], [0.9, 0.6, 1.0], bins=2)][1]
    (3, 0.6666666666666666)
    """
    is_true, values = np.asarray(truth, bool), np.asarray(scores, float)
    places = _bins(values, bins)
    return [
        CalibrationBin(
            low=place / bins,
            high=(place + 1) / bins,
            alerts=int((places == place).sum()),
            mean_score=_mean(values[places == place]),
            share_true=_mean(is_true[places == place]),
        )
        for place in range(bins)
    ]


def confusion(truth: ArrayLike, scores: ArrayLike, threshold: float = THRESHOLD) -> Confusion:
    """Return how many alerts are on which side of a threshold, and truly so.

    Examples
    --------
    >>> confusion([True, True, False], [0.9, 0.4, 0.5])
    Confusion(true_above=1, false_above=1, true_below=1, false_below=0)
    """
    is_true, above = np.asarray(truth, bool), np.asarray(scores, float) >= threshold
    return Confusion(
        true_above=int((is_true & above).sum()),
        false_above=int((~is_true & above).sum()),
        true_below=int((is_true & ~above).sum()),
        false_below=int((~is_true & ~above).sum()),
    )


def _aligned(
    candids: Sequence[int], series: Sequence[Scored], truth: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Return (K, N) scores and (N,) truth."""
    count = len(candids)
    real = np.full(count, np.nan) if truth is None else np.asarray(truth, float)
    scores = [np.asarray(each.scores, float) for each in series]
    if len(series) not in {1, TWO} or any(each.shape != (count,) for each in (*scores, real)):
        raise ValueError(f"{len(series)} series, not one or two of {count} scores each")
    return np.stack(scores), real


def _numbers(label: str, scores: Floats, real: Floats, threshold: float) -> SeriesNumbers:
    known = np.isfinite(real)
    is_true, values = real[known] > 0, scores[known]
    area = auc(is_true, values)
    return SeriesNumbers(
        label=label,
        histogram_true=_histogram(values[is_true]) if known.any() else (),
        histogram_false=_histogram(scores[~(known & (real > 0))]),
        auc=area,
        roc=() if np.isnan(area) else tuple(_thinned(roc_points(is_true, values))),
        calibration=tuple(calibration(is_true, values)) if known.any() else (),
        confusion=confusion(is_true, values, threshold) if known.any() else None,
    )


def _worst(
    ids: NDArray[np.int64],
    scores: Floats,
    real: Floats,
    apart: NDArray[np.bool_],
    distance: Floats,
    most: int,
) -> tuple[Disagreement, ...]:
    places = np.flatnonzero(apart)
    ranked = places[np.lexsort((ids[places], -distance[places]))][:most]
    return tuple(
        Disagreement(
            int(ids[i]),
            tuple(scores[:, i].tolist()),
            None if np.isnan(real[i]) else bool(real[i] > 0),
        )
        for i in ranked
    )


def _bins(scores: Floats, bins: int) -> NDArray[np.int64]:
    """Return the bin of each score; what is below 0 or above 1 is in the outermost."""
    return np.asarray(np.clip(scores * bins, 0, bins - 1).astype(np.int64))


def _histogram(scores: Floats) -> tuple[int, ...]:
    return tuple(np.bincount(_bins(scores, 2 * BINS), minlength=2 * BINS).tolist())


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    if len(points) <= ROC_POINTS:
        return list(points)
    return [points[i] for i in np.linspace(0, len(points) - 1, ROC_POINTS).round().astype(int)]


def _agreement(one: Floats, other: Floats, threshold: float) -> float:
    return agreement(one, other, threshold) if len(one) else float("nan")


def _mean(values: NDArray[np.generic]) -> float:
    return float(np.asarray(values, float).mean()) if len(values) else float("nan")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
