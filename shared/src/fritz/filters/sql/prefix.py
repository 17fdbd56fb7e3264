"""The part of a pipeline that SQL decides: for each row, by which stage it is surely stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any, Final

from sqlglot import exp

from fritz.filters import form
from fritz.filters.dialects import Dialect
from fritz.filters.sql.columns import Columns
from fritz.filters.sql.conditions import (
    TooLarge,
    Truth,
    all_of,
    always,
    any_of,
    both,
    is_fixed,
    negated,
)
from fritz.filters.sql.expressions import Translator
from fritz.filters.sql.queries import conjuncts, query
from fritz.filters.sql.shapes import Document, Later, computed_leaves, projected
from fritz.filters.sql.values import Parameters, raises_of

__all__ = ["Clause", "Pushed", "SqlPrefix", "sql_prefix"]

_LARGEST: Final = 40_000
"""Parts of the expression; BigQuery takes a million characters."""


class Pushed(Enum):
    """How much of a clause SQL decides."""

    EXACTLY = "exactly"
    NECESSARY = "necessary"
    """SQL's condition holds whenever the clause does, and sometimes where it does not."""
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a `$match`, or another stage as a whole."""

    at: str
    """Its place, e.g. ``0.$match.candidate.drb.$gt``."""
    pushed: Pushed


@dataclass(frozen=True, slots=True)
class SqlPrefix:
    """What SQL says of a pipeline's first stages."""

    stop: exp.Expr | None
    """An INT64: the index of the stage that surely stops the row, which no stage before does and
    on which none before raises; NULL where Python has to look. None: SQL can say nothing."""
    parameters: Mapping[str, Any]
    """Values of the expression's parameters; `programids`, which it also names, is not here."""
    columns: frozenset[str]
    """The columns of `alerts` that the expression reads."""
    clauses: tuple[Clause, ...]


def sql_prefix(
    stages: Sequence[form.Stage],
    dialect: Dialect = "kowalski",
    *,
    loops: bool = True,
    columns: Callable[[Parameters], Columns] | None = None,
) -> SqlPrefix:
    """Return what SQL can decide of a pipeline over rows of `alerts`, or of another table.

    Parameters
    ----------
    stages
        The typed form, as `CompiledFilter.stages`.
    dialect
        How the pipeline sees an alert.
    loops
        Whether SQL looks into histories. BigQuery does so as fast as it reads them; DuckDB takes
        longer than the evaluator does.
    columns
        What a document's fields are in SQL, where it is no alert as filters see it.
    """
    parameters = Parameters()
    made = Columns(parameters, dialect, loops=loops) if columns is None else columns(parameters)
    built = _Prefix(parameters, made)
    for index, stage in enumerate(stages):
        built.add(index, stage)
    return built.finished()


class _Prefix:
    """Collects cases until nothing more is sure."""

    def __init__(self, parameters: Parameters, columns: Columns) -> None:
        self._parameters = parameters
        self._columns = columns
        self._translator = Translator(self._columns)
        self._cases: list[tuple[exp.Expr, int | None]] = []
        self._clauses: list[Clause] = []
        self._document: Document | None = Document()
        self._size = 0

    def add(self, index: int, stage: form.Stage) -> None:
        """Take the next stage."""
        if self._document is None:
            self._clauses += _left(stage)
            return
        try:
            if isinstance(stage, form.Match):
                self._match(index, stage, self._document)
            else:
                self._change(stage, self._document)
        except (TooLarge, RecursionError):
            self._document = None
            self._clauses += _left(stage)

    def _match(self, index: int, stage: form.Match, document: Document) -> None:
        truth, clauses = always(True), []
        for part in conjuncts(stage.query):
            found = query(self._translator, part, document)
            clauses.append(Clause(part.at, _pushed(found)))
            truth = both(truth, found)
        self._clauses += clauses
        self._case(all_of(negated(truth.may), negated(truth.raises)), index)
        self._left_to_python(truth)

    def _left_to_python(self, truth: Truth) -> None:
        """From here on, only what surely passed the stage can be told to be stopped later."""
        if not truth.exact:
            self._case(any_of(truth.may_not, truth.raises), None)

    def _change(self, stage: form.Stage, document: Document) -> None:
        after, raises = self._after(stage, document)
        done = after is not None and not is_fixed(raises, True)
        self._clauses.append(Clause(stage.at, Pushed.EXACTLY if done else Pushed.NOT))
        self._document = after if done else None
        self._case(raises, None)

    def _after(self, stage: form.Stage, document: Document) -> tuple[Document | None, exp.Expr]:
        """Return the document after a stage, None if it is not followed, and where it raises."""
        match stage:
            case form.Project(excludes=True):
                return projected(stage, document), self._raises((), document)
            case form.Project(tree=tree) | form.AddFields(tree=tree):
                leaves = tuple(computed_leaves(tree))
                return projected(stage, document), self._raises(leaves, document)
            case form.ReplaceRoot(root=form.ObjectOf(fields=fields)):
                made = Document({name: Later(each, document) for name, each in fields}, False)
                return made, self._raises(tuple(each for _, each in fields), document)
            case form.Count(name=name):
                one = form.Const(stage.at, 1)
                return Document({name: Later(one, document)}, False), self._raises((), document)
            case form.Sort() | form.Limit() | form.Skip(count=0):
                return document, self._raises((), document)
            case _:
                return None, self._raises((), document)

    def _raises(self, leaves: Sequence[form.Expr], document: Document) -> exp.Expr:
        found = (raises_of(self._translator.value(each, document, {})) for each in leaves)
        return any_of(*found)

    def _case(self, condition: exp.Expr, index: int | None) -> None:
        if is_fixed(condition, False):
            return
        self._size += sum(1 for _ in islice(condition.walk(), _LARGEST))
        if self._size >= _LARGEST:
            raise TooLarge
        self._cases.append((condition, index))
        if is_fixed(condition, True):
            self._document = None

    def finished(self) -> SqlPrefix:
        """Return the whole."""
        while self._cases and self._cases[-1][1] is None:
            self._cases.pop()
        clauses = tuple(self._clauses)
        if not self._cases:
            return SqlPrefix(None, {}, frozenset(), clauses)
        stop = exp.Case()
        cases = [(self._columns.odd(), None), *self._cases]
        for condition, index in cases:
            if not is_fixed(condition, False):
                stop = stop.when(condition, _number(index), copy=False)
        stop = stop.copy()
        named = {node.name for node in stop.find_all(exp.Parameter)}
        values = {name: v for name, v in self._parameters.values.items() if name in named}
        return SqlPrefix(stop, values, frozenset(self._columns.used), clauses)


def _number(index: int | None) -> exp.Expr:
    return exp.null() if index is None else exp.Literal.number(index)


def _pushed(truth: Truth) -> Pushed:
    if truth.exact:
        return Pushed.EXACTLY
    if is_fixed(truth.may, True) or is_fixed(truth.raises, True):
        return Pushed.NOT
    return Pushed.NECESSARY


def _left(stage: form.Stage) -> Iterator[Clause]:
    places = [p.at for p in conjuncts(stage.query)] if isinstance(stage, form.Match) else [stage.at]
    yield from (Clause(at, Pushed.NOT) for at in places)
