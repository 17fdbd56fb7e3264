"""Which tables a statement reads, and which nights of each at most."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from fritz.adapters.embedded.segments import Nights
from fritz.errors import Invalid

__all__ = ["Reading", "nights_read", "spans_read", "tables_read"]

_FIRST = -(2**63)
_LAST = 2**63 - 1
_MIRRORED: Mapping[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine has to know of a statement, whatever its values."""

    sql: str
    """As DuckDB reads it."""
    parameters: tuple[str, ...]
    """Names of the values that it wants, in order."""
    tables: tuple[exp.Table, ...]
    """Every place where it names a table."""
    local: frozenset[str]
    """Names that it gives to parts of its own, in small letters: SQL knows no case of them."""

    @classmethod
    def of(cls, tree: exp.Query) -> "Reading":
        """Return the reading of a tree."""
        tables, names, local = [], set(), set()
        for node in tree.walk():
            if isinstance(node, exp.Table):
                tables.append(node)
            elif isinstance(node, exp.Parameter):
                names.add(node.name)
            elif isinstance(node, exp.CTE):
                local.add(node.alias.lower())
        sql = tree.sql(dialect="duckdb")
        return cls(sql, tuple(sorted(names)), tuple(tables), frozenset(local))


def tables_read(tree: exp.Query | Reading, known: Container[str]) -> set[str]:
    """Return the names of the warehouse tables in a statement.

    Raises
    ------
    Invalid
        It reads something else: an unknown table, a file, a table function.
    """
    local = (
        tree.local
        if isinstance(tree, Reading)
        else frozenset(cte.alias.lower() for cte in tree.find_all(exp.CTE))
    )
    names = set()
    for node in _tables(tree):
        if node.name in known and isinstance(node.this, exp.Identifier) and not node.db:
            names.add(node.name)
        elif node.name.lower() not in local or not isinstance(node.this, exp.Identifier) or node.db:
            raise Invalid(f"no table {node.sql(dialect='duckdb')}")
    return names


def nights_read(
    tree: exp.Query | Reading, table: str, partition: str, parameters: Mapping[str, Any]
) -> Nights | None:
    """Return bounds of the nights that a statement can see of a table; None for all.

    Only conditions that every row must meet count: comparisons of the partition column with
    numbers or parameters, joined by AND in the WHERE of the SELECT that names the table.
    """
    spans = [_span(node, partition, parameters) for node in _tables(tree) if node.name == table]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    return None if (first, last) == (_FIRST, _LAST) else (first, last)


def spans_read(
    tree: exp.Query | Reading, table: str, ordered: str, parameters: Mapping[str, Any]
) -> list[Nights] | None:
    """Return spans of the sorting column that hold all rows a statement can see; None for all.

    As for nights, and ranges that OR joins count too: ``cell BETWEEN a AND b OR cell BETWEEN …``.
    """
    found: list[Nights] = []
    for node in _tables(tree):
        if node.name != table:
            continue
        select = node.find_ancestor(exp.Select)
        where = select and select.args.get("where")
        if select is None or where is None or not _stands_in(node, select):
            return None
        alone = not select.args.get("joins")
        choices = [
            spans
            for condition in _conjuncts(where.this)
            if (spans := _either(condition, node, ordered, parameters, alone=alone)) is not None
        ]
        if not choices:
            return None
        found += min(choices, key=lambda spans: sum(high - low for low, high in spans))
    return found


def _tables(tree: exp.Query | Reading) -> Iterator[exp.Table]:
    return iter(tree.tables) if isinstance(tree, Reading) else tree.find_all(exp.Table)


def _either(
    condition: exp.Expr,
    node: exp.Table,
    ordered: str,
    parameters: Mapping[str, Any],
    *,
    alone: bool,
) -> list[Nights] | None:
    """Return the spans that ranges joined by OR allow; None if one of them is no range."""
    spans = []
    for each in exp.Expression.flatten(condition) if isinstance(condition, exp.Or) else [condition]:
        span = _bounds(each.unnest(), node, ordered, parameters, alone=alone)
        if span == (_FIRST, _LAST):
            return None
        spans.append(span)
    return spans


def _span(node: exp.Table, partition: str, parameters: Mapping[str, Any]) -> Nights:
    select = node.find_ancestor(exp.Select)
    where = select and select.args.get("where")
    if select is None or where is None or not _stands_in(node, select):
        return _FIRST, _LAST
    alone = not select.args.get("joins")
    first, last = _FIRST, _LAST
    for condition in _conjuncts(where.this):
        low, high = _bounds(condition, node, partition, parameters, alone=alone)
        first, last = max(first, low), min(last, high)
    return first, last


def _stands_in(node: exp.Table, select: exp.Select) -> bool:
    """Return whether the table is a source of the SELECT itself."""
    return isinstance(node.parent, exp.From | exp.Join) and node.parent.parent is select


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition


def _bounds(
    condition: exp.Expr,
    node: exp.Table,
    partition: str,
    parameters: Mapping[str, Any],
    *,
    alone: bool,
) -> Nights:
    def is_night(side: exp.Expr | None) -> bool:
        if not isinstance(side, exp.Column) or side.name != partition:
            return False
        return side.table == node.alias_or_name if side.table else alone

    if isinstance(condition, exp.Between) and is_night(condition.this):
        low = _number(condition.args["low"], parameters)
        high = _number(condition.args["high"], parameters)
        return _FIRST if low is None else low, _LAST if high is None else high
    if isinstance(condition, exp.In) and is_night(condition.this) and condition.expressions:
        numbers = [_number(each, parameters) for each in condition.expressions]
        known = [number for number in numbers if number is not None]
        return (min(known), max(known)) if len(known) == len(numbers) else (_FIRST, _LAST)
    kind, left, right = (
        type(condition),
        condition.args.get("this"),
        condition.args.get("expression"),
    )
    if kind in _MIRRORED and is_night(right):
        kind, left, right = _MIRRORED[kind], right, left
    value = _number(right, parameters) if kind in _MIRRORED and is_night(left) else None
    return (_FIRST, _LAST) if value is None else _compared(kind, value)


def _compared(kind: type[exp.Expr], value: int) -> Nights:
    if kind is exp.EQ:
        return value, value
    if kind in {exp.GT, exp.GTE}:
        return value + (kind is exp.GT), _LAST
    return _FIRST, value - (kind is exp.LT)


def _number(node: exp.Expr | None, parameters: Mapping[str, Any]) -> int | None:
    """Return the whole number that a literal or parameter stands for."""
    value = parameters.get(node.name) if isinstance(node, exp.Parameter) else None
    if isinstance(node, exp.Literal) and node.is_int:
        value = int(node.name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
