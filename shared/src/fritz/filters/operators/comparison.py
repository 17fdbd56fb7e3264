"""Comparisons in the total order, and the plain predicates on types."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters.bson_order import compare, equal, is_number, type_name
from fritz.filters.kinds import BOOL, INT, STRING
from fritz.filters.operators.signature import Operator, table

__all__ = [
    "COMPARISON",
    "TYPE_OF_LONG",
    "greater",
    "greater_or_equal",
    "less",
    "less_or_equal",
    "not_equal",
]


def less(left: Any, right: Any) -> bool:
    """Return left < right: null and missing are less than any number."""
    return compare(left, right) < 0


def less_or_equal(left: Any, right: Any) -> bool:
    """Return left <= right."""
    return compare(left, right) <= 0


def greater(left: Any, right: Any) -> bool:
    """Return left > right."""
    return compare(left, right) > 0


def greater_or_equal(left: Any, right: Any) -> bool:
    """Return left >= right."""
    return compare(left, right) >= 0


def not_equal(left: Any, right: Any) -> bool:
    """Return whether two values differ."""
    return not equal(left, right)


def _type_of_long(value: Any) -> str:
    return "long" if type(value) is int else type_name(value)


def _is_array(value: Any) -> bool:
    return type(value) is list


TYPE_OF_LONG: Final = Operator("$type", _type_of_long, yields=STRING, raises=False)
"""`$type` of what was converted to a long; other integers are told apart by their size."""

COMPARISON: Final = table(
    Operator("$cmp", compare, 2, 2, INT, raises=False),
    Operator("$eq", equal, 2, 2, BOOL, raises=False),
    Operator("$ne", not_equal, 2, 2, BOOL, raises=False),
    Operator("$gt", greater, 2, 2, BOOL, raises=False),
    Operator("$gte", greater_or_equal, 2, 2, BOOL, raises=False),
    Operator("$lt", less, 2, 2, BOOL, raises=False),
    Operator("$lte", less_or_equal, 2, 2, BOOL, raises=False),
    Operator("$type", type_name, yields=STRING, raises=False),
    Operator("$isNumber", is_number, yields=BOOL, raises=False),
    Operator("$isArray", _is_array, yields=BOOL, raises=False),
)
