"""A group of people who share filters, candidates and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Group"]


@dataclass(frozen=True, slots=True)
class Group:
    """One group; who belongs to it stands with the users."""

    id: int
    name: str
    nickname: str | None = None
    description: str | None = None
    stream_ids: tuple[int, ...] = ()
    """Streams that the group's filters may read; every member holds them."""
    single_user_group: bool = False

    def to_fields(self) -> dict[str, Any]:
        """Return the group as a document's fields."""
        return {
            "id": self.id,
            "name": self.name,
            "nickname": self.nickname,
            "description": self.description,
            "stream_ids": list(self.stream_ids),
            "single_user_group": self.single_user_group,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Group:
        """Return the group that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            name=fields["name"],
            nickname=fields.get("nickname"),
            description=fields.get("description"),
            stream_ids=tuple(int(each) for each in fields.get("stream_ids") or ()),
            single_user_group=bool(fields.get("single_user_group", False)),
        )
