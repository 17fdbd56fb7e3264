"""A filter ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fritz.filters import form
from fritz.filters.checks.check import check_stages
from fritz.filters.checks.schema import Schema
from fritz.filters.checks.size import check_size
from fritz.filters.codegen import Program, Tick, generate
from fritz.filters.codegen.runtime import Deviation
from fritz.filters.dialects import Dialect, boom_view
from fritz.filters.errors import BudgetExceeded, FilterError, FilterRefused, Finding, OperatorError
from fritz.filters.limits import LIMITS, Budget, Limits
from fritz.filters.many import group_documents, many_documents
from fritz.filters.parse import parse_pipeline
from fritz.filters.ticking import ticker

__all__ = ["CompiledFilter", "compile_filter", "located"]


class CompiledFilter:
    """A pipeline as Python code; made by `compile_filter`."""

    def __init__(
        self,
        stages: tuple[form.Stage, ...],
        *,
        dialect: Dialect,
        budget: Budget,
        clock: Callable[[], float] | None,
        findings: tuple[Finding, ...] = (),
    ) -> None:
        self.stages = stages
        """The typed form."""
        self.dialect = dialect
        self.budget = budget
        self.findings = findings
        """Warnings, if the pipeline was checked against a schema."""
        self._clock = clock
        self._fast = self._generate(assume=True)
        self._exact: Program | None = None
        first = self._fast.steps[0]
        self._only = first if len(self._fast.steps) == 1 and callable(first) else None
        self._count = ticker(budget, clock, None)

    def _generate(self, *, assume: bool) -> Program:
        try:
            return generate(self.stages, assume=assume, budget=self.budget)
        except (SyntaxError, RecursionError, MemoryError) as e:
            finding = Finding("too_deep", "", "loops and conditions are nested too deeply")
            raise FilterRefused([finding]) from e

    @property
    def source(self) -> str:
        """The generated code, for the curious."""
        return self._fast.source

    def run(self, document: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the output document, None if the alert does not pass.

        The output may share parts with the input; the input is never changed. An alert passes if
        exactly one document comes out.

        Raises
        ------
        FilterError
            MongoDB would have raised; the error says which operator and where.
        BudgetExceeded
            Too many steps, or too long.
        """
        only = self._only
        if only is None or type(document) is not dict:
            found = self.outputs(document)
            return found[0] if len(found) == 1 else None
        if self.dialect == "boom":
            document = boom_view(document)
        try:
            return only(document, self._count if self._clock is None else self._tick())  # type: ignore[no-any-return]
        except Deviation:
            found = self._deviating(document)
            return found[0] if len(found) == 1 else None
        except OperatorError as e:
            raise located(e, self._fast) from e
        except RecursionError as e:
            raise BudgetExceeded("values are nested too deeply") from e

    def outputs(self, document: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return every document that comes out, in order."""
        given = document if type(document) is dict else dict(document)
        if self.dialect == "boom":
            given = boom_view(given)
        try:
            return self._run(self._fast, given)
        except Deviation:
            return self._deviating(given)

    def _deviating(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Run the code that supposes nothing of the alert's layout, made when first needed."""
        if self._exact is None:
            self._exact = self._generate(assume=False)
        return self._run(self._exact, document)

    def _run(self, program: Program, document: dict[str, Any]) -> list[dict[str, Any]]:
        tick = self._tick()
        try:
            return self._run_many(program, document, tick)
        except OperatorError as e:
            raise located(e, program) from e
        except RecursionError as e:
            raise BudgetExceeded("values are nested too deeply") from e

    def _run_many(
        self,
        program: Program,
        document: dict[str, Any],
        tick: Tick,
    ) -> list[dict[str, Any]]:
        documents: list[Any] = [document]
        for step in program.steps:
            if isinstance(step, form.Group):
                documents = group_documents(step, documents)
            elif isinstance(step, form.Node):
                documents = many_documents(step, documents, self.budget.documents)
            else:
                made = (step(each, tick) for each in documents)
                documents = [each for each in made if each is not None]
        return documents

    def _tick(self) -> Tick:
        end = None if self._clock is None else self._clock() + self.budget.seconds
        return ticker(self.budget, self._clock, end)


def located(error: OperatorError, program: Program) -> FilterError:
    """Return the error with the operator and its place, found by the line that raised."""
    traceback, line = error.__traceback__, 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<filter>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    place = program.place(line)
    operators = [part for part in place.split(".") if part.startswith("$")]
    return FilterError(str(error), operators[-1] if operators else "", place)


def compile_filter(
    pipeline: Sequence[Mapping[str, Any]] | str,
    *,
    dialect: Dialect = "kowalski",
    budget: Budget | None = None,
    limits: Limits = LIMITS,
    clock: Callable[[], float] | None = None,
    schema: Schema | None = None,
) -> CompiledFilter:
    """Return the pipeline compiled to Python.

    Parameters
    ----------
    pipeline
        Stages, or their text (JSON, extended JSON, or as Compass shows them).
    dialect
        How the pipeline sees an alert: ``kowalski`` (as stored) or ``boom``.
    budget
        Caps on the work for one alert.
    limits
        Caps on the size of the pipeline.
    clock
        Seconds from some moment, e.g. `time.monotonic`; without it only steps are counted.
    schema
        The alert document to check the pipeline against, e.g. ``schema_for(dialect)``; errors
        refuse it, warnings stand in `CompiledFilter.findings`. Without it only the language is
        checked.

    Raises
    ------
    FilterRefused
        With findings: code, path, message, did_you_mean.
    """
    stages = parse_pipeline(pipeline, limits)
    too_large = check_size(stages)
    if too_large:
        raise FilterRefused(too_large)
    findings = () if schema is None else check_stages(stages, schema, limits)
    if any(finding.severity == "error" for finding in findings):
        raise FilterRefused(findings)
    return CompiledFilter(
        stages, dialect=dialect, budget=budget or Budget(), clock=clock, findings=findings
    )
