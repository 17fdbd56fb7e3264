"""Numbers in SQL: computed, chosen, and how large they can get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from fritz.filters.bson_order import is_number
from fritz.filters.kinds import DOUBLE, INT, NULLISH, NUMBER
from fritz.filters.sql.calls import NUMERIC, null_result
from fritz.filters.sql.columns import Columns
from fritz.filters.sql.comparing import weight_of
from fritz.filters.sql.conditions import (
    Truth,
    all_of,
    any_of,
    both,
    either,
    fixed,
    inverse,
    known,
    negated,
)
from fritz.filters.sql.values import (
    LARGEST,
    Constant,
    History,
    Nulls,
    Scalar,
    Unknown,
    Value,
    kinds_of,
    raises_of,
    truth_of,
)

__all__ = ["choice", "computed", "or_else"]

_LARGEST_RESULT: Final = 1e290

_BOUNDS: Final[dict[str, Callable[[float, float], float]]] = {
    "$add": lambda one, other: one + other,
    "$subtract": lambda one, other: one + other,
    "$multiply": lambda one, other: one * other,
    "$divide": lambda one, _: one * LARGEST,
}


def choice(columns: Columns, test: Truth, then: Value, otherwise: Value) -> Value:
    """Return one of two values, as far as SQL knows which."""
    raises = any_of(
        test.raises,
        all_of(test.may, raises_of(then)),
        all_of(test.may_not, raises_of(otherwise)),
    )
    one, other = as_number(columns, then), as_number(columns, otherwise)
    if _is_truth(then) and _is_truth(otherwise):
        chosen = both(test, truth_of(then))
        return either(chosen, both(inverse(test), truth_of(otherwise)))
    if not test.exact or one is None or other is None:
        return Unknown(kinds_of(then) | kinds_of(otherwise), raises)
    case = exp.Case().when(test.may, one.sql).else_(other.sql)
    kind = one.kind if one.kind == other.kind else DOUBLE
    bound = max(one.bound, other.bound)
    weight = 2 * (weight_of(test) + one.weight + other.weight)
    nulls = one.nulls.with_(other.nulls)
    return Scalar(case, kind, nulls, bound, raises, weight=weight)


def or_else(columns: Columns, item: Value, last: Value) -> Value:
    """Return a value, or another where it is null or missing."""
    raises = any_of(raises_of(item), raises_of(last))
    if not kinds_of(item) & NULLISH:
        return item
    if isinstance(item, Constant):
        return last
    empty_list = isinstance(last, Constant) and last.value == []
    if isinstance(item, History) and empty_list:
        # The elements of an absent history are none, as SQL counts them anyway.
        return History(
            item.source, item.alias, item.test, fixed(False), item.nulls, item.shown, raises
        )
    one, other = as_number(columns, item), as_number(columns, last)
    if one is None or other is None:
        return Unknown(kinds_of(item) & ~NULLISH | kinds_of(last), raises)
    kind = one.kind if one.kind == other.kind else DOUBLE
    sql = exp.Coalesce(this=one.sql, expressions=[other.sql])
    bound, weight = max(one.bound, other.bound), 2 * (one.weight + other.weight)
    return Scalar(sql, kind, other.nulls, bound, raises, weight=weight)


def computed(  # noqa: PLR0911  one per operator
    columns: Columns, name: str, given: list[Value]
) -> Value | None:
    """Return the result of an operator on one or two numbers, None if SQL does not compute it."""
    if null_result(given):
        return Constant(None)
    numbers = [as_number(columns, value) for value in given]
    if len(given) > 2 or None in numbers:  # noqa: PLR2004  sums of more round differently
        return None
    found = [number for number in numbers if number is not None]
    if len(found) == 1:
        if name not in {"$abs", "$add", "$multiply"}:
            return None
        [one] = found
        sql = exp.Abs(this=one.sql) if name == "$abs" else one.sql
        return Scalar(sql, one.kind, _nulled(one), one.bound, one.raises, weight=one.weight)
    left, right = found
    bound = _BOUNDS[name](left.bound, right.bound)
    kind = INT if left.kind == right.kind == INT else DOUBLE
    if name == "$divide":
        return _quotient(columns, left, right)
    if bound > (2**53 if kind == INT else _LARGEST_RESULT):
        return None
    sql = NUMERIC[name](this=_part(left), expression=_part(right))
    raises = any_of(left.raises, right.raises)
    weight = left.weight + right.weight
    return Scalar(sql, kind, _nulled(left, right), bound, raises, weight=weight)


def _quotient(columns: Columns, left: Scalar, right: Scalar) -> Value | None:
    """Return a quotient; where the divisor is zero, or nearly, it may raise."""
    if left.bound > LARGEST * LARGEST:
        return None
    least = columns.parameters.bind(1 / LARGEST)
    fine = exp.GTE(this=exp.Abs(this=right.sql), expression=least)
    ratio = exp.Div(this=_part(left), expression=_part(right), typed=False, safe=False)
    raises = any_of(left.raises, right.raises, negated(known(fine, True)))
    sql, bound = exp.Case().when(fine, ratio), left.bound * LARGEST
    weight = left.weight + 3 * right.weight
    return Scalar(sql, DOUBLE, _nulled(left, right), bound, raises, weight=weight)


def as_number(columns: Columns, value: Value) -> Scalar | None:
    """Return a number to compute with, None if SQL does not know the value as one."""
    if isinstance(value, Constant):
        number = value.value
        if not is_number(number) or not abs(number) <= LARGEST:
            return None
        if type(number) is int and abs(number) > 2**53:
            return None
        bound = columns.parameters.bind(float(number))
        kind = INT if type(number) is int else DOUBLE
        return Scalar(bound, kind, Nulls.NEVER, abs(float(number)))
    if isinstance(value, Scalar) and value.kind & NUMBER:
        return columns.operand(value)
    return None


def _part(scalar: Scalar) -> exp.Expr:
    return exp.paren(scalar.sql, copy=False)


def _nulled(*scalars: Scalar) -> Nulls:
    """Return what NULL stands for in a result that is null where an operand is empty."""
    empty = any(scalar.nulls is not Nulls.NEVER for scalar in scalars)
    return Nulls.NULL if empty else Nulls.NEVER


def _is_truth(value: Value) -> bool:
    return isinstance(value, Truth) or (
        isinstance(value, Constant) and isinstance(value.value, bool)
    )
