"""Trying a filter before it runs: checks, must-pass objects, past nights, one alert explained."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fritz.errors import Invalid, NotFound
from fritz.filters import (
    CompiledFilter,
    FilterRefused,
    Finding,
    check_filter,
    compile_filter,
    schema_for,
)
from fritz.filters.clauses import clause_by_clause
from fritz.filters.dialects import Dialect
from fritz.filters.explain import explain
from fritz.filters.explanation import Explanation
from fritz.filters.parse.pipeline import read_pipeline
from fritz.marshal.filter import Filter
from fritz.services.active_filters import STREAM_BUDGET
from fritz.services.backtest import Backtest
from fritz.services.backtest_report import SHOWN, BacktestReport, PassedAlert
from fritz.services.past_alerts import PastAlerts

__all__ = ["NIGHTS", "Draft", "FilterTrials", "Scope", "VersionDiff", "read_draft"]

NIGHTS: Final = 3
"""Past nights that a version is tried on unless more are asked for."""
MOST_NIGHTS: Final = 31
MOST_COMPARED: Final = 50_000
"""Candidates of each of two versions that are compared."""
LARGEST: Final = 250_000
"""Bytes of a pipeline as JSON; a filter's document holds up to three of them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A pipeline that may be saved."""

    pipeline: tuple[Mapping[str, Any], ...]
    dialect: Dialect
    compiled: CompiledFilter

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks had to say, all of it warnings."""
        return self.compiled.findings


@dataclass(frozen=True, slots=True)
class Scope:
    """What a trial may see."""

    programids: frozenset[int]
    survey: str = "ztf"


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """What one version would have passed and another not, on the same nights."""

    nights: tuple[int, ...]
    gained: tuple[PassedAlert, ...]
    lost: tuple[PassedAlert, ...]
    kept: int


def read_draft(pipeline: object, dialect: Dialect) -> Draft:
    """Return a pipeline, a list of stages or their text, read and checked.

    Raises
    ------
    FilterRefused
        It must not run; `findings` say why.
    """
    stages = tuple(read_pipeline(pipeline))
    size = len(json.dumps(stages))
    if size > LARGEST:
        message = f"the pipeline has {size} bytes as JSON, at most {LARGEST} are kept"
        raise FilterRefused([Finding("too_large", "", message)])
    compiled = compile_filter(
        stages,
        dialect=dialect,
        budget=STREAM_BUDGET,
        clock=time.monotonic,
        schema=schema_for(dialect),
    )
    return Draft(stages, dialect, compiled)


@dataclass(frozen=True, slots=True)
class FilterTrials:
    """Tries filters on what is archived."""

    past: PastAlerts
    backtest: Backtest

    def validate(self, pipeline: object, dialect: Dialect) -> tuple[Finding, ...]:
        """Return everything there is to say about a pipeline; never raises."""
        try:
            return read_draft(pipeline, dialect).findings
        except FilterRefused as refused:
            if isinstance(pipeline, str | list):
                return check_filter(pipeline, dialect=dialect) or refused.findings
            return refused.findings

    def must(self, draft: Draft, of: Filter, scope: Scope) -> tuple[Finding, ...]:
        """Return which of a filter's must-pass and must-not-pass objects a version gets wrong."""
        return tuple(self._wrong(draft, of, scope))

    def _wrong(self, draft: Draft, of: Filter, scope: Scope) -> Iterator[Finding]:
        wanted = [(name, True) for name in of.must_pass]
        wanted += [(name, False) for name in of.must_not_pass]
        for name, should in wanted:
            document = self.past.latest_of(name, scope.programids, scope.survey)
            if document is None:
                said = f"{name} has no archived alert that the filter may see"
                yield Finding("must_object_unknown", "", said, severity="warning")
                continue
            found = explain(draft.compiled, document, clock=time.monotonic)
            if found.passed is not should:
                code = "must_pass" if should else "must_not_pass"
                verb = "must pass and does not" if should else "must not pass and does"
                said = f"{name} {verb} (alert {document['candid']}): {found.reason}"
                yield Finding(code, "", said)

    def run(
        self, draft: Draft, scope: Scope, nights: Sequence[int] | None, last: int = NIGHTS
    ) -> BacktestReport:
        """Return what a pipeline would have done on past nights.

        Parameters
        ----------
        nights : which, as YYYYMMDD; None for the last of which there are alerts.
        last : how many of these.
        """
        return self._run(draft, scope, self._nights(nights, last, scope), SHOWN)

    def waterfall(
        self, draft: Draft, scope: Scope, nights: Sequence[int] | None, last: int = NIGHTS
    ) -> BacktestReport:
        """Return the same as `run`, with every clause of a `$match` as a stage of its own."""
        stages, places = clause_by_clause(draft.pipeline)
        report = self.run(read_draft(stages, draft.dialect), scope, nights, last)

        return replace(
            report,
            stages=tuple(replace(each, at=places[_number(each.at)]) for each in report.stages),
            errors=tuple(replace(each, path=_moved(each.path, places)) for each in report.errors),
        )

    def _run(
        self, draft: Draft, scope: Scope, nights: tuple[int, ...], keep: int
    ) -> BacktestReport:
        return self.backtest.run(
            draft.compiled,
            nights=(nights[0], nights[-1]) if nights else (0, 0),
            programids=scope.programids,
            survey=scope.survey,
            only=nights,
            keep=keep,
        )

    def explain(self, draft: Draft, scope: Scope, candid: int) -> Explanation:
        """Return why an archived alert passes or not.

        Raises
        ------
        NotFound
            There is no such alert, or it may not be seen.
        """
        document = self.past.by_candid(candid, scope.programids, scope.survey)
        if document is None:
            raise NotFound(f"no alert {candid}")
        return explain(draft.compiled, document, clock=time.monotonic)

    def explain_latest(self, draft: Draft, scope: Scope, object_id: str) -> Explanation:
        """Return why the latest archived alert of an object passes or not.

        Raises
        ------
        NotFound
            There is no alert of it that may be seen.
        """
        document = self.past.latest_of(object_id, scope.programids, scope.survey)
        if document is None:
            raise NotFound(f"no alert of {object_id[:50]}")
        return explain(draft.compiled, document, clock=time.monotonic)

    def diff(
        self,
        old: Draft,
        new: Draft,
        scope: Scope,
        nights: Sequence[int] | None,
        last: int = NIGHTS,
    ) -> VersionDiff:
        """Return which candidates `new` gains and loses against `old` on past nights.

        Raises
        ------
        Invalid
            One of them passes more alerts than can be compared.
        """
        chosen = self._nights(nights, last, scope)
        before, after = (self._passed(each, scope, chosen) for each in (old, new))
        gained = tuple(each for candid, each in after.items() if candid not in before)
        lost = tuple(each for candid, each in before.items() if candid not in after)
        return VersionDiff(chosen, gained, lost, len(after) - len(gained))

    def _passed(
        self, draft: Draft, scope: Scope, nights: tuple[int, ...]
    ) -> dict[int, PassedAlert]:
        report = self._run(draft, scope, nights, MOST_COMPARED)
        if report.candidates > MOST_COMPARED:
            said = f"{report.candidates} alerts pass; at most {MOST_COMPARED} are compared"
            raise Invalid(f"{said}: choose fewer nights")
        return {each.candid: each for each in report.first}

    def activation(self, draft: Draft, of: Filter, scope: Scope) -> tuple[Finding, ...]:
        """Return what speaks against letting a version loose; errors forbid it."""
        findings = list(self.must(draft, of, scope))
        report = self.run(draft, scope, None)
        nights = ", ".join(str(night) for night in report.nights)
        if not report.alerts:
            said = "there are no past nights to try it on"
            findings.append(Finding("no_past_nights", "", said, severity="warning"))
        elif report.pass_rate > of.max_pass_rate:
            said = (
                f"{report.pass_rate:.1%} of {report.alerts} alerts pass (nights {nights}); "
                f"at most {of.max_pass_rate:.1%} may"
            )
            findings.append(Finding("too_many_pass", "", said))
        elif not report.candidates:
            said = f"none of {report.alerts} alerts passes (nights {nights})"
            findings.append(Finding("nothing_passes", "", said, severity="warning"))
        if report.failed:
            said = f"it fails on {report.failed} of {report.alerts} alerts (nights {nights})"
            findings.append(Finding("fails_on_alerts", "", said, severity="warning"))
        return tuple(findings)

    def _nights(self, nights: Sequence[int] | None, last: int, scope: Scope) -> tuple[int, ...]:
        if nights is not None:
            if len(nights) > MOST_NIGHTS:
                raise Invalid(f"at most {MOST_NIGHTS} nights at once")
            return tuple(sorted(set(nights)))
        if not 1 <= last <= MOST_NIGHTS:
            raise Invalid(f"1 to {MOST_NIGHTS} nights, not {last}")
        return self.past.last_nights(last, scope.survey)


def _number(path: str) -> int:
    """Return the number of the stage in which a path begins."""
    return int(path.partition(".")[0])


def _moved(path: str, places: Sequence[str]) -> str:
    """Return a path as it stands in the pipeline whose stages were cut."""
    if not path.partition(".")[0].isdecimal():
        return path
    return ".".join((places[_number(path)].partition(".")[0], path.partition(".")[2]))
