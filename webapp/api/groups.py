"""Groups."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.visibility import Viewer, administers_group, sees_filter, sees_group
from fritz.services.grouping import GroupText
from webapp.api.arguments import Body, Id, Ids, Query
from webapp.api.operation import operation
from webapp.api.people_shapes import MemberRow, member_row
from webapp.api.shapes import GroupRow, StreamRow, group_row, stream_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["GroupDetail", "blueprint", "group_detail"]

blueprint = Blueprint("api_groups", __name__, url_prefix="/api/groups")


class GroupsQuery(Query):
    """Which groups."""

    name: str | None = None
    single_user: bool = Field(False, alias="includeSingleUserGroups")


class GroupQuery(Query):
    """What of the group."""

    with_users: bool = Field(True, alias="includeGroupUsers")


class GroupBody(Body):
    """A new group."""

    name: str
    nickname: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=5000)
    group_admins: Ids = ()
    auto_accept_requests: bool | None = None


class GroupChange(Body):
    """What changes; the rest stays."""

    name: str | None = None
    nickname: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=5000)
    auto_accept_requests: bool | None = None


class GroupMade(BaseModel):
    """The id of the one that was made."""

    id: Id


class GroupWithStreams(GroupRow):
    """A group with its streams."""

    auto_accept_requests: bool
    created_at: datetime | None
    streams: list[StreamRow]


class GroupFilter(BaseModel):
    """A filter of a group."""

    id: int
    name: str
    stream_id: int
    group_id: int


class GroupDetail(GroupWithStreams):
    """A group with its members and those of its filters that the caller sees."""

    users: list[MemberRow] | None
    filters: list[GroupFilter]


class GroupsAnswer(BaseModel):
    """The groups by what the caller has to do with them."""

    user_groups: list[GroupWithStreams]
    user_accessible_groups: list[GroupWithStreams]
    all_groups: list[GroupWithStreams]


@blueprint.get("")
@operation(query=GroupsQuery, answer=GroupsAnswer | list[GroupWithStreams])
def index(asked: GroupsQuery) -> GroupsAnswer | list[GroupWithStreams]:
    """Return the caller's groups, those whose rows the caller sees, and all; or those of a name."""
    if asked.name is not None:
        return _with_streams(marshal().groups.by_name(asked.name))
    viewer = api_viewer()
    every = marshal().groups.all()
    shown = [group for group in every if asked.single_user or not group.single_user_group]
    rows = {row.id: row for row in _with_streams(shown)}
    return GroupsAnswer(
        user_groups=[rows[each.id] for each in shown if each.id in viewer.group_ids],
        user_accessible_groups=[
            rows[each.id]
            for each in shown
            if sees_group(viewer, each.id) and (viewer.is_admin or not each.single_user_group)
        ],
        all_groups=list(rows.values()),
    )


@blueprint.get("/public")
@operation(answer=GroupWithStreams)
def public() -> GroupWithStreams:
    """Return the group that everybody is in."""
    return _with_streams([marshal().groups.get(SITEWIDE)])[0]


@blueprint.get("/<int:group_id>")
@operation(query=GroupQuery, answer=GroupDetail)
def one(group_id: int, asked: GroupQuery) -> GroupDetail:
    """Return one group with its streams, members and filters."""
    return group_detail(api_viewer(), group_id, with_users=asked.with_users)


def group_detail(viewer: Viewer, group_id: int, *, with_users: bool = True) -> GroupDetail:
    """Return a group as far as the viewer may know; `Invalid` if there is none."""
    (row,) = _with_streams([marshal().groups.get(group_id)])
    filters = marshal().filters.of_groups([group_id])
    return GroupDetail(
        **dict(row),
        users=_members(viewer, group_id) if with_users else None,
        filters=[
            GroupFilter(id=f.id, name=f.name, stream_id=f.stream_id, group_id=f.group_id)
            for f in filters
            if sees_filter(viewer, f)
        ],
    )


@blueprint.post("")
@operation(body=GroupBody, answer=GroupMade, acl=UPLOAD_DATA)
def create(given: GroupBody) -> GroupMade:
    """Make a group; whoever calls without a token is one of its admins."""
    made = marshal().people.grouping.create(api_viewer(), _text(given), given.group_admins)
    return GroupMade(id=made)


@blueprint.put("/<int:group_id>")
@operation(body=GroupChange, acl=UPLOAD_DATA)
def change(group_id: int, given: GroupChange) -> None:
    """Change what is said of a group."""
    if not given.model_fields_set:
        raise Invalid("nothing was given to change")
    marshal().people.grouping.change(api_viewer(), group_id, _text(given))


@blueprint.delete("/<int:group_id>")
@operation(acl=UPLOAD_DATA)
def dissolve(group_id: int) -> None:
    """Remove a group with its filters."""
    marshal().people.grouping.dissolve(api_viewer(), group_id)


def _text(given: GroupBody | GroupChange) -> GroupText:
    return GroupText(given.name, given.nickname, given.description, given.auto_accept_requests)


def _with_streams(groups: Iterable[Group]) -> list[GroupWithStreams]:
    listed = list(groups)
    named = {stream for group in listed for stream in group.stream_ids}
    streams = {each.id: each for each in marshal().streams.get_many(named)} if named else {}
    return [
        GroupWithStreams(
            **_fields(group),
            streams=[stream_row(streams[each]) for each in group.stream_ids if each in streams],
        )
        for group in listed
    ]


def _fields(group: Group) -> dict[str, Any]:
    more = {
        "auto_accept_requests": group.auto_accept_requests,
        "created_at": group.created_at,
    }
    return dict(group_row(group)) | more


def _members(viewer: Viewer, group_id: int) -> list[MemberRow]:
    decides = administers_group(viewer, group_id)
    members = marshal().users.of_group(group_id)
    return [member_row(each, group_id, with_addresses=decides) for each in members]
