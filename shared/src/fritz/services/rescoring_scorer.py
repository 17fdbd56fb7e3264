"""One model at work on packs of past nights, seeing of each alert what ingest would show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from fritz.alerts.packet import Record
from fritz.archive.scores import score_row
from fritz.archive.ztf_columns import CANDIDATE
from fritz.classifiers.alert_inputs import AlertInputs, alert_inputs
from fritz.classifiers.blocks import FeatureBlock, LightCurveBlock
from fritz.classifiers.cards import ModelCard
from fritz.classifiers.model import LoadedModel
from fritz.errors import Invalid, NotFound, Poison
from fritz.ports import DocumentStore, ObjectStore
from fritz.services.archived_inputs import past_of
from fritz.services.histories import HistoryStore
from fritz.services.live_models import LiveModel
from fritz.services.rescoring_packs import PackWork, read_records
from fritz.services.scoring import Scores, ScoringService

__all__ = ["Found", "PackScorer", "needs_history"]

_OF_ONE_ALERT: Final = frozenset({"drb", "nnondet", "positive"}) | {
    column.name for column in CANDIDATE
}
"""Features that the alert's own detection tells."""

log = structlog.get_logger()


def needs_history(card: ModelCard) -> bool:
    """Return whether a model's inputs tell of more than the alert's own detection."""
    for each in card.inputs:
        if isinstance(each.block, LightCurveBlock):
            return True
        if isinstance(each.block, FeatureBlock) and not _OF_ONE_ALERT.issuperset(each.block.names):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Found:
    """An alert with its scores."""

    candid: int
    programid: int
    scores: Mapping[str, Any]


class PackScorer:
    """One model at work on packs."""

    def __init__(
        self,
        model: LoadedModel,
        state: str,
        survey: str,
        objects: ObjectStore,
        documents: DocumentStore,
    ) -> None:
        self.model = model
        self.survey = survey
        self._state = state
        self._objects = objects
        self._histories = HistoryStore(documents, survey)
        self._needs_history = needs_history(model.card)
        self._scoring = ScoringService(_Only(model))

    def score(self, work: PackWork) -> tuple[list[Found], Counter[str]]:
        """Return the alerts of a pack that have a score, and why others have none."""
        failures: Counter[str] = Counter()
        try:
            read = list(read_records(self._objects, work, self.survey, failures))
        except NotFound:
            return [], Counter({"pack_gone": len(work.places)})
        usable, inputs = self._inputs(read, failures)
        found = []
        for (record, programid), scores in zip(usable, self._scoring.score(inputs), strict=True):
            if scores.failures:
                failures.update(scores.failures.values())
            else:
                found.append(Found(record.candid, programid, _values(self.model.card, scores)))
        return found, failures

    def rows(self, found: Found, night: int, at: datetime) -> Iterable[dict[str, Any]]:
        """Return the rows of an alert's scores."""
        return (
            score_row(
                candid=found.candid,
                survey=self.survey,
                night=night,
                programid=found.programid,
                name=name,
                version=self.model.card.version,
                score=value,
                state=self._state,
                at=at,
            )
            for name, value in found.scores.items()
        )

    def _inputs(
        self, read: Sequence[tuple[Record, int]], failures: Counter[str]
    ) -> tuple[list[tuple[Record, int]], list[AlertInputs]]:
        """Return the alerts that can be shown to the model, and what it is shown."""
        names = {record.object_id for record, _ in read} if self._needs_history else set()
        stored = self._histories.load(names)
        usable, inputs = [], []
        for record, programid in read:
            try:
                past = past_of(record, stored[record.object_id].history) if names else ()
                inputs.append(alert_inputs(record, past))
            except Poison as poison:
                failures[poison.reason] += 1
            except (Invalid, TypeError, ValueError, ArithmeticError):
                log.exception("alert not shown to the model", candid=record.candid)
                failures["bad_value"] += 1
            else:
                usable.append((record, programid))
        return usable, inputs


class _Only:
    """One model, as the scoring service wants its models."""

    def __init__(self, model: LoadedModel) -> None:
        self._live = (LiveModel(model, shadow=False),)

    def current(self) -> Sequence[LiveModel]:
        return self._live


def _values(card: ModelCard, scores: Scores) -> dict[str, float]:
    return {name: scores.classifications[name] for name in card.score_names}
