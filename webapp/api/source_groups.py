"""Which groups have an object saved; asking others to; and labels on it."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.acls import UPLOAD_DATA
from webapp.api.arguments import Body, Ids, Query
from webapp.api.operation import operation
from webapp.api.shapes import SavedGroupRow
from webapp.api.source_shapes import saved_groups, savers
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_source_groups", __name__, url_prefix="/api")


class GroupsBody(Body):
    """Groups to save an object to, and groups to take it off."""

    obj_id: str = Field(alias="objId")
    invited: Ids = Field((), alias="inviteGroupIds")
    unsaved: Ids = Field((), alias="unsaveGroupIds")


class GroupAnswer(Body):
    """What a group does with an object that it was asked to save."""

    group_id: int = Field(alias="groupID")
    active: bool = True
    requested: bool = False


class LabelsBody(Body):
    """The groups for which somebody has looked at an object."""

    group_ids: Ids = Field((), alias="groupIds")


class LabelsQuery(Query):
    """The same, for those whose bodies get lost on the way."""

    group_ids: Ids = Field((), alias="groupIds")


class ConeQuery(Query):
    """A place on the sky."""

    ra: float | None = None
    dec: float | None = None
    radius: float | None = None
    """Degrees, as the others."""


class ExistsAnswer(BaseModel):
    """Whether there is a source."""

    source_exists: bool
    message: str


@blueprint.post("/source_groups")
@operation(body=GroupsBody, acl=UPLOAD_DATA, errors=(404,))
def regroup(given: GroupsBody) -> None:
    """Save an object to groups of the caller, ask others to save it, and take it off groups."""
    marshal().sources.regroup(
        api_viewer(), given.obj_id, given.invited, given.unsaved, marshal().now()
    )


@blueprint.patch("/source_groups/<obj_id>")
@operation(body=GroupAnswer, acl=UPLOAD_DATA)
def answer(obj_id: str, given: GroupAnswer) -> None:
    """Accept or decline to save an object to a group of the caller."""
    marshal().sources.answer_request(
        api_viewer(),
        obj_id,
        given.group_id,
        marshal().now(),
        active=given.active,
        requested=given.requested,
    )


@blueprint.get("/sources/<obj_id>/groups")
@operation(answer=list[SavedGroupRow], errors=(404,))
def groups_of(obj_id: str) -> list[SavedGroupRow]:
    """Return which of the caller's groups have an object saved, or are asked to."""
    sources = marshal().sources.groups_of(api_viewer(), obj_id)
    groups = marshal().groups.get_many({each.group_id for each in sources})
    return saved_groups(sources, {each.id: each for each in groups}, savers(sources))


@blueprint.get("/source_exists")
@operation(query=ConeQuery, answer=ExistsAnswer)
def exists_near(asked: ConeQuery) -> ExistsAnswer:
    """Tell whether there is a source at a place."""
    return _exists(None, asked)


@blueprint.get("/source_exists/<obj_id>")
@operation(query=ConeQuery, answer=ExistsAnswer)
def exists(obj_id: str, asked: ConeQuery) -> ExistsAnswer:
    """Tell whether there is a source of that name, else whether there is one at a place."""
    return _exists(obj_id, asked)


def _exists(obj_id: str | None, asked: ConeQuery) -> ExistsAnswer:
    cone = None if asked.ra is None and asked.dec is None and asked.radius is None else (
        asked.ra, asked.dec, asked.radius
    )  # fmt: skip
    found = marshal().sources.find(api_viewer(), obj_id, cone)
    if found is None:
        return ExistsAnswer(source_exists=False, message="This source does not exist.")
    where = "by name" if found == obj_id else "near this position"
    return ExistsAnswer(source_exists=True, message=f"A source exists {where}: {found}")


@blueprint.post("/sources/<obj_id>/labels")
@operation(body=LabelsBody, errors=(404,))
def label(obj_id: str, given: LabelsBody) -> None:
    """Say that the caller has looked at an object, for groups of theirs."""
    marshal().labels.label(api_viewer(), obj_id, given.group_ids)


@blueprint.delete("/sources/<obj_id>/labels")
@operation(query=LabelsQuery, body=LabelsBody, errors=(404,))
def unlabel(obj_id: str, asked: LabelsQuery, given: LabelsBody) -> None:
    """Take the caller's labels back."""
    marshal().labels.unlabel(api_viewer(), obj_id, given.group_ids or asked.group_ids)
