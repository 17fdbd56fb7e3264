"""Statements of a query over one collection: rows that SQL cannot rule out, counts, groups.

A selection is what its asker may see of a collection, each row once. SQL only ever decides what it
is sure of: where `outcome` is null, the evaluator has to look.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from sys import float_info
from typing import Any, Final

from sqlglot import exp

from fritz.archive.collections import Collection
from fritz.archive.expressions import column, parameter, table
from fritz.archive.rights import bound_gate, is_gated, visible_columns
from fritz.archive.selections import SELECTIONS
from fritz.filters import form
from fritz.filters.kinds import BOOL, DOUBLE
from fritz.filters.sql.columns import Columns
from fritz.filters.sql.prefix import Pushed, SqlPrefix, sql_prefix
from fritz.filters.sql.rows import AlertColumns, RowColumns
from fritz.filters.sql.statements import Scope, alerts_in_scope
from fritz.filters.sql.values import Parameters, Scalar, Value
from fritz.ports import Statement

__all__ = ["PASSES", "Place", "Selection", "as_shown", "select_rows"]

PASSES: Final = -1
"""The outcome of a row that surely passes; others are the index of the stage that stops it."""
_ALL_NIGHTS: Final = (0, 99_999_999)
_SEEN: Final = "seen"
_SHOWN: Final = frozenset(
    {
        "candid",
        "objectId",
        "survey",
        "candidate",
        "schemavsn",
        "publisher",
        "classifications",
        "night",
    }
)
_PAST: Final = frozenset({"prv_candidates", "fp_hists"})
_LARGEST: Final = float_info.max


@dataclass(frozen=True, slots=True)
class Place:
    """Conditions on columns that a row must meet before anything else is asked of it."""

    conditions: tuple[exp.Expr, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    nights: tuple[int, int] = _ALL_NIGHTS

    def also(self, other: Place) -> Place:
        """Return the place where both hold."""
        return Place(
            self.conditions + other.conditions,
            {**self.values, **other.values},
            (max(self.nights[0], other.nights[0]), min(self.nights[1], other.nights[1])),
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of a collection that its asker may see, and what SQL knows of a pipeline's start."""

    collection: Collection
    prefix: SqlPrefix
    base: exp.Select
    values: Mapping[str, Any]
    shown: tuple[exp.Expr, ...]
    order: tuple[exp.Expr, ...]
    """What makes the order of rows definite."""
    keys: tuple[exp.Expr, ...] = ()
    """What a `$sort` right behind the start sorts by, most significant first."""

    decided: bool = False
    """Whether SQL decides every row but those whose numbers are odd."""
    columns: Columns | None = None
    """What fields are in SQL, for further expressions."""

    def rows(self, most: int, *, undecided: bool = False) -> Statement:
        """Return the statement for the first rows that SQL cannot rule out.

        Parameters
        ----------
        most
            How many at most.
        undecided
            Only those that SQL cannot tell to pass, either.
        """
        rows = exp.select(*self.shown).from_(table(_SEEN))
        if undecided:
            rows = rows.where(exp.Is(this=self._outcome(), expression=exp.Null()))
        elif self.prefix.stop is not None:
            rows = rows.where(
                exp.Is(this=exp.paren(self.prefix.stop.copy()), expression=exp.Null())
            )
        rows = rows.order_by(*(each.copy() for each in (*self.keys, *self.order)))
        return self._statement(rows.limit(most))

    def outcomes(self) -> Statement:
        """Return the statement for `outcome` (maybe null) and the number of `documents` with it."""
        inner = exp.select(_as(self._outcome(), "outcome")).from_(table(_SEEN))
        counted = (
            exp.select(column("outcome"), _as(exp.Count(this=exp.Star()), "documents"))
            .from_(inner.subquery(exp.to_identifier("decided", quoted=True)))
            .group_by(column("outcome"))
        )
        return self._statement(counted)

    def groups(
        self, keys: Sequence[exp.Expr], fields: Sequence[exp.Expr], values: Mapping[str, Any]
    ) -> Statement:
        """Return the statement for aggregates over the rows that surely pass."""
        passing = exp.EQ(this=self._outcome(), expression=exp.Literal.number(PASSES))
        named = [_as(key.copy(), f"k{index}") for index, key in enumerate(keys)]
        made = [_as(each.copy(), f"f{index}") for index, each in enumerate(fields)]
        tree = exp.select(*named, *made, _as(exp.Count(this=exp.Star()), "documents"))
        tree = tree.from_(table(_SEEN)).where(passing)
        if keys:
            tree = tree.group_by(*(key.copy() for key in keys))
        found = self._statement(tree)
        return Statement(found.tree, {**found.parameters, **values})

    def _outcome(self) -> exp.Expr:
        if self.prefix.stop is None:
            return exp.Literal.number(PASSES)
        case = self.prefix.stop.copy()
        if not isinstance(case, exp.Case):
            raise TypeError(type(case).__name__)
        return exp.paren(case.else_(exp.Literal.number(PASSES)))

    def _statement(self, tree: exp.Select) -> Statement:
        name = exp.to_identifier(_SEEN, quoted=True)
        whole = tree.with_(name, as_=self.base.copy())
        return Statement(whole, {**self.values, **self.prefix.parameters})


def select_rows(
    collection: Collection,
    programids: Names[int],
    stages: Sequence[form.Stage],
    *,
    sort: form.Sort | None = None,
    place: Place | None = None,
    history: bool = False,
    read: Names[str] = (),
) -> Selection:
    """Return the selection of a collection for a pipeline.

    Parameters
    ----------
    collection
        Of kind ``alerts`` or ``rows``.
    programids
        What the asker may see.
    stages
        The start of the pipeline, as far as it treats each document alone.
    sort
        A stage right behind it.
    place
        Further conditions.
    history
        Whether documents of alerts have their history.
    read
        Columns that later expressions need.
    """
    where = place or Place()
    made: list[Columns] = []

    def columns(parameters: Parameters) -> Columns:
        made.append(
            AlertColumns(parameters, history=history)
            if collection.kind == "alerts"
            else RowColumns(parameters, collection)
        )
        return made[-1]

    prefix = sql_prefix(stages, columns=columns)
    keys, used = _sort_keys(sort, made[0])
    prefix = replace(prefix, columns=prefix.columns | used | frozenset(read))
    found = (
        _of_alerts(collection, programids, prefix, keys, where, history=history)
        if collection.kind == "alerts"
        else _of_rows(collection, programids, prefix, keys, where)
    )
    exact = all(clause.pushed is Pushed.EXACTLY for clause in prefix.clauses)
    decided = exact and all(isinstance(stage, form.Match) for stage in stages)
    return replace(found, decided=decided, columns=made[0])


def _of_alerts(
    collection: Collection,
    programids: Names[int],
    prefix: SqlPrefix,
    keys: tuple[exp.Expr, ...],
    place: Place,
    *,
    history: bool,
) -> Selection:
    wanted = _SHOWN | {"packet"} | (_PAST if history else frozenset())
    scope = Scope(place.nights, programids, conditions=place.conditions, values=dict(place.values))
    base, values = alerts_in_scope(wanted | prefix.columns, scope)
    gate = bound_gate(parameter("programids"))
    shown = [each for each in visible_columns(gate) if each.alias_or_name in wanted]
    order = (column("candidate", "jd"), column("candid"))
    return Selection(collection, prefix, base, values, tuple(shown), order, keys)


def _of_rows(
    collection: Collection,
    programids: Names[int],
    prefix: SqlPrefix,
    keys: tuple[exp.Expr, ...],
    place: Place,
) -> Selection:
    definition, values = collection.table, dict(place.values)
    gate = bound_gate(parameter("programids"))
    if definition.name in SELECTIONS:
        base = SELECTIONS[definition.name](gate)
        values["programids"] = sorted(programids)
    elif is_gated(definition):
        raise ValueError(f"{definition.name} has rights, but nothing says who sees what of it")
    else:
        base = exp.select(*(column(each.name) for each in definition.columns)).from_(
            table(definition.name)
        )
    conditions = [each.copy() for each in place.conditions]
    if collection.release is not None:
        values["release"] = collection.release
        conditions.append(exp.EQ(this=column("release"), expression=parameter("release")))
    base = base.where(*conditions)
    shown = tuple(column(each.name) for each in definition.columns)
    order = (column(collection.id_column),)
    return Selection(collection, prefix, base, values, shown, order, keys)


def _sort_keys(
    sort: form.Sort | None, columns: Columns
) -> tuple[tuple[exp.Expr, ...], frozenset[str]]:
    """Return a sort's keys in SQL and the columns that they read.

    Raises
    ------
    LookupError
        A key is nothing that SQL sorts as MongoDB does.
    """
    keys: list[exp.Expr] = []
    before = set(columns.used)
    for path, down in () if sort is None else sort.keys:
        key = as_shown(columns.field(path))
        if key is None:
            raise LookupError(".".join(path))
        keys.append(exp.Ordered(this=key, desc=down, nulls_first=not down))
    return tuple(keys), frozenset(set(columns.used) - before)


def as_shown(value: Value) -> exp.Expr | None:
    """Return a column's value as documents show it; None if it is no plain column.

    What is not finite is null in a document.
    """
    if not isinstance(value, Scalar) or value.kind == BOOL:
        return None
    if not isinstance(value.sql, exp.Column | exp.Dot):
        return None
    if value.kind != DOUBLE:
        return value.sql.copy()
    finite = exp.Between(
        this=value.sql.copy(),
        low=exp.Literal.number(repr(-_LARGEST)),
        high=exp.Literal.number(repr(_LARGEST)),
    )
    return exp.Case().when(finite, value.sql.copy())


def _as(expression: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(expression, name, quoted=True)
