"""A pipeline over many documents: queries of a collection, not filters of one alert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, TypeVar

from fritz.filters import form
from fritz.filters.checks.size import check_size
from fritz.filters.codegen import Program, generate
from fritz.filters.compiled import located
from fritz.filters.dialects import upstream_stages
from fritz.filters.errors import BudgetExceeded, FilterRefused, Finding, OperatorError
from fritz.filters.limits import Budget
from fritz.filters.many import group_documents, many_documents
from fritz.filters.parse.names import Refusal
from fritz.filters.parse.pipeline import read_pipeline
from fritz.filters.parse.stages import parse_stage
from fritz.filters.ticking import ticker

__all__ = ["HELD", "QUERY_BUDGET", "CompiledQuery", "QueryPipeline", "parse_query_pipeline"]

T = TypeVar("T")
QUERY_BUDGET: Final = Budget(steps=2_000_000_000, seconds=300.0, documents=100_000)
"""Of one query; Kowalski stops one after 300 s, too."""
HELD: Final = 500_000
"""Documents, or rows of a group, that a stage may have in hand at once."""


@dataclass(frozen=True, slots=True)
class QueryPipeline:
    """The stages of a query."""

    stages: tuple[form.Stage, ...]
    with_history: bool = False
    """Whether a broker's own stages looked up the history of each alert."""


def parse_query_pipeline(pipeline: object) -> QueryPipeline:
    """Return the form of each stage.

    Where a broker's own stages are in front (those that look up the history of the alert), their
    selection stays and the rest has happened already: the documents have their history.

    Raises
    ------
    FilterRefused
        With a finding for every stage that cannot be read; it names the operator.
    """
    given = read_pipeline(pipeline)
    upstream = upstream_stages(given)
    stages: list[form.Stage] = []
    findings: list[Finding] = []
    for index, stage in enumerate(given):
        if index < upstream and "$match" not in stage:
            continue
        try:
            stages.append(parse_stage(stage, index))
        except Refusal as e:
            findings.append(e.finding)
    findings += check_size(tuple(stages))
    if findings:
        raise FilterRefused(findings)
    return QueryPipeline(tuple(stages), with_history=bool(upstream))


class CompiledQuery:
    """A pipeline as Python code that takes documents one after the other.

    Parameters
    ----------
    stages
        The typed form.
    budget
        Caps on the work of the whole query.
    clock
        Seconds from some moment; without it only steps are counted.
    """

    def __init__(
        self,
        stages: Sequence[form.Stage],
        *,
        budget: Budget = QUERY_BUDGET,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.stages = tuple(stages)
        self._budget = budget
        self._clock = clock
        self._program = _generated(self.stages, budget)

    def over(self, documents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield what comes out, in order; documents are only taken as far as they are needed.

        Raises
        ------
        FilterError
            MongoDB would have raised on a document; the error says which operator and where.
        BudgetExceeded
            Too much work, or too many documents at once.
        """
        clock, budget = self._clock, self._budget
        tick = ticker(budget, clock, None if clock is None else clock() + budget.seconds)
        rows: Iterator[Any] = iter(documents)
        for step in self._program.steps:
            rows = self._after(step, rows, tick)
        try:
            yield from rows
        except OperatorError as e:
            raise located(e, self._program) from e
        except RecursionError as e:
            raise BudgetExceeded("values are nested too deeply") from e

    def _after(self, step: Any, rows: Iterator[Any], tick: Callable[..., int]) -> Iterator[Any]:
        match step:
            case form.Group():
                return _late(lambda: group_documents(step, _held(rows)))
            case form.Unwind():
                most = self._budget.documents
                return chain.from_iterable(many_documents(step, [each], most) for each in rows)
            case form.Limit() | form.Skip():
                most = isinstance(step, form.Limit)
                return islice(rows, step.count) if most else islice(rows, step.count, None)
            case form.Count(name=name):
                return _late(lambda: [{name: n}] if (n := sum(1 for _ in rows)) else [])
            case form.Sort():
                return _late(lambda: many_documents(step, _held(rows), 0))
            case _:
                made = (step(each, tick) for each in rows)
                return (each for each in made if each is not None)


def _generated(stages: Sequence[form.Stage], budget: Budget) -> Program:
    try:
        return generate(stages, assume=False, budget=budget, many=True)
    except (SyntaxError, RecursionError, MemoryError) as e:
        finding = Finding("too_deep", "", "loops and conditions are nested too deeply")
        raise FilterRefused([finding]) from e


def _late(make: Callable[[], Iterable[T]]) -> Iterator[T]:
    yield from make()


def _held(rows: Iterator[T]) -> list[T]:
    held = list(islice(rows, HELD + 1))
    if len(held) > HELD:
        raise BudgetExceeded(f"more than {HELD} documents at once: narrow the query")
    return held
