"""From people's labels to a candidate model: an older one goes on learning, and is put to the test.

The candidate is judged on a frozen test set beside the model it comes from, then added in shadow:
it scores what comes in, apart from the alerts, until somebody activates it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.blocks import PreparedBatch
from fritz.classifiers.cards import ModelCard
from fritz.classifiers.model import LoadedModel
from fritz.classifiers.onnx_header import read_header
from fritz.classifiers.probe import load_model, probe_scores
from fritz.classifiers.report_numbers import ModelComparison, Scored, compare
from fritz.classifiers.training.evaluation import class_metrics, realbogus_metrics
from fritz.classifiers.training.samples import (
    LabelledAlert,
    feature_samples,
    realbogus_samples,
)
from fritz.classifiers.verification import file_sha256
from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.visibility import Viewer, programids
from fritz.ports import ObjectStore
from fritz.services.archived_inputs import ArchivedAlert, ArchivedInputs
from fritz.services.frozen_sets import FrozenSet, FrozenSets, settled_labels
from fritz.services.labelling import Labelling
from fritz.services.model_comparison import split_model
from fritz.services.model_registry import ModelEntry, ModelRegistry
from fritz.services.training import Report, Trainer

__all__ = ["Candidate", "LabelTraining", "Refit"]

FEWEST: Final = 20
"""Labels below which there is nothing to learn."""
RUN: Final = 64
BOGUS: Final = "bogus"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Refit:
    """What shall learn from which labels."""

    task: str
    base: str
    """``name@version`` of the model that goes on learning."""
    version: str
    """Of the candidate."""
    frozen: str
    """Name of the test set."""
    epochs: int = 20
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that learnt from labels, in shadow now."""

    entry: ModelEntry
    card: ModelCard
    labels: Counter[str]
    """What it learnt from."""
    left_out: Counter[str]
    """Why other settled labels were not learnt from."""
    comparison: ModelComparison
    """Of the base and the candidate on the test set."""
    test_set: FrozenSet


@dataclass(frozen=True, slots=True)
class LabelTraining:
    """Makes candidates."""

    registry: ModelRegistry
    labelling: Labelling
    archive: ArchivedInputs
    objects: ObjectStore
    trainer: Trainer
    now: Callable[[], datetime]

    def candidate(
        self, viewer: Viewer, refit: Refit, report: Report = lambda _epoch, _loss: None
    ) -> Candidate:
        """Return a candidate, trained on the settled labels that the viewer may see.

        Raises
        ------
        NotFound
            There is no such base model, or no such test set.
        Conflict
            There is a model of the candidate's name and version.
        Invalid
            There are too few labels, or the base is none of Fritz's own networks.
        """
        base, data = self._base(refit)
        test_set = FrozenSets(self.objects).get(refit.task, refit.frozen)
        entries, left_out = self._entries(viewer, refit.task, test_set.survey)
        read = self._read(viewer, test_set.survey, [(e.candid, e.night) for e in entries])
        alerts = [
            _labelled(read[each.candid], str(each.outcome[1]))
            for each in entries
            if each.candid in read
        ]
        left_out["packet gone"] += len(entries) - len(alerts)
        labels = Counter(each.kind for each in alerts)
        if len(alerts) < FEWEST or len(labels) < 2:  # noqa: PLR2004 - of one kind nothing is learnt
            raise Invalid(f"{len(alerts)} labels, {dict(labels)}: at least {FEWEST} of two kinds")
        fitted = self._fitted(refit, alerts, data, report)
        model = load_model(_card(base.card, refit, labels, fitted), fitted, self.registry.runtime)
        card, comparison = self._judged(viewer, test_set, base, model)
        entry = self.registry.add(card, fitted)
        return Candidate(entry, card, labels, +left_out, comparison, test_set)

    def _base(self, refit: Refit) -> tuple[LoadedModel, bytes]:
        name, version = split_model(refit.base)
        entry = self.registry.get(name, version)
        try:
            standing = self.registry.get(name, refit.version)
        except NotFound:
            return self.registry.load(entry), self.objects.get(entry.model_key)
        raise Conflict(f"model {standing.id} exists already")

    def _entries(self, viewer: Viewer, task: str, survey: str) -> tuple[list[Any], Counter[str]]:
        """Return labelled alerts to learn from, and how many others there are and why."""
        tested = {name for each in FrozenSets(self.objects).all(task) for name in each.objects}
        every = self.labelling.all(viewer, task)
        settled = [each for each in settled_labels(every) if each.survey == survey]
        left_out = Counter({"not settled": len(every) - len(settled)})
        learnt = [each for each in settled if each.obj_id not in tested]
        left_out["of a test set's objects"] = len(settled) - len(learnt)
        return learnt, left_out

    def _read(
        self, viewer: Viewer, survey: str, alerts: Sequence[tuple[int, int]]
    ) -> Mapping[int, ArchivedAlert]:
        if not alerts:
            return {}
        nights = [night for _, night in alerts]
        return self.archive.read(
            [candid for candid, _ in alerts],
            programids(viewer, survey),
            survey=survey,
            nights=(min(nights), max(nights)),
        )

    def _fitted(
        self, refit: Refit, alerts: Sequence[LabelledAlert], data: bytes, report: Report
    ) -> bytes:
        if refit.task == "real_bogus":
            return self.trainer.realbogus(
                realbogus_samples(alerts),
                epochs=refit.epochs, seed=refit.seed, report=report, base=data,
            )  # fmt: skip
        return self.trainer.classes(
            feature_samples(alerts),
            epochs=refit.epochs, seed=refit.seed, report=report, base=data,
        )  # fmt: skip

    def _judged(
        self,
        viewer: Viewer,
        test_set: FrozenSet,
        base: LoadedModel,
        model: LoadedModel,
    ) -> tuple[ModelCard, ModelComparison]:
        """Return the candidate's card with what was measured, and the comparison with its base."""
        wanted = [(each.candid, each.night) for each in test_set.alerts]
        read = self._read(viewer, test_set.survey, wanted)
        kept = [each for each in test_set.alerts if each.candid in read]
        if not kept:
            raise Invalid(f"no alert of the test set {test_set.name} can be read")
        batch = [read[each.candid] for each in kept]
        truth = [each.label for each in kept]
        scores = {each.card.id: _scores(each, batch) for each in (base, model)}
        metrics = {
            f"{prefix}{name}": value
            for prefix, each in (("frozen_", model), ("frozen_base_", base))
            for name, value in _metrics(each.card, truth, scores[each.card.id]).items()
        }
        probe = probe_scores(model)
        shown = () if probe is None else tuple(round(float(each), 6) for each in probe.ravel())
        comparison = compare(
            [each.candid for each in kept],
            [Scored(name, _real(model.card, found)) for name, found in scores.items()],
            [float(each != BOGUS) for each in truth],
            truth_label=f"labels of the frozen test set {test_set.name}",
        )
        return replace(model.card, metrics=metrics, probe=shown), comparison


def _labelled(alert: ArchivedAlert, label: str) -> LabelledAlert:
    return LabelledAlert(alert.inputs, alert.record.object_id, label, label != BOGUS)


def _card(base: ModelCard, refit: Refit, labels: Counter[str], data: bytes) -> ModelCard:
    counts = ", ".join(f"{count} {label}" for label, count in sorted(labels.items()))
    return replace(
        base,
        version=refit.version,
        training_data=(
            f"{base.id}, which learnt from: {base.training_data} Then {labels.total()} labels of "
            f"the survey's alerts ({counts}), {refit.epochs} epochs, seed {refit.seed}; none of "
            f"an object of a frozen test set."
        ),
        metrics={},
        sha256=file_sha256(data),
        size_bytes=len(data),
        opset=read_header(data).opsets[""],
        probe=(),
        notes=f"Evaluated on the frozen test set {refit.frozen}.",
    )


def _scores(model: LoadedModel, alerts: Sequence[ArchivedAlert]) -> Floats:
    runs = (alerts[begin : begin + RUN] for begin in range(0, len(alerts), RUN))
    return np.concatenate([
        model.score(PreparedBatch([each.inputs for each in run]))[0] for run in runs
    ])  # fmt: skip


def _real(card: ModelCard, scores: Floats) -> Floats:
    """Return (N,) probabilities that alerts are not bogus."""
    classes = card.output.classes
    return 1 - scores[:, classes.index(BOGUS)] if BOGUS in classes else scores[:, 0]


def _metrics(card: ModelCard, truth: Sequence[str], scores: Floats) -> dict[str, float]:
    scored = np.flatnonzero(np.isfinite(scores).all(axis=1)).tolist()
    known = [truth[i] for i in scored]
    real = np.array([label != BOGUS for label in known])
    if real.all() or not real.any():
        raise Invalid("a test set needs alerts of both sides, real and bogus, that can be scored")
    metrics = realbogus_metrics(real, _real(card, scores[scored]))
    if card.output.classes:
        found = class_metrics(known, scores[scored], card.output.classes)
        metrics |= {name: found[name] for name in ("accuracy", "mean_recall")}
    return metrics
