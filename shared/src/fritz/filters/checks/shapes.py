"""Documents between the stages of a pipeline, as far as their fields are known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fritz.filters.checks.schema import UNKNOWN, ArrayOf, Record, Scalar, Type
from fritz.filters.kinds import ANY, ARRAY, NULLISH, OBJECT

__all__ = ["Shape", "Unfound", "kinds", "lookup", "nearest", "nullable"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A document: its fields, and where those that it once had were dropped."""

    record: Record
    dropped: Mapping[str, int] = field(default_factory=dict)
    """By field: the index of the stage after which it is gone."""
    original: bool = True
    """Whether this is still the alert as it came."""

    def without(self, names: Iterable[str], stage: int) -> Shape:
        """Return the shape after a stage has dropped fields."""
        gone = set(names)
        fields = {name: kind for name, kind in self.record.fields.items() if name not in gone}
        dropped = {**self.dropped, **dict.fromkeys(gone & set(self.record.fields), stage)}
        return replace(self, record=replace(self.record, fields=fields), dropped=dropped)


@dataclass(frozen=True, slots=True)
class Unfound:
    """A path that leads nowhere."""

    path: str
    """As far as it was followed, and the first part that is not there."""
    near: str | tuple[str, ...] | None
    dropped_by: int | None
    top: bool
    """Whether it is the first part that is not there."""


def kinds(kind: Type) -> int:
    """Return what a value of the type may be."""
    match kind:
        case Scalar(kinds=found):
            return found
        case Record(nullable=absent):
            return OBJECT | (NULLISH if absent else 0)
        case ArrayOf(nullable=absent):
            return ARRAY | (NULLISH if absent else 0)


def nullable(kind: Type) -> bool:
    """Return whether a value that is known to some degree may be null or absent."""
    return kinds(kind) != ANY and kinds(kind) & NULLISH != 0


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that are most like this one; several if equally near."""
    names = sorted(known)
    same = [each for each in names if each.lower() == name.lower()]
    if same:
        return same
    scored = [(difflib.SequenceMatcher(None, name, each).ratio(), each) for each in names]
    best = max((score for score, _ in scored), default=0.0)
    return [each for score, each in scored if score > best - 1e-9] if best >= 0.6 else []  # noqa: PLR2004  difflib's own


def lookup(kind: Type, parts: tuple[str, ...], shape: Shape | None = None) -> Type | Unfound:
    """Return the type that a path finds, or where it leads nowhere.

    Over an array the result is an array; a number there is an index, as queries mean it.
    """
    for index, part in enumerate(parts):
        if isinstance(kind, ArrayOf):
            rest = parts[index:]
            below = lookup(kind.item, rest[1:] if part.isdigit() else rest)
            if isinstance(below, Unfound):
                path = ".".join((*parts[:index], below.path))
                return replace(below, path=path, near=_prefixed(parts[:index], below.near))
            absent = kind.nullable or part.isdigit()
            return ArrayOf(below, absent) if not part.isdigit() else _optional(below)
        if not isinstance(kind, Record):
            return UNKNOWN
        found = kind.fields.get(part)
        if found is None:
            if kind.open:
                return UNKNOWN
            return _unfound(kind, parts, index, shape)
        kind = _optional(found) if kind.nullable else found
    return kind


def _optional(kind: Type) -> Type:
    if isinstance(kind, Scalar):
        return Scalar(kind.kinds | NULLISH)
    return replace(kind, nullable=True)


def _unfound(kind: Record, parts: tuple[str, ...], index: int, shape: Shape | None) -> Unfound:
    near = [
        ".".join((each, *parts[index + 1 :]))
        for each in nearest(parts[index], kind.fields)
        if not isinstance(lookup(kind.fields[each], parts[index + 1 :]), Unfound)
    ]
    found: str | tuple[str, ...] | None = tuple(near) if len(near) > 1 else next(iter(near), None)
    dropped = None if shape is None or index else shape.dropped.get(parts[0])
    path = ".".join(parts[: index + 1])
    return Unfound(path, _prefixed(parts[:index], found), dropped, index == 0)


def _prefixed(
    parts: tuple[str, ...], near: str | tuple[str, ...] | None
) -> str | tuple[str, ...] | None:
    if near is None or not parts:
        return near
    if isinstance(near, str):
        return ".".join((*parts, near))
    return tuple(".".join((*parts, each)) for each in near)
