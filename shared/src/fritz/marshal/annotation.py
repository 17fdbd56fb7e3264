"""An annotation: what somebody, or a program, says of an object under a name of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fritz.marshal.visibility import open_to

__all__ = ["Annotation"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A flat map of an object's properties; one per object and origin."""

    id: int
    obj_id: str
    origin: str
    """Who says so: a catalogue, a pipeline, a person."""
    data: Mapping[str, Any]
    group_ids: tuple[int, ...]
    """Whose members see it."""
    author_id: int
    author_name: str
    created_at: datetime
    modified: datetime
    bot: bool = field(default=False)
    """Whether it was posted by a token."""

    @property
    def key(self) -> str:
        """The document id: one per object and origin."""
        return self.key_of(self.obj_id, self.origin)

    @staticmethod
    def key_of(obj_id: str, origin: str) -> str:
        """Return the document id of what an origin says of an object; any text may be an origin."""
        return f"{obj_id}:{hashlib.sha256(origin.encode()).hexdigest()[:24]}"

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom it is open to, if the object is."""
        return open_to(self.group_ids)

    def to_fields(self) -> dict[str, Any]:
        """Return the annotation as a document's fields."""
        return {
            "id": self.id,
            "obj_id": self.obj_id,
            "origin": self.origin,
            "data": dict(self.data),
            "group_ids": list(self.group_ids),
            "author_id": self.author_id,
            "author_name": self.author_name,
            "created_at": self.created_at,
            "modified": self.modified,
            "bot": self.bot,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Annotation:
        """Return the annotation that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            obj_id=fields["obj_id"],
            origin=fields["origin"],
            data=dict(fields["data"]),
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            author_id=int(fields["author_id"]),
            author_name=fields["author_name"],
            created_at=fields["created_at"],
            modified=fields["modified"],
            bot=bool(fields.get("bot", False)),
        )
