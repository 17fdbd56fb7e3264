"""Sources: objects that the caller's groups have saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from pydantic import BaseModel, ConfigDict, Field

from fritz.errors import Invalid, NotFound
from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.annotation import Annotation
from fritz.services.sources import NewSource, SavedObject
from webapp.api.arguments import Body, Ids, Query
from webapp.api.candidate_shapes import annotation_rows
from webapp.api.classifications import classification_rows
from webapp.api.object_includes import by_annotations, source_includes
from webapp.api.object_shapes import AnnotationRow, Facts, posted_annotation
from webapp.api.operation import operation
from webapp.api.source_query import Includes, SourceQuery, SourcesQuery, source_request
from webapp.api.source_shapes import (
    SaveRow,
    SourceRow,
    duplicates,
    save_row,
    savers,
    source_row,
)
from webapp.api.world import World, world_of
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint", "whole_row"]

blueprint = Blueprint("api_sources", __name__, url_prefix="/api")

DUPLICATE_DEG = 4 / 3600


class SourcesAnswer(BaseModel):
    """One page."""

    sources: list[SourceRow]
    total_matches: int = Field(serialization_alias="totalMatches")
    page_number: int = Field(serialization_alias="pageNumber")
    num_per_page: int = Field(serialization_alias="numPerPage")
    query_id: str | None = Field(
        None, serialization_alias="queryID", exclude_if=lambda each: each is None
    )
    cursor: str | None = Field(None, exclude_if=lambda each: each is None)


class SavesAnswer(BaseModel):
    """One page of saves."""

    sources: list[SaveRow]
    total_matches: int = Field(serialization_alias="totalMatches")
    page_number: int = Field(serialization_alias="pageNumber")
    num_per_page: int = Field(serialization_alias="numPerPage")


class SourceBody(Facts):
    """An object to save."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str
    ra: float | None = None
    dec: float | None = None
    group_ids: Ids | None = None
    ignore_if_in_group_ids: dict[int, list[int]] = Field(default_factory=dict)
    saver_per_group_id: dict[int, int] = Field(default_factory=dict)


class SourceChange(Facts):
    """What is said anew of an object."""

    ra: float | None = None
    dec: float | None = None


class UnsaveBody(Body):
    """The group to take the object off."""

    group_id: int | None = None


class UnsaveQuery(Query):
    """The group, for those whose bodies get lost on the way."""

    group_id: int | None = None


class SavedAnswer(BaseModel):
    """What was saved where."""

    id: str
    saved_to_groups: list[int]
    warnings: list[str] = Field(default_factory=list, exclude_if=lambda each: not each)


@blueprint.get("/sources")
@operation(query=SourcesQuery, answer=SourcesAnswer | SavesAnswer)
def index(asked: SourcesQuery) -> SourcesAnswer | SavesAnswer:
    """Return a page of saved objects; a page past the end is empty."""
    viewer = api_viewer()
    wanted = source_request(viewer, asked)
    if asked.save_summary:
        summary = marshal().source_list.summary(viewer, wanted)
        return SavesAnswer(
            sources=[save_row(each) for each in summary.rows],
            total_matches=summary.total_matches,
            page_number=wanted.page,
            num_per_page=wanted.per_page,
        )
    page = marshal().source_list.page(viewer, wanted)
    return SourcesAnswer(
        sources=_rows(page.rows, asked),
        total_matches=page.total_matches,
        page_number=wanted.page,
        num_per_page=wanted.per_page,
        query_id=page.query_id,
        cursor=page.cursor,
    )


def _rows(rows: tuple[SavedObject, ...], asked: SourcesQuery) -> list[SourceRow]:
    if asked.remove_nested:
        rows = tuple(replace(row, sources=()) for row in rows)
    viewer, world = api_viewer(), world_of(saved=rows)
    people = savers(source for row in rows for source in row.sources)
    names = [row.obj.id for row in rows]
    classes = marshal().classifications.of_objects(viewer, names)
    posted = marshal().annotations.of_objects(viewer, names)
    labels = marshal().labels.visible(viewer, names) if asked.include_labellers else {}
    more = source_includes(names, asked)
    return [
        source_row(
            row,
            world.groups,
            people,
            annotations=[
                posted_annotation(each, world.groups)
                for each in posted.get(name, ())
                if not asked.remove_nested
            ],
            classifications=classification_rows(classes.get(name, ())),
            labellers=_labellers(labels.get(name, ())) if asked.include_labellers else None,
            **by_annotations(posted.get(name, ()), asked, listed=True),
            **more[name],
        )
        for name, row in zip(names, rows, strict=True)
    ]


@blueprint.get("/sources/<obj_id>")
@operation(query=SourceQuery, answer=SourceRow, errors=(404,))
def one(obj_id: str, asked: SourceQuery) -> SourceRow | None:
    """Return one object that is open to the caller; HEAD tells by one look-up if there is one."""
    if request.method == "HEAD":
        marshal().objects.get(api_viewer(), obj_id)
        return None
    row = whole_row(obj_id, asked)
    marshal().views.count(api_viewer(), obj_id)
    return row


def whole_row(obj_id: str, asked: Includes) -> SourceRow:
    """Return one object with all that the caller sees of it; `NotFound` if they see nothing."""
    viewer = api_viewer()
    saved = _saved(obj_id, asked)
    annotations, posted, world = _annotations(saved)
    near = marshal().objects.cone(viewer, saved.obj.ra, saved.obj.dec, DUPLICATE_DEG)
    classes = marshal().classifications.of_objects(viewer, [obj_id]).get(obj_id, [])
    labels = marshal().labels.visible(viewer, [obj_id]) if asked.include_labellers else {}
    return source_row(
        saved,
        world.groups,
        savers(saved.sources),
        annotations=annotations,
        classifications=classification_rows(classes),
        duplicates=[] if saved.obj.moves else duplicates(near, obj_id),
        labellers=_labellers(labels.get(obj_id, ())) if asked.include_labellers else None,
        **by_annotations(posted, asked),
        **source_includes([obj_id], asked)[obj_id],
    )


def _saved(obj_id: str, asked: Includes) -> SavedObject:
    """Return an object with its saves, those that groups are only asked for where they are wanted.

    Raises
    ------
    NotFound
        The caller sees nothing of it, or it has not the name that it must have.
    """
    saved = marshal().sources.get(api_viewer(), obj_id)
    wanted = asked.tns_name if isinstance(asked, SourceQuery) else None
    if wanted is not None and _plain(wanted) != _plain(saved.obj.facts.get("tns_name")):
        raise NotFound("Source not found")
    if not (asked.include_requested or asked.pending_only):
        return saved
    known = marshal().sources.groups_of(api_viewer(), obj_id)
    return replace(saved, sources=tuple(s for s in known if not asked.pending_only or not s.active))


def _plain(name: Any) -> str:
    return str(name or "").replace(" ", "").lower()


def _annotations(saved: SavedObject) -> tuple[list[AnnotationRow], Sequence[Annotation], World]:
    """Return what filters and others say of an object, the latter, too, and groups of its row."""
    viewer = api_viewer()
    if saved.obj.candidate_of:
        try:
            scanned = [marshal().scanning.object(viewer, saved.obj.id)]
        except NotFound:
            scanned = []
        if scanned:
            world = world_of(scanned, [saved])
            return annotation_rows(scanned[0], world), scanned[0].annotations, world
    world = world_of(saved=[saved])
    posted = marshal().annotations.of_objects(viewer, [saved.obj.id]).get(saved.obj.id, [])
    return [posted_annotation(each, world.groups) for each in posted], posted, world


def _labellers(labels: Any) -> list[dict[str, Any]]:
    found = marshal().users.get_many({each.labeller_id for each in labels})
    return [{"id": user.id, "username": user.username} for user in found]


@blueprint.post("/sources")
@operation(body=SourceBody, answer=SavedAnswer, acl=UPLOAD_DATA)
def save(given: SourceBody) -> SavedAnswer:
    """Save an object to groups of the caller; saving again changes nothing."""
    new = NewSource(
        obj_id=given.id,
        position=None if given.ra is None or given.dec is None else (given.ra, given.dec),
        group_ids=given.group_ids,
        facts=given.given(),
        ignore_if_in=given.ignore_if_in_group_ids,
        savers=given.saver_per_group_id,
    )
    saved = marshal().sources.save(api_viewer(), new, marshal().now())
    return SavedAnswer(id=saved.obj_id, saved_to_groups=saved.group_ids, warnings=saved.warnings)


@blueprint.patch("/sources/<obj_id>")
@operation(body=SourceChange, acl=UPLOAD_DATA, errors=(404,))
def change(obj_id: str, given: SourceChange) -> None:
    """Say something anew of an object: redshift, alias, names, position."""
    marshal().sources.tell(
        api_viewer(), obj_id, given.given(), marshal().now(), (given.ra, given.dec)
    )


@blueprint.delete("/sources/<obj_id>")
@operation(query=UnsaveQuery, body=UnsaveBody, acl=MANAGE_SOURCES, errors=(404,))
def unsave(obj_id: str, asked: UnsaveQuery, given: UnsaveBody) -> None:
    """Take an object off a group's list; the group is named in the body or the query string."""
    group_id = given.group_id if given.group_id is not None else asked.group_id
    if group_id is None:
        raise Invalid("group_id is required")
    marshal().sources.unsave(api_viewer(), obj_id, group_id, marshal().now())
