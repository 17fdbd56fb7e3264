"""Comparisons in the total order of all values, where SQL knows enough of both sides."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

from sqlglot import exp

from fritz.filters.bson_order import INT64_MAX, INT64_MIN, MISSING, compare, is_number, rank
from fritz.filters.kinds import BOOL, DOUBLE, INT, NUMBER, STRING
from fritz.filters.sql.columns import Columns
from fritz.filters.sql.conditions import (
    Truth,
    all_of,
    always,
    any_of,
    exactly,
    fixed,
    inverse,
    is_fixed,
    known,
    negated,
)
from fritz.filters.sql.values import (
    Constant,
    Nulls,
    Scalar,
    Unknown,
    Value,
    kinds_of,
    raises_of,
)

__all__ = ["COMPARISONS", "compared", "unsure", "weight_of", "within_bracket"]

COMPARISONS: Final = {
    "$eq": exp.EQ,
    "$ne": exp.NEQ,
    "$lt": exp.LT,
    "$lte": exp.LTE,
    "$gt": exp.GT,
    "$gte": exp.GTE,
}
_MIRRORED: Final = {"$lt": "$gt", "$lte": "$gte", "$gt": "$lt", "$gte": "$lte"}
_ORDERS: Final = {
    "$eq": {0},
    "$ne": {-1, 1},
    "$lt": {-1},
    "$lte": {-1, 0},
    "$gt": {1},
    "$gte": {0, 1},
}
_EXAMPLE: Final[dict[int, Any]] = {INT: 0, DOUBLE: 0.0, STRING: "", BOOL: False}
_EXACT: Final = 2**53
"""Whole numbers up to here are doubles exactly."""


def unsure(*values: Value) -> Truth:
    """Return a truth of which nothing is known, that raises where one of the values does."""
    return Truth(fixed(True), fixed(True), any_of(*map(raises_of, values)))


def compared(  # noqa: PLR0911  one per pair of kinds
    columns: Columns, op: str, left: Value, right: Value
) -> Truth:
    """Return the truth of an expression's comparison."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        return always(compare(left.value, right.value) in _ORDERS[op])
    if isinstance(left, Constant):
        return compared(columns, _MIRRORED.get(op, op), right, left)
    if isinstance(left, Truth) and isinstance(right, Constant):
        return _truth_with(op, left, right.value)
    if isinstance(left, Scalar) and isinstance(right, Constant):
        return _raising(_with_constant(columns, op, left, right.value), left)
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return _raising(_two_scalars(columns, op, left, right), left, right)
    if isinstance(left, Unknown) and isinstance(right, Constant) and not kinds_of(left):
        return unsure(left)
    return unsure(left, right)


def _raising(truth: Truth, *values: Value) -> Truth:
    """Return a comparison's truth with what its operands weigh, and where they raise."""
    raises = any_of(truth.raises, *map(raises_of, values))
    weight = sum(map(weight_of, values))
    weights = (truth.weight[0] + weight, truth.weight[1] + weight, truth.weight[2] + weight)
    exact = truth.exact and is_fixed(raises, False)
    return replace(truth, raises=raises, exact=exact, weight=weights)


def _truth_with(op: str, truth: Truth, value: Any) -> Truth:
    if isinstance(value, bool) and op in {"$eq", "$ne"}:
        return truth if value is (op == "$eq") else inverse(truth)
    if not isinstance(value, bool):
        return _raising(always(compare(False, value) in _ORDERS[op]), truth)
    return unsure(truth)


def _with_constant(columns: Columns, op: str, left: Scalar, value: Any) -> Truth:
    """Compare with a constant: what holds for a value, and what for NULL."""
    empty = _empty_with(op, left.nulls, value)
    if rank(value) != rank(_EXAMPLE[left.kind]):
        order = -1 if rank(_EXAMPLE[left.kind]) < rank(value) else 1
        holds: exp.Expr | bool | None = order in _ORDERS[op]
    else:
        holds = _like(columns, op, left, value)
    if holds is None:
        return unsure()
    if left.nulls is Nulls.NEVER:
        return always(holds) if isinstance(holds, bool) else exactly(holds)
    if empty is None:
        full = negated(left.empty)
        condition = fixed(holds) if isinstance(holds, bool) else known(holds, False)
        sure = all_of(full, condition)
        refuted = all_of(full, negated(condition))
        return Truth(any_of(left.empty, sure), any_of(left.empty, refuted), fixed(False))
    if not isinstance(holds, bool):
        return exactly(known(holds, empty))
    if holds is empty:
        return always(holds)
    return exactly(left.empty if empty else negated(left.empty))


def _empty_with(op: str, nulls: Nulls, value: Any) -> bool | None:
    """Return what a comparison of NULL with a constant yields; None if it depends on which."""
    found = {
        compare(each, value) in _ORDERS[op]
        for each, which in ((None, Nulls.NULL), (MISSING, Nulls.MISSING))
        if nulls.value & which.value
    }
    return found.pop() if len(found) == 1 else None


def _like(  # noqa: PLR0911  one per kind
    columns: Columns, op: str, left: Scalar, value: Any
) -> exp.Expr | bool | None:
    """Return the comparison with a constant of the same type; None if SQL cannot say."""
    if left.kind == BOOL:
        if op not in {"$eq", "$ne"}:
            return None
        wanted = value is (op == "$eq")
        return left.sql if wanted else negated(left.sql)
    if left.kind == STRING:
        return _operator(op, left.sql, columns.parameters.bind(value)) if _is_text(value) else None
    if not math.isfinite(value):
        return None
    if left.kind == INT and left.place:
        return _whole(columns, op, left, value)
    number = float(value)
    if number != value or abs(number) > float(_EXACT):
        return None
    return _operator(op, left.sql, columns.parameters.bind(number))


def _is_text(value: str) -> bool:
    """Return whether an engine takes the string; JSON allows half a character."""
    return all(not "\ud800" <= character <= "\udfff" for character in value) and "\0" not in value


def _whole(columns: Columns, op: str, left: Scalar, value: float) -> exp.Expr | bool | None:
    """Compare an INT64 column with a number, exactly."""
    floor = math.floor(value)
    if not INT64_MIN <= floor <= INT64_MAX:
        return None
    if floor == value:
        return _operator(op, left.sql, columns.parameters.bind(floor))
    if op in {"$eq", "$ne"}:
        return op == "$ne"
    # Nothing lies between the floor and the constant but fractions.
    op = "$lte" if op in {"$lt", "$lte"} else "$gt"
    return _operator(op, left.sql, columns.parameters.bind(floor))


def _operator(op: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return COMPARISONS[op](this=left, expression=right)


def _two_scalars(columns: Columns, op: str, left: Scalar, right: Scalar) -> Truth:
    both_numbers = bool(left.kind & NUMBER and right.kind & NUMBER)
    if left.kind != right.kind and not both_numbers:
        return unsure()
    if left.kind == BOOL:
        return unsure()
    if both_numbers and not (left.kind == right.kind and left.place and right.place):
        left, right = columns.operand(left), columns.operand(right)
    both_empty = _both_empty(op, left.nulls, right.nulls)
    if both_empty is None and not _never(left, right):
        return unsure()
    if is_fixed(left.empty, False) and is_fixed(right.empty, False):
        return exactly(known(_operator(op, left.sql, right.sql), False), _weight(left, right))
    case = exp.Case()
    if not _never(left, right):
        case = case.when(all_of(left.empty, right.empty), fixed(bool(both_empty)))
    if left.nulls is not Nulls.NEVER:
        case = case.when(left.empty, fixed(-1 in _ORDERS[op]))
    if right.nulls is not Nulls.NEVER:
        case = case.when(right.empty, fixed(1 in _ORDERS[op]))
    whole = case.else_(_operator(op, left.sql, right.sql))
    return exactly(known(whole, False), 2 * _weight(left, right))


def _weight(*scalars: Scalar) -> int:
    return sum(scalar.weight for scalar in scalars)


def _never(left: Scalar, right: Scalar) -> bool:
    return Nulls.NEVER in {left.nulls, right.nulls}


def _both_empty(op: str, left: Nulls, right: Nulls) -> bool | None:
    if Nulls.EITHER in {left, right}:
        return None
    order = (left is Nulls.NULL) - (right is Nulls.NULL)
    return order in _ORDERS[op]


def weight_of(value: Value) -> int:
    """Return about how many parts a value has."""
    if isinstance(value, Truth):
        return max(value.weight)
    return value.weight if isinstance(value, Scalar) else 1


def within_bracket(columns: Columns, op: str, left: Scalar, value: Any) -> Truth:
    """Return the truth of a query's comparison: values of the constant's own type only."""
    if value is None:
        return exactly(left.empty, left.weight) if op in {"$eq", "$lte", "$gte"} else always(False)
    if not (is_number(value) or isinstance(value, str | bool)):
        return always(False)
    if rank(value) != rank(_EXAMPLE[left.kind]):
        return always(False)
    holds = _like(columns, op, left, value)
    if holds is None:
        return unsure()
    if isinstance(holds, bool):
        return exactly(all_of(fixed(holds), negated(left.empty)), left.weight)
    return exactly(known(holds, False), left.weight)
