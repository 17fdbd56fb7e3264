"""People, tokens and what they ask for, as the API returns them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from fritz.marshal.group import Group
from fritz.marshal.stream import Stream
from fritz.marshal.token import Token
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer, knows_person
from webapp.api.shapes import GroupRow, StreamRow, group_row, stream_row

__all__ = [
    "AdmissionRow",
    "MemberRow",
    "PersonRow",
    "ProfileTokenRow",
    "RoleRow",
    "TokenRow",
    "UserRow",
    "member_row",
    "person_row",
    "token_row",
    "user_row",
]


class RoleRow(BaseModel):
    """A role and the verbs that it grants."""

    id: str
    acls: list[str]


class PersonRow(BaseModel):
    """Who somebody is, as everybody may know."""

    id: int
    username: str
    first_name: str | None
    last_name: str | None


class UserRow(PersonRow):
    """A user; what only they and those who manage users may know is null for others."""

    is_bot: bool
    created_at: datetime
    modified: datetime
    affiliations: list[str]
    bio: str | None
    gravatar_url: str | None = None
    roles: list[str]
    acls: list[str]
    permissions: list[str]
    contact_email: str | None
    contact_phone: str | None
    oauth_uid: str | None
    expiration_date: datetime | None
    groups: list[GroupRow] | None
    streams: list[StreamRow] | None


class MemberRow(PersonRow):
    """A member of a group; addresses are for its admins."""

    contact_email: str | None
    contact_phone: str | None
    oauth_uid: str | None
    admin: bool
    can_save: bool
    can_share_photometry: bool


class ProfileTokenRow(BaseModel):
    """A token of the caller, without its secret."""

    id: str = Field(description="SHA-256 of the secret; names the token, but does not open it.")
    name: str
    acls: list[str]
    created_at: datetime


class TokenRow(BaseModel):
    """A token, without its secret."""

    id: str = Field(description="SHA-256 of the secret; names the token, but does not open it.")
    name: str
    acls: list[dict[str, str]]
    created_by_id: int
    created_at: datetime
    modified: datetime


class AdmissionRow(BaseModel):
    """A request to be let into a group."""

    id: int
    user_id: int
    group_id: int
    status: Literal["pending", "accepted", "declined"]
    created_at: datetime
    modified: datetime
    user: dict[str, Any] | None = None
    group: GroupRow | None = None


def person_row(user: User) -> PersonRow:
    """Return what everybody may know of a user."""
    return PersonRow(
        id=user.id,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
    )


def user_row(
    viewer: Viewer, user: User, groups: dict[int, Group], streams: dict[int, Stream]
) -> UserRow:
    """Return a user, as far as the viewer may know.

    Parameters
    ----------
    groups, streams : by id, those that the user has.
    """
    open_ = knows_person(viewer, user.id)
    return UserRow(
        **person_row(user).model_dump(),
        is_bot=user.is_bot,
        created_at=user.created_at,
        modified=user.modified or user.created_at,
        affiliations=list(user.affiliations),
        bio=user.bio,
        roles=list(user.roles),
        acls=list(user.acls),
        permissions=sorted(user.permissions),
        contact_email=user.contact_email if open_ else None,
        contact_phone=user.contact_phone if open_ else None,
        oauth_uid=user.email if open_ else None,
        expiration_date=user.expiration_date if open_ else None,
        groups=[group_row(groups[e]) for e in user.group_ids if e in groups] if open_ else None,
        streams=[stream_row(streams[e]) for e in user.stream_ids if e in streams]
        if open_
        else None,
    )


def member_row(user: User, group_id: int, *, with_addresses: bool) -> MemberRow:
    """Return a member of a group."""
    standing = user.membership(group_id)
    return MemberRow(
        **person_row(user).model_dump(),
        contact_email=user.contact_email if with_addresses else None,
        contact_phone=user.contact_phone if with_addresses else None,
        oauth_uid=user.email if with_addresses else None,
        admin=standing is not None and standing.admin,
        can_save=standing is not None and standing.can_save,
        can_share_photometry=standing is not None and standing.can_share_photometry,
    )


def token_row(token: Token) -> TokenRow:
    """Return a token as SkyPortal shows it."""
    return TokenRow(
        id=token.id,
        name=token.name,
        acls=[{"id": acl} for acl in token.acls],
        created_by_id=token.user_id,
        created_at=token.created_at,
        modified=token.created_at,
    )
