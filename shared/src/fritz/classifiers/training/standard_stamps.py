"""Stamps in units of their own noise, compressed: what the real/bogus network looks at.

The network's file does this itself, on the triplets of `fritz.classifiers.triplets`, so that all
models of stamps share one block; `fritz.adapters.training.graph` writes the same arithmetic as
ONNX nodes. Level and noise of a stamp are the mean and the deviation of its pixels, those beyond
three deviations left out, three times over; then ``asinh`` of the pixels less the level, in units
of the noise. Pixels without a value are zero. Of that the middle is kept.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLIP", "MASKED", "MIDDLE", "ROUNDS", "SMALLEST_NOISE", "standard_stamps"]

MASKED: Final = 2e-9
"""Pixels of a triplet closer to zero have no value: masked or padding."""
ROUNDS: Final = 3
CLIP: Final = 3.0
"""Deviations."""
SMALLEST_NOISE: Final = 1e-7
"""Of a stamp of unit norm; keeps blank stamps finite."""
MIDDLE: Final = slice(7, 56)
"""Rows and columns that are kept: 49, enough for the halo of a bright star."""


def standard_stamps(triplets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the middle of triplets in units of the noise, compressed.

    Parameters
    ----------
    triplets
        (N, 63, 63, 3) array, see `fritz.classifiers.triplets`.

    Returns
    -------
    (N, 49, 49, 3) array, about -10 to 10; zero where there is no value.
    """
    valid = (np.abs(triplets) > MASKED).astype(np.float32)
    level, noise = _moments(triplets, valid)
    for _ in range(ROUNDS):
        near = np.abs(triplets - level) <= CLIP * noise
        level, noise = _moments(triplets, valid * near)
    middle, kept = (each[:, MIDDLE, MIDDLE] for each in (triplets, valid))
    standard: NDArray[np.float32] = kept * np.arcsinh((middle - level) / noise)
    return standard


def _moments(
    pixels: NDArray[np.float32], weight: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and deviation of each stamp, (N, 1, 1, 3)."""
    count = np.maximum(weight.sum(axis=(1, 2), keepdims=True), 1)
    level = (weight * pixels).sum(axis=(1, 2), keepdims=True) / count
    square = (weight * (pixels - level) ** 2).sum(axis=(1, 2), keepdims=True) / count
    return level, np.maximum(np.sqrt(square), np.float32(SMALLEST_NOISE))
