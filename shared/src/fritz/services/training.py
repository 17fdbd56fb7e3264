"""From labelled alerts to a model with its card: fitting, writing, and an honest evaluation.

Whatever is said of a model is computed with the file that was written, by the engine that will run
it. Alerts of real packets are for evaluation only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.blocks import Contract, PreparedBatch, TripletBlock
from fritz.classifiers.cards import ModelCard, ModelInput, ModelOutput
from fritz.classifiers.derived_features import number
from fritz.classifiers.model import LoadedModel
from fritz.classifiers.onnx_header import read_header
from fritz.classifiers.probe import load_model, probe_scores
from fritz.classifiers.runtime import Runtime
from fritz.classifiers.training.class_features import class_block
from fritz.classifiers.training.classes import CLASSES
from fritz.classifiers.training.evaluation import (
    class_metrics,
    confusion,
    drb_metrics,
    realbogus_metrics,
    share_above_by_kind,
)
from fritz.classifiers.training.realbogus_features import realbogus_block
from fritz.classifiers.training.samples import (
    FeatureSamples,
    LabelledAlert,
    RealbogusSamples,
    feature_samples,
    held_out,
    realbogus_samples,
)
from fritz.classifiers.verification import file_sha256

__all__ = ["Recipe", "Trained", "Trainer", "train_classes", "train_realbogus"]

HELD_OUT: Final = 0.1
"""Share of the objects that are kept for evaluation."""
RUN: Final = 64
SEEN: Final = (
    "Simulator and training were developed with a look at real packets, so metrics on those are "
    "not of an untouched test set; docs/models.md says how often."
)
Floats = NDArray[np.float32]
Report = Callable[[int, float], None]


class Trainer(Protocol):
    """A framework that fits networks; `fritz.adapters.training.JaxTrainer` is one."""

    def realbogus(
        self,
        samples: RealbogusSamples,
        *,
        epochs: int,
        seed: int,
        report: Report,
        base: bytes | None = None,
    ) -> bytes:
        """Return the ONNX file of a network of ``stamps`` and ``features``, output ``score``.

        Parameters
        ----------
        base
            A file that an earlier call returned: its network goes on learning.
        """
        ...

    def classes(
        self,
        samples: FeatureSamples,
        *,
        epochs: int,
        seed: int,
        report: Report,
        base: bytes | None = None,
    ) -> bytes:
        """Return the ONNX file of a network of ``features`` with the output ``score``."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made, and what its card says of that."""

    version: str
    epochs: int
    seed: int
    training_data: str
    source: str = "Fritz, `fritz train`; see docs/models.md."


@dataclass(frozen=True, slots=True)
class Trained:
    """A model as it may be added to a registry, and all that was measured."""

    card: ModelCard
    data: bytes
    metrics: dict[str, Any]


def train_realbogus(
    alerts: Iterable[LabelledAlert],
    real_packets: Sequence[AlertInputs],
    trainer: Trainer,
    runtime: Runtime,
    recipe: Recipe,
    report: Report = lambda _epoch, _loss: None,
) -> Trained:
    """Return a real/bogus network of stamps and features, ``fritz_rb``.

    Parameters
    ----------
    alerts
        Alerts of known nature; those of a tenth of the objects are kept for evaluation.
    real_packets
        The survey's own alerts, to compare with its ``drb``; may be empty.
    """
    kept: list[LabelledAlert] = []
    samples = realbogus_samples(_others(alerts, kept))
    data = trainer.realbogus(samples, epochs=recipe.epochs, seed=recipe.seed, report=report)
    model = load_model(_realbogus_card(data, recipe), data, runtime)
    scores = _scores(model, [each.alert for each in kept])[:, 0]
    real = np.array([each.real for each in kept], bool)
    metrics: dict[str, Any] = {
        "trained_on": len(samples.real),
        "simulation": realbogus_metrics(real, scores),
        "simulation_above_half_by_kind": share_above_by_kind([e.kind for e in kept], scores),
    }
    if real_packets:
        metrics["real_packets"] = drb_metrics(
            _drb(real_packets), _scores(model, real_packets)[:, 0]
        )
    return _finished(model, data, metrics)


def train_classes(
    alerts: Iterable[LabelledAlert],
    real_packets: Sequence[AlertInputs],
    trainer: Trainer,
    runtime: Runtime,
    recipe: Recipe,
    report: Report = lambda _epoch, _loss: None,
) -> Trained:
    """Return a classifier of features and light curves, ``fritz_class``; as `train_realbogus`."""
    kept: list[LabelledAlert] = []
    samples = feature_samples(_others(alerts, kept))
    data = trainer.classes(samples, epochs=recipe.epochs, seed=recipe.seed, report=report)
    model = load_model(_class_card(data, recipe), data, runtime)
    scores = _scores(model, [each.alert for each in kept])
    truth = [each.class_name for each in kept]
    found = [CLASSES[i] for i in scores.argmax(axis=1)]
    metrics: dict[str, Any] = {
        "trained_on": len(samples.classes),
        "simulation": class_metrics(truth, scores, CLASSES),
        "simulation_confusion": {
            "classes": list(CLASSES), "rows_true": confusion(truth, found, CLASSES),
        },
    }  # fmt: skip
    if real_packets:
        bogus = _scores(model, real_packets)[:, CLASSES.index("bogus")]
        metrics["real_packets"] = drb_metrics(_drb(real_packets), 1 - bogus)
    return _finished(model, data, metrics)


def _others(alerts: Iterable[LabelledAlert], kept: list[LabelledAlert]) -> Iterator[LabelledAlert]:
    """Yield the alerts to learn from; put the others aside."""
    for each in alerts:
        if held_out(each.object_id, HELD_OUT):
            kept.append(each)
        else:
            yield each


def _scores(model: LoadedModel, alerts: Sequence[AlertInputs]) -> Floats:
    """Return (N, columns) scores; NaN for alerts that cannot be scored."""
    runs = (alerts[begin : begin + RUN] for begin in range(0, len(alerts), RUN))
    return np.concatenate([model.score(PreparedBatch(run))[0] for run in runs])


def _drb(alerts: Sequence[AlertInputs]) -> Floats:
    found = (number(each.candidate.get("drb")) for each in alerts)
    return np.array([np.nan if drb is None else drb for drb in found], np.float32)


def _finished(model: LoadedModel, data: bytes, metrics: dict[str, Any]) -> Trained:
    """Return the model with its metrics and probe scores on the card."""
    flat = {
        f"{group}_{name}": value
        for group in ("simulation", "real_packets")
        for name, value in metrics.get(group, {}).items()
    }
    probe = probe_scores(model)
    shown = () if probe is None else tuple(round(float(each), 6) for each in probe.ravel())
    return Trained(replace(model.card, metrics=flat, probe=shown), data, metrics)


def _realbogus_card(data: bytes, recipe: Recipe) -> ModelCard:
    return _card(
        data, recipe, "fritz_rb", "mixed",
        (ModelInput("stamps", TripletBlock()), ModelInput("features", realbogus_block())),
        task="Whether an alert is of something in the sky (1) or of a failed subtraction (0).",
        preprocessing="In the file: each stamp less its level, in units of its noise (mean and "
        "deviation of its pixels, clipped at three deviations three times), asinh; pixels without "
        "a value 0; the middle 49x49. Features as in fritz_class: they and their asinh, less "
        "mean, in units of the training set's deviation, cut at five; missing ones 0 and marked.",
        output=ModelOutput("score", "Probability that the alert is real, as the simulator has it."),
        notes="Small network: three convolutions and a dense layer for the stamps, two dense "
        "layers for the features, two for both. Uses neither position nor drb nor rb. Trained on "
        "simulated alerts only, with real ones weighing three times as much, and shifted so that "
        "0.5 lets a tenth of the simulated bogus ones pass: the score is no calibrated probability "
        "of the survey's own stream. " + SEEN,
    )  # fmt: skip


def _class_card(data: bytes, recipe: Recipe) -> ModelCard:
    return _card(
        data, recipe, "fritz_class", "features", (ModelInput("features", class_block()),),
        task="What an alert is of: a supernova or the like, a variable star, an active nucleus, "
        "an asteroid, or nothing.",
        preprocessing="In the file: features and their asinh, less mean and in units of deviation "
        "of the training set, cut at five; missing ones 0, and marked.",
        output=ModelOutput("score", "Probabilities of the classes, summing to 1.", CLASSES),
        notes="Uses neither position nor drb nor rb. Frequencies and light curves of the classes "
        "are the simulator's; kinds of objects that it does not know come out as one of its own. "
        + SEEN,
    )  # fmt: skip


def _card(
    data: bytes,
    recipe: Recipe,
    name: str,
    contract: Contract,
    inputs: tuple[ModelInput, ...],
    *,
    task: str,
    preprocessing: str,
    output: ModelOutput,
    notes: str,
) -> ModelCard:
    return ModelCard(
        name=name,
        version=recipe.version,
        task=task,
        contract=contract,
        inputs=inputs,
        preprocessing=preprocessing,
        output=output,
        training_data=recipe.training_data,
        licence="BSD-3-Clause",
        source=recipe.source,
        metrics={},
        sha256=file_sha256(data),
        size_bytes=len(data),
        opset=read_header(data).opsets[""],
        notes=notes,
    )
