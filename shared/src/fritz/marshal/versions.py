"""Versions of documents: how one that an earlier release wrote becomes what this one writes.

A document carries its version in the field `v`, 1 where it has none. Steps only add: the release
before goes on reading what this one has written, so that a new revision starts beside the old one
and may be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fritz.alerts.night import night_of

__all__ = ["STEPS", "VERSION", "Step", "current", "upgraded"]

Fields: TypeAlias = Mapping[str, Any]

VERSION: Final = "v"
"""The field that holds a document's version."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a collection's documents."""

    collection: str
    version: int
    """What the documents are afterwards."""
    adds: Callable[[Fields], Fields]
    """Returns the new fields of a document that lacks them."""
    why: str


def _night(fields: Fields) -> Fields:
    return {"night": night_of(fields["jd"])}


STEPS: Final = (
    Step("candidates", 2, _night, "the night of the observation, to find a night's candidates by"),
)
"""In the order in which they are made."""


def current(collection: str, steps: Sequence[Step] = STEPS) -> int:
    """Return the version that this release writes.

    Examples
    --------
    >>> current("candidates"), current("comments")
    (2, 1)
    """
    return max((each.version for each in steps if each.collection == collection), default=1)


def upgraded(
    collection: str, fields: Fields, steps: Sequence[Step] = STEPS
) -> dict[str, Any] | None:
    """Return a document as this release writes it; None if it is so already, or of a later one.

    Examples
    --------
    >>> upgraded("candidates", {"jd": 2459000.75})
    {'jd': 2459000.75, 'night': 20200531, 'v': 2}
    >>> upgraded("candidates", {"jd": 2459000.75, "night": 20200531, "v": 3}) is None
    True
    """
    found, before = dict(fields), fields.get(VERSION, 1)
    for each in steps:
        if each.collection == collection and each.version > found.get(VERSION, 1):
            found |= {**each.adds(found), VERSION: each.version}
    return found if found.get(VERSION, 1) != before else None
