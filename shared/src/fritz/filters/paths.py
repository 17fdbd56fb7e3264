"""Reading dotted paths: an expression's way (a value) and a query's way (candidates to test)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fritz.filters.bson_order import MISSING

__all__ = ["leaves", "walk"]


def walk(value: Any, parts: tuple[str, ...]) -> Any:
    """Return what an expression's path finds: over an array, the array of what its objects have.

    Examples
    --------
    >>> walk({"a": [{"b": 1}, {"c": 2}, 5]}, ("a", "b"))
    [1]
    >>> walk({"a": 5}, ("a", "b"))
    MISSING
    """
    if type(value) is list and len(parts) == 1:
        part = parts[0]
        return [item[part] for item in value if type(item) is dict and part in item]
    for index, part in enumerate(parts):
        if type(value) is dict:
            value = value.get(part, MISSING)
        elif type(value) is list:
            rest = parts[index:]
            found = (walk(item, rest) for item in value if type(item) is dict)
            return [item for item in found if item is not MISSING]
        else:
            return MISSING
    return value


def leaves(value: Any, parts: tuple[str, ...]) -> Iterator[Any]:
    """Yield what a query's path reaches; `MISSING` where an object on the way lacks the field.

    Arrays on the way are entered, element by element and, where the path has a number, by index.
    An array at the end is yielded whole: each test decides whether to look at its elements.
    """
    if not parts:
        yield value
        return
    if type(value) is dict:
        yield from leaves(value.get(parts[0], MISSING), parts[1:])
    elif type(value) is list:
        index = int(parts[0]) if parts[0].isascii() and parts[0].isdigit() else -1
        for position, item in enumerate(value):
            if type(item) is dict:
                yield from leaves(item, parts)
            if position == index and (len(parts) == 1 or type(item) in (dict, list)):
                yield from leaves(item, parts[1:])
    else:
        yield MISSING
