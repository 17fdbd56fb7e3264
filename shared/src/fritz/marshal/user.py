"""A person with an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from fritz.marshal.roles import granted

__all__ = ["Membership", "User"]


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is to one of their groups."""

    admin: bool = False
    can_save: bool = True
    can_share_photometry: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """One person: what they are called, where they belong, what they may do."""

    id: int
    username: str
    created_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    contact_email: str | None = None
    """Theirs to say, and so no proof of who they are."""
    uid: str | None = None
    """Who they are to the identity provider."""
    roles: tuple[str, ...] = ()
    acls: tuple[str, ...] = ()
    """Verbs of their own, beside those of their roles."""
    group_ids: tuple[int, ...] = ()
    """All groups that they are in, their single-user group among them."""
    admin_group_ids: tuple[int, ...] = ()
    """Those of `group_ids` that they administer."""
    stream_ids: tuple[int, ...] = ()
    preferences: Mapping[str, Any] = field(default_factory=dict)
    own_group_id: int | None = None
    """Their single-user group."""
    nosave_group_ids: tuple[int, ...] = ()
    """Those of `group_ids` to which they may not save objects."""
    sharing_group_ids: tuple[int, ...] = ()
    """Those of `group_ids` whose photometry they may share."""
    email: str | None = None
    """The address that an administrator or a sign-in vouched for; other sign-ins with it are
    theirs, too."""
    linked_uids: tuple[str, ...] = ()
    """Who they are when they sign in by other ways."""
    contact_phone: str | None = None
    bio: str | None = None
    affiliations: tuple[str, ...] = ()
    is_bot: bool = False
    expiration_date: datetime | None = None
    """From when on the account does nothing any more."""
    modified: datetime | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """The verbs of their roles, and their own."""
        return granted(self.roles) | frozenset(self.acls)

    def membership(self, group_id: int) -> Membership | None:
        """Return what they are to a group; None if they are not in it."""
        if group_id not in self.group_ids:
            return None
        return Membership(
            admin=group_id in self.admin_group_ids,
            can_save=group_id not in self.nosave_group_ids,
            can_share_photometry=group_id in self.sharing_group_ids,
        )

    def has_expired(self, now: datetime) -> bool:
        """Return whether the account has ended."""
        return self.expiration_date is not None and self.expiration_date <= now

    def to_fields(self) -> dict[str, Any]:
        """Return the user as a document's fields."""
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in written.items()
        } | {"preferences": dict(self.preferences)}

    @classmethod
    def from_fields(cls, document: Mapping[str, Any]) -> User:
        """Return the user that `to_fields` wrote; unknown fields are ignored."""
        known = {each.name for each in fields(cls)}
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
            if name in known and value is not None
        }
        return cls(**read)
