"""Members of groups, and streams of groups."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.user import Membership
from fritz.services.memberships import MembershipChange
from webapp.api.arguments import Body, Id, Ids
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_group_members", __name__, url_prefix="/api/groups/<int:group_id>")


class MemberBody(Body):
    """Who joins, as what."""

    user_id: Id = Field(alias="userID")
    admin: bool = False
    can_save: bool = Field(True, alias="canSave")
    can_share_photometry: bool = Field(False, alias="canSharePhotometry")


class MemberChange(Body):
    """What becomes of a member; the rest stays."""

    user_id: Id | None = Field(None, alias="userID")
    admin: bool | None = None
    can_save: bool | None = Field(None, alias="canSave")
    can_share_photometry: bool | None = Field(None, alias="canSharePhotometry")


class SomeoneChange(MemberChange):
    """As `MemberChange`, where the path does not say whom."""

    user_id: Id = Field(alias="userID")


class MemberMade(BaseModel):
    """Who joined what."""

    group_id: int
    user_id: int
    admin: bool


class FromGroupsBody(Body):
    """Whose members join."""

    from_group_ids: Ids = Field(alias="fromGroupIDs")


class GroupStreamBody(Body):
    """Which stream."""

    stream_id: Id


class GroupStreamRow(BaseModel):
    """Which group has which stream."""

    group_id: int
    stream_id: int


@blueprint.post("/users")
@operation(body=MemberBody, answer=MemberMade, acl=UPLOAD_DATA)
def add(group_id: int, given: MemberBody) -> MemberMade:
    """Make a user, who holds all of the group's streams, a member."""
    standing = Membership(given.admin, given.can_save, given.can_share_photometry)
    marshal().people.memberships.add(api_viewer(), group_id, given.user_id, standing)
    return MemberMade(group_id=group_id, user_id=given.user_id, admin=given.admin)


@blueprint.patch("/users")
@operation(body=SomeoneChange, acl=UPLOAD_DATA)
def change_someone(group_id: int, given: SomeoneChange) -> None:
    """Change what a member may do."""
    _change(group_id, given.user_id, given)


@blueprint.patch("/users/<int:user_id>")
@operation(body=MemberChange, acl=UPLOAD_DATA)
def change(group_id: int, user_id: int, given: MemberChange) -> None:
    """Change what a member may do."""
    _change(group_id, user_id, given)


@blueprint.delete("/users/<int:user_id>")
@operation()
def remove(group_id: int, user_id: int) -> None:
    """Take a member out of a group, or leave it."""
    marshal().people.memberships.remove(api_viewer(), group_id, user_id)


@blueprint.post("/usersFromGroups")
@operation(body=FromGroupsBody, acl=UPLOAD_DATA)
def add_from_groups(group_id: int, given: FromGroupsBody) -> None:
    """Make the members of other groups members; nobody joins if one of them may not."""
    marshal().people.memberships.add_from(api_viewer(), group_id, given.from_group_ids)


@blueprint.post("/streams")
@operation(body=GroupStreamBody, answer=GroupStreamRow, acl=UPLOAD_DATA)
def add_stream(group_id: int, given: GroupStreamBody) -> GroupStreamRow:
    """Give a group a stream that all of its members hold."""
    marshal().people.memberships.add_stream(api_viewer(), group_id, given.stream_id)
    return GroupStreamRow(group_id=group_id, stream_id=given.stream_id)


@blueprint.delete("/streams/<int:stream_id>")
@operation(acl=UPLOAD_DATA)
def remove_stream(group_id: int, stream_id: int) -> None:
    """Take a stream from a group none of whose filters uses it."""
    marshal().people.memberships.remove_stream(api_viewer(), group_id, stream_id)


def _change(group_id: int, user_id: int, given: MemberChange) -> None:
    wanted = MembershipChange(given.admin, given.can_save, given.can_share_photometry)
    marshal().people.memberships.change(api_viewer(), group_id, user_id, wanted)
