"""Arithmetic: null-propagating, int64 overflow goes to double, strings and booleans raise."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final

from fritz.filters.bson_order import INT64_MAX, INT64_MIN, MISSING, is_number, type_name
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import DOUBLE, INT, NULL, NUMBER
from fritz.filters.operators.signature import Operator, nullish, table

__all__ = ["ARITHMETIC", "absolute", "add", "divide", "multiply", "round_to", "subtract"]

_INTS: Final = frozenset({int})
_PLACES: Final = (-20, 100)
_DECIMAL128: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
_WIDE: Final = Context(prec=500)


def _narrow(value: int) -> int | float:
    return value if INT64_MIN <= value <= INT64_MAX else float(value)


def _number(value: Any) -> Any:
    if is_number(value):
        return value
    raise OperatorError(f"needs a number, not {type_name(value)}")


def exact_sum(values: list[Any]) -> int | float:
    """Return the sum of numbers: of ints exactly, of doubles rounded once."""
    if set(map(type, values)) <= _INTS:
        return _narrow(sum(values))
    try:
        return math.fsum(values)
    except (ValueError, OverflowError):
        return sum((float(value) for value in values), 0.0)


def add(values: list[Any]) -> Any:
    """Return the sum; null at the first null or missing operand."""
    for value in values:
        if nullish(value):
            return None
        _number(value)
    if len(values) == 2 and type(values[0]) is type(values[1]) is float:  # noqa: PLR2004  the usual call
        return values[0] + values[1]
    return exact_sum(values)


def subtract(left: Any, right: Any) -> Any:
    """Return the difference of two numbers."""
    if is_number(left) and is_number(right):
        if type(left) is int and type(right) is int:
            return _narrow(left - right)
        return float(left) - float(right)
    if nullish(left) or nullish(right):
        return None
    raise OperatorError(f"can't subtract {type_name(right)} from {type_name(left)}")


def multiply(values: list[Any]) -> Any:
    """Return the product; null at the first null or missing operand."""
    product: int | float = 1
    for value in values:
        if nullish(value):
            return None
        number = _number(value)
        if type(product) is int and type(number) is int:
            product = _narrow(product * number)
        else:
            product = float(product) * float(number)
    return product


def divide(left: Any, right: Any) -> Any:
    """Return the quotient, always a double."""
    if is_number(left) and is_number(right):
        if right == 0:
            raise OperatorError("can't divide by zero")
        return float(left) / float(right)
    if nullish(left) or nullish(right):
        return None
    raise OperatorError(f"needs numbers, not {type_name(left)} and {type_name(right)}")


def _modulo(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        if right == 0:
            raise OperatorError("can't take the remainder of a division by zero")
        if type(left) is int and type(right) is int:
            size = abs(left) % abs(right)
            return -size if left < 0 else size
        try:
            return math.fmod(left, right)
        except ValueError:
            return math.nan
    if nullish(left) or nullish(right):
        return None
    raise OperatorError(f"needs numbers, not {type_name(left)} and {type_name(right)}")


def absolute(value: Any) -> Any:
    """Return the absolute value."""
    if nullish(value):
        return None
    if value == INT64_MIN and type(value) is int:
        raise OperatorError("can't take the absolute value of the smallest long")
    return abs(_number(value))


def _integral(function: Callable[[float], int]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        if nullish(value):
            return None
        number = _number(value)
        if type(number) is int or not math.isfinite(number):
            return number
        return math.copysign(float(function(number)), number)

    return apply


def _place(place: Any) -> int:
    if not is_number(place):
        raise OperatorError(f"needs a whole number of places, not {type_name(place)}")
    if place != place or place != int(place):  # noqa: PLR0124  NaN's own test
        raise OperatorError(f"needs a whole number of places, not {place}")
    if not _PLACES[0] <= place <= _PLACES[1]:
        raise OperatorError(f"places must be from {_PLACES[0]} to {_PLACES[1]}, not {place}")
    return int(place)


def _to_place(value: Any, place: Any, rounding: str) -> Any:  # noqa: PLR0911  one per kind
    if nullish(value):
        return None
    number = _number(value)
    if place is None:
        return None
    places = 0 if place is MISSING else _place(place)
    if type(number) is int:
        if places >= 0:
            return number
        whole = int(Decimal(number).quantize(Decimal(1).scaleb(-places), rounding, _WIDE))
        if not INT64_MIN <= whole <= INT64_MAX:
            raise OperatorError(f"{number} rounded to {places} places is no 64-bit integer")
        return whole
    if not math.isfinite(number):
        return number
    if rounding == ROUND_HALF_EVEN:
        return round(number, places)
    decimal = _DECIMAL128.create_decimal(number)
    return float(decimal.quantize(Decimal(1).scaleb(-places), rounding, _WIDE))


def round_to(value: Any, place: Any = MISSING) -> Any:
    """Return the value at so many places, half to even on the exact binary value.

    Examples
    --------
    >>> round_to(2.675, 2), round_to(1250, -2), round_to(2.5)
    (2.67, 1200, 2.0)
    """
    return _to_place(value, place, ROUND_HALF_EVEN)


def _round_positional(value: Any, place: Any = 0) -> Any:
    return _to_place(value, None if place is MISSING else place, ROUND_HALF_EVEN)


def _truncate_positional(value: Any, place: Any = 0) -> Any:
    return _to_place(value, None if place is MISSING else place, ROUND_DOWN)


def _real(
    name: str,
    function: Callable[[float], float],
    allowed: Callable[[float], bool] | None = None,
    domain: str = "",
) -> Operator:
    def apply(value: Any) -> Any:
        if nullish(value):
            return None
        number = float(_number(value))
        if number != number:  # noqa: PLR0124  NaN's own test
            return number
        if allowed is not None and not allowed(number):
            raise OperatorError(f"needs {domain}, not {value}")
        try:
            return function(number)
        except OverflowError:
            return math.copysign(math.inf, number) if name == "$sinh" else math.inf

    return Operator(name, apply, yields=DOUBLE | NULL)


def _log(value: Any, base: Any) -> Any:
    if nullish(value) or nullish(base):
        return None
    number, to = float(_number(value)), float(_number(base))
    if number <= 0:
        raise OperatorError(f"needs a positive number, not {value}")
    if to <= 0 or to == 1:
        raise OperatorError(f"needs a positive base other than 1, not {base}")
    return math.log(number) / math.log(to)


def _power(base: Any, exponent: Any) -> Any:
    if nullish(base) or nullish(exponent):
        return None
    _number(base)
    _number(exponent)
    if base == 0 and exponent < 0:
        raise OperatorError("can't take zero to a negative power")
    if type(base) is int and type(exponent) is int:
        if base in (-1, 0, 1):
            return int(base ** (abs(exponent) % 2 if base else min(exponent, 1)))
        if 0 <= exponent <= 63:  # noqa: PLR2004  larger ones leave 64 bits
            return _narrow(base**exponent)
    try:
        result = math.pow(base, exponent)
    except OverflowError:
        odd = float(exponent).is_integer() and int(exponent) % 2 == 1
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:
        return math.nan
    return result


def _atan2(y: Any, x: Any) -> Any:
    if nullish(y) or nullish(x):
        return None
    return math.atan2(_number(y), _number(x))


def _atanh(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) == 1 else math.atanh(value)


def _bitwise(name: str, join: Callable[[int, int], int], start: int) -> Operator:
    def apply(values: list[Any]) -> Any:
        result = start
        for value in values:
            if nullish(value):
                return None
            if type(value) is not int:
                raise OperatorError(f"needs int or long, not {type_name(value)}")
            result = join(result, value)
        return result

    return Operator(name, apply, 0, None, INT | NULL, spread=True)


def _bit_not(value: Any) -> Any:
    if nullish(value):
        return None
    if type(value) is not int:
        raise OperatorError(f"needs int or long, not {type_name(value)}")
    return ~value


_FINITE: Final = (math.isfinite, "a finite number")
_UNIT: Final = (lambda x: -1 <= x <= 1, "a number from -1 to 1")

ARITHMETIC: Final = table(
    Operator("$add", add, 0, None, NUMBER | NULL, spread=True),
    Operator("$multiply", multiply, 0, None, NUMBER | NULL, spread=True),
    Operator("$subtract", subtract, 2, 2, NUMBER | NULL),
    Operator("$divide", divide, 2, 2, DOUBLE | NULL),
    Operator("$mod", _modulo, 2, 2, NUMBER | NULL),
    Operator("$abs", absolute, yields=NUMBER | NULL),
    Operator("$ceil", _integral(math.ceil), yields=NUMBER | NULL),
    Operator("$floor", _integral(math.floor), yields=NUMBER | NULL),
    Operator("$round", _round_positional, 1, 2, NUMBER | NULL),
    Operator("$trunc", _truncate_positional, 1, 2, NUMBER | NULL),
    Operator("$pow", _power, 2, 2, NUMBER | NULL),
    Operator("$log", _log, 2, 2, DOUBLE | NULL),
    Operator("$atan2", _atan2, 2, 2, DOUBLE | NULL),
    _real("$exp", math.exp),
    _real("$sqrt", math.sqrt, lambda x: x >= 0, "a number that is not negative"),
    _real("$ln", math.log, lambda x: x > 0, "a positive number"),
    _real("$log10", math.log10, lambda x: x > 0, "a positive number"),
    _real("$sin", math.sin, *_FINITE),
    _real("$cos", math.cos, *_FINITE),
    _real("$tan", math.tan, *_FINITE),
    _real("$asin", math.asin, *_UNIT),
    _real("$acos", math.acos, *_UNIT),
    _real("$atan", math.atan),
    _real("$sinh", math.sinh),
    _real("$cosh", math.cosh),
    _real("$tanh", math.tanh),
    _real("$asinh", math.asinh),
    _real("$acosh", math.acosh, lambda x: x >= 1, "a number of at least 1"),
    _real("$atanh", _atanh, *_UNIT),
    _real("$degreesToRadians", math.radians),
    _real("$radiansToDegrees", math.degrees),
    _bitwise("$bitAnd", lambda a, b: a & b, -1),
    _bitwise("$bitOr", lambda a, b: a | b, 0),
    _bitwise("$bitXor", lambda a, b: a ^ b, 0),
    Operator("$bitNot", _bit_not, yields=INT | NULL),
)
