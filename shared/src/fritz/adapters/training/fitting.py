"""Fits a network's weights to samples, with JAX on the processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import jax
import numpy as np
import optax
from jax import lax
from jax import numpy as jnp
from numpy.typing import NDArray

from fritz.classifiers.training.architecture import (
    Conv,
    Layer,
    Network,
    Weights,
    first_weights,
)

__all__ = ["Inputs", "Schedule", "fit", "forward"]

Floats = NDArray[np.float32]
Inputs = Sequence[Floats | NDArray[np.float16]]
Augment = Callable[[tuple[Floats, ...], np.random.Generator], tuple[Floats, ...]]

DROPOUT: Final = 0.3
"""Share of the inputs of dense layers that a step does without."""
DECAY: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast."""

    epochs: int
    batch: int = 64
    rate: float = 2e-3
    """Highest learning rate; it rises over a tenth of the steps and falls to nothing."""
    smoothing: float = 0.02
    """How far the labels are moved from certainty."""
    weight: float = 1.0
    """How much more an error on a first column of 1 counts than one on 0."""


def forward(
    network: Network, weights: Any, inputs: Any, dropout: tuple[float, Any] | None = None
) -> Any:
    """Return what a network says of a batch, before sigmoid or softmax.

    Parameters
    ----------
    inputs
        An array for each tower.
    dropout
        Share and random key while fitting, None otherwise.
    """
    found, begin = [], 0
    for tower, array in zip(network.towers, inputs, strict=True):
        own = weights[begin : begin + len(tower)]
        found.append(jax.nn.relu(_through(tower, own, array, dropout, begin)))
        begin += len(tower)
    joined = jnp.concatenate(found, axis=1)
    return _through(network.head, weights[begin:], joined, dropout, begin)


def _through(
    layers: Sequence[Layer],
    weights: Any,
    found: Any,
    dropout: tuple[float, Any] | None,
    begin: int,
) -> Any:
    """Return what comes out of consecutive layers; the last one's ReLU is the caller's."""
    for index, (layer, (kernel, bias)) in enumerate(zip(layers, weights, strict=True)):
        if isinstance(layer, Conv):
            found = jax.nn.relu(_convolved(found, kernel) + bias)
            found = lax.reduce_window(found, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            continue
        found = found.reshape(len(found), -1)
        if dropout is not None and index:
            share, key = dropout
            use = jax.random.fold_in(key, begin + index)
            kept = jax.random.bernoulli(use, 1 - share, found.shape)
            found = jnp.where(kept, found / (1 - share), 0)
        found = found @ kernel + bias
        if index < len(layers) - 1:
            found = jax.nn.relu(found)
    return found


def _convolved(images: Any, kernel: Any) -> Any:
    return lax.conv_general_dilated(
        images, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def fit(
    network: Network,
    inputs: Inputs,
    targets: Floats,
    schedule: Schedule,
    *,
    seed: int,
    augment: Augment | None = None,
    start: Weights | None = None,
    report: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> Weights:
    """Return weights fitted to samples; the same arguments give the same weights.

    Parameters
    ----------
    inputs
        (N, …) samples for each tower; half precision is read as single.
    targets
        (N, K) probabilities; K is 1 for a sigmoid, else rows sum to 1 for a softmax.
    start
        Weights to begin with; None: such as are drawn.
    report
        Told after each epoch its number, from 1, and the mean loss.
    """
    rng = np.random.default_rng(seed)
    weights: Any = start
    if start is None:
        weights = first_weights(network, [each.shape[1:] for each in inputs], rng)
    size = min(schedule.batch, len(targets))
    steps = schedule.epochs * (len(targets) // size)
    rates = optax.warmup_cosine_decay_schedule(
        0.0, schedule.rate, max(1, steps // 10), max(2, steps)
    )
    optimiser = optax.adamw(rates, weight_decay=DECAY)
    state = optimiser.init(weights)
    step = jax.jit(partial(_step, network, optimiser, schedule))
    key = jax.random.key(seed)
    for epoch in range(schedule.epochs):
        losses = []
        for chosen in _batches(len(targets), size, rng):
            batch = tuple(each[chosen].astype(np.float32) for each in inputs)
            batch = batch if augment is None else augment(batch, rng)
            key, use = jax.random.split(key)
            weights, state, loss = step(weights, state, batch, targets[chosen], use)
            losses.append(loss)
        report(epoch + 1, float(np.mean(jax.device_get(losses))))
    return [(np.asarray(kernel), np.asarray(bias)) for kernel, bias in weights]


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    order = rng.permutation(count)
    for begin in range(0, count - size + 1, size):
        yield order[begin : begin + size]


def _step(
    network: Network,
    optimiser: optax.GradientTransformation,
    schedule: Schedule,
    weights: Any,
    state: Any,
    inputs: Any,
    targets: Any,
    key: Any,
) -> tuple[Any, Any, Any]:
    def loss_of(weights: Any) -> Any:
        found = forward(network, weights, inputs, (DROPOUT, key))
        return _loss(found, targets, schedule)

    loss, gradient = jax.value_and_grad(loss_of)(weights)
    change, state = optimiser.update(gradient, state, weights)
    return optax.apply_updates(weights, change), state, loss


def _loss(found: Any, targets: Any, schedule: Schedule) -> Any:
    columns = targets.shape[1]
    soft = targets * (1 - schedule.smoothing) + schedule.smoothing / max(columns, 2)
    if columns == 1:
        weight = 1 + (schedule.weight - 1) * targets
        return (weight * optax.sigmoid_binary_cross_entropy(found, soft)).sum() / weight.sum()
    return optax.softmax_cross_entropy(found, soft).mean()
