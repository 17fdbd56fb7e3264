"""The step counter that generated code calls while it loops."""

from __future__ import annotations

from collections.abc import Callable

from fritz.filters.codegen import Tick
from fritz.filters.errors import BudgetExceeded
from fritz.filters.limits import CHECK_EVERY, Budget

__all__ = ["ticker"]


def ticker(budget: Budget, clock: Callable[[], float] | None, end: float | None) -> Tick:
    """Return what a function calls with its steps so far; it gets the next count to call at.

    A function that is one of several adds its steps to the total when it is done.

    Parameters
    ----------
    end : when time is over, as `clock` tells it; None for no end.
    """
    before = 0

    def tick(steps: int, done: bool = False) -> int:  # noqa: FBT001, FBT002  called by generated code
        nonlocal before
        if before + steps > budget.steps:
            raise BudgetExceeded(f"more than {budget.steps} steps")
        if end is not None and clock is not None and clock() > end:
            raise BudgetExceeded(f"more than {budget.seconds} s")
        if done:
            before += steps
        return min(steps + CHECK_EVERY, budget.steps - before)

    return tick
