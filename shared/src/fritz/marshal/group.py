"""A group of people who share filters, candidates and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

__all__ = ["SITEWIDE", "Group"]

SITEWIDE: Final = 1
"""Id of the group that everybody is in, the public one."""


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
    """Whether it is one person's own, which nobody else ever joins."""
    auto_accept_requests: bool = False
    """Whether who asks to join is in at once."""
    created_at: datetime | None = None

    def to_fields(self) -> dict[str, Any]:
        """Return the group as a document's fields."""
        return {
            "id": self.id,
            "name": self.name,
            "nickname": self.nickname,
            "description": self.description,
            "stream_ids": list(self.stream_ids),
            "single_user_group": self.single_user_group,
            "auto_accept_requests": self.auto_accept_requests,
            "created_at": self.created_at,
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
            auto_accept_requests=bool(fields.get("auto_accept_requests", False)),
            created_at=fields.get("created_at"),
        )
