"""Sources: objects that the caller's groups have saved."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from fritz.errors import NotFound
from fritz.marshal.visibility import Viewer
from fritz.services.sources import SavedObject
from webapp.api.arguments import Body, Ids, PageNumber, Query, body, query
from webapp.api.shapes import AnnotationRow, SourceRow, annotation_rows, source_row
from webapp.api.world import world_of
from webapp.envelope import success
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_sources", __name__, url_prefix="/api/sources")


class SourcesQuery(Query):
    """What to list."""

    group_ids: Ids | None = None
    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1)] = Field(100, alias="numPerPage")


class SourcesAnswer(BaseModel):
    """One page."""

    sources: list[SourceRow]
    total_matches: int = Field(serialization_alias="totalMatches")
    page_number: int = Field(serialization_alias="pageNumber")
    num_per_page: int = Field(serialization_alias="numPerPage")


class SourceBody(Body):
    """An object to save."""

    id: str
    ra: float | None = None
    dec: float | None = None
    redshift: float | None = None
    group_ids: Ids | None = None


class SavedAnswer(BaseModel):
    """What was saved where."""

    id: str
    saved_to_groups: list[int]


LARGEST_PAGE = 500


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Return a page of saved objects; a page past the end is empty."""
    wanted = query(SourcesQuery)
    per_page = min(wanted.per_page, LARGEST_PAGE)
    viewer = api_viewer()
    page = marshal().sources.page(viewer, wanted.group_ids, wanted.page, per_page)
    world = world_of(saved=page.rows)
    savers = _savers(page.rows)
    return success(
        SourcesAnswer(
            sources=[source_row(row, world, savers, []) for row in page.rows],
            total_matches=page.total_matches,
            page_number=wanted.page,
            num_per_page=per_page,
        )
    )


@blueprint.get("/<obj_id>")
def one(obj_id: str) -> ResponseReturnValue:
    """Return one object that is open to the caller; HEAD tells whether there is one."""
    viewer = api_viewer()
    saved = marshal().sources.get(viewer, obj_id)
    annotations = _annotations(viewer, obj_id)
    return success(source_row(saved, world_of(saved=[saved]), _savers([saved]), annotations))


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Save an object to groups of the caller."""
    viewer = api_viewer()
    wanted = body(SourceBody)
    position = None if wanted.ra is None or wanted.dec is None else (wanted.ra, wanted.dec)
    groups = marshal().sources.save(
        viewer, wanted.id, position, wanted.group_ids, marshal().now(), wanted.redshift
    )
    return success(SavedAnswer(id=wanted.id, saved_to_groups=groups))


def _annotations(viewer: Viewer, obj_id: str) -> list[AnnotationRow]:
    try:
        scanned = marshal().scanning.object(viewer, obj_id)
    except NotFound:
        return []
    return annotation_rows(scanned, world_of([scanned]))


def _savers(rows: tuple[SavedObject, ...] | list[SavedObject]) -> dict[int, str]:
    user_ids = {source.saved_by for row in rows for source in row.sources}
    return {user.id: user.username for user in marshal().users.get_many(user_ids)}
