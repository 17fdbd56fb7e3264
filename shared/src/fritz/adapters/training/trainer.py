"""Fritz's own networks, fitted with JAX and written as ONNX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.adapters.training.fitting import Inputs, Schedule, fit, forward
from fritz.adapters.training.graph import feature_graph, read_graph, realbogus_graph
from fritz.classifiers.training.architecture import REALBOGUS, Network, Weights, class_network
from fritz.classifiers.training.augmentation import augmented, augmented_features, without_input
from fritz.classifiers.training.classes import CLASSES
from fritz.classifiers.training.samples import FeatureSamples, RealbogusSamples
from fritz.classifiers.training.scaling import Scaling

__all__ = ["JaxTrainer"]

Report = Callable[[int, float], None]
Floats = NDArray[np.float32]
REAL_WEIGHT: Final = 3.0
"""A lost supernova is worse than a look at a bad subtraction, by so much."""
PASSING: Final = 0.1
"""Share of the bogus alerts of a training set that score 0.5 or more, for the same reason."""
AT_ONCE: Final = 128
REFIT_RATE: Final = 5e-4
"""Highest learning rate for weights that know something already."""


class JaxTrainer:
    """Fits networks on the processor, the same from the same samples and seed."""

    def realbogus(
        self,
        samples: RealbogusSamples,
        *,
        epochs: int,
        seed: int,
        report: Report,
        base: bytes | None = None,
    ) -> bytes:
        """Return the ONNX file of the real/bogus network; one of `base` goes on learning."""
        start, scaling, schedule = _begin(REALBOGUS, samples.table, Schedule(epochs), base)
        targets = samples.real[:, None].astype(np.float32)
        inputs = (samples.stamps, scaling.apply(samples.table))
        weights = fit(
            REALBOGUS, inputs, targets, replace(schedule, weight=REAL_WEIGHT),
            seed=seed, augment=_augmented, start=start, report=report,
        )  # fmt: skip
        if base is None:
            bogus = tuple(each[~samples.real] for each in inputs)
            weights = _lenient(weights, bogus)
        return realbogus_graph(weights, scaling, "fritz_rb")

    def classes(
        self,
        samples: FeatureSamples,
        *,
        epochs: int,
        seed: int,
        report: Report,
        base: bytes | None = None,
    ) -> bytes:
        """Return the ONNX file of the network of features; one of `base` goes on learning."""
        network = class_network(len(CLASSES))
        start, scaling, schedule = _begin(network, samples.table, Schedule(epochs, batch=128), base)
        targets = np.eye(len(CLASSES), dtype=np.float32)[samples.classes]
        weights = fit(
            network, (scaling.apply(samples.table),), targets, schedule,
            seed=seed, augment=_features_augmented, start=start, report=report,
        )  # fmt: skip
        return feature_graph(weights, scaling, "fritz_class")


def _lenient(weights: Weights, bogus: Inputs) -> Weights:
    """Return the weights with a last bias that lets `PASSING` of the bogus alerts pass."""
    count = len(bogus[0])
    logits = [
        np.asarray(
            forward(
                REALBOGUS,
                weights,
                tuple(each[begin : begin + AT_ONCE].astype(np.float32) for each in bogus),
            )
        )
        for begin in range(0, count, AT_ONCE)
    ]
    if not logits:
        return weights
    kernel, bias = weights[-1]
    threshold = np.quantile(np.concatenate(logits), 1 - PASSING)
    return [*weights[:-1], (kernel, (bias - threshold).astype(np.float32))]


def _begin(
    network: Network, table: Floats, schedule: Schedule, base: bytes | None
) -> tuple[Weights | None, Scaling, Schedule]:
    """Return weights to begin with, and how features are scaled: a base's own, if there is one."""
    if base is None:
        return None, Scaling.of(table), schedule
    weights, scaling = read_graph(base, network)
    return weights, scaling, replace(schedule, rate=REFIT_RATE, batch=32)


def _augmented(inputs: tuple[Floats, ...], rng: np.random.Generator) -> tuple[Floats, ...]:
    stamps, features = inputs
    return without_input(augmented(stamps, rng), augmented_features(features, rng), rng)


def _features_augmented(inputs: tuple[Floats, ...], rng: np.random.Generator) -> tuple[Floats, ...]:
    return (augmented_features(inputs[0], rng),)
