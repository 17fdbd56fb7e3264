"""Groups: those that there are, and one of them with members, streams, filters and requests."""

from __future__ import annotations

from typing import Literal

from flask import render_template
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.marshal.acls import MANAGE_USERS, UPLOAD_DATA
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.membership import missing_streams
from fritz.marshal.stream import Stream
from fritz.marshal.user import Membership
from fritz.marshal.visibility import Viewer, administers_group
from webapp.api.admission_requests import admission_rows
from webapp.api.arguments import PageNumber, Query, query
from webapp.api.groups import GroupDetail, group_detail
from webapp.api.people_shapes import AdmissionRow
from webapp.pages.forms import form_blueprint
from webapp.pages.paging import here, paged
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("groups", __name__)


class ListQuery(Query):
    """Which groups."""

    show: Literal["mine", "all"] = "mine"
    q: str = Field("", max_length=200)
    page: PageNumber = Field(1, alias="pageNumber")


class MembersQuery(Query):
    """Which members of the group."""

    q: str = Field("", max_length=200)
    page: PageNumber = Field(1, alias="pageNumber")


@blueprint.get("/groups")
def index() -> ResponseReturnValue:
    """Show the viewer's groups, or all, each with what the viewer is to it."""
    viewer, asked = page_viewer(), query(ListQuery)
    every = [each for each in marshal().groups.all() if not each.single_user_group]
    mine = [each for each in every if each.id in viewer.group_ids]
    found = [e for e in (mine if asked.show == "mine" else every) if _matches(e, asked.q)]
    page = paged(sorted(found, key=lambda each: each.name.lower()), asked.page)
    held = {stream for group in page.rows for stream in group.stream_ids}
    own = marshal().people.admissions.of_user(viewer.user.id)
    return render_template(
        "people/groups.html",
        viewer=viewer,
        asked=asked,
        page=page,
        here=here,
        count={"mine": len(mine), "all": len(every)},
        streams={each.id: each for each in marshal().streams.get_many(held)},
        lacking={each.id: missing_streams(viewer.user, each) for each in page.rows},
        waiting={each.group_id: each for each in own if each.status == "pending"},
        standing=lambda group: _words(viewer.user.membership(group.id)),
        may_create=viewer.may(UPLOAD_DATA),
    )


@blueprint.get("/groups/<int:group_id>")
def one(group_id: int) -> ResponseReturnValue:
    """Show a group; what is asked of it and its settings to whoever decides for it."""
    viewer, asked = page_viewer(), query(MembersQuery)
    group = group_detail(viewer, group_id)
    decides = administers_group(viewer, group_id) and viewer.may(UPLOAD_DATA)
    wanted = asked.q.lower()
    members = [
        each
        for each in group.users or ()
        if wanted in f"{each.username} {each.first_name or ''} {each.last_name or ''}".lower()
    ]
    members.sort(key=lambda each: (not each.admin, each.username))
    pending = _asked_of(viewer, group_id) if decides else []
    own = marshal().people.admissions.of_user(viewer.user.id)
    return render_template(
        "people/group.html",
        viewer=viewer,
        group=group,
        asked=asked,
        page=paged(members, asked.page),
        here=here,
        decides=decides,
        stays=group_id == SITEWIDE or group.single_user_group,
        is_member=group_id in viewer.group_ids,
        waiting=next((e for e in own if (e.group_id, e.status) == (group_id, "pending")), None),
        pending=pending,
        lacks=_lacks(pending, group),
        addable=_addable(viewer, group) if decides else [],
        others=_others(viewer, group_id) if decides else [],
        may_invite=decides and viewer.may(MANAGE_USERS),
    )


def _matches(group: Group, text: str) -> bool:
    said = f"{group.name} {group.nickname or ''} {group.description or ''}"
    return text.lower() in said.lower()


def _words(standing: Membership | None) -> str:
    """Return what a person is to a group."""
    if standing is None:
        return ""
    return ("administrator" if standing.admin else "member") + (
        "" if standing.can_save else ", may not save"
    )


def _asked_of(viewer: Viewer, group_id: int) -> list[AdmissionRow]:
    found = marshal().people.admissions.visible(viewer, group_id)
    return admission_rows([each for each in found if each.status == "pending"])


def _lacks(pending: list[AdmissionRow], group: GroupDetail) -> dict[int, list[str]]:
    """Return the streams that those who ask would need first, by who asks."""
    return {
        user.id: [each.name for each in group.streams if each.id not in user.stream_ids]
        for user in marshal().users.get_many({each.user_id for each in pending})
    }


def _addable(viewer: Viewer, group: GroupDetail) -> list[Stream]:
    """Return the streams that the viewer knows of and the group does not have."""
    has = {each.id for each in group.streams}
    return [each for each in marshal().people.streams.visible(viewer) if each.id not in has]


def _others(viewer: Viewer, group_id: int) -> list[Group]:
    """Return the viewer's groups whose members might be in this one, too."""
    ids = viewer.default_group_ids - {SITEWIDE, group_id}
    return sorted(marshal().groups.get_many(ids), key=lambda each: each.name.lower())
