"""The functions that generated code may call, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import NoneType
from typing import Any, Final, NoReturn

from fritz.filters.bson_order import MISSING, Missing, equal, sort_value, truthy, type_name
from fritz.filters.errors import OperatorError
from fritz.filters.operators import EXPRESSIONS
from fritz.filters.operators.arithmetic import (
    absolute,
    add,
    divide,
    multiply,
    round_to,
    subtract,
)
from fritz.filters.operators.arrays import (
    element_at,
    filter_limit,
    need_array,
    size,
)
from fritz.filters.operators.comparison import (
    greater,
    greater_or_equal,
    less,
    less_or_equal,
    not_equal,
)
from fritz.filters.operators.convert import convert, target
from fritz.filters.paths import walk
from fritz.filters.values_in_trees import drop, keep, overlay, reaches, specify

__all__ = ["NAMES", "Deviation", "sort_array", "sort_key", "zip_arrays"]

_Keys = tuple[tuple[tuple[str, ...], bool], ...]


class Deviation(Exception):
    """The alert is not laid out as usual: the code without assumptions must run."""


def all_doubles(array: Any, field: Callable[[Any], Any]) -> bool:
    """Return whether a field of every element is a double; an absent array has no elements."""
    if array is None or array is MISSING:
        return True
    try:
        return set(map(type, map(field, array))) <= _FLOATS
    except (KeyError, TypeError, IndexError):
        return False


def differ(kind: type, values: tuple[Any, ...]) -> bool:
    """Return whether one of the values is neither of a type, nor null or missing."""
    return not set(map(type, values)) <= {kind, NoneType, Missing}


class _Failed:
    """What a failed or needless conversion yields until its replacement is evaluated."""


FAILED: Final = _Failed()
WAS_NULL: Final = _Failed()
_FLOATS: Final = frozenset({float})
_EMPTY: Final[dict[str, Any]] = {}


def mapping(value: Any) -> dict[str, Any]:
    """Return an empty object for a value that has no fields."""
    if type(value) is list:
        raise Deviation
    return _EMPTY


def null_array(value: Any) -> None:
    """Return null for null or missing; anything else should have been an array."""
    if value is not None and value is not MISSING:
        need_array(value)


def no_branch() -> NoReturn:
    """Raise for a `$switch` without a branch that holds."""
    raise OperatorError("no branch holds and there is no default")


def need_root(value: Any) -> dict[str, Any]:
    """Return the value, which becomes the document."""
    if type(value) is dict:
        return value
    raise OperatorError(f"the new root must be an object, not {type_name(value)}")


def sort_key(value: Any, *, descending: bool) -> Any:
    """Return what counts of a value when sorting: of an array its least or greatest element."""
    if value is MISSING:
        return None
    if type(value) is list:
        if not value:
            return MISSING
        ordered = sorted(value, key=sort_value)
        return ordered[-1] if descending else ordered[0]
    return value


def sort_array(array: Any, by: tuple[_Keys, bool]) -> Any:
    """Return the array in order."""
    if array is None or array is MISSING:
        return None
    items, (keys, descending) = list(need_array(array)), by
    if not keys:
        return sorted(items, key=sort_value, reverse=descending)
    for parts, down in reversed(keys):
        items.sort(
            key=lambda item, parts=parts, down=down: sort_value(  # type: ignore[misc]
                sort_key(walk(item, parts), descending=down)
            ),
            reverse=down,
        )
    return items


def zip_arrays(arrays: list[Any], longest: bool, defaults: Any) -> Any:  # noqa: FBT001  called by generated code
    """Return the transpose."""
    for array in arrays:
        if array is None or array is MISSING:
            return None
        need_array(array, "arrays")
    rows: list[list[Any]] = arrays
    fill = [None] * len(rows)
    if defaults is not None:
        fill = need_array(defaults, "an array of defaults")
        if len(fill) != len(rows):
            raise OperatorError("needs as many defaults as inputs")
    length = (max if longest else min)(map(len, rows))
    return [
        [row[i] if i < len(row) else fill[j] for j, row in enumerate(rows)] for i in range(length)
    ]


def convert_or_mark(value: Any, to: Any, on_error: bool, on_null: bool) -> Any:  # noqa: FBT001  called by generated code
    """Return the converted value, or which replacement is wanted."""
    if value is None or value is MISSING:
        return WAS_NULL if on_null else None
    if to is None or to is MISSING:
        return None
    conversion = target(to)
    try:
        return convert(value, conversion)
    except OperatorError:
        if on_error:
            return FAILED
        raise


def cost(value: Any) -> int:
    """Return how many steps a value that was built counts for."""
    if type(value) is str:
        return len(value) >> 4
    if type(value) is list:
        return len(value) + sum(cost(item) for item in value if type(item) is str)
    return len(value) if type(value) is dict else 0


def weight(value: Any, known: dict[int, Any]) -> int:
    """Return how many values a value holds when written out, however often it shares parts.

    `known` keeps each part that was weighed, so that a part counts once for the work and every
    time for the weight; under 0 it keeps the last result.
    """
    known[0] = _weigh(value, known)
    return int(known[0])


def _weigh(value: Any, known: dict[int, Any]) -> int:
    if type(value) is dict:
        parts: Any = value.values()
    elif type(value) is list:
        parts = value
    else:
        return 1
    seen = known.get(id(value))
    if seen is None:
        total = 1 + sum(_weigh(part, known) for part in parts)
        seen = known[id(value)] = (total, value)
    return int(seen[0])


NAMES: Final[dict[str, Any]] = {
    "M": MISSING,
    "Deviation": Deviation,
    "FAILED": FAILED,
    "WAS_NULL": WAS_NULL,
    "abs": abs,
    "absolute": absolute,
    "add": add,
    "all_doubles": all_doubles,
    "bool": bool,
    "convert": convert_or_mark,
    "cos": math.cos,
    "cost": cost,
    "dict": dict,
    "differ": differ,
    "divide": divide,
    "drop": drop,
    "element_at": element_at,
    "equal": equal,
    "filter_limit": filter_limit,
    "float": float,
    "greater": greater,
    "greater_or_equal": greater_or_equal,
    "int": int,
    "keep": keep,
    "len": len,
    "less": less,
    "less_or_equal": less_or_equal,
    "list": list,
    "mapping": mapping,
    "multiply": multiply,
    "need_array": need_array,
    "need_root": need_root,
    "no_branch": no_branch,
    "not_equal": not_equal,
    "null_array": null_array,
    "overlay": overlay,
    "radians": math.radians,
    "reaches": reaches,
    "round": round,
    "round_to": round_to,
    "sin": math.sin,
    "size": size,
    "slow_cos": EXPRESSIONS["$cos"].function,
    "slow_radians": EXPRESSIONS["$degreesToRadians"].function,
    "slow_sin": EXPRESSIONS["$sin"].function,
    "sort_array": sort_array,
    "specify": specify,
    "str": str,
    "subtract": subtract,
    "truthy": truthy,
    "type": type,
    "walk": walk,
    "weight": weight,
    "zip_arrays": zip_arrays,
}
"""The only names that generated source can see, beside its own constants."""
