"""All operators whose arguments are evaluated before the call, by name."""

from __future__ import annotations

from typing import Final

from fritz.filters.operators.accumulators import ACCUMULATORS
from fritz.filters.operators.arithmetic import ARITHMETIC
from fritz.filters.operators.arrays import ARRAYS
from fritz.filters.operators.comparison import COMPARISON
from fritz.filters.operators.convert import CONVERSIONS
from fritz.filters.operators.objects import OBJECTS
from fritz.filters.operators.patterns import PATTERNS
from fritz.filters.operators.sets import SETS
from fritz.filters.operators.signature import Operator
from fritz.filters.operators.strings import STRINGS

__all__ = ["EXPRESSIONS", "Operator"]

EXPRESSIONS: Final[dict[str, Operator]] = {
    **ARITHMETIC,
    **COMPARISON,
    **ARRAYS,
    **SETS,
    **OBJECTS,
    **ACCUMULATORS,
    **STRINGS,
    **CONVERSIONS,
    **PATTERNS,
}
"""Operators with their own evaluation order (`$cond`, `$map` …) stand in `fritz.filters.form`."""
