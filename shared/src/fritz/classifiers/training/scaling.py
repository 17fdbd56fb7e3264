"""Features as numbers of order one, as measured and compressed, with marks for what is missing.

The network's file does this itself; `fritz.adapters.training.graph` writes it as ONNX nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.training.class_features import MISSING

__all__ = ["FARTHEST", "Scaling", "compressed"]

Floats = NDArray[np.float32]
FARTHEST: Final = 5.0
"""Deviations at which a feature is cut off."""
FLAT: Final = 1e-6
"""A column that varies less is of one value."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """Mean and deviation of 2K columns: K features, then their ``asinh``."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, table: Floats) -> Scaling:
        """Return the scaling of a training set, (N, K); missing values do not count."""
        both = compressed(table)
        present = np.tile(table != MISSING, 2)
        count = np.maximum(present.sum(axis=0), 1)
        mean = both.sum(axis=0, where=present) / count
        deviation = np.sqrt(((both - mean) ** 2).sum(axis=0, where=present) / count)
        # a column without values, or of one value, tells nothing
        deviation = np.where(deviation < FLAT, 1.0, deviation)
        return cls(mean.astype(np.float32), deviation.astype(np.float32))

    def apply(self, table: Floats) -> Floats:
        """Return (N, 3K): features, their ``asinh``, and 1 where they are missing."""
        scaled = (compressed(table) - self.mean) / self.deviation
        missing = (table == MISSING).astype(np.float32)
        present = 1 - np.tile(missing, 2)
        return np.concatenate([present * scaled.clip(-FARTHEST, FARTHEST), missing], axis=1)


def compressed(table: Floats) -> Floats:
    """Return (N, 2K): features and their ``asinh``."""
    return np.concatenate([table, np.arcsinh(table)], axis=1)
