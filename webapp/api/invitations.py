"""Invitations by e-mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint, current_app
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import MANAGE_USERS
from fritz.marshal.invitation import Invitation
from fritz.marshal.roles import FULL_USER, ROLES
from fritz.marshal.user import Membership
from fritz.services.invitations import NewInvitation
from webapp.api.arguments import Body, Ids, PageNumber, Query, Time
from webapp.api.operation import operation
from webapp.api.people_shapes import RoleRow
from webapp.api.shapes import GroupRow, StreamRow, group_row, stream_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["InvitationRow", "blueprint", "invitation_link", "invitation_rows"]

blueprint = Blueprint("api_invitations", __name__, url_prefix="/api/invitations")

Flags = Annotated[list[bool], Field(max_length=200)] | None


class InvitationsQuery(Query):
    """Which invitations; texts match anywhere."""

    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1, le=500)] = Field(25, alias="numPerPage")
    used: bool = Field(False, alias="includeUsed")
    email: str | None = None
    group: str | None = None
    stream: str | None = None


class InvitationRow(BaseModel):
    """An invitation; the secret of its link is kept nowhere."""

    id: int
    created_at: datetime
    modified: datetime
    user_email: str
    role_id: str
    role: RoleRow
    groups: list[GroupRow]
    streams: list[StreamRow]
    admin_for_groups: list[bool]
    can_save_to_groups: list[bool]
    can_share_photometry_for_groups: list[bool]
    used: bool
    user_expiration_date: datetime | None
    invited_by: dict[str, Any] | None


class InvitationsAnswer(BaseModel):
    """One page of invitations."""

    invitations: list[InvitationRow]
    total_matches: int = Field(serialization_alias="totalMatches")


class InvitationBody(Body):
    """Whom to invite, to what; the flags go by the order of the groups."""

    user_email: str = Field(alias="userEmail", max_length=320)
    group_ids: Ids = Field(alias="groupIDs")
    role: str = FULL_USER
    stream_ids: Ids | None = Field(None, alias="streamIDs")
    group_admin: Flags = Field(None, alias="groupAdmin")
    can_save: Flags = Field(None, alias="canSave")
    can_share_photometry: Flags = Field(None, alias="canSharePhotometry")
    user_expiration_date: Time | None = Field(None, alias="userExpirationDate")


class InvitationChange(Body):
    """What changes; the rest stays."""

    group_ids: Ids | None = Field(None, alias="groupIDs")
    stream_ids: Ids | None = Field(None, alias="streamIDs")
    role: str | None = None
    user_expiration_date: Time | None = Field(None, alias="userExpirationDate")


class InvitationMade(BaseModel):
    """The id of the invitation."""

    id: int


@blueprint.get("")
@operation(query=InvitationsQuery, answer=InvitationsAnswer, acl=MANAGE_USERS)
def index(asked: InvitationsQuery) -> InvitationsAnswer:
    """Return the invitations that the caller sent; all to a system administrator."""
    invitations = marshal().people.invitations.visible(api_viewer(), include_used=asked.used)
    rows = [row for row in invitation_rows(invitations) if _matches(row, asked)]
    start = (asked.page - 1) * asked.per_page
    page = rows[start : start + asked.per_page]
    return InvitationsAnswer(invitations=page, total_matches=len(rows))


@blueprint.post("")
@operation(body=InvitationBody, answer=InvitationMade, acl=MANAGE_USERS)
def create(given: InvitationBody) -> InvitationMade:
    """Invite somebody; the link goes out with an event, for the mail."""
    count = len(given.group_ids)
    admin = _flags("groupAdmin", given.group_admin, count, otherwise=False)
    save = _flags("canSave", given.can_save, count, otherwise=True)
    share = _flags("canSharePhotometry", given.can_share_photometry, count, otherwise=False)
    standings = [Membership(*each) for each in zip(admin, save, share, strict=True)]
    new = NewInvitation(
        user_email=given.user_email,
        memberships=dict(zip(given.group_ids, standings, strict=True)),
        stream_ids=given.stream_ids,
        role=given.role,
        user_expiration_date=given.user_expiration_date,
    )
    sent = marshal().people.invitations.invite(api_viewer(), new, invitation_link())
    return InvitationMade(id=sent.id)


@blueprint.patch("/<int:invitation_id>")
@operation(body=InvitationChange, acl=MANAGE_USERS)
def change(invitation_id: int, given: InvitationChange) -> None:
    """Change what an invitation leads to."""
    marshal().people.invitations.change(
        api_viewer(),
        invitation_id,
        group_ids=given.group_ids,
        stream_ids=given.stream_ids,
        role=given.role,
        user_expiration_date=given.user_expiration_date,
    )


@blueprint.delete("/<int:invitation_id>")
@operation(acl=MANAGE_USERS)
def withdraw(invitation_id: int) -> None:
    """Withdraw an invitation."""
    marshal().people.invitations.withdraw(api_viewer(), invitation_id)


def invitation_link() -> str:
    """Return the address that the secret of an invitation is put behind."""
    return f"{current_app.config['PUBLIC_URL']}/signin?invitation="


def _flags(name: str, given: list[bool] | None, count: int, *, otherwise: bool) -> list[bool]:
    if given is not None and len(given) != count:
        raise Invalid(f"{name}: {count} groups, but {len(given)} values")
    return [otherwise] * count if given is None else given


def _matches(row: InvitationRow, asked: InvitationsQuery) -> bool:
    texts = (
        (asked.email, [row.user_email]),
        (asked.group, [group.name for group in row.groups]),
        (asked.stream, [stream.name for stream in row.streams]),
    )
    return all(
        part is None or any(part.lower() in each.lower() for each in names) for part, names in texts
    )


def invitation_rows(invitations: list[Invitation]) -> list[InvitationRow]:
    """Return invitations with the groups, streams and people that they name."""
    groups = marshal().groups.get_many({g for each in invitations for g in each.memberships})
    streams = marshal().streams.get_many({s for each in invitations for s in each.stream_ids})
    senders = marshal().users.get_many({each.invited_by for each in invitations})
    names = {user.id: user.username for user in senders}
    group_rows = {group.id: group_row(group) for group in groups}
    stream_rows = {stream.id: stream_row(stream) for stream in streams}
    return [_row(each, group_rows, stream_rows, names) for each in invitations]


def _row(
    each: Invitation,
    groups: dict[int, GroupRow],
    streams: dict[int, StreamRow],
    names: dict[int, str],
) -> InvitationRow:
    standing = [
        (group_id, what) for group_id, what in each.memberships.items() if group_id in groups
    ]
    return InvitationRow(
        id=each.id,
        created_at=each.created_at,
        modified=each.created_at,
        user_email=each.user_email,
        role_id=each.role,
        role=RoleRow(id=each.role, acls=list(ROLES[each.role])),
        groups=[groups[group_id] for group_id, _ in standing],
        streams=[streams[number] for number in each.stream_ids if number in streams],
        admin_for_groups=[what.admin for _, what in standing],
        can_save_to_groups=[what.can_save for _, what in standing],
        can_share_photometry_for_groups=[what.can_share_photometry for _, what in standing],
        used=each.used,
        user_expiration_date=each.user_expiration_date,
        invited_by={"id": each.invited_by, "username": names.get(each.invited_by)},
    )
