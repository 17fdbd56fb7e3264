"""Statements of a back-test: how many rows SQL stops where, and the rows that it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot import exp

from fritz.archive.alert_queries import once
from fritz.archive.expressions import column, named, parameter, table
from fritz.archive.rights import bound_gate, visible_columns
from fritz.archive.tables import ALERTS
from fritz.filters.sql.prefix import SqlPrefix
from fritz.ports import Statement

__all__ = ["CELL", "Scope", "alerts_in_scope", "counts_statement", "rows_statement", "scope_values"]

CELL: Final = 4**24
"""Cells of order 29 in one of order 5 (3.4 square degrees), by which rows are counted."""
_SEEN: Final = "seen"
_NEEDED: Final = frozenset(
    {"candid", "objectId", "survey", "candidate", "schemavsn", "publisher", "ingested_at"}
)
"""Columns without which an alert is not rebuilt."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which alerts are looked at."""

    nights: tuple[int, int]
    """First and last, both included, as YYYYMMDD."""
    programids: Collection[int]
    """Whose data may be seen."""
    survey: str = "ztf"
    objects: Sequence[str] | None = None
    """Only alerts of these objects."""
    only: Sequence[int] | None = None
    """Only these of the nights."""
    conditions: tuple[exp.Expr, ...] = ()
    """Further conditions on columns, which every alert must meet."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Values of the parameters of `conditions`."""


def counts_statement(prefix: SqlPrefix, scope: Scope) -> Statement:
    """Return the statement for `night`, `cell`, `stop` (maybe null) and the number of `alerts`."""
    seen, values = alerts_in_scope(prefix.columns | {"night", "healpix"}, scope)
    stop = exp.cast(exp.null(), exp.DataType.Type.BIGINT) if prefix.stop is None else prefix.stop
    cell = exp.IntDiv(this=column("healpix"), expression=exp.Literal.number(CELL))
    decided = exp.select(column("night"), named(cell, "cell"), named(stop.copy(), "stop")).from_(
        table(_SEEN)
    )
    keys = ("night", "cell", "stop")
    counted = (
        exp.select(*(column(key) for key in keys), named(exp.Count(this=exp.Star()), "alerts"))
        .from_(decided.subquery(exp.to_identifier("decided", quoted=True)))
        .group_by(*(column(key) for key in keys))
        .order_by(*(column(key) for key in keys))
    )
    return _statement(counted.with_(_name(_SEEN), as_=seen), prefix, values)


def rows_statement(
    prefix: SqlPrefix,
    scope: Scope,
    columns: Collection[str],
    cells: tuple[int, int] | None = None,
) -> Statement:
    """Return the statement for the rows that SQL cannot decide, earliest first.

    Parameters
    ----------
    prefix
        What SQL decides.
    scope
        Which alerts.
    columns
        Which columns of `alerts` are wanted beside those that every alert needs.
    cells
        Only alerts in cells of order 5 from the first to the last, both included.
    """
    wanted = _NEEDED | set(columns) | {"night"}
    seen, values = alerts_in_scope(wanted | prefix.columns, scope, cells)
    gate = bound_gate(parameter("programids"))
    shown = [each for each in visible_columns(gate) if each.alias_or_name in wanted]
    rows = exp.select(*shown).from_(table(_SEEN))
    if prefix.stop is not None:
        rows = rows.where(exp.Is(this=exp.paren(prefix.stop), expression=exp.Null()))
    rows = rows.order_by(column("candidate", "jd"), column("candid"))
    return _statement(rows.with_(_name(_SEEN), as_=seen), prefix, values)


def alerts_in_scope(
    columns: Collection[str], scope: Scope, cells: tuple[int, int] | None = None
) -> tuple[exp.Select, dict[str, Any]]:
    """Return the alerts in scope, once each, and the values that the selection names."""
    values = scope_values(scope)
    low, high = parameter("first_night"), parameter("last_night")
    conditions: list[exp.Expr] = [
        bound_gate(parameter("programids"))(column("programid")),
        exp.EQ(this=column("survey"), expression=parameter("survey")),
        exp.Between(this=column("night"), low=low, high=high),
        *(condition.copy() for condition in scope.conditions),
    ]
    for name, column_name, some in (
        ("objects", "objectId", scope.objects),
        ("only_nights", "night", scope.only),
    ):
        if some is not None:
            values[name] = sorted(some)
            listed = exp.Unnest(expressions=[parameter(name)])
            conditions.append(exp.In(this=column(column_name), unnest=listed))
    if cells is not None:
        values |= {"first_cell": cells[0] * CELL, "last_cell": (cells[1] + 1) * CELL - 1}
        within = {"low": parameter("first_cell"), "high": parameter("last_cell")}
        conditions.append(exp.Between(this=column("healpix"), **within))
    names = [each.name for each in ALERTS.columns if each.name in columns]
    selection = exp.select(*(column(name) for name in names)).from_(table(ALERTS.name))
    return once(selection.where(*conditions)), values


def scope_values(scope: Scope) -> dict[str, Any]:
    """Return the values that every selection of a scope names, those of its lists aside."""
    return {
        "programids": sorted(scope.programids),
        "survey": scope.survey,
        "first_night": scope.nights[0],
        "last_night": scope.nights[1],
        **scope.values,
    }


def _statement(tree: exp.Select, prefix: SqlPrefix, values: dict[str, Any]) -> Statement:
    return Statement(tree, {**values, **prefix.parameters})


def _name(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)
