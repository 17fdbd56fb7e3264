"""Arrays: null in, null out for most; `$size`, `$in` and the truth of elements insist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fritz.filters.bson_order import (
    INT32_MAX,
    INT32_MIN,
    MISSING,
    equal,
    identity,
    is_number,
    sort_value,
    truthy,
    type_name,
)
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import ANY, ARRAY, BOOL, INT, NULL
from fritz.filters.operators.signature import Operator, nullish, table

__all__ = [
    "ARRAYS",
    "all_true",
    "any_true",
    "element_at",
    "filter_limit",
    "member",
    "membership",
    "need_array",
    "size",
    "whole",
]


def need_array(value: Any, what: str = "an array") -> list[Any]:
    """Return the value, which must be an array."""
    if type(value) is list:
        return value
    raise OperatorError(f"needs {what}, not {type_name(value)}")


def whole(value: Any, what: str) -> int:
    """Return a number that must be a 32-bit integer in value (5.0 is)."""
    if not is_number(value):
        raise OperatorError(f"{what} must be a number, not {type_name(value)}")
    if not INT32_MIN <= value <= INT32_MAX or value != int(value):
        raise OperatorError(f"{what} must be a 32-bit integer, not {value}")
    return int(value)


def element_at(array: Any, index: Any) -> Any:
    """Return an element, counted from the end if negative; missing outside the array."""
    if nullish(array) or nullish(index):
        return None
    items, position = need_array(array), whole(index, "the index")
    return items[position] if -len(items) <= position < len(items) else MISSING


def size(array: Any) -> int:
    """Return the number of elements."""
    return len(need_array(array))


def member(value: Any, array: Any) -> bool:
    """Return whether the array holds an equal value."""
    return any(equal(value, item) for item in need_array(array))


def membership(items: list[Any]) -> Callable[[Any], bool]:
    """Return the test whether a constant array holds an equal value."""
    known = {identity(item) for item in items}
    return lambda value: identity(value) in known


def any_true(array: Any) -> bool:
    """Return whether some element is true."""
    return any(truthy(item) for item in need_array(array))


def all_true(array: Any) -> bool:
    """Return whether every element is true."""
    return all(truthy(item) for item in need_array(array))


def filter_limit(limit: Any) -> int | None:
    """Return how many elements `$filter` may keep; None for all."""
    if nullish(limit):
        return None
    number = whole(limit, "limit")
    if number < 1:
        raise OperatorError(f"limit must be at least 1, not {number}")
    return number


def _first(array: Any) -> Any:
    return None if nullish(array) else (need_array(array)[0] if array else MISSING)


def _last(array: Any) -> Any:
    return None if nullish(array) else (need_array(array)[-1] if array else MISSING)


def _count(number: Any) -> int:
    count = whole(number, "n")
    if count < 1:
        raise OperatorError(f"n must be at least 1, not {count}")
    return count


def _first_n(n: Any, array: Any) -> Any:
    return need_array(array)[: _count(n)]


def _last_n(n: Any, array: Any) -> Any:
    return need_array(array)[-_count(n) :]


def _max_n(n: Any, array: Any) -> Any:
    count, items = _count(n), [item for item in need_array(array) if not nullish(item)]
    return sorted(items, key=sort_value, reverse=True)[:count]


def _min_n(n: Any, array: Any) -> Any:
    count, items = _count(n), [item for item in need_array(array) if not nullish(item)]
    return sorted(items, key=sort_value)[:count]


def _bounds(start: Any, end: Any, length: int) -> tuple[int, int]:
    first = 0 if start is MISSING else whole(start, "the start")
    last = length if end is MISSING else whole(end, "the end")
    if first < 0 or last < 0:
        raise OperatorError("start and end must not be negative")
    return first, min(last, length)


def _index_of(array: Any, value: Any, start: Any = MISSING, end: Any = MISSING) -> Any:
    if nullish(array):
        return None
    items = need_array(array)
    first, last = _bounds(start, end, len(items))
    for index in range(first, last):
        if equal(items[index], value):
            return index
    return -1


def _slice(array: Any, first: Any, count: Any = MISSING) -> Any:
    if nullish(array) or nullish(first) or count is None:
        return None
    items, start = need_array(array), whole(first, "the second argument")
    if count is MISSING:
        return items[:start] if start >= 0 else items[start:]
    number = whole(count, "the third argument")
    if number < 1:
        raise OperatorError(f"the third argument must be positive, not {number}")
    begin = start if start >= 0 else max(0, len(items) + start)
    return items[begin : begin + number]


def _slice3(array: Any, first: Any, *rest: Any) -> Any:
    if rest and rest[0] is MISSING:
        return None
    return _slice(array, first, *rest)


def _reverse(array: Any) -> Any:
    return None if nullish(array) else need_array(array)[::-1]


def _concat(arrays: list[Any]) -> Any:
    joined: list[Any] = []
    for array in arrays:
        if nullish(array):
            return None
        joined.extend(need_array(array, "arrays"))
    return joined


def _range(start: Any, end: Any, step: Any = 1) -> list[int]:
    by = whole(step, "the step")
    if by == 0:
        raise OperatorError("the step must not be zero")
    return list(range(whole(start, "the start"), whole(end, "the end"), by))


ARRAYS: Final = table(
    Operator("$arrayElemAt", element_at, 2, 2, ANY),
    Operator("$size", size, yields=INT),
    Operator("$in", member, 2, 2, BOOL),
    Operator("$anyElementTrue", any_true, yields=BOOL),
    Operator("$allElementsTrue", all_true, yields=BOOL),
    Operator("$first", _first, yields=ANY),
    Operator("$last", _last, yields=ANY),
    Operator("$firstN", _first_n, named=("n", "input"), yields=ARRAY),
    Operator("$lastN", _last_n, named=("n", "input"), yields=ARRAY),
    Operator("$maxN", _max_n, named=("n", "input"), yields=ARRAY),
    Operator("$minN", _min_n, named=("n", "input"), yields=ARRAY),
    Operator("$indexOfArray", _index_of, 2, 4, INT | NULL),
    Operator("$slice", _slice3, 2, 3, ARRAY | NULL),
    Operator("$reverseArray", _reverse, yields=ARRAY | NULL),
    Operator("$concatArrays", _concat, 0, None, ARRAY | NULL, spread=True, grows=True),
    Operator("$range", _range, 2, 3, ARRAY, grows=True),
)
