"""Statements of a query over one collection: rows that SQL cannot rule out, counts, groups.

A selection is what its asker may see of a collection, each row once. SQL only ever decides what it
is sure of: where `outcome` is null, the evaluator has to look.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Collection as Names
from dataclasses import dataclass, field, replace
from sys import float_info
from typing import Any, Final

from sqlglot import exp

from fritz.archive.collections import Collection
from fritz.archive.expressions import column, named, parameter, table
from fritz.archive.kept_trees import Kept, shape
from fritz.archive.rights import bound_gate, is_gated, visible_columns
from fritz.archive.selections import SELECTIONS
from fritz.filters import form
from fritz.filters.kinds import BOOL, DOUBLE
from fritz.filters.sql.columns import Columns
from fritz.filters.sql.prefix import Pushed, SqlPrefix, sql_prefix
from fritz.filters.sql.rows import AlertColumns, RowColumns
from fritz.filters.sql.statements import Scope, alerts_in_scope, scope_values
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
_BASES: Final[Kept[tuple[exp.Select, tuple[exp.Expr, ...]]]] = Kept()
_TREES: Final[Kept[exp.Select]] = Kept()


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
    shape: tuple[Hashable, ...] | None = None
    """Equal where the trees are; None where they are not worth keeping."""

    def rows(self, most: int, *, undecided: bool = False) -> Statement:
        """Return the statement for the first rows that SQL cannot rule out.

        Parameters
        ----------
        most
            How many at most.
        undecided
            Only those that SQL cannot tell to pass, either.
        """
        return self._kept(("rows", most, undecided), lambda: self._rows(most, undecided))

    def _rows(self, most: int, undecided: bool) -> exp.Select:  # noqa: FBT001  as `rows`
        rows = exp.select(*self.shown).from_(table(_SEEN))
        if undecided:
            rows = rows.where(exp.Is(this=self._outcome(), expression=exp.Null()))
        elif self.prefix.stop is not None:
            rows = rows.where(
                exp.Is(this=exp.paren(self.prefix.stop.copy()), expression=exp.Null())
            )
        rows = rows.order_by(*(each.copy() for each in (*self.keys, *self.order)))
        return self._whole(rows.limit(most))

    def outcomes(self) -> Statement:
        """Return the statement for `outcome` (maybe null) and the number of `documents` with it."""
        return self._kept(("outcomes",), self._outcomes)

    def _outcomes(self) -> exp.Select:
        inner = exp.select(named(self._outcome(), "outcome")).from_(table(_SEEN))
        counted = (
            exp.select(column("outcome"), named(exp.Count(this=exp.Star()), "documents"))
            .from_(inner.subquery(exp.to_identifier("decided", quoted=True)))
            .group_by(column("outcome"))
        )
        return self._whole(counted)

    def groups(
        self, keys: Sequence[exp.Expr], fields: Sequence[exp.Expr], values: Mapping[str, Any]
    ) -> Statement:
        """Return the statement for aggregates over the rows that surely pass."""
        passing = exp.EQ(this=self._outcome(), expression=exp.Literal.number(PASSES))
        shared = [named(key.copy(), f"k{index}") for index, key in enumerate(keys)]
        made = [named(each.copy(), f"f{index}") for index, each in enumerate(fields)]
        tree = exp.select(*shared, *made, named(exp.Count(this=exp.Star()), "documents"))
        tree = tree.from_(table(_SEEN)).where(passing)
        if keys:
            tree = tree.group_by(*(key.copy() for key in keys))
        return Statement(self._whole(tree), {**self.values, **self.prefix.parameters, **values})

    def _outcome(self) -> exp.Expr:
        if self.prefix.stop is None:
            return exp.Literal.number(PASSES)
        case = self.prefix.stop.copy()
        if not isinstance(case, exp.Case):
            raise TypeError(type(case).__name__)
        return exp.paren(case.else_(exp.Literal.number(PASSES)))

    def _kept(self, asked: tuple[Hashable, ...], make: Callable[[], exp.Select]) -> Statement:
        values = {**self.values, **self.prefix.parameters}
        if self.shape is None:
            return Statement(make(), values)
        return Statement(_TREES.get((asked, self.shape), make), values, recurs=True)

    def _whole(self, tree: exp.Select) -> exp.Select:
        return tree.with_(exp.to_identifier(_SEEN, quoted=True), as_=self.base.copy())


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
    found = replace(found, shape=_shape(found, where, history=history, read=prefix.columns))
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
    read = wanted | prefix.columns
    values = scope_values(scope)

    def make() -> tuple[exp.Select, tuple[exp.Expr, ...]]:
        gate = bound_gate(parameter("programids"))
        shown = tuple(each for each in visible_columns(gate) if each.alias_or_name in wanted)
        return alerts_in_scope(read, scope)[0], shown

    base, shown = _base(("alerts", wanted, read), place, make)
    order = (column("candidate", "jd"), column("candid"))
    return Selection(collection, prefix, base, values, shown, order, keys)


def _of_rows(
    collection: Collection,
    programids: Names[int],
    prefix: SqlPrefix,
    keys: tuple[exp.Expr, ...],
    place: Place,
) -> Selection:
    definition, values = collection.table, dict(place.values)
    if definition.name in SELECTIONS:
        values["programids"] = sorted(programids)
    if collection.release is not None:
        values["release"] = collection.release

    def make() -> tuple[exp.Select, tuple[exp.Expr, ...]]:
        return _rows_of(collection, place), tuple(column(each.name) for each in definition.columns)

    base, shown = _base((definition.name, collection.release is None), place, make)
    order = (column(collection.id_column),)
    return Selection(collection, prefix, base, values, shown, order, keys)


def _rows_of(collection: Collection, place: Place) -> exp.Select:
    """Return the rows of a collection at a place that the programids let through."""
    definition = collection.table
    if definition.name in SELECTIONS:
        base = SELECTIONS[definition.name](bound_gate(parameter("programids")))
    elif is_gated(definition):
        raise ValueError(f"{definition.name} has rights, but nothing says who sees what of it")
    else:
        base = exp.select(*(column(each.name) for each in definition.columns)).from_(
            table(definition.name)
        )
    conditions = [each.copy() for each in place.conditions]
    if collection.release is not None:
        conditions.append(exp.EQ(this=column("release"), expression=parameter("release")))
    return base.where(*conditions)


def _base(
    key: tuple[Hashable, ...],
    place: Place,
    make: Callable[[], tuple[exp.Select, tuple[exp.Expr, ...]]],
) -> tuple[exp.Select, tuple[exp.Expr, ...]]:
    """Return the rows and what is shown of them, those that were made before if there are some."""
    where = shape(*place.conditions)
    return make() if where is None else _BASES.get((key, where), make)


def _shape(
    found: Selection, place: Place, *, history: bool, read: Names[str]
) -> tuple[Hashable, ...] | None:
    """Return all that a selection's trees are made of; values and programids are bound."""
    trees = shape(found.prefix.stop, *place.conditions, *found.keys)
    if trees is None:
        return None
    collection = found.collection
    rows = (collection.table.name, collection.id_column, collection.release is None)
    return (*rows, history, frozenset(read), len(place.conditions), trees)


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
