"""An invitation: what somebody will be here once they follow the link in their mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fritz.marshal.roles import FULL_USER
from fritz.marshal.user import Membership

__all__ = ["VALID_FOR", "Invitation"]

VALID_FOR: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation; its secret is known to whoever got the mail, here only its digest."""

    id: int
    digest: str
    """SHA-256 of the secret, hexadecimal."""
    user_email: str
    invited_by: int
    created_at: datetime
    memberships: Mapping[int, Membership]
    """What they will be to each group, by its id."""
    stream_ids: tuple[int, ...] = ()
    role: str = FULL_USER
    user_expiration_date: datetime | None = None
    used: bool = False

    @property
    def expires_at(self) -> datetime:
        """From when on the link does nothing any more."""
        return self.created_at + VALID_FOR

    def to_fields(self) -> dict[str, Any]:
        """Return the invitation as a document's fields."""
        return {
            "id": self.id,
            "digest": self.digest,
            "user_email": self.user_email,
            "invited_by": self.invited_by,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "memberships": [
                {
                    "group_id": group_id,
                    "admin": each.admin,
                    "can_save": each.can_save,
                    "can_share_photometry": each.can_share_photometry,
                }
                for group_id, each in self.memberships.items()
            ],
            "stream_ids": list(self.stream_ids),
            "role": self.role,
            "user_expiration_date": self.user_expiration_date,
            "used": self.used,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Invitation:
        """Return the invitation that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            digest=fields["digest"],
            user_email=fields["user_email"],
            invited_by=int(fields["invited_by"]),
            created_at=fields["created_at"],
            memberships={
                int(each["group_id"]): Membership(
                    each["admin"], each["can_save"], each["can_share_photometry"]
                )
                for each in fields["memberships"]
            },
            stream_ids=tuple(fields["stream_ids"]),
            role=fields["role"],
            user_expiration_date=fields["user_expiration_date"],
            used=fields["used"],
        )
