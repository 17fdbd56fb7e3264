"""How well scores tell two classes apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["agreement", "auc"]


def auc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Return the area under the ROC curve: how often a true one scores higher than a false one.

    Parameters
    ----------
    truth
        (N,) booleans.
    scores
        (N,) numbers; equal ones count half.

    Returns
    -------
    0 to 1; NaN if one class is empty.

    Examples
    --------
    >>> auc([True, True, False, False], [0.9, 0.4, 0.4, 0.1])
    0.875
    """
    is_true = np.asarray(truth, bool)
    values = np.asarray(scores, float)
    true, false = int(is_true.sum()), int((~is_true).sum())
    if not true or not false:
        return float("nan")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_rank[inverse][is_true].sum())
    return (rank_sum - true * (true + 1) / 2) / (true * false)


def agreement(one: ArrayLike, other: ArrayLike, threshold: float = 0.5) -> float:
    """Return the fraction of alerts that two scores put on the same side of a threshold.

    Examples
    --------
    >>> agreement([0.1, 0.9, 0.6, 0.7], [0.2, 0.8, 0.4, 0.9])
    0.75
    """
    sides = (np.asarray(one, float) >= threshold) == (np.asarray(other, float) >= threshold)
    return float(sides.mean())
