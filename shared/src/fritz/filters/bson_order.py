"""Values as MongoDB knows them: the absent value, types, total order, equality, truth.

Documents are plain Python: None, bool, int (64 bit), float, str, list, dict (bytes and datetime
are ordered but nothing computes with them). Every comparison of an expression uses the one total
order: missing < null < numbers (NaN first) < strings < objects < arrays < bytes < booleans < dates.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, final

from typing_extensions import override

__all__ = [
    "INT32_MAX",
    "INT32_MIN",
    "INT64_MAX",
    "INT64_MIN",
    "MISSING",
    "Missing",
    "compare",
    "equal",
    "identity",
    "is_number",
    "rank",
    "sort_value",
    "truthy",
    "type_name",
]

INT32_MIN: Final = -(2**31)
INT32_MAX: Final = 2**31 - 1
INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1


@final
class Missing:
    """The type of `MISSING`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    @override
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
"""A field that is not there; differs from None, MongoDB's null."""

_RANK: Final[dict[type, int]] = {
    Missing: 0,
    type(None): 5,
    int: 10,
    float: 10,
    str: 15,
    dict: 20,
    list: 25,
    bytes: 30,
    bool: 40,
    datetime: 45,
}
_NAMES: Final[dict[type, str]] = {
    Missing: "missing",
    type(None): "null",
    float: "double",
    str: "string",
    dict: "object",
    list: "array",
    bytes: "binData",
    bool: "bool",
    datetime: "date",
}
_UNKNOWN_RANK: Final = 60


def rank(value: Any) -> int:
    """Return where the value's type stands in the order of types."""
    return _RANK.get(type(value), _UNKNOWN_RANK)


def type_name(value: Any) -> str:
    """Return MongoDB's name of the value's type, e.g. ``int``, ``long``, ``missing``."""
    if type(value) is int:
        return "int" if INT32_MIN <= value <= INT32_MAX else "long"
    return _NAMES.get(type(value), type(value).__name__)


def is_number(value: Any) -> bool:
    """Return whether the value is an int or a double (a boolean is neither)."""
    return type(value) is float or type(value) is int


def compare(left: Any, right: Any) -> int:  # noqa: PLR0911  one per way to differ
    """Return -1, 0 or 1: the order of any two values.

    Examples
    --------
    >>> compare(None, -5), compare(True, 10**9), compare(float("nan"), float("-inf"))
    (-1, 1, -1)
    """
    ranks = _RANK.get(type(left), _UNKNOWN_RANK), _RANK.get(type(right), _UNKNOWN_RANK)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    of_type = ranks[0]
    if of_type == 20:  # noqa: PLR2004  the rank of objects
        return _compare_objects(left, right)
    if of_type == 25:  # noqa: PLR2004  the rank of arrays
        return _compare_arrays(left, right)
    if of_type <= 5 or of_type == _UNKNOWN_RANK:  # noqa: PLR2004  missing and null
        return 0
    if left < right:
        return -1
    if left > right:
        return 1
    if left == right:
        return 0
    left_is_nan, right_is_nan = left != left, right != right  # noqa: PLR0124  NaN's own test
    return int(right_is_nan) - int(left_is_nan)


def _compare_arrays(left: list[Any], right: list[Any]) -> int:
    for one, other in zip(left, right, strict=False):
        order = compare(one, other)
        if order:
            return order
    return (len(left) > len(right)) - (len(left) < len(right))


def _compare_objects(left: dict[str, Any], right: dict[str, Any]) -> int:
    for (one_key, one), (other_key, other) in zip(left.items(), right.items(), strict=False):
        ranks = rank(one), rank(other)
        if ranks[0] != ranks[1]:
            return -1 if ranks[0] < ranks[1] else 1
        if one_key != other_key:
            return -1 if one_key < other_key else 1
        order = compare(one, other)
        if order:
            return order
    return (len(left) > len(right)) - (len(left) < len(right))


def equal(left: Any, right: Any) -> bool:
    """Return whether two values are equal: 5 and 5.0 are, true and 1 are not, NaN equals NaN."""
    kind = type(left)
    if kind is type(right) and (kind is int or kind is str or kind is bool):
        return bool(left == right)
    return compare(left, right) == 0


def truthy(value: Any) -> bool:
    """Return whether a condition holds: false, null, missing and zero do not, all else does."""
    if type(value) is bool:
        return value
    if value is None or value is MISSING:
        return False
    if type(value) is int or type(value) is float:
        return bool(value != 0)
    return True


def identity(value: Any) -> Any:
    """Return a hashable key, equal for equal values only."""
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is float:
        return value if value == value else ("NaN",)  # noqa: PLR0124  NaN's own test
    if kind is bool:
        return ("bool", value)
    if kind is list:
        return ("array", *(identity(item) for item in value))
    if kind is dict:
        return ("object", *((key, identity(item)) for key, item in value.items()))
    return (rank(value), value)


class sort_value:  # noqa: N801  used as a key function
    """Order any values with `sorted(values, key=sort_value)`."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: sort_value) -> bool:
        return compare(self.value, other.value) < 0
