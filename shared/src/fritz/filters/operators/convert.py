"""Conversions between types: lossy only where MongoDB's are."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

from fritz.filters.bson_order import (
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    INT64_MIN,
    is_number,
    type_name,
)
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import BOOL, DOUBLE, INT, NULL, STRING
from fritz.filters.operators.signature import Operator, nullish, table

__all__ = ["CONVERSIONS", "TARGETS", "convert", "number_to_string", "target"]

_INTEGER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)
_REAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_NAMED_REALS: Final = {"inf", "infinity", "nan"}
_PLAIN: Final = 1e15


def number_to_string(value: float) -> str:
    """Return a number as MongoDB prints it.

    Examples
    --------
    >>> number_to_string(3.0), number_to_string(18.25), number_to_string(float("-inf"))
    ('3', '18.25', '-Infinity')
    """
    if type(value) is int:
        return str(value)
    if value != value:  # noqa: PLR0124  NaN's own test
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < _PLAIN:
        return f"{value:.0f}"
    return repr(value)


def _to_double(value: Any) -> float:
    if type(value) is str:
        bare = value.lstrip("+-").lower()
        if _REAL.fullmatch(value) or (bare in _NAMED_REALS and len(value) - len(bare) <= 1):
            return float(value)
        raise OperatorError(f"can't parse {value!r} as a double")
    if is_number(value) or type(value) is bool:
        return float(value)
    raise OperatorError(f"can't convert {type_name(value)} to double")


def _integer(low: int, high: int, name: str) -> Callable[[Any], int]:
    def apply(value: Any) -> int:
        if type(value) is str:
            if not _INTEGER.fullmatch(value):
                raise OperatorError(f"can't parse {value!r} as {name}")
            number = int(value) if len(value) < 25 else high + 1  # noqa: PLR2004  beyond any long
        elif type(value) is bool or type(value) is int:
            number = int(value)
        elif type(value) is float:
            if not math.isfinite(value):
                raise OperatorError(f"can't convert {value} to {name}")
            number = int(value)
        else:
            raise OperatorError(f"can't convert {type_name(value)} to {name}")
        if not low <= number <= high:
            raise OperatorError(f"{value} is out of range for {name}")
        return number

    return apply


def _to_bool(value: Any) -> bool:
    if type(value) is bool:
        return value
    return bool(value != 0) if is_number(value) else True


def _to_string(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if is_number(value):
        return number_to_string(value)
    raise OperatorError(f"can't convert {type_name(value)} to string")


_to_int: Final = _integer(INT32_MIN, INT32_MAX, "int")
_to_long: Final = _integer(INT64_MIN, INT64_MAX, "long")

TARGETS: Final[dict[str | int, Callable[[Any], Any]]] = {
    "double": _to_double,
    "string": _to_string,
    "bool": _to_bool,
    "int": _to_int,
    "long": _to_long,
    1: _to_double,
    2: _to_string,
    8: _to_bool,
    16: _to_int,
    18: _to_long,
}


def target(to: Any) -> Callable[[Any], Any]:
    """Return the conversion to a type given by name or number."""
    if type(to) is dict:
        to = to.get("type")
    if type(to) is float and to == int(to):
        to = int(to)
    found = TARGETS.get(to) if type(to) in (str, int) else None
    if found is None:
        raise OperatorError(f"can't convert to {to!r}")
    return found


def convert(value: Any, conversion: Callable[[Any], Any]) -> Any:
    """Return the converted value; null stays null."""
    return None if nullish(value) else conversion(value)


def _shorthand(name: str, conversion: Callable[[Any], Any], kind: int) -> Operator:
    def apply(value: Any) -> Any:
        return None if nullish(value) else conversion(value)

    return Operator(name, apply, yields=kind | NULL)


CONVERSIONS: Final = table(
    _shorthand("$toBool", _to_bool, BOOL),
    _shorthand("$toDouble", _to_double, DOUBLE),
    _shorthand("$toInt", _to_int, INT),
    _shorthand("$toLong", _to_long, INT),
    _shorthand("$toString", _to_string, STRING),
)
