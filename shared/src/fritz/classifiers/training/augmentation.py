"""The same alert as another exposure might have shown it: turned, noisier, blurred, masked.

Works on stamps in units of their noise (`fritz.classifiers.training.standard_stamps`), and on
features as `fritz.classifiers.training.scaling` gives them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["augmented", "augmented_features", "blurred", "masked", "turned", "without_input"]

Images = NDArray[np.float32]

NOISE: Final = 0.3
"""Most noise added, in deviations of the stamp's own."""
BLUR: Final = 0.5
"""Largest share of a stamp that is taken from its smoothed self."""
BLANK_TEMPLATES: Final = 0.02
"""Share of alerts whose template is wiped: where ZTF has no reference there is none."""
STRENGTH: Final = 0.25
"""Most by which brightness (in ``asinh``) is stretched or squeezed."""

MASKS: Final = 0.2
"""Share of the stamps that lose a box or a strip, as beside saturated stars and edges."""
MASK: Final = 15
"""Pixels, the side of the box or the width of the strip."""
EDGES: Final = 0.5
"""Share of strips among them."""
SPARED: Final = 2
"""Pixels around the middle that keep their values."""
FEATURE_NOISE: Final = 0.15
"""Added to features, in deviations of the training set."""
FEATURE_LOSS: Final = 0.1
"""Share of the features that are taken for missing: no single one should decide."""
INPUT_LOSS: Final = 0.15
"""Share of the alerts that lose all stamps, and of those that lose all features: neither should
decide alone, for in either the simulator may be wrong."""


def augmented(images: Images, rng: np.random.Generator) -> Images:
    """Return changed copies of (N, 63, 63, 3) stamps; pixels without a value stay without one."""
    changed = turned(images, int(rng.integers(8)))
    valid = (changed != 0).astype(np.float32)
    count = len(changed)

    def each(low: float, high: float) -> Images:
        drawn: Images = rng.uniform(low, high, (count, 1, 1, 1)).astype(np.float32)
        return drawn

    changed = blurred(changed, np.maximum(each(-BLUR, BLUR), 0))
    changed = changed * each(1 - STRENGTH, 1 + STRENGTH)
    changed = changed + each(0, NOISE) * rng.standard_normal(changed.shape, np.float32)
    wiped = rng.random(count) < BLANK_TEMPLATES
    changed[wiped, :, :, 1] = 0
    kept: Images = changed * valid
    return masked(kept, rng)


def masked(images: Images, rng: np.random.Generator) -> Images:
    """Return stamps, some of them without values in a box or beyond an edge; never in the middle.

    The stamps are changed in place.
    """
    side = images.shape[1]
    for which in np.flatnonzero(rng.random(len(images)) < MASKS):
        row, column = rng.integers(-MASK, side, 2)
        rows, columns = (slice(max(0, at), at + MASK) for at in (row, column))
        if rng.random() < EDGES:
            rows = slice(0, side)
        inside = slice(side // 2 - SPARED, side // 2 + SPARED + 1)
        middle = images[which, inside, inside].copy()
        images[which, rows, columns] = 0
        images[which, inside, inside] = middle
    return images


def turned(images: Images, way: int) -> Images:
    """Return stamps in one of the eight ways a square can lie, 0 as it was.

    Examples
    --------
    >>> stamp = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    >>> [turned(stamp, way).ravel().tolist() for way in (0, 1, 4)]
    [[0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 0.0, 2.0], [0.0, 2.0, 1.0, 3.0]]
    """
    flipped = images.transpose(0, 2, 1, 3) if way >= 4 else images  # noqa: PLR2004 - four turns
    return np.rot90(flipped, way % 4, axes=(1, 2))


def blurred(images: Images, share: Images) -> Images:
    """Return stamps mixed with the mean of each pixel's neighbours.

    Parameters
    ----------
    share
        (N, 1, 1, 1) of the smoothed stamp, 0 to 1.
    """
    total = np.zeros_like(images)
    for axis in (1, 2):
        for step in (-1, 1):
            total += np.roll(images, step, axis)
    return images + share * (total / np.float32(4) - images)


def augmented_features(scaled: Images, rng: np.random.Generator) -> Images:
    """Return changed copies of (N, 3K) scaled features: noisier, and some of them missing."""
    count, columns = scaled.shape
    names = columns // 3
    lost = rng.random((count, names)) < FEATURE_LOSS
    values, missing = scaled[:, : 2 * names], scaled[:, 2 * names :]
    noise = np.tile(rng.standard_normal((count, names), np.float32), 2)
    present = np.tile((missing == 0) & ~lost, 2)
    changed = np.where(present, values + np.float32(FEATURE_NOISE) * noise, np.float32(0))
    return np.concatenate([changed, np.maximum(missing, lost)], axis=1)


def without_input(
    stamps: Images, features: Images, rng: np.random.Generator
) -> tuple[Images, Images]:
    """Return stamps and scaled features, some alerts without the one and some without the other.

    Both are changed in place.
    """
    drawn = rng.random(len(stamps))
    blind, mute = drawn < INPUT_LOSS, drawn > 1 - INPUT_LOSS
    stamps[blind] = 0
    names = features.shape[1] // 3
    features[mute, : 2 * names] = 0
    features[mute, 2 * names :] = 1
    return stamps, features
