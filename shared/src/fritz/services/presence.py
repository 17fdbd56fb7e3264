"""Who scans what just now: a row per person, which they renew while they look, that others see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fritz.marshal.visibility import Viewer, open_to, sees_group
from fritz.ports import DocumentStore, Put, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks

__all__ = ["COLLECTION", "FRESH", "Presence", "Present"]

COLLECTION: Final = "presence"
FRESH: Final = timedelta(seconds=60)
"""How long a row says something; pages renew it every 20 seconds."""


@dataclass(frozen=True, slots=True)
class Present:
    """One person, somewhere in a list of candidates; which candidate stays theirs to tell."""

    user_id: int
    group_ids: tuple[int, ...]
    """Whose candidates are looked at; their members see the row."""
    position: int
    """From 1."""
    total: int
    at: datetime

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom the row is open to."""
        return open_to(self.group_ids)

    def to_fields(self) -> dict[str, Any]:
        """Return the row as a document's fields."""
        return {
            "user_id": self.user_id,
            "group_ids": list(self.group_ids),
            "position": self.position,
            "total": self.total,
            "at": self.at,
            "expires_at": self.at + FRESH,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Present:
        """Return the row that `to_fields` wrote."""
        return cls(
            int(fields["user_id"]), tuple(fields["group_ids"]), int(fields["position"]),
            int(fields["total"]), fields["at"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Presence:
    """Where people are."""

    documents: DocumentStore
    now: Callable[[], datetime]

    def tell(self, viewer: Viewer, group_ids: Sequence[int], position: int, total: int) -> None:
        """Say where the viewer is in the candidates of some of their groups."""
        own = tuple(sorted({each for each in group_ids if each in viewer.group_ids}))
        here = Present(viewer.user.id, own, position, total, self.now())
        self.documents.commit([Put(COLLECTION, str(viewer.user.id), here.to_fields())])

    def others(self, viewer: Viewer) -> list[Present]:
        """Return who else scans candidates of the viewer's groups, by user."""
        found: dict[int, Present] = {}
        for some in chunks(sorted(viewer.group_ids), VALUES_PER_IN):
            query = Query(COLLECTION, (Where("group_ids", "array_contains_any", list(some)),))
            for row in self.documents.query(query):
                each = Present.from_fields(row.data)
                if self._is_shown(viewer, each):
                    found[each.user_id] = each
        return [found[each] for each in sorted(found)]

    def _is_shown(self, viewer: Viewer, each: Present) -> bool:
        fresh = each.at > self.now() - FRESH
        return fresh and each.user_id != viewer.user.id and any(
            sees_group(viewer, group) for group in each.group_ids
        )  # fmt: skip
