"""What trials of filters found, as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from fritz.archive.filter_runs import FilterCounts
from fritz.filters.explanation import Explanation
from fritz.services.backtest_report import SHOWN, BacktestReport, PassedAlert
from fritz.services.filter_trials import VersionDiff

__all__ = [
    "DiffReport",
    "Explained",
    "RunRow",
    "TrialReport",
    "Validated",
    "diff_row",
    "explained",
    "report_row",
    "run_row",
]


class Validated(BaseModel):
    """What there is to say about a pipeline without running it."""

    valid: bool
    findings: list[dict[str, Any]]


class PassedRow(BaseModel):
    """An alert that would have become a candidate."""

    candid: int
    objectId: str  # noqa: N815  the survey's name
    night: int
    jd: float
    ra: float
    dec: float
    fid: int
    magpsf: float | None
    score: float | None
    annotations: dict[str, Any]


class StageRow(BaseModel):
    """What one stage did."""

    stage: str
    entered: int
    alerts: int
    """Of which something came out."""
    errors: int
    pruned: int
    """Alerts that the archive could tell to be stopped, without their being read."""


class NightRow(BaseModel):
    """What one night came to."""

    night: int
    alerts: int
    candidates: int


class ErrorRow(BaseModel):
    """One way in which the filter failed."""

    code: str
    operator: str
    path: str
    alerts: int
    example: int
    """The lowest candid of the alerts."""
    message: str


class TrialReport(BaseModel):
    """What a filter would have done on past nights."""

    alerts: int
    count: int
    """All alerts that would have become candidates."""
    pass_rate: float
    several: int
    errors: int
    failures: list[ErrorRow]
    nights: list[NightRow]
    stages: list[StageRow]
    candidates: list[PassedRow]
    """The earliest of them."""
    findings: list[dict[str, Any]]


class DiffReport(BaseModel):
    """What one version gains and loses against another."""

    nights: list[int]
    gained: list[PassedRow]
    lost: list[PassedRow]
    gained_count: int
    lost_count: int
    kept_count: int


class Explained(BaseModel):
    """Why an alert passes or not, stage by stage and clause by clause."""

    passed: bool
    reason: str
    stopped_at: int | None
    error: str | None
    truncated: bool
    stages: list[dict[str, Any]]
    text: str
    findings: list[dict[str, Any]]


class RunRow(BaseModel):
    """How one version of a filter fared on the stream in one night."""

    fid: str
    night: int
    seen: int
    passed: int
    errors: int
    budget_exceeded: int
    saved: int
    p99_us: int
    """99 of 100 evaluations took at most so many microseconds."""


def report_row(report: BacktestReport, findings: list[dict[str, Any]]) -> TrialReport:
    """Return what a filter would have done on past nights."""
    return TrialReport(
        alerts=report.alerts,
        count=report.candidates,
        pass_rate=report.pass_rate,
        several=report.several,
        errors=report.failed,
        failures=[
            ErrorRow(
                code=each.code,
                operator=each.operator,
                path=each.path,
                alerts=each.alerts,
                example=each.example,
                message=each.message,
            )
            for each in report.errors
        ],
        nights=[
            NightRow(night=night, alerts=each.alerts, candidates=each.candidates)
            for night, each in report.nights.items()
        ],
        stages=[
            StageRow(
                stage=each.at,
                entered=each.entered,
                alerts=each.left,
                errors=each.errors,
                pruned=each.stopped_by_sql,
            )
            for each in report.stages
        ],
        candidates=_passed(report.first),
        findings=findings,
    )


def diff_row(diff: VersionDiff) -> DiffReport:
    """Return what one version gains and loses against another; of each the earliest alerts."""
    return DiffReport(
        nights=list(diff.nights),
        gained=_passed(diff.gained[:SHOWN]),
        lost=_passed(diff.lost[:SHOWN]),
        gained_count=len(diff.gained),
        lost_count=len(diff.lost),
        kept_count=diff.kept,
    )


def explained(found: Explanation, findings: list[dict[str, Any]]) -> Explained:
    """Return why an alert passes or not."""
    return Explained(**found.as_dict(), text=found.as_text(), findings=findings)


def run_row(counts: FilterCounts) -> RunRow:
    """Return how a filter fared in one night."""
    return RunRow(
        fid=counts.fid,
        night=counts.night,
        seen=counts.seen,
        passed=counts.passed,
        errors=counts.errors,
        budget_exceeded=counts.budget_exceeded,
        saved=counts.saved,
        p99_us=counts.p99_us,
    )


def _passed(alerts: Iterable[PassedAlert]) -> list[PassedRow]:
    return [
        PassedRow(
            candid=each.candid,
            objectId=each.object_id,
            night=each.night,
            jd=each.jd,
            ra=each.ra,
            dec=each.dec,
            fid=each.fid,
            magpsf=each.magpsf,
            score=each.score,
            annotations=dict(each.annotations),
        )
        for each in alerts
    ]
