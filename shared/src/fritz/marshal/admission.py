"""A request of somebody to be let into a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fritz.errors import Invalid

__all__ = ["AdmissionRequest", "Status", "checked_decision"]

Status = Literal["pending", "accepted", "declined"]


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """One user's request to join one group."""

    id: int
    user_id: int
    group_id: int
    status: Status
    created_at: datetime
    modified: datetime

    def to_fields(self) -> dict[str, Any]:
        """Return the request as a document's fields."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "group_id": self.group_id,
            "status": self.status,
            "created_at": self.created_at,
            "modified": self.modified,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> AdmissionRequest:
        """Return the request that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            user_id=int(fields["user_id"]),
            group_id=int(fields["group_id"]),
            status=fields["status"],
            created_at=fields["created_at"],
            modified=fields["modified"],
        )


def checked_decision(text: str) -> Status:
    """Return what is decided of a request: ``accepted`` or ``declined``; `Invalid` for others.

    Examples
    --------
    >>> checked_decision("accepted")
    'accepted'
    """
    if text == "accepted":
        return "accepted"
    if text == "declined":
        return "declined"
    raise Invalid(f"status {text[:50]!r}: accepted or declined")
