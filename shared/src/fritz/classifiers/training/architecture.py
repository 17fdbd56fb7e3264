"""Networks as lists of layers: what is fitted and what is written as ONNX graph, said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "REALBOGUS",
    "Conv",
    "Dense",
    "Layer",
    "Network",
    "Weights",
    "class_network",
    "first_weights",
]


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution without margins, ReLU, and the maximum of each 2x2 pixels."""

    channels: int
    side: int = 3
    """Of the kernel, pixels."""


@dataclass(frozen=True, slots=True)
class Dense:
    """Every output from every input; ReLU if it is not the network's last layer."""

    units: int


Layer: TypeAlias = Conv | Dense
Weights: TypeAlias = list[tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Kernel and bias of each layer; convolutions as (side, side, in, out)."""


@dataclass(frozen=True, slots=True)
class Network:
    """Layers for each input by itself, then layers for what these found, joined.

    Weights stand in the order of `layers`.
    """

    towers: tuple[tuple[Layer, ...], ...]
    """One for each input; images end in a dense layer."""
    head: tuple[Dense, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers: those of the first tower, of the next, of the head."""
        return (*(layer for tower in self.towers for layer in tower), *self.head)


REALBOGUS: Final = Network(
    towers=((Conv(16), Conv(32), Conv(48), Dense(64)), (Dense(64), Dense(32))),
    head=(Dense(32), Dense(1)),
)
"""Stamps, and what was measured of them."""


def class_network(classes: int) -> Network:
    """Return the network of features alone."""
    return Network(towers=((Dense(96), Dense(48)),), head=(Dense(classes),))


def first_weights(
    network: Network, inputs: Sequence[tuple[int, ...]], rng: np.random.Generator
) -> Weights:
    """Return weights to begin with (He et al. 2015, arXiv:1502.01852, eq. 10).

    Parameters
    ----------
    inputs
        Shape of one sample of each input: (side, side, channels), or (features,).
    """
    weights: Weights = []
    joined = 0
    for tower, shape in zip(network.towers, inputs, strict=True):
        drawn, (units,) = _drawn(tower, shape, rng)
        weights += drawn
        joined += units
    return weights + _drawn(network.head, (joined,), rng)[0]


def _drawn(
    layers: Sequence[Layer], shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[Weights, tuple[int, ...]]:
    """Return weights of consecutive layers, and the shape of what comes out."""
    weights: Weights = []
    for layer in layers:
        kernel: tuple[int, ...]
        if isinstance(layer, Conv):
            kernel = (layer.side, layer.side, shape[-1], layer.channels)
            left = (shape[0] - layer.side + 1) // 2
            shape = (left, left, layer.channels)
        else:
            kernel = (int(np.prod(shape)), layer.units)
            shape = (layer.units,)
        spread = np.sqrt(2.0 / np.prod(kernel[:-1]))
        drawn = rng.normal(0.0, spread, kernel).astype(np.float32)
        weights.append((drawn, np.zeros(kernel[-1], np.float32)))
    return weights, shape
