"""Back-tests: what a filter would have done on nights that are in the archive.

SQL counts the alerts that it can tell to be stopped; all others are read a page at a time, rebuilt
as the stream had them, reduced to what the filter may see, and run through the filter itself. The
result is that of the stream for every legal filter; SQL only spares the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Any, Final

from fritz.alerts.properties import with_properties
from fritz.alerts.rights import grant
from fritz.archive.documents import document_from_row
from fritz.filters import CompiledFilter, Dialect, FilterError, compile_filter, form
from fritz.filters.sql import (
    Scope,
    SqlPrefix,
    counts_statement,
    rows_statement,
    sql_prefix,
)
from fritz.filters.sql.reads import columns_read, reads_cross_matches, reads_properties
from fritz.marshal.annotations import storable_annotations
from fritz.ports import Warehouse
from fritz.services.backtest_report import SHOWN, BacktestReport, PassedAlert, Tally
from fritz.services.past_matches import PastMatches

__all__ = ["Backtest", "Page", "pages"]

PAGE_ROWS: Final = 1000
"""Alerts that are read at once: with a year's history some 50 MB."""
_BATCH: Final = 64
"""Alerts that are made documents at once."""
Pipeline = Sequence[Mapping[str, Any]] | str | CompiledFilter


@dataclass(frozen=True, slots=True)
class Page:
    """Alerts that are read at once."""

    nights: tuple[int, int]
    cells: tuple[int, int] | None
    """Cells of order 5, first and last, where one night is too much; None for the whole sky."""


class Backtest:
    """Runs filters over the archive.

    Parameters
    ----------
    warehouse
        The archive.
    clock
        Seconds from some moment, for the time cap on one alert; without it only steps count.
    page_rows
        Alerts that are read at once.
    loops
        Whether SQL looks into histories; where the warehouse is fast at it if not said.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        clock: Callable[[], float] | None = None,
        page_rows: int = PAGE_ROWS,
        loops: bool | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._page_rows = page_rows
        self._loops = warehouse.searches_arrays if loops is None else loops
        self._matches = PastMatches(warehouse)

    def run(
        self,
        pipeline: Pipeline,
        *,
        nights: tuple[int, int],
        programids: Collection[int],
        survey: str = "ztf",
        objects: Sequence[str] | None = None,
        only: Sequence[int] | None = None,
        keep: int = SHOWN,
        dialect: Dialect = "kowalski",
        pushdown: bool = True,
    ) -> BacktestReport:
        """Return what a filter would have done.

        Parameters
        ----------
        pipeline
            Stages, their text, or the compiled filter (whose own dialect counts).
        nights
            First and last night, both included, as YYYYMMDD.
        programids
            What the filter's stream grants.
        survey
            Whose alerts.
        objects
            Only alerts of these objects; None for all.
        only
            Only these of the nights; None for all.
        keep
            How many of the candidates, the earliest, stand in the report.
        dialect
            How the pipeline sees an alert.
        pushdown
            Whether SQL prunes; the result is the same without, and slower.

        Raises
        ------
        FilterRefused
            The pipeline is not legal.
        """
        compiled = (
            pipeline
            if isinstance(pipeline, CompiledFilter)
            else compile_filter(pipeline, dialect=dialect, clock=self._clock)
        )
        stages = compiled.stages if pushdown else ()
        prefix = sql_prefix(stages, compiled.dialect, loops=self._loops)
        granted = frozenset(programids)
        scope = Scope(nights, granted, survey, objects, only)
        tally = Tally(compiled.stages, only or (), keep)
        if not granted or any(some is not None and not some for some in (objects, only)):
            return tally.report(prefix.clauses, 0)
        bytes_read = self._count(compiled, prefix, scope, tally)
        return tally.report(prefix.clauses, bytes_read)

    def _count(
        self, compiled: CompiledFilter, prefix: SqlPrefix, scope: Scope, tally: Tally
    ) -> int:
        """Count what SQL stops, then what the filter makes of the rest; return the bytes read."""
        counted = counts_statement(prefix, scope)
        bytes_read = self._warehouse.dry_run(counted)
        left: list[tuple[int, int, int]] = []
        for night, cell, stop, alerts in _columns(self._warehouse.run(counted)):
            if stop is None:
                left.append((night, cell, alerts))
            else:
                tally.stopped_by_sql(night, stop, alerts)
        if left:
            wanted = columns_read(compiled.stages)
            bytes_read += self._warehouse.dry_run(rows_statement(prefix, scope, wanted))
            self._evaluate(compiled, prefix, scope, left, tally)
        return bytes_read

    def _evaluate(
        self,
        compiled: CompiledFilter,
        prefix: SqlPrefix,
        scope: Scope,
        left: Sequence[tuple[int, int, int]],
        tally: Tally,
    ) -> None:
        granted = frozenset(scope.programids)
        ladder = _Ladder(compiled)
        wants_properties = reads_properties(compiled.stages)
        wants_matches = reads_cross_matches(compiled.stages)
        for page in pages(left, self._page_rows):
            for rows in self._batches(compiled, prefix, scope, page):
                found = self._matches.of_rows(rows) if wants_matches else [{}] * len(rows)
                for row, matches in zip(rows, found, strict=True):
                    visible = grant(document_from_row(row, matches), granted)
                    if visible is None:
                        continue
                    if wants_properties:
                        visible = with_properties(visible)
                    _count(ladder, visible, row["night"], tally)

    def _batches(
        self, compiled: CompiledFilter, prefix: SqlPrefix, scope: Scope, page: Page
    ) -> Iterator[list[dict[str, Any]]]:
        within = replace(scope, nights=page.nights)
        statement = rows_statement(prefix, within, columns_read(compiled.stages), page.cells)
        for batch in self._warehouse.run(statement).to_batches(_BATCH):
            yield batch.to_pylist()


def pages(left: Sequence[tuple[int, int, int]], most: int) -> Iterator[Page]:
    """Yield pages of at most about `most` alerts; only one cell of one night can hold more.

    Parameters
    ----------
    left
        Night, cell of order 5 and number of alerts, in this order.
    most
        Alerts on a page.
    """
    first = last = waiting = 0
    for night, cells in groupby(left, key=lambda each: each[0]):
        counts = [(cell, alerts) for _, cell, alerts in cells]
        total = sum(alerts for _, alerts in counts)
        if waiting and waiting + total > most:
            yield Page((first, last), None)
            waiting = 0
        if total > most:
            yield from (Page((night, night), span) for span in _spans(counts, most))
            continue
        first = first if waiting else night
        last, waiting = night, waiting + total
    if waiting:
        yield Page((first, last), None)


def _spans(counts: Sequence[tuple[int, int]], most: int) -> Iterator[tuple[int, int]]:
    first = last = waiting = 0
    for cell, alerts in counts:
        if waiting and waiting + alerts > most:
            yield first, last
            waiting = 0
        first = first if waiting else cell
        last, waiting = cell, waiting + alerts
    yield first, last


class _Ladder:
    """A filter, and the same filter cut off after each stage that may stop an alert."""

    def __init__(self, compiled: CompiledFilter) -> None:
        self.compiled = compiled
        self._stoppers = [
            index for index, stage in enumerate(compiled.stages) if not _passes_all(stage)
        ]
        self._places = {
            stage.at.partition(".")[0]: index for index, stage in enumerate(compiled.stages)
        }
        self._cut = cache(self._made)

    def _made(self, index: int) -> CompiledFilter:
        whole = self.compiled
        return CompiledFilter(
            whole.stages[: index + 1], dialect=whole.dialect, budget=whole.budget, clock=None
        )

    def stopper(self, document: dict[str, Any]) -> int | None:
        """Return the stage after which nothing is left of an alert; None if something stays."""
        low, high = 0, len(self._stoppers)
        while low < high:
            middle = (low + high) // 2
            if self._cut(self._stoppers[middle]).outputs(document):
                low = middle + 1
            else:
                high = middle
        return self._stoppers[low] if low < len(self._stoppers) else None

    def raiser(self, document: dict[str, Any], error: FilterError) -> int:
        """Return the stage that raised."""
        found = self._places.get(error.path.partition(".")[0])
        if found is not None:
            return found
        for index in range(len(self.compiled.stages)):
            try:
                self._cut(index).outputs(document)
            except FilterError:
                return index
        return max(len(self.compiled.stages) - 1, 0)


def _passes_all(stage: form.Stage) -> bool:
    return isinstance(
        stage,
        form.Project | form.AddFields | form.ReplaceRoot | form.Sort | form.Limit | form.Count,
    )


def _count(ladder: _Ladder, visible: dict[str, Any], night: int, tally: Tally) -> None:
    try:
        output = ladder.compiled.run(visible)
        if output is None:
            tally.stopped(night, ladder.stopper(visible))
            return
    except FilterError as error:
        tally.raised(night, ladder.raiser(visible, error), visible["candid"], error)
        return
    tally.passed(_passed(visible, night, output))


def _passed(document: Mapping[str, Any], night: int, output: Mapping[str, Any]) -> PassedAlert:
    detection = document["candidate"]
    score = detection.get("drb")
    return PassedAlert(
        candid=document["candid"],
        object_id=document["objectId"],
        night=night,
        jd=detection["jd"],
        ra=detection["ra"],
        dec=detection["dec"],
        fid=detection["fid"],
        magpsf=detection.get("magpsf"),
        score=score if score is not None else detection.get("rb"),
        annotations=storable_annotations(output),
    )


def _columns(counted: Any) -> Iterator[tuple[int, int, int | None, int]]:
    names = ("night", "cell", "stop", "alerts")
    yield from zip(*(counted.column(name).to_pylist() for name in names), strict=True)
