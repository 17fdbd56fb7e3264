"""Candidates: what passed the filters of the caller's groups."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from fritz.marshal.julian import datetime_of
from fritz.services.posting import PostedCandidate
from fritz.services.scanning import SavedStatus, ScanRequest
from webapp.api.arguments import Body, Ids, PageNumber, Query, Time, body, query
from webapp.api.shapes import CandidateRow, candidate_row
from webapp.api.world import world_of
from webapp.envelope import success
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_candidates", __name__, url_prefix="/api/candidates")


class CandidatesQuery(Query):
    """What to list."""

    group_ids: Ids | None = Field(None, alias="groupIDs")
    filter_ids: Ids | None = Field(None, alias="filterIDs")
    start: Time | None = Field(None, alias="startDate")
    end: Time | None = Field(None, alias="endDate")
    saved_status: SavedStatus = Field("all", alias="savedStatus")
    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1, le=500)] = Field(25, alias="numPerPage")


class CandidatesAnswer(BaseModel):
    """One page."""

    candidates: list[CandidateRow]
    total_matches: int = Field(serialization_alias="totalMatches")
    page_number: int = Field(serialization_alias="pageNumber")
    num_per_page: int = Field(serialization_alias="numPerPage")


class CandidateBody(Body):
    """What somebody says passed their filters."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str
    filter_ids: Ids
    passed_at: Time
    ra: float | None = None
    dec: float | None = None
    score: float | None = None
    passing_alert_id: int | None = None
    altdata: dict[str, Any] | None = None


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Return a page of candidates, one row per object, the one that passed last first."""
    viewer = api_viewer()
    wanted = query(CandidatesQuery)
    page = marshal().scanning.page(viewer, ScanRequest(**dict(wanted)))
    world = world_of(page.rows)
    return success(
        CandidatesAnswer(
            candidates=[candidate_row(r, world, datetime_of(r.latest.jd)) for r in page.rows],
            total_matches=page.total_matches,
            page_number=page.page,
            num_per_page=page.per_page,
        )
    )


@blueprint.post("")
def post() -> ResponseReturnValue:
    """Take a candidate of external filters; the same one again changes nothing."""
    viewer = api_viewer()
    wanted = body(CandidateBody)
    posted = PostedCandidate(
        obj_id=wanted.id,
        passed_at=wanted.passed_at,
        filter_ids=wanted.filter_ids,
        position=None if wanted.ra is None or wanted.dec is None else (wanted.ra, wanted.dec),
        candid=wanted.passing_alert_id,
        score=wanted.score,
        annotations=(wanted.altdata or {}).get("annotations") or {},
    )
    return success({"ids": marshal().posting.post(viewer, posted)})


@blueprint.delete("/<obj_id>/<int:filter_id>")
def withdraw(obj_id: str, filter_id: int) -> ResponseReturnValue:
    """Remove an object's candidates of an external filter."""
    marshal().posting.withdraw(api_viewer(), obj_id, filter_id)
    return success({})


@blueprint.get("/<obj_id>")
def one(obj_id: str) -> ResponseReturnValue:
    """Return one object with the alerts that passed; HEAD tells whether there is one."""
    scanned = marshal().scanning.object(api_viewer(), obj_id)
    return success(candidate_row(scanned, world_of([scanned]), datetime_of(scanned.latest.jd)))
