"""A label: somebody of a group has looked at an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["SourceLabel"]


@dataclass(frozen=True, slots=True)
class SourceLabel:
    """One person's label on one object for one group."""

    obj_id: str
    group_id: int
    labeller_id: int
    created_at: datetime

    @property
    def id(self) -> str:
        """The document id: a person labels an object for a group once."""
        return f"{self.obj_id}:{self.group_id}:{self.labeller_id}"

    def to_fields(self) -> dict[str, Any]:
        """Return the label as a document's fields."""
        return {
            "obj_id": self.obj_id,
            "group_id": self.group_id,
            "labeller_id": self.labeller_id,
            "created_at": self.created_at,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> SourceLabel:
        """Return the label that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            fields["obj_id"],
            int(fields["group_id"]),
            int(fields["labeller_id"]),
            fields["created_at"],
        )
