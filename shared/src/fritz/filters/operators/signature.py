"""How an operator is called and what it may yield."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fritz.filters.bson_order import MISSING
from fritz.filters.kinds import ANY

__all__ = ["Operator", "nullish", "table"]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator whose arguments are all evaluated before it is called."""

    name: str
    function: Callable[..., Any]
    least: int = 1
    """Fewest positional arguments."""
    most: int | None = 1
    """Most positional arguments; None for any number."""
    yields: int = ANY
    """The kinds of value it may return (`fritz.filters.kinds`)."""
    named: tuple[str, ...] = ()
    """Names of the arguments where they are given as an object, in the function's order."""
    optional: tuple[str, ...] = ()
    """Those of `named` that may be left out; the function then gets `MISSING`."""
    raises: bool = True
    """Whether some value makes it raise."""
    spread: bool = False
    """The function takes one list of all arguments (`$add`, `$concat` …)."""
    grows: bool = False
    """The result can be larger than its parts: its size is charged to the budget."""


def table(*operators: Operator) -> dict[str, Operator]:
    """Return the operators by name."""
    return {operator.name: operator for operator in operators}


def nullish(value: Any) -> bool:
    """Return whether the value is null or missing."""
    return value is None or value is MISSING
