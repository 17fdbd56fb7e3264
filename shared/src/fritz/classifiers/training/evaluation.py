"""How good a model is, as numbers for its card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.metrics import agreement, auc

__all__ = [
    "class_metrics",
    "confusion",
    "drb_metrics",
    "realbogus_metrics",
    "share_above_by_kind",
]

THRESHOLD: Final = 0.5
Floats = NDArray[np.floating]


def realbogus_metrics(real: NDArray[np.bool_], scores: Floats) -> dict[str, float]:
    """Return how well scores tell real alerts from bogus ones.

    Examples
    --------
    >>> realbogus_metrics(np.array([True, True, False]), np.array([0.9, 0.4, 0.1]))["auc"]
    1.0
    """
    above = scores >= THRESHOLD
    return _rounded({
        "alerts": len(real),
        "bogus": int((~real).sum()),
        "auc": auc(real, scores),
        "agreement": agreement(real, scores),
        "missed_real": float((~above[real]).mean()),
        "passed_bogus": float(above[~real].mean()),
        "brier": float(((scores - real) ** 2).mean()),
    })  # fmt: skip


def drb_metrics(drb: Floats, scores: Floats) -> dict[str, float]:
    """Return how scores compare with the survey's own, where it gave one.

    Parameters
    ----------
    drb
        (N,) the survey's scores; 0 and NaN are none.
    """
    given = np.isfinite(drb) & (drb != 0) & np.isfinite(scores)
    drb, scores = drb[given], scores[given]
    return _rounded({
        "alerts": len(drb),
        "bogus": int((drb < THRESHOLD).sum()),
        "auc": auc(drb >= THRESHOLD, scores),
        "agreement": agreement(drb, scores),
        "missed_real": float((scores[drb >= THRESHOLD] < THRESHOLD).mean()),
        "passed_bogus": float((scores[drb < THRESHOLD] >= THRESHOLD).mean()),
    })  # fmt: skip


def confusion(truth: Sequence[str], found: Sequence[str], names: Sequence[str]) -> list[list[int]]:
    """Return counts, a row for each true class and a column for each found one.

    Examples
    --------
    >>> confusion(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])
    [[1, 1], [0, 1]]
    """
    counts = np.zeros((len(names), len(names)), int)
    for one, other in zip(truth, found, strict=True):
        counts[names.index(one), names.index(other)] += 1
    table: list[list[int]] = counts.tolist()
    return table


def class_metrics(truth: Sequence[str], scores: Floats, names: Sequence[str]) -> dict[str, float]:
    """Return accuracy, and of each class which share is found and which share of it is right.

    Parameters
    ----------
    truth
        (N,) class names.
    scores
        (N, classes) probabilities, in the order of `names`.
    """
    found = [names[i] for i in scores.argmax(axis=1)]
    counts = np.array(confusion(truth, found, names), float)
    right = np.diag(counts)
    metrics = {"alerts": float(len(truth)), "accuracy": float(right.sum() / len(truth))}
    with np.errstate(invalid="ignore"):
        recall, precision = right / counts.sum(axis=1), right / counts.sum(axis=0)
    metrics["mean_recall"] = float(np.nanmean(recall))
    for i, name in enumerate(names):
        metrics[f"recall_{name}"] = float(recall[i])
        metrics[f"precision_{name}"] = float(precision[i])
    return _rounded({name: value for name, value in metrics.items() if np.isfinite(value)})


def share_above_by_kind(kinds: Sequence[str], scores: Floats) -> dict[str, float]:
    """Return which share of each kind of object scores 0.5 or more."""
    above = scores >= THRESHOLD
    return _rounded({
        kind: float(above[[each == kind for each in kinds]].mean()) for kind in sorted(set(kinds))
    })  # fmt: skip


def _rounded(metrics: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in metrics.items()}
