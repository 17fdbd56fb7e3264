"""What every document that a pipeline lets through must have, as far as that is plain to see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fritz.filters import form
from fritz.filters.sql.queries import conjuncts

__all__ = ["bounds", "pinned"]


def pinned(stages: Sequence[form.Stage], *path: str) -> list[Any] | None:
    """Return the values that a field may have; None if the first stages do not say."""
    for part in _fields(stages):
        if part.parts != path:
            continue
        match part.test:
            case form.Compare(op="$eq", value=value):
                return [value]
            case form.In(values=values):
                return list(values)
            case _:
                continue
    return None


def bounds(stages: Sequence[form.Stage], *path: str) -> tuple[float, float]:
    """Return the least and the greatest number that a field may be; infinite if unknown."""
    low, high = float("-inf"), float("inf")
    for part in _fields(stages):
        if part.parts != path or not isinstance(part.test, form.Compare):
            continue
        value = part.test.value
        if type(value) not in {int, float}:
            continue
        if part.test.op in {"$gt", "$gte", "$eq"}:
            low = max(low, value)
        if part.test.op in {"$lt", "$lte", "$eq"}:
            high = min(high, value)
    return low, high


def _fields(stages: Sequence[form.Stage]) -> Iterator[form.Field]:
    """Yield the tests of the first `$match` stages that all hold, up to one that might raise."""
    for stage in stages:
        if not isinstance(stage, form.Match):
            return
        for part in conjuncts(stage.query):
            if isinstance(part, form.ExprQuery):
                return
            if isinstance(part, form.Field):
                yield part
