"""Why an alert passed a filter or not: stage by stage, clause by clause, with the values.

The typed form is walked and each clause is run by itself as a pipeline of one stage, so that what
is explained is what runs. Nothing of the author's text becomes code here either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fritz.filters import form
from fritz.filters.bson_order import MISSING
from fritz.filters.compiled import CompiledFilter
from fritz.filters.dialects import boom_view
from fritz.filters.errors import FilterError, FilterRefused
from fritz.filters.explanation import Clause, Explanation, Step, Value
from fritz.filters.paths import leaves, walk
from fritz.filters.wording import expression_text, query_text

__all__ = ["explain"]

CLAUSES: Final = 400
"""Most clauses that are looked at; a hostile pipeline has thousands."""
SECONDS: Final = 5.0
_VALUES: Final = 6
_COMPARISONS: Final = frozenset({"$gt", "$gte", "$lt", "$lte", "$eq", "$ne", "$in"})
_PER_DOCUMENT: Final = (form.Match, form.Project, form.AddFields, form.ReplaceRoot, form.Unwind)


def explain(
    compiled: CompiledFilter,
    document: Mapping[str, Any],
    *,
    clock: Callable[[], float] | None = None,
) -> Explanation:
    """Return why the alert passes the filter, or which clause of which stage stops it.

    Parameters
    ----------
    compiled
        The filter.
    document
        The alert, reduced to what whoever asks may see.
    clock
        Seconds from some moment; with it, a filter that is slow to explain is explained in part.
    """
    given = dict(document)
    seen = boom_view(given) if compiled.dialect == "boom" else given
    return _Explainer(compiled, seen, clock).explanation(given)


class _TooMuchError(Exception):
    """No more clauses can be looked at."""


class _Explainer:
    """Explains one filter's view of one alert."""

    def __init__(
        self,
        compiled: CompiledFilter,
        document: dict[str, Any],
        clock: Callable[[], float] | None,
    ) -> None:
        self._compiled = compiled
        self._clock = clock
        self._end = None if clock is None else clock() + SECONDS
        self._left = CLAUSES
        self._inputs: list[dict[str, Any]] = [document]
        """The first document that entered each stage so far."""
        self._truncated = False

    def explanation(self, given: dict[str, Any]) -> Explanation:
        """Return the whole answer."""
        try:
            passed, error = self._compiled.run(given) is not None, None
        except FilterError as failed:
            passed, error = False, str(failed)
        return Explanation(passed, tuple(self._steps()), error, truncated=self._truncated)

    def _steps(self) -> list[Step]:
        steps: list[Step] = []
        documents = [self._inputs[0]]
        for index, stage in enumerate(self._compiled.stages):
            before = documents
            try:
                documents = self._after(index, stage, before)
            except (FilterError, FilterRefused) as failed:
                steps.append(Step(index, stage.at, len(before), 0, (), str(failed)))
                break
            clauses = self._clauses(stage, index, before[0], held=bool(documents))
            steps.append(Step(index, stage.at, len(before), len(documents), clauses))
            if not documents:
                break
            self._inputs.append(documents[0])
        return steps

    def _after(
        self, index: int, stage: form.Stage, before: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return what a stage makes of the documents that reach it."""
        if len(before) == 1 and isinstance(stage, _PER_DOCUMENT):
            return self._run(stage, document=before[0])
        return self._run(*self._compiled.stages[: index + 1], document=self._inputs[0])

    def _run(self, *stages: form.Stage, document: dict[str, Any]) -> list[dict[str, Any]]:
        part = CompiledFilter(
            stages, dialect="kowalski", budget=self._compiled.budget, clock=self._clock
        )
        return part.outputs(document)

    def _clauses(
        self, stage: form.Stage, index: int, document: dict[str, Any], *, held: bool
    ) -> tuple[Clause, ...]:
        if not isinstance(stage, form.Match):
            return ()
        try:
            whole = self._query(stage.query, index, document)
        except _TooMuchError:
            self._truncated = True
            return (Clause(stage.query.at, query_text(stage.query), held),)
        return whole.because if isinstance(stage.query, form.QueryAnd) else (whole,)

    def _spend(self) -> None:
        self._left -= 1
        late = self._end is not None and self._clock is not None and self._clock() > self._end
        if self._left < 0 or late:
            raise _TooMuchError

    def _query(self, query: form.Query, index: int, document: dict[str, Any]) -> Clause:
        self._spend()
        match query:
            case (
                form.QueryAnd(items=items) | form.QueryOr(items=items) | form.QueryNor(items=items)
            ):
                parts = [self._query(item, index, document) for item in items]
                kind = {form.QueryAnd: "all", form.QueryOr: "any", form.QueryNor: "none"}
                return _combined(query.at, query_text(query), kind[type(query)], parts)
            case form.ExprQuery(expr=expr):
                return self._truth(expr, index, document)
            case form.Field(parts=path):
                held, error = self._holds(query, document)
                found = [] if path is None else list(leaves(document, path))
                value = found[0] if len(found) == 1 else found or MISSING
                origin = self._origin(path, index)
                return Clause(
                    query.at,
                    query_text(query),
                    held,
                    (Value.of(".".join(path), value),),
                    () if origin is None else (origin,),
                    error,
                )

    def _holds(self, query: form.Query, document: dict[str, Any]) -> tuple[bool | None, str | None]:
        try:
            return bool(self._run(form.Match(query.at, query), document=document)), None
        except (FilterError, FilterRefused) as failed:
            return None, str(failed)

    def _truth(self, expr: form.Expr, index: int, document: dict[str, Any]) -> Clause:
        """Return whether an expression is true, and what makes it so."""
        self._spend()
        text = expression_text(expr)
        match expr:
            case form.And(items=items) | form.Or(items=items) if items:
                parts = [self._truth(item, index, document) for item in items]
                kind = "all" if isinstance(expr, form.And) else "any"
                return _combined(expr.at, text, kind, parts)
            case form.Not(item=item):
                return _combined(expr.at, text, "none", [self._truth(item, index, document)])
            case _:
                held, error = self._holds(form.ExprQuery(expr.at, expr), document)
                values = self._values(expr, document)
                return Clause(expr.at, text, held, values, self._origins(expr, index), error)

    def _values(self, expr: form.Expr, document: dict[str, Any]) -> tuple[Value, ...]:
        """Return the two sides of a comparison, else the fields that an expression reads."""
        sides = [expr]
        if isinstance(expr, form.Call) and expr.operator.name in _COMPARISONS:
            sides = list(expr.args)
        found: dict[str, Any] = {}
        for side in sides:
            if not isinstance(side, form.Const) and side is not expr:
                found[expression_text(side)] = self._value(side, document)
        for path in _paths(expr):
            found.setdefault(".".join(path), walk(document, path))
        return tuple(Value.of(name, value) for name, value in list(found.items())[:_VALUES])

    def _value(self, expr: form.Expr, document: dict[str, Any]) -> Any:
        if isinstance(expr, form.Path) and expr.base is None:
            return walk(document, expr.parts)
        self._spend()
        tree = form.Tree(expr.at, {"value": form.Computed(expr.at, expr)})
        try:
            made = self._run(form.AddFields(expr.at, tree), document=document)
        except (FilterError, FilterRefused):
            return MISSING
        return made[0].get("value", MISSING) if made else MISSING

    def _origins(self, expr: form.Expr, index: int) -> tuple[Clause, ...]:
        made = (self._origin(path, index) for path in list(_paths(expr))[:_VALUES])
        return tuple(clause for clause in made if clause is not None)

    def _origin(self, path: tuple[str, ...], index: int) -> Clause | None:
        """Return how an earlier stage computed a field, None if the field is the alert's own."""
        for earlier in range(index - 1, -1, -1):
            stage = self._compiled.stages[earlier]
            if isinstance(stage, form.Project | form.AddFields):
                expr = _computed(stage.tree, path)
                if expr is not None:
                    return self._origin_clause(expr, path, earlier)
            elif not isinstance(stage, form.Match):
                return None
        return None

    def _origin_clause(self, expr: form.Expr, path: tuple[str, ...], index: int) -> Clause | None:
        document = self._inputs[index]
        if isinstance(expr, form.Path | form.Const):
            return None if isinstance(expr, form.Const) else self._origin(expr.parts, index)
        if _is_logical(expr):
            return self._truth(expr, index, document)
        self._spend()
        text = f"{'.'.join(path)} = {expression_text(expr)}"
        return Clause(expr.at, text, None, self._values(expr, document), ())


def _combined(at: str, text: str, kind: str, parts: list[Clause]) -> Clause:
    """Return a clause of clauses; `because` keeps those that decided."""
    some_hold = any(part.held for part in parts)
    unknown = any(part.held is None for part in parts)
    some_fail = any(part.held is False for part in parts)
    if kind == "all":
        held = None if unknown and not some_fail else not some_fail
        deciding = False if some_fail else None
    else:
        any_holds = None if unknown and not some_hold else some_hold
        held = any_holds if kind == "any" or any_holds is None else not any_holds
        deciding = True if some_hold else None
    kept = parts if deciding is None else [part for part in parts if part.held is deciding]
    return Clause(at, text, held, (), tuple(kept), None, kind)


def _is_logical(expr: form.Expr) -> bool:
    if isinstance(expr, form.Call):
        return expr.operator.name in _COMPARISONS
    return isinstance(expr, form.And | form.Or | form.Not)


def _computed(tree: form.Tree, path: tuple[str, ...]) -> form.Expr | None:
    """Return the expression by which a specification computes a field."""
    leaf: form.Tree | form.Computed | None = tree
    for part in path:
        if not isinstance(leaf, form.Tree):
            break
        leaf = leaf.fields.get(part)
    return leaf.expr if isinstance(leaf, form.Computed) else None


def _paths(expr: form.Expr) -> dict[tuple[str, ...], None]:
    """Return the fields of the alert that an expression reads, each once, in order."""
    found: dict[tuple[str, ...], None] = {}
    waiting = [expr]
    while waiting:
        each = waiting.pop()
        if isinstance(each, form.Path) and each.base is None and each.parts:
            found[each.parts] = None
        waiting.extend(reversed(list(form.children(each))))
    return found
