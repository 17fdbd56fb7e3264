"""What SQL says of the elements of histories and of constant arrays."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from fritz.filters.kinds import INT
from fritz.filters.sql.columns import Columns
from fritz.filters.sql.comparing import compared
from fritz.filters.sql.conditions import (
    Truth,
    all_of,
    always,
    any_of,
    both,
    either,
    exactly,
    fixed,
    inverse,
    is_fixed,
    negated,
)
from fritz.filters.sql.values import Constant, History, Mapped, Nulls, Scalar, Value

__all__ = ["member", "quantified", "size", "some"]

_MOST_ELEMENTS: Final = 1e9


def some(columns: Columns, history: History, condition: exp.Expr) -> exp.Expr:
    """Return the condition that some element that may be in the history meets one."""
    met = all_of(history.test.may, condition)
    if is_fixed(met, False) or not columns.loops:
        return fixed(not is_fixed(met, False))
    return columns.some(history.source, history.alias, met)


def quantified(columns: Columns, mapped: Mapped, *, every: bool) -> Truth:
    """Return whether any value, or every one, is true."""
    if not columns.loops:
        raises = any_of(mapped.raises, mapped.history.absent)
        return Truth(fixed(True), fixed(True), raises)
    wanted = inverse(mapped.truth) if every else mapped.truth
    sure = both(mapped.history.test, wanted)
    found = some(columns, mapped.history, wanted.may)
    certain = all_of(negated(sure.may_not), negated(sure.raises))
    none = negated(columns.some(mapped.history.source, mapped.history.alias, certain))
    raises = any_of(mapped.raises, mapped.history.absent)
    weight = sum(sure.weight) + max(mapped.truth.weight)
    if sure.exact and is_fixed(raises, False):
        truth = exactly(found, weight)
    else:
        truth = Truth(found, none, raises, weight=(weight, weight, weight))
    return inverse(truth) if every else truth


def size(columns: Columns, value: Value) -> Value | None:
    """Return the number of elements; where there is no array the operator raises."""
    if not (columns.loops and isinstance(value, History) and value.test.exact):
        return None
    count = exp.cast(columns.count(value), exp.DataType.Type.DOUBLE)
    raises, weight = any_of(value.raises, value.absent), value.test.weight[0]
    return Scalar(count, INT, Nulls.NEVER, _MOST_ELEMENTS, raises, weight=weight)


def member(columns: Columns, value: Value, array: Value) -> Value | None:
    """Return whether a constant array holds a value."""
    if not isinstance(array, Constant) or not isinstance(array.value, list):
        return None
    if not array.value:
        return None
    truth = always(False)
    for each in array.value:
        truth = either(truth, compared(columns, "$eq", value, Constant(each)))
    return truth
