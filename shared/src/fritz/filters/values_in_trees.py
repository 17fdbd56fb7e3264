"""Projections below a field: what a table of names keeps, drops or puts there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from fritz.filters.bson_order import MISSING

__all__ = ["Table", "drop", "keep", "overlay", "reaches", "specify"]

Table: TypeAlias = Mapping[str, "int | Table | None"]
"""By field: None for the field itself, a table for fields below it, the number of a new value."""


def keep(value: Any, table: Table) -> Any:
    """Return the value with only these fields; a scalar has none and is missing.

    Examples
    --------
    >>> keep([{"jd": 1, "fid": 2}, 5], {"jd": None})
    [{'jd': 1}]
    """
    if type(value) is dict:
        kept = {}
        for name, item in value.items():
            if name in table:
                below: Any = table[name]
                found = keep(item, below) if type(below) is dict else item
                if found is not MISSING:
                    kept[name] = found
        return kept
    if type(value) is list:
        return [found for item in value if (found := keep(item, table)) is not MISSING]
    return MISSING


def drop(value: Any, table: Table) -> Any:
    """Return the value without these fields."""
    if type(value) is dict:
        kept = {}
        for name, item in value.items():
            if name not in table:
                kept[name] = item
            elif (below := table[name]) is not None and not isinstance(below, int):
                kept[name] = drop(item, below)
        return kept
    return [drop(item, table) for item in value] if type(value) is list else value


def overlay(value: Any, table: Table, new: tuple[Any, ...]) -> Any:
    """Return the value with new fields; whatever is no object becomes one."""
    if type(value) is list:
        return [overlay(item, table, new) for item in value]
    made = dict(value) if type(value) is dict else {}
    for name, below in table.items():
        item = _new(below, made.get(name, MISSING), new, overlay)
        if item is MISSING:
            made.pop(name, None)
        else:
            made[name] = item
    return made


def specify(value: Any, table: Table, new: tuple[Any, ...]) -> Any:
    """Return the value with some of its fields and new ones; missing if there is nothing of it."""
    if type(value) is list:
        return [found for item in value if (found := specify(item, table, new)) is not MISSING]
    if type(value) is not dict and not _computes(table):
        return MISSING
    made = _included(value, table, new) if type(value) is dict else {}
    for name, below in table.items():
        if isinstance(below, int):
            if new[below] is not MISSING:
                made[name] = new[below]
        elif type(below) is dict and name not in made and _computes(below):
            made[name] = specify(MISSING, below, new)
    return made


def reaches(value: Any, path: tuple[str, ...]) -> bool:
    """Return whether there is anywhere to put a new field below a value.

    Only arrays without elements leave no place.
    """
    if type(value) is list:
        return any(reaches(item, path) for item in value)
    if not path or type(value) is not dict:
        return True
    return reaches(value.get(path[0], MISSING), path[1:])


def _included(value: dict[str, Any], table: Table, new: tuple[Any, ...]) -> dict[str, Any]:
    made = {}
    for name, item in value.items():
        below = table.get(name, 0)
        if below is None:
            made[name] = item
        elif type(below) is dict:
            found = specify(item, below, new)
            if found is not MISSING:
                made[name] = found
    return made


def _new(below: Any, old: Any, new: tuple[Any, ...], apply: Any) -> Any:
    if type(below) is dict:
        return apply(old, below, new)
    return new[below] if isinstance(below, int) else old


def _computes(table: Table) -> bool:
    return any(
        _computes(below) if type(below) is dict else below is not None for below in table.values()
    )
