"""Arrays as sets: duplicates and order do not count."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters.bson_order import identity
from fritz.filters.kinds import ARRAY, BOOL, NULL
from fritz.filters.operators.arrays import need_array
from fritz.filters.operators.signature import Operator, nullish, table

__all__ = ["SETS", "unique"]


def unique(items: list[Any]) -> dict[Any, Any]:
    """Return the first of each group of equal values, by identity."""
    found: dict[Any, Any] = {}
    for item in items:
        found.setdefault(identity(item), item)
    return found


def _union(arrays: list[Any]) -> Any:
    found: dict[Any, Any] = {}
    for array in arrays:
        if nullish(array):
            return None
        for key, item in unique(need_array(array, "arrays")).items():
            found.setdefault(key, item)
    return list(found.values())


def _intersection(arrays: list[Any]) -> Any:
    found: dict[Any, Any] | None = None
    for array in arrays:
        if nullish(array):
            return None
        keys = unique(need_array(array, "arrays"))
        found = keys if found is None else {k: v for k, v in found.items() if k in keys}
    return list((found or {}).values())


def _difference(left: Any, right: Any) -> Any:
    if nullish(left) or nullish(right):
        return None
    other = unique(need_array(right, "arrays"))
    return [v for k, v in unique(need_array(left, "arrays")).items() if k not in other]


def _equals(arrays: list[Any]) -> bool:
    first, *others = (unique(need_array(array, "arrays")).keys() for array in arrays)
    return all(first == other for other in others)


def _is_subset(left: Any, right: Any) -> bool:
    return unique(need_array(left, "arrays")).keys() <= unique(need_array(right, "arrays")).keys()


SETS: Final = table(
    Operator("$setUnion", _union, 0, None, ARRAY | NULL, spread=True, grows=True),
    Operator("$setIntersection", _intersection, 0, None, ARRAY | NULL, spread=True),
    Operator("$setDifference", _difference, 2, 2, ARRAY | NULL),
    Operator("$setEquals", _equals, 2, None, BOOL, spread=True),
    Operator("$setIsSubset", _is_subset, 2, 2, BOOL),
)
