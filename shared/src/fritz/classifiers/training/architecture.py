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
    "Weights",
    "class_layers",
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
    """Every output from every input; ReLU if it is not the last layer."""

    units: int


Layer: TypeAlias = Conv | Dense
Weights: TypeAlias = list[tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Kernel and bias of each layer; convolutions as (side, side, in, out)."""

REALBOGUS: Final[tuple[Layer, ...]] = (
    Conv(16), Conv(32), Conv(48), Dense(96), Dense(1),
)  # fmt: skip


def class_layers(classes: int) -> tuple[Layer, ...]:
    """Return the layers of the network of features."""
    return (Dense(96), Dense(48), Dense(classes))


def first_weights(
    layers: Sequence[Layer], inputs: tuple[int, ...], rng: np.random.Generator
) -> Weights:
    """Return weights to begin with (He et al. 2015, arXiv:1502.01852, eq. 10).

    Parameters
    ----------
    inputs
        Shape of one sample: (side, side, channels), or (features,).
    """
    weights: Weights = []
    shape = inputs
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
    return weights
