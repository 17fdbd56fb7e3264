"""What a back-test says: where alerts were stopped, how many pass, and the first of those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fritz.filters import FilterError, form
from fritz.filters.sql import Clause

__all__ = [
    "SHOWN",
    "BacktestReport",
    "ErrorCount",
    "NightCount",
    "PassedAlert",
    "StageCount",
    "Tally",
]

SHOWN: Final = 100
"""Candidates that a report shows."""


@dataclass(frozen=True, slots=True)
class StageCount:
    """What one stage did."""

    at: str
    """Its place in the pipeline, e.g. ``2.$match``."""
    entered: int
    """Alerts of which something came to the stage."""
    left: int
    """Alerts of which something came out."""
    errors: int
    """Alerts on which the stage raised."""
    stopped_by_sql: int
    """Alerts that did not come out, as SQL could tell without their being read."""


@dataclass(frozen=True, slots=True)
class NightCount:
    """What one night came to."""

    alerts: int
    candidates: int


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """One way in which the filter raised."""

    code: str
    operator: str
    """E.g. ``$divide``; empty where the budget was exceeded."""
    path: str
    """Where in the pipeline."""
    alerts: int
    example: int
    """The lowest candid of the alerts."""
    message: str
    """What was said of it."""


@dataclass(frozen=True, slots=True)
class PassedAlert:
    """An alert that would have become a candidate."""

    candid: int
    object_id: str
    night: int
    jd: float
    """Start of the exposure, days."""
    ra: float
    """Degrees."""
    dec: float
    """Degrees."""
    fid: int
    magpsf: float | None
    score: float | None
    annotations: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What a filter would have done."""

    alerts: int
    """Alerts that the filter's rights let it see."""
    candidates: int
    """Alerts that pass: exactly one document came out of the last stage."""
    several: int
    """Alerts of which several documents came out, which therefore do not pass."""
    stages: tuple[StageCount, ...]
    nights: Mapping[int, NightCount]
    """By night (YYYYMMDD), for nights with alerts and those that were named."""
    errors: tuple[ErrorCount, ...]
    """The most frequent first."""
    first: tuple[PassedAlert, ...]
    """The earliest candidates, at most `SHOWN` unless more were asked for."""
    clauses: tuple[Clause, ...]
    """How much of each clause SQL decided."""
    bytes_read: int
    """An estimate of what the statements read."""

    @property
    def pass_rate(self) -> float:
        """Candidates per alert; 0 without alerts."""
        return self.candidates / self.alerts if self.alerts else 0.0

    @property
    def failed(self) -> int:
        """Alerts on which the filter raised."""
        return sum(each.alerts for each in self.errors)

    @property
    def pruned(self) -> int:
        """Alerts that SQL told to be stopped, so that they were not read."""
        return sum(each.stopped_by_sql for each in self.stages)


class Tally:
    """Counts while a back-test runs; its size does not grow with the number of alerts."""

    def __init__(
        self, stages: Sequence[form.Stage], nights: Sequence[int] = (), keep: int = SHOWN
    ) -> None:
        self._stages = stages
        self._keep = keep
        self._alerts: Counter[int] = Counter(dict.fromkeys(nights, 0))
        self._candidates: Counter[int] = Counter()
        self._stopped: Counter[int] = Counter()
        self._by_sql: Counter[int] = Counter()
        self._raised: Counter[int] = Counter()
        self._errors: Counter[tuple[str, str, str]] = Counter()
        self._examples: dict[tuple[str, str, str], tuple[int, str]] = {}
        self._several = 0
        self._first: list[PassedAlert] = []

    def stopped_by_sql(self, night: int, stage: int, alerts: int) -> None:
        """Count alerts of a night that SQL stopped."""
        self._alerts[night] += alerts
        self._by_sql[stage] += alerts

    def stopped(self, night: int, stage: int | None) -> None:
        """Count an alert that a stage stopped; None: several documents came out at the end."""
        self._alerts[night] += 1
        if stage is None:
            self._several += 1
        else:
            self._stopped[stage] += 1

    def raised(self, night: int, stage: int, candid: int, error: FilterError) -> None:
        """Count an alert on which a stage raised."""
        self._alerts[night] += 1
        self._raised[stage] += 1
        kind = (error.code, error.operator, error.path)
        self._errors[kind] += 1
        example = (candid, str(error))
        self._examples[kind] = min(self._examples.get(kind, example), example)

    def passed(self, alert: PassedAlert) -> None:
        """Count a candidate."""
        self._alerts[alert.night] += 1
        self._candidates[alert.night] += 1
        self._first.append(alert)
        if len(self._first) >= 2 * self._keep:
            self._first = self._earliest()

    def report(self, clauses: tuple[Clause, ...], bytes_read: int) -> BacktestReport:
        """Return what was counted."""
        return BacktestReport(
            alerts=self._alerts.total(),
            candidates=self._candidates.total(),
            several=self._several,
            stages=self._waterfall(),
            nights={
                night: NightCount(alerts, self._candidates[night])
                for night, alerts in sorted(self._alerts.items())
            },
            errors=tuple(
                ErrorCount(*kind, alerts, *self._examples[kind])
                for kind, alerts in self._errors.most_common()
            ),
            first=tuple(self._earliest()),
            clauses=clauses,
            bytes_read=bytes_read,
        )

    def _earliest(self) -> list[PassedAlert]:
        return sorted(self._first, key=lambda alert: (alert.jd, alert.candid))[: self._keep]

    def _waterfall(self) -> tuple[StageCount, ...]:
        counts, entered = [], self._alerts.total()
        for index, stage in enumerate(self._stages):
            errors, by_sql = self._raised[index], self._by_sql[index]
            left = entered - self._stopped[index] - by_sql - errors
            counts.append(StageCount(stage.at, entered, left, errors, by_sql))
            entered = left
        return tuple(counts)
