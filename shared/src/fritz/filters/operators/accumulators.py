"""Sums, means, extremes and spreads of an array or of several values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from fritz.filters.bson_order import MISSING, compare, is_number, sort_value, type_name
from fritz.filters.errors import OperatorError
from fritz.filters.kinds import ANY, ARRAY, DOUBLE, MISSING_KIND, NULL, NUMBER
from fritz.filters.operators.arithmetic import exact_sum
from fritz.filters.operators.arrays import need_array
from fritz.filters.operators.signature import Operator, table

__all__ = [
    "ACCUMULATORS",
    "average",
    "greatest",
    "least",
    "std_dev_pop",
    "std_dev_samp",
    "total",
]

_FLOATS: Final = frozenset({float})


def total(values: list[Any]) -> int | float:
    """Return the sum of the numbers among the values."""
    return exact_sum([value for value in values if type(value) is float or type(value) is int])


def average(values: list[Any]) -> float | None:
    """Return the mean of the numbers among the values; null if there are none."""
    numbers = [value for value in values if type(value) is float or type(value) is int]
    return float(exact_sum(numbers)) / len(numbers) if numbers else None


def _present(values: list[Any]) -> tuple[list[Any], bool]:
    """Return the values that are neither null nor missing, and whether Python orders them."""
    found = [value for value in values if value is not None and value is not MISSING]
    return found, set(map(type, found)) <= _FLOATS and True not in map(math.isnan, found)


def least(values: list[Any]) -> Any:
    """Return the smallest value that is neither null nor missing; null if there is none."""
    found, plain = _present(values)
    if plain:
        return min(found, default=None)
    best = found[0]
    for value in found:
        if compare(value, best) < 0:
            best = value
    return best


def greatest(values: list[Any]) -> Any:
    """Return the largest value that is neither null nor missing; null if there is none."""
    found, plain = _present(values)
    if plain:
        return max(found, default=None)
    best = found[0]
    for value in found:
        if compare(value, best) > 0:
            best = value
    return best


def _spread(values: list[Any], lost: int) -> float | None:
    numbers = [float(value) for value in values if is_number(value)]
    if len(numbers) <= lost:
        return None
    if not all(math.isfinite(number) for number in numbers):
        return math.nan
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / (len(numbers) - lost))


def std_dev_pop(values: list[Any]) -> float | None:
    """Return the standard deviation of the numbers as a whole population."""
    return _spread(values, 0)


def std_dev_samp(values: list[Any]) -> float | None:
    """Return the standard deviation of the numbers as a sample."""
    return _spread(values, 1)


def _over(function: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def apply(values: list[Any]) -> Any:
        if len(values) == 1 and type(values[0]) is list:
            return function(values[0])
        return function(values)

    return apply


def _quantile(numbers: list[float], p: float) -> float:
    index = max(0, math.ceil(p * len(numbers)) - 1)
    return float(numbers[min(index, len(numbers) - 1)])


def _numbers(value: Any) -> list[float]:
    items = value if type(value) is list else [value]
    return sorted((item for item in items if is_number(item)), key=sort_value)


def _method(method: Any) -> None:
    if method != "approximate":
        raise OperatorError('method must be "approximate"')


def _median(value: Any, method: Any) -> Any:
    _method(method)
    numbers = _numbers(value)
    return _quantile(numbers, 0.5) if numbers else None


def _percentile(value: Any, p: Any, method: Any) -> Any:
    _method(method)
    wanted = need_array(p)
    for each in wanted:
        if not is_number(each) or not 0 <= each <= 1:
            raise OperatorError(f"p must be numbers from 0 to 1, not {type_name(each)}")
    numbers = _numbers(value)
    return [_quantile(numbers, each) if numbers else None for each in wanted]


ACCUMULATORS: Final = table(
    Operator("$sum", _over(total), 0, None, NUMBER, raises=False, spread=True),
    Operator("$avg", _over(average), 0, None, DOUBLE | NULL, raises=False, spread=True),
    Operator("$min", _over(least), 0, None, ANY & ~MISSING_KIND, raises=False, spread=True),
    Operator("$max", _over(greatest), 0, None, ANY & ~MISSING_KIND, raises=False, spread=True),
    Operator("$stdDevPop", _over(std_dev_pop), 0, None, DOUBLE | NULL, raises=False, spread=True),
    Operator("$stdDevSamp", _over(std_dev_samp), 0, None, DOUBLE | NULL, raises=False, spread=True),
    Operator("$median", _median, named=("input", "method"), yields=DOUBLE | NULL),
    Operator("$percentile", _percentile, named=("input", "p", "method"), yields=ARRAY),
)
