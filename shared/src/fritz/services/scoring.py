"""Scoring: every model that is live runs on each alert of its survey.

A session runs on a few alerts at a time, and one model after the other passes over the whole batch:
so what a model computes on the way stays in the processor's cache. Runs of 256 take ACAI twice as
long an alert, and taking turns after each run costs all models together a third more (measured:
``make bench``, scores).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import structlog

from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.blocks import PreparedBatch
from fritz.services.live_models import LiveModel, ModelSource

__all__ = ["RUN_SIZE", "Scores", "ScoringService"]

RUN_SIZE: Final = 8
"""Alerts that one run of a session takes, for each thread of the session."""

log = structlog.get_logger()


@dataclass(slots=True)
class Scores:
    """What the models say of one alert."""

    classifications: dict[str, Any] = field(default_factory=dict)
    """As Kowalski stores it: ``{"braai": 0.98, "braai_version": "d6_m9"}``; a model that failed
    has no key."""
    shadow: list[dict[str, Any]] = field(default_factory=list)
    """The same of models in shadow, one element a score: ``name``, ``version``, ``score``."""
    failures: dict[str, str] = field(default_factory=dict)
    """Model -> why it gave no score."""


class ScoringService:
    """Scores alerts with the models that are live.

    Parameters
    ----------
    models
        Which models those are.
    run_size
        Alerts of one run of a session; `RUN_SIZE` times the session's threads.
    """

    def __init__(self, models: ModelSource, run_size: int = RUN_SIZE) -> None:
        self._models = models
        self._run_size = run_size
        self.failures: Counter[tuple[str, str]] = Counter()
        """(model, reason) -> alerts without that model's score, since the service began."""

    @property
    def idle(self) -> bool:
        """Whether no model is live, so that no alert need be prepared."""
        return not self._models.current()

    def score(self, alerts: Sequence[AlertInputs]) -> list[Scores]:
        """Return the scores of alerts, in their order; no model's trouble fails an alert."""
        live = self._models.current()
        scores = [Scores() for _ in alerts]
        failed: Counter[tuple[str, str]] = Counter()
        runs = [
            (survey, PreparedBatch([alerts[i] for i in positions]), [scores[i] for i in positions])
            for survey, positions in _runs(alerts, self._run_size)
        ]
        for each in live:
            for survey, batch, targets in runs:
                if survey in each.model.card.surveys:
                    failed += _score(each, batch, targets)
        self.failures += failed
        for (model, reason), count in failed.items():
            log.warning(
                "alerts without a score", model=model, reason=reason, alerts=len(alerts), lack=count
            )
        return scores


def _runs(alerts: Sequence[AlertInputs], size: int) -> Iterator[tuple[str, list[int]]]:
    """Yield positions of at most `size` alerts of one survey."""

    def survey(index: int) -> str:
        return alerts[index].survey

    for name, group in groupby(sorted(range(len(alerts)), key=survey), key=survey):
        positions = list(group)
        for begin in range(0, len(positions), size):
            yield name, positions[begin : begin + size]


def _score(
    live: LiveModel, batch: PreparedBatch, targets: Sequence[Scores]
) -> Counter[tuple[str, str]]:
    """Write one model's scores of a batch to the targets; return its failures."""
    card = live.model.card
    found, failures = live.model.score(batch)
    for index, target in enumerate(targets):
        if index in failures:
            target.failures[card.id] = failures[index].reason
            continue
        values = [float(value) for value in found[index]]
        for name, value in zip(card.score_names, values, strict=True):
            if live.shadow:
                target.shadow.append({"name": name, "version": card.version, "score": value})
            else:
                target.classifications[name] = value
                target.classifications[f"{name}_version"] = card.version
    return Counter((card.id, failure.reason) for failure in failures.values())
