"""A person with an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["User"]


@dataclass(frozen=True, slots=True)
class User:
    """One person: what they are called, where they belong, what they may do."""

    id: int
    username: str
    created_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    contact_email: str | None = None
    uid: str | None = None
    """Who they are to the identity provider."""
    roles: tuple[str, ...] = ()
    acls: tuple[str, ...] = ()
    group_ids: tuple[int, ...] = ()
    admin_group_ids: tuple[int, ...] = ()
    """Those of `group_ids` that they administer."""
    stream_ids: tuple[int, ...] = ()
    preferences: Mapping[str, Any] = field(default_factory=dict)

    def to_fields(self) -> dict[str, Any]:
        """Return the user as a document's fields."""
        return {
            "id": self.id,
            "username": self.username,
            "created_at": self.created_at,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "contact_email": self.contact_email,
            "uid": self.uid,
            "roles": list(self.roles),
            "acls": list(self.acls),
            "group_ids": list(self.group_ids),
            "admin_group_ids": list(self.admin_group_ids),
            "stream_ids": list(self.stream_ids),
            "preferences": dict(self.preferences),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> User:
        """Return the user that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            username=fields["username"],
            created_at=fields["created_at"],
            first_name=fields.get("first_name"),
            last_name=fields.get("last_name"),
            contact_email=fields.get("contact_email"),
            uid=fields.get("uid"),
            roles=tuple(fields.get("roles") or ()),
            acls=tuple(fields.get("acls") or ()),
            group_ids=_ids(fields, "group_ids"),
            admin_group_ids=_ids(fields, "admin_group_ids"),
            stream_ids=_ids(fields, "stream_ids"),
            preferences=dict(fields.get("preferences") or {}),
        )


def _ids(fields: Mapping[str, Any], name: str) -> tuple[int, ...]:
    return tuple(int(each) for each in fields.get(name) or ())
