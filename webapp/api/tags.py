"""Tags: those that there are, and those on objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.group import Group
from fritz.marshal.tag import ObjTag, TagOption
from fritz.marshal.visibility import sees_group
from webapp.api.arguments import Body, Id, Ids, Query
from webapp.api.operation import operation
from webapp.api.shapes import GroupRow, group_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["TagRow", "blueprint", "tag_rows", "tags_of"]

blueprint = Blueprint("api_tags", __name__, url_prefix="/api")


class TagOptionRow(BaseModel):
    """A tag."""

    id: int
    name: str
    color: str | None
    created_at: datetime
    modified: datetime


class TagRow(BaseModel):
    """A tag on an object."""

    id: int
    obj_id: str
    objtagoption_id: int
    name: str
    author_id: int
    groups: list[GroupRow]
    """Those of its groups that the caller is in."""
    created_at: datetime
    modified: datetime


class TagOptionBody(Body):
    """A tag: letters and digits."""

    name: str
    color: str | None = None


class TagsQuery(Query):
    """On which object, or which tag."""

    obj_id: str | None = None
    option_id: Id | None = Field(None, alias="objtagoption_id")


class TagBody(Body):
    """A tag for an object."""

    obj_id: str
    objtagoption_id: Id
    group_ids: Ids | None = None
    """Without, everybody who sees the object sees it."""


class TagMade(BaseModel):
    """The tag on the object, new or opened to more groups."""

    id: int
    message: str | None = None


class TagGroups(Body):
    """The groups that are to see it no more; without, all of the caller's."""

    group_ids: Ids | None = None


@blueprint.get("/objtagoption")
@operation(answer=list[TagOptionRow])
def options() -> list[TagOptionRow]:
    """Return the tags that there are."""
    return [_option_row(each) for each in marshal().tags.options()]


@blueprint.post("/objtagoption")
@operation(body=TagOptionBody, answer=TagOptionRow)
def add_option(given: TagOptionBody) -> TagOptionRow:
    """Make a tag."""
    return _option_row(marshal().tags.add_option(api_viewer(), given.name, given.color))


@blueprint.patch("/objtagoption/<int:option_id>")
@operation(body=TagOptionBody, errors=(404,))
def change_option(option_id: int, given: TagOptionBody) -> None:
    """Call a tag otherwise; without a colour it keeps its own."""
    marshal().tags.change_option(api_viewer(), option_id, given.name, given.color)


@blueprint.delete("/objtagoption/<int:option_id>")
@operation(errors=(404,))
def delete_option(option_id: int) -> None:
    """Remove a tag that no object has."""
    marshal().tags.delete_option(api_viewer(), option_id)


@blueprint.get("/objtag")
@operation(query=TagsQuery, answer=list[TagRow])
def index(asked: TagsQuery) -> list[TagRow]:
    """Return the tags on an object, or all objects' of one tag, as far as the caller sees them."""
    return tag_rows(marshal().tags.visible(api_viewer(), asked.obj_id, asked.option_id))


@blueprint.post("/objtag")
@operation(body=TagBody, answer=TagMade, errors=(404,))
def put(given: TagBody) -> TagMade:
    """Put a tag on an object; one that is there is opened to these groups, too."""
    made, new = marshal().tags.put(
        api_viewer(), given.obj_id, given.objtagoption_id, given.group_ids
    )
    return TagMade(id=made.id, message=None if new else "the object has it; open to these, too")


@blueprint.delete("/objtag/<int:tag_id>")
@operation(body=TagGroups, errors=(404,))
def take(tag_id: int, given: TagGroups) -> None:
    """Take a tag off an object, for groups."""
    marshal().tags.take(api_viewer(), tag_id, given.group_ids)


def tag_rows(found: Sequence[ObjTag]) -> list[TagRow]:
    """Return tags on objects as SkyPortal shows them; names and groups are read once."""
    if not found:
        return []
    viewer = api_viewer()
    names = {each.id: each.name for each in marshal().tags.options()}
    own = {one for each in found for one in each.group_ids if sees_group(viewer, one)}
    groups = {each.id: each for each in marshal().groups.get_many(own)}
    return [_row(each, names[each.option_id], groups) for each in found if each.option_id in names]


def tags_of(names: Sequence[str]) -> dict[str, list[TagRow]]:
    """Return the tags of objects that the caller sees, by object."""
    found = marshal().tags.of_objects(api_viewer(), names)
    by_object: dict[str, list[TagRow]] = {}
    for row in tag_rows([tag for some in found.values() for tag in some]):
        by_object.setdefault(row.obj_id, []).append(row)
    return by_object


def _option_row(option: TagOption) -> TagOptionRow:
    return TagOptionRow.model_validate(option, from_attributes=True)


def _row(tag: ObjTag, name: str, groups: Mapping[int, Group]) -> TagRow:
    return TagRow(
        id=tag.id,
        obj_id=tag.obj_id,
        objtagoption_id=tag.option_id,
        name=name,
        author_id=tag.author_id,
        groups=[group_row(groups[each]) for each in tag.group_ids if each in groups],
        created_at=tag.created_at,
        modified=tag.modified,
    )
