"""Candidates: what passed the filters of the caller's groups."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, request
from pydantic import BaseModel, ConfigDict, Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.services.posting import PostedCandidate
from fritz.services.scan_request import ScanRequest
from fritz.services.scanning import ScanPage
from webapp.api.arguments import Body, Ids, Query, Time
from webapp.api.candidate_query import CandidatesQuery, FilterCandidatesQuery, Flag, scan_request
from webapp.api.candidate_shapes import (
    CandidateRecord,
    CandidateRow,
    candidate_record,
    candidate_row,
)
from webapp.api.object_includes import candidate_includes, thumbnails_of
from webapp.api.object_shapes import Facts
from webapp.api.operation import operation
from webapp.api.tags import tags_of
from webapp.api.world import world_of
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_candidates", __name__, url_prefix="/api")

MOST_NAMES = 20


class CandidatesAnswer(BaseModel):
    """One page."""

    candidates: list[CandidateRow]
    total_matches: int = Field(serialization_alias="totalMatches")
    page_number: int = Field(serialization_alias="pageNumber")
    num_per_page: int = Field(serialization_alias="numPerPage")
    query_id: str = Field(serialization_alias="queryID")
    cursor: str | None = Field(None, exclude_if=lambda each: each is None)


class CandidateName(BaseModel):
    """A name."""

    id: str


class CandidateNames(BaseModel):
    """Names that begin as was asked."""

    candidates: list[CandidateName]


class CandidateRecords(BaseModel):
    """Candidates by themselves."""

    candidates: list[CandidateRecord]
    total_matches: int = Field(serialization_alias="totalMatches")


class CandidateBody(Facts):
    """What somebody says passed their filters."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str
    filter_ids: Ids
    passed_at: Time
    ra: float | None = None
    dec: float | None = None
    passing_alert_id: int | None = None


class SeveralCandidates(Body):
    """Several, all or none."""

    candidates: Annotated[list[CandidateBody], Field(min_length=1)]


class CandidateIds(BaseModel):
    """Numbers of the candidates, one per filter."""

    ids: list[int]


class SeveralCandidateIds(BaseModel):
    """Numbers of the candidates, one list per object, in order."""

    ids: list[list[int]]


class OneCandidateQuery(Query):
    """What to show of one object."""

    include_photometry: Flag = Field(False, alias="includePhotometry")
    include_spectra: Flag = Field(False, alias="includeSpectra")
    include_comments: Flag = Field(False, alias="includeComments")
    include_alerts: Flag = Field(False, alias="includeAlerts")
    """They are shown in any case."""
    include_followup: Flag = Field(False, alias="includeFollowupRequests")


@blueprint.get("/candidates")
@operation(query=CandidatesQuery, answer=CandidatesAnswer | CandidateNames)
def index(asked: CandidatesQuery) -> CandidatesAnswer | CandidateNames:
    """Return a page of candidates, one row per object, the one that passed last first."""
    viewer = api_viewer()
    if asked.name_only:
        names = marshal().scanning.names(viewer, asked.obj_id or "", MOST_NAMES)
        return CandidateNames(candidates=[CandidateName(id=name) for name in names])
    wanted = scan_request(asked)
    if asked.autosave:
        marshal().saving_candidates.save_all(viewer, wanted, asked.autosave_groups)
    page = marshal().scanning.page(viewer, wanted)
    return CandidatesAnswer(
        candidates=_rows(page, asked),
        total_matches=page.total_matches,
        page_number=page.page,
        num_per_page=page.per_page,
        query_id=page.query_id,
        cursor=page.cursor,
    )


def _rows(page: ScanPage, asked: CandidatesQuery) -> list[CandidateRow]:
    viewer, world = api_viewer(), world_of(page.rows)
    names = [row.obj_id for row in page.rows]
    classes, tags = marshal().classifications.of_objects(viewer, names), tags_of(names)
    scanned = asked.group_ids or sorted(
        {each.group_id for each in page.filters.values() if each.id in (asked.filter_ids or ())}
    )
    return [
        candidate_row(
            row,
            world,
            classes.get(row.obj_id, ()),
            scanned,
            tags=tags.get(row.obj_id, []),
            **candidate_includes(row.obj_id, asked),
        )
        for row in page.rows
    ]


@blueprint.post("/candidates")
@operation(
    body=CandidateBody | SeveralCandidates,
    answer=CandidateIds | SeveralCandidateIds,
    acl=UPLOAD_DATA,
)
def post(given: CandidateBody | SeveralCandidates) -> CandidateIds | SeveralCandidateIds:
    """Take a candidate of external filters, or several; the same one again changes nothing."""
    several = given.candidates if isinstance(given, SeveralCandidates) else [given]
    ids = marshal().posting.post(api_viewer(), [_posted(each) for each in several])
    if isinstance(given, SeveralCandidates):
        return SeveralCandidateIds(ids=ids)
    return CandidateIds(ids=ids[0])


def _posted(given: CandidateBody) -> PostedCandidate:
    return PostedCandidate(
        obj_id=given.id,
        passed_at=given.passed_at,
        filter_ids=given.filter_ids,
        position=None if given.ra is None or given.dec is None else (given.ra, given.dec),
        candid=given.passing_alert_id,
        facts=given.given(),
        annotations=(given.altdata or {}).get("annotations") or {},
    )


@blueprint.delete("/candidates/<obj_id>/<int:filter_id>")
@operation(acl=UPLOAD_DATA)
def withdraw(obj_id: str, filter_id: int) -> None:
    """Remove an object's candidates of an external filter."""
    marshal().posting.withdraw(api_viewer(), obj_id, filter_id)


@blueprint.get("/candidates/<obj_id>")
@operation(query=OneCandidateQuery, answer=CandidateRow, errors=(404,))
def one(obj_id: str, asked: OneCandidateQuery) -> CandidateRow | None:
    """Return one object with the alerts that passed; HEAD tells by one look-up if there is one."""
    viewer = api_viewer()
    if request.method == "HEAD":
        marshal().scanning.exists(viewer, obj_id)
        return None
    scanned = marshal().scanning.object(viewer, obj_id)
    classes = marshal().classifications.of_objects(viewer, [obj_id]).get(obj_id, ())
    return candidate_row(
        scanned,
        world_of([scanned]),
        classes,
        thumbnails=thumbnails_of([obj_id])[obj_id],
        **candidate_includes(obj_id, asked),
    )


@blueprint.get("/candidates_filter")
@operation(query=FilterCandidatesQuery, answer=CandidateRecords)
def records(asked: FilterCandidatesQuery) -> CandidateRecords:
    """Return candidates by themselves, newest first, for brokers to compare with theirs."""
    found, total = marshal().scanning.records(api_viewer(), ScanRequest(**dict(asked)))
    return CandidateRecords(
        candidates=[candidate_record(each) for each in found], total_matches=total
    )
