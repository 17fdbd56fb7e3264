"""A source: an object that a group has saved, or is asked to save."""

from __future__ import annotations

import hashlib
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
    requested: bool = False
    """Whether somebody outside the group asks it to save the object."""
    unsaved_by: int | None = None
    unsaved_at: datetime | None = None
    ra: float | None = None
    """Degrees; here and below as the object has it, so that lists can be sorted by it."""
    dec: float | None = None
    redshift: float | None = None

    @property
    def id(self) -> str:
        """The document id, one per object and group."""
        return self.id_of(self.obj_id, self.group_id)

    @property
    def number(self) -> int:
        """An integer that stands for it where clients expect one, always the same: 48 bits."""
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:6])

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
            "requested": self.requested,
            "unsaved_by": self.unsaved_by,
            "unsaved_at": self.unsaved_at,
            "ra": self.ra,
            "dec": self.dec,
            "redshift": self.redshift,
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
            requested=bool(fields.get("requested", False)),
            unsaved_by=fields.get("unsaved_by"),
            unsaved_at=fields.get("unsaved_at"),
            ra=fields.get("ra"),
            dec=fields.get("dec"),
            redshift=fields.get("redshift"),
        )
