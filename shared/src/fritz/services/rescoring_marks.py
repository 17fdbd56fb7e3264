"""Which packs a model version has scored: one small document each, so that a job can go on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fritz.ports import DocumentStore, Put

__all__ = ["COLLECTION", "Mark", "RescoringMarks"]

COLLECTION: Final = "rescored_packs"
MOST_IDS: Final = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """A pack that is done."""

    pack: str
    scored: int
    """Alerts of it that have a score now."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Reason -> alerts without."""


@dataclass(frozen=True, slots=True)
class RescoringMarks:
    """The packs that one model version is done with.

    A version's file never changes, and neither does a pack: a mark stays true for ever.
    """

    documents: DocumentStore
    model: str
    """Name and version."""

    def done(self, packs: Sequence[str]) -> dict[str, Mark]:
        """Return the marks of those packs that are done, by their key."""
        ids = [self._id(pack) for pack in packs]
        marks: dict[str, Mark] = {}
        for begin in range(0, len(ids), MOST_IDS):
            found = self.documents.get_many(COLLECTION, ids[begin : begin + MOST_IDS])
            for each in found.values():
                data = each.data
                marks[data["pack"]] = Mark(data["pack"], data["scored"], data["failures"])
        return marks

    def mark(self, marks: Iterable[Mark], at: datetime) -> None:
        """Mark packs as done; their scores must stand in the warehouse."""
        writes = [
            Put(
                COLLECTION,
                self._id(each.pack),
                {
                    "model": self.model,
                    "pack": each.pack,
                    "scored": each.scored,
                    "failures": dict(each.failures),
                    "at": at,
                },
            )
            for each in marks
        ]
        for begin in range(0, len(writes), MOST_IDS):
            self.documents.commit(writes[begin : begin + MOST_IDS])

    def _id(self, pack: str) -> str:
        # The hash comes first: ids that begin alike share a Firestore tablet.
        return f"{hashlib.sha256(pack.encode()).hexdigest()[:32]}-{self.model}"
