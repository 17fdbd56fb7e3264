"""What people decide when they scan: to reject, skip or save an object as one filter passed it.

Each decision names who made it, when and why, stands beside those made before it, and can be taken
back. What the group thinks of the object is the last one that was not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from fritz.errors import Invalid, NotFound

__all__ = ["REMEMBERED", "Decided", "Decision", "ScanDecisions", "checked_decision_id", "first_of"]

Decided = Literal["rejected", "skipped", "saved"]

REMEMBERED: Final = 50
"""Decisions on one object and filter that are kept; people change their minds, but not so often."""
LONGEST_REASON: Final = 500

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]{7,63}\Z")


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided."""

    id: str
    """Made by whoever decides, so that the same one, sent again, counts once."""
    kind: Decided
    by: int
    """Id of the user."""
    at: datetime
    reason: str | None = None
    group_ids: tuple[int, ...] = ()
    """Where it was saved to."""
    undone_by: int | None = None
    undone_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.undone_at is None

    def to_fields(self) -> dict[str, Any]:
        """Return the decision as a map of a document."""
        return {
            "id": self.id,
            "kind": self.kind,
            "by": self.by,
            "at": self.at,
            "reason": self.reason,
            "group_ids": list(self.group_ids),
            "undone_by": self.undone_by,
            "undone_at": self.undone_at,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Decision:
        """Return the decision that `to_fields` wrote."""
        return cls(**{**fields, "group_ids": tuple(fields["group_ids"])})


@dataclass(frozen=True, slots=True)
class ScanDecisions:
    """All that was decided on one object as one filter passed it."""

    filter_id: int
    obj_id: str
    group_id: int
    """The filter's group and stream: who sees the candidate sees what was decided on it."""
    stream_id: int
    made: tuple[Decision, ...] = ()
    """Oldest first, at most `REMEMBERED`."""

    @property
    def current(self) -> Decision | None:
        """The last one that stands; None if nothing is decided."""
        return next((each for each in reversed(self.made) if each.stands), None)

    def get(self, decision_id: str) -> Decision | None:
        """Return the decision of that id, or None."""
        return next((each for each in self.made if each.id == decision_id), None)

    def with_decision(self, new: Decision) -> ScanDecisions:
        """Return them with one more; one that is there already changes nothing."""
        if self.get(new.id) is not None:
            return self
        return replace(self, made=(*self.made, new)[-REMEMBERED:])

    def undone(self, decision_id: str, by: int, at: datetime) -> ScanDecisions:
        """Return them with one taken back; again, it changes nothing.

        Raises
        ------
        NotFound
            There is no such decision.
        """
        found = self.get(decision_id)
        if found is None:
            raise NotFound(f"no decision {decision_id} on {self.obj_id}")
        if not found.stands:
            return self
        back = replace(found, undone_by=by, undone_at=at)
        return replace(self, made=tuple(back if each is found else each for each in self.made))

    def to_fields(self) -> dict[str, Any]:
        """Return them as a document's fields."""
        return {
            "filter_id": self.filter_id,
            "obj_id": self.obj_id,
            "group_id": self.group_id,
            "stream_id": self.stream_id,
            "made": [each.to_fields() for each in self.made],
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ScanDecisions:
        """Return the decisions that `to_fields` wrote."""
        made = tuple(Decision.from_fields(each) for each in fields["made"])
        return cls(
            int(fields["filter_id"]), fields["obj_id"], int(fields["group_id"]),
            int(fields["stream_id"]), made,
        )  # fmt: skip


def checked_decision_id(decision_id: str) -> str:
    """Return a decision's id if it can be one: 8 to 64 letters, digits and dashes.

    Examples
    --------
    >>> checked_decision_id("3f2b0c1e-41d6")
    '3f2b0c1e-41d6'
    """
    if not _ID.match(decision_id):
        raise Invalid(f"decision id {decision_id[:50]!r}: 8 to 64 letters, digits and dashes")
    return decision_id


def first_of(reason: str | None) -> str | None:
    """Return the beginning of a reason, without space around it; None for an empty one."""
    return (reason or "").strip()[:LONGEST_REASON] or None
