"""Fritz's own networks, fitted with JAX and written as ONNX."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fritz.adapters.training.fitting import Schedule, fit
from fritz.adapters.training.graph import feature_graph, stamp_graph
from fritz.classifiers.training.architecture import REALBOGUS, class_layers
from fritz.classifiers.training.augmentation import augmented, augmented_features
from fritz.classifiers.training.classes import CLASSES
from fritz.classifiers.training.samples import FeatureSamples, StampSamples
from fritz.classifiers.training.scaling import Scaling

__all__ = ["JaxTrainer"]

Report = Callable[[int, float], None]


class JaxTrainer:
    """Fits networks on the processor, the same from the same samples and seed."""

    def realbogus(self, samples: StampSamples, *, epochs: int, seed: int, report: Report) -> bytes:
        """Return the ONNX file of the real/bogus network."""
        targets = samples.real[:, None].astype(np.float32)
        weights = fit(
            REALBOGUS, samples.stamps, targets, Schedule(epochs),
            seed=seed, augment=augmented, report=report,
        )  # fmt: skip
        return stamp_graph(REALBOGUS, weights, "fritz_rb")

    def classes(self, samples: FeatureSamples, *, epochs: int, seed: int, report: Report) -> bytes:
        """Return the ONNX file of the network of features."""
        scaling, layers = Scaling.of(samples.table), class_layers(len(CLASSES))
        targets = np.eye(len(CLASSES), dtype=np.float32)[samples.classes]
        weights = fit(
            layers, scaling.apply(samples.table), targets, Schedule(epochs, batch=128),
            seed=seed, augment=augmented_features, report=report,
        )  # fmt: skip
        return feature_graph(layers, weights, scaling, "fritz_class")
