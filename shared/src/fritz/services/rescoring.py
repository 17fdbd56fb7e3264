"""Rescoring: one version of one model scores the alerts of past nights.

The work is the packs of those nights, shared among any number of tasks by hash. A task reads each
pack once, appends its scores to `scores`, then marks the pack as done; whatever was cut off is run
again and goes on from the marks. A crash between append and mark leaves rows twice, of which the
view `scores_latest` shows one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from fritz.archive.scores_places import alerts_by_night
from fritz.errors import Invalid
from fritz.ports import DocumentStore, ObjectStore, Warehouse
from fritz.services.model_registry import ModelRegistry
from fritz.services.rescoring_marks import Mark, RescoringMarks
from fritz.services.rescoring_packs import PackWork, Shard, packs_of
from fritz.services.rescoring_scorer import Found, PackScorer

__all__ = ["Rescoring", "RescoringJob", "RescoringReport", "alerts_to_rescore"]

FLUSH_ALERTS: Final = 2000
"""Alerts after which scores are written: what a killed task does again at most."""
FLUSH_PACKS: Final = 400

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RescoringJob:
    """What shall be scored by what."""

    name: str
    version: str
    nights: tuple[int, int]
    """First and last, both included, as YYYYMMDD."""
    survey: str = "ztf"

    def __post_init__(self) -> None:
        if self.nights[0] > self.nights[1]:
            raise Invalid(f"the nights {self.nights[0]} to {self.nights[1]} end before they begin")


@dataclass(slots=True)
class RescoringReport:
    """What a task came to: ``alerts`` = ``scored`` + ``before`` + the sum of ``failures``."""

    alerts: int = 0
    """Of the task's packs."""
    scored: int = 0
    """Alerts that got their scores now."""
    before: int = 0
    """Alerts of packs that an earlier run was done with, with or without a score."""
    packs: int = 0
    """Read now."""
    failures: Counter[str] = field(default_factory=Counter)
    """Reason -> alerts that have no score: of the packet, of the model, or ``pack_gone``."""

    def __add__(self, other: RescoringReport) -> RescoringReport:
        """Return what both tasks came to."""
        return RescoringReport(
            self.alerts + other.alerts,
            self.scored + other.scored,
            self.before + other.before,
            self.packs + other.packs,
            self.failures + other.failures,
        )


def alerts_to_rescore(warehouse: Warehouse, job: RescoringJob) -> dict[int, int]:
    """Return how many alerts each night of a job has; nights without any are left out."""
    rows = warehouse.run(alerts_by_night(job.nights, job.survey)).to_pylist()
    return {row["night"]: row["alerts"] for row in rows}


class Rescoring:
    """Scores past nights.

    Parameters
    ----------
    now
        The present moment, written with each score.
    flush_alerts
        Alerts after which scores are written.
    """

    def __init__(
        self,
        *,
        registry: ModelRegistry,
        warehouse: Warehouse,
        objects: ObjectStore,
        documents: DocumentStore,
        now: Callable[[], datetime],
        flush_alerts: int = FLUSH_ALERTS,
    ) -> None:
        self._registry = registry
        self._warehouse = warehouse
        self._objects = objects
        self._documents = documents
        self._now = now
        self._flush_alerts = flush_alerts

    def run(
        self,
        job: RescoringJob,
        shard: Shard = Shard(),  # noqa: B008 - frozen
        advance: Callable[[int], None] = lambda _alerts: None,
    ) -> RescoringReport:
        """Score the shard's alerts that the model version has not scored yet.

        Parameters
        ----------
        job
            Nights and model.
        shard
            The task's part.
        advance
            Told of each lot of alerts that is dealt with.

        Raises
        ------
        NotFound
            No such model.
        Invalid
            Its file is damaged, or it does not score the survey's alerts.
        Transient
            A store failed; run the shard again, it goes on.
        """
        entry = self._registry.get(job.name, job.version)
        model = self._registry.load(entry)
        if job.survey not in model.card.surveys:
            raise Invalid(f"model {entry.id} scores no alerts of {job.survey}")
        scorer = PackScorer(model, entry.state, job.survey, self._objects, self._documents)
        report = RescoringReport()
        for night in alerts_to_rescore(self._warehouse, job):
            found = self._night(night, scorer, shard, advance)
            log.info(
                "night rescored",
                model=entry.id,
                night=night,
                task=shard.index,
                tasks=shard.count,
                alerts=found.alerts,
                scored=found.scored,
                before=found.before,
                failed=dict(found.failures),
            )
            report += found
        return report

    def _night(
        self, night: int, scorer: PackScorer, shard: Shard, advance: Callable[[int], None]
    ) -> RescoringReport:
        marks = RescoringMarks(self._documents, scorer.model.card.id)
        packs = packs_of(self._warehouse, night, scorer.survey, shard)
        done = marks.done([each.key for each in packs])
        report = RescoringReport(alerts=sum(len(each.places) for each in packs))
        report.before = sum(len(each.places) for each in packs if each.key in done)
        advance(report.before)
        lot = _Lot()
        for each in packs:
            if each.key in done:
                continue
            found, failures = scorer.score(each)
            lot.add(each, found, failures)
            if lot.alerts >= self._flush_alerts or len(lot.packs) >= FLUSH_PACKS:
                self._write(lot, night, scorer, marks, report)
                advance(lot.alerts)
                lot = _Lot()
        self._write(lot, night, scorer, marks, report)
        advance(lot.alerts)
        return report

    def _write(
        self,
        lot: _Lot,
        night: int,
        scorer: PackScorer,
        marks: RescoringMarks,
        report: RescoringReport,
    ) -> None:
        """Write scores, then marks: what is marked stands in the warehouse."""
        if not lot.packs:
            return
        at = self._now()
        rows = [row for found in lot.found for row in scorer.rows(found, night, at)]
        if rows:
            self._warehouse.append("scores", rows)
        marks.mark(lot.marks, at)
        report.scored += len(lot.found)
        report.packs += len(lot.marks)
        report.failures += lot.failures


@dataclass(slots=True)
class _Lot:
    """Packs whose scores are not written yet."""

    packs: list[str] = field(default_factory=list)
    alerts: int = 0
    found: list[Found] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, work: PackWork, found: Sequence[Found], failures: Counter[str]) -> None:
        self.packs.append(work.key)
        self.alerts += len(work.places)
        self.found += found
        self.failures += failures
        # A pack that is gone may come back: it is tried again.
        if "pack_gone" not in failures:
            self.marks.append(Mark(work.key, len(found), failures))
