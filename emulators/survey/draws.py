"""Random numbers by name: the same key and name always give the same number.

The history that tonight's packet carries must repeat what an earlier night's packet said, to the
last bit, although the two nights are simulated apart. So no state is drawn from: each number is a
hash of a key (the seed, an object, an exposure) and of the name of the quantity.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

__all__ = ["Draws", "mix"]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mix(*parts: ArrayLike) -> NDArray[np.uint64]:
    """Combine integers into well spread 64-bit keys.

    Parameters
    ----------
    parts : integers or integer arrays that broadcast together, not negative
    """
    state = np.zeros(1, np.uint64)
    for part in parts:
        state = _scramble((state + GOLDEN) ^ np.asarray(part).astype(np.uint64))
    return state


def _scramble(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the finaliser of splitmix64 (Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class Draws:
    """Named random numbers, one for each of a set of keys.

    Parameters
    ----------
    keys : (N,) array of 64-bit keys, see `mix`
    """

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        self.keys = keys

    def uniform(
        self, name: str, low: ArrayLike = 0.0, high: ArrayLike = 1.0
    ) -> NDArray[np.float64]:
        """Return (N,) numbers, evenly spread between `low` and `high`, both left out."""
        bits = _scramble((self.keys + GOLDEN) ^ np.uint64(crc32(name.encode()) * 0x1_0000_0001))
        unit = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return np.asarray(low) + (np.asarray(high) - np.asarray(low)) * unit

    def normal(
        self, name: str, mean: ArrayLike = 0.0, sigma: ArrayLike = 1.0
    ) -> NDArray[np.float64]:
        """Return (N,) normally distributed numbers."""
        unit: NDArray[np.float64] = ndtri(self.uniform(name))
        return np.asarray(mean) + np.asarray(sigma) * unit

    def lognormal(self, name: str, median: ArrayLike, sigma: ArrayLike) -> NDArray[np.float64]:
        """Return (N,) positive numbers; `sigma` is the scatter of their natural logarithm."""
        return np.asarray(median) * np.exp(self.normal(name, 0.0, sigma))

    def integer(self, name: str, low: int, high: int) -> NDArray[np.int64]:
        """Return (N,) integers from `low` up to, not including, `high`."""
        return np.floor(self.uniform(name, low, high)).astype(np.int64)

    def choice(self, name: str, weights: ArrayLike) -> NDArray[np.int64]:
        """Return (N,) indices into `weights`, each as often as its weight."""
        edges = np.cumsum(np.asarray(weights, np.float64))
        return np.searchsorted(edges, self.uniform(name) * edges[-1], side="right")

    def happens(self, name: str, probability: ArrayLike) -> NDArray[np.bool_]:
        """Return (N,) truth values, true with the given probability."""
        return self.uniform(name) < np.asarray(probability)
