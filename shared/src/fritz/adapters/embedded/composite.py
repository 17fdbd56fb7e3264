"""Whether the declared composite indexes of Firestore serve a query.

Firestore keeps an index of each single field by itself and merges those for equalities. A query
that sorts or ranges over one field and has a condition on another needs a composite index,
declared in ``infra/terraform/firestore.indexes.json`` (the format of Firebase's command line).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fritz.adapters.embedded.query_sql import group_of
from fritz.adapters.embedded.rules import effective_order
from fritz.errors import Invalid
from fritz.ports import Query

__all__ = ["CompositeIndex", "check_served", "read_indexes"]

_ARRAY = "CONTAINS"


@dataclass(frozen=True, slots=True)
class CompositeIndex:
    """One declared index: fields with ``ASCENDING``, ``DESCENDING`` or ``CONTAINS``."""

    group: str
    fields: tuple[tuple[str, str], ...]

    def as_json(self) -> str:
        """Return the entry as it stands in the file of indexes."""
        fields = [
            {"fieldPath": name, "arrayConfig" if mode == _ARRAY else "order": mode}
            for name, mode in self.fields
        ]
        entry = {"collectionGroup": self.group, "queryScope": "COLLECTION", "fields": fields}
        return json.dumps(entry)


@dataclass(frozen=True, slots=True)
class _Need:
    """Fields that may stand first in any order, then the sort keys."""

    fixed: frozenset[tuple[str, bool]]
    """(field, whether it is an array condition)."""
    order: tuple[tuple[str, str], ...]

    def flipped(self) -> "_Need":
        """Return the same need read backwards, which an index serves as well."""
        other = {"ASCENDING": "DESCENDING", "DESCENDING": "ASCENDING"}
        return _Need(self.fixed, tuple((name, other[way]) for name, way in self.order))


def read_indexes(path: Path) -> tuple[CompositeIndex, ...]:
    """Return the composite indexes that a file declares."""
    return tuple(_parsed(entry) for entry in json.loads(path.read_text())["indexes"])


def check_served(query: Query, declared: tuple[CompositeIndex, ...]) -> None:
    """Raise `Invalid`, naming the missing index, if Firestore would refuse the query."""
    need = _need(query)
    if need is None:
        return
    group = group_of(query.collection)
    candidates = [index for index in declared if index.group == group]
    if not any(_serves(candidates, n) for n in (need, need.flipped())):
        fixed = [(f, _ARRAY if array else "ASCENDING") for f, array in sorted(need.fixed)]
        missing = CompositeIndex(group, (*fixed, *need.order)).as_json()
        raise Invalid(f"a query of {query.collection} needs the composite index {missing}")


def _parsed(entry: Mapping[str, Any]) -> CompositeIndex:
    fields = [(f["fieldPath"], f.get("order") or f["arrayConfig"]) for f in entry["fields"]]
    while fields and fields[-1][0] == "__name__" and len(fields) > 1:
        fields.pop()
    return CompositeIndex(entry["collectionGroup"], tuple(fields))


def _need(query: Query) -> _Need | None:
    """Return what a composite index must provide, or None if single-field indexes do."""
    arrays = {w.field for w in query.where if w.op in {"array_contains", "array_contains_any"}}
    equal = {w.field for w in query.where if w.op in {"==", "in"}}
    order = [(field, down) for field, down in effective_order(query) if field not in equal]
    if not order or (len(order) == 1 and not equal and not arrays):
        return None
    ways = tuple((field, "DESCENDING" if down else "ASCENDING") for field, down in order)
    return _Need(frozenset({(f, False) for f in equal} | {(f, True) for f in arrays}), ways)


def _serves(indexes: list[CompositeIndex], need: _Need) -> bool:
    """Return whether indexes that end in the sort keys cover, merged, all other fields."""
    covered: set[tuple[str, bool]] = set()
    found = False
    for index in indexes:
        split = len(index.fields) - len(need.order)
        if split < 0 or index.fields[split:] != need.order:
            continue
        prefix = {(name, mode == _ARRAY) for name, mode in index.fields[:split]}
        if prefix <= need.fixed:
            covered |= prefix
            found = True
    return found and covered == need.fixed
