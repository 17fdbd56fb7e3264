"""A source: an object that a group has saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """One object saved to one group; unsaving makes it inactive, never removes it."""

    obj_id: str
    group_id: int
    saved_at: datetime
    saved_by: int
    """Id of the user."""
    active: bool = True

    @property
    def id(self) -> str:
        """The document id, one per object and group."""
        return self.id_of(self.obj_id, self.group_id)

    @staticmethod
    def id_of(obj_id: str, group_id: int) -> str:
        """Return the document id of an object saved to a group.

        Examples
        --------
        >>> Source.id_of("ZTF18aabcdef", 4)
        'ZTF18aabcdef-4'
        """
        return f"{obj_id}-{group_id}"

    def to_fields(self) -> dict[str, Any]:
        """Return the source as a document's fields."""
        return {
            "obj_id": self.obj_id,
            "group_id": self.group_id,
            "saved_at": self.saved_at,
            "saved_by": self.saved_by,
            "active": self.active,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Source:
        """Return the source that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            obj_id=fields["obj_id"],
            group_id=int(fields["group_id"]),
            saved_at=fields["saved_at"],
            saved_by=int(fields["saved_by"]),
            active=bool(fields["active"]),
        )
