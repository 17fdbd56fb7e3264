"""Reports of scans: what groups saved in a time, and what was said of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.group import Group
from fritz.marshal.julian import julian_date, mjd_of
from fritz.marshal.scan_report import Span
from fritz.marshal.visibility import sees_group
from fritz.services.scan_reports import ReportedObject
from fritz.sky.cosmology import distances
from webapp.api.arguments import Body, Ids, PageNumber, Query, Time
from webapp.api.operation import operation
from webapp.api.shapes import GroupRow, group_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ReportItemData", "blueprint", "item_data"]

blueprint = Blueprint("api_scan_reports", __name__, url_prefix="/api/candidates/scan_reports")

LARGEST_PAGE = 100
Hours = Annotated[float, Field(gt=0, le=24 * 366)]


class ReportRow(BaseModel):
    """A report."""

    id: int
    author_id: int
    author: str
    """Name of the user."""
    options: dict[str, Any]
    groups: list[GroupRow]
    """Those of its groups that the caller is in."""
    created_at: datetime
    modified: datetime


class ReportsQuery(Query):
    """Which page."""

    page: PageNumber = 1
    per_page: Annotated[int, Field(ge=1)] = Field(10, alias="numPerPage")


class ReportsAnswer(BaseModel):
    """One page."""

    reports: list[ReportRow]
    total_matches: int = Field(serialization_alias="totalMatches")
    page_number: int = Field(serialization_alias="pageNumber")
    num_per_page: int = Field(serialization_alias="numPerPage")


class PassedRange(Body):
    """When filters passed the candidates."""

    start_date: Time
    end_date: Time


class SavedRange(Body):
    """When they were saved."""

    start_saved_date: Time
    end_saved_date: Time


class ReportBody(Body):
    """A new report: whose, and of when; hours reach back from now."""

    group_ids: Ids
    passed_filters_range: PassedRange | None = None
    saved_candidates_range: SavedRange | None = None
    passed_filters_window_hours: Hours | None = None
    saved_candidates_window_hours: Hours | None = None
    gcn_event_dateobs: str | None = None


class ReportMade(BaseModel):
    """The id of the report."""

    id: int


class ClassRow(BaseModel):
    """What somebody says it is."""

    probability: float | None
    classification: str
    ml: bool


class SaveRow(BaseModel):
    """Who saved it where."""

    saved_at: datetime
    saved_by: str
    group: str


class ReportItemData(BaseModel):
    """What the report shows of an object, as it is now and open to the caller."""

    tns_name: str | None
    comment: str | None
    host_redshift: float | None
    current_filter: str | None
    """Of the last detection."""
    current_mag: float | None
    """AB."""
    abs_mag: float | None
    current_age: float | None
    """Days since the first detection."""
    classifications: list[ClassRow] | None
    saved_info: list[SaveRow]
    followups: None = None
    """Follow-up is not served."""
    assignments: None = None


class ReportItemRow(BaseModel):
    """An object of a report."""

    id: int
    obj_id: str
    scan_report_id: int
    data: ReportItemData
    created_at: datetime
    modified: datetime


class RemarkBody(Body):
    """What is said of it; null takes it back."""

    comment: str | None = None


@blueprint.post("")
@operation(body=ReportBody, answer=ReportMade)
def make(given: ReportBody) -> ReportMade:
    """Make a report of what groups saved of what their filters passed."""
    if given.gcn_event_dateobs is not None:
        raise Invalid("gcn_event_dateobs: reports of sky maps are not served")
    now, passed, saved = marshal().now(), given.passed_filters_range, given.saved_candidates_range
    made = marshal().scans.reports.make(
        api_viewer(),
        given.group_ids,
        Span(passed.start_date, passed.end_date) if passed
        else _until(now, given.passed_filters_window_hours, "passed_filters_range"),
        Span(saved.start_saved_date, saved.end_saved_date) if saved
        else _until(now, given.saved_candidates_window_hours, "saved_candidates_range"),
    )  # fmt: skip
    return ReportMade(id=made)


@blueprint.get("")
@operation(query=ReportsQuery, answer=ReportsAnswer)
def index(asked: ReportsQuery) -> ReportsAnswer:
    """Return a page of the reports of the caller's groups, newest first."""
    viewer, per_page = api_viewer(), min(asked.per_page, LARGEST_PAGE)
    page = marshal().scans.reports.page(viewer, asked.page, per_page)
    named = {group_id for each in page.rows for group_id in each.group_ids}
    groups = {each.id: each for each in marshal().groups.get_many(named)}
    authors = {u.id: u for u in marshal().users.get_many({r.author_id for r in page.rows})}
    rows = [
        ReportRow(
            id=each.id,
            author_id=each.author_id,
            author=authors[each.author_id].username if each.author_id in authors else "",
            options=each.options,
            groups=[
                group_row(groups[one])
                for one in each.group_ids
                if one in groups and sees_group(viewer, one)
            ],
            created_at=each.created_at,
            modified=each.created_at,
        )
        for each in page.rows
    ]
    return ReportsAnswer(
        reports=rows, total_matches=page.total, page_number=asked.page, num_per_page=per_page
    )


@blueprint.get("/<int:report_id>/items")
@operation(answer=list[ReportItemRow], errors=(404,))
def items(report_id: int) -> list[ReportItemRow]:
    """Return the objects of a report, with what of them is open to the caller."""
    found = marshal().scans.reports.items(api_viewer(), report_id)
    return [
        ReportItemRow(
            id=each.item.id,
            obj_id=each.obj.id,
            scan_report_id=report_id,
            data=data,
            created_at=each.item.created_at,
            modified=each.item.modified,
        )
        for each, data in zip(found, item_data(found), strict=True)
    ]


@blueprint.patch("/<int:report_id>/items/<int:item_id>")
@operation(body=RemarkBody, errors=(404,))
def remark(report_id: int, item_id: int, given: RemarkBody) -> None:
    """Say something of an object in a report, in place of what was said."""
    marshal().scans.reports.remark(api_viewer(), report_id, item_id, given.comment)


def _until(now: datetime, hours: float | None, name: str) -> Span:
    """Return the time from so many hours ago until now; `Invalid` where nobody says how many."""
    if hours is None:
        raise Invalid(f"{name} is required, or its window in hours")
    return Span(now - timedelta(hours=hours), now)


def item_data(found: Sequence[ReportedObject]) -> list[ReportItemData]:
    """Return what a report shows of objects, in order; groups and people are read once."""
    saves = [save for each in found for save in each.item.saves]
    groups = {g.id: g for g in marshal().groups.get_many({each.group_id for each in saves})}
    people = {u.id: u.username for u in marshal().users.get_many({each.saved_by for each in saves})}
    mjd = mjd_of(julian_date(marshal().now()))
    return [_data(each, groups, people, mjd) for each in found]


def _data(
    each: ReportedObject, groups: dict[int, Group], people: dict[int, str], mjd: float
) -> ReportItemData:
    last, first = each.stat and each.stat.last, each.stat and each.stat.first
    mag = last.mag if last and math.isfinite(last.mag) else None
    redshift = each.obj.redshift
    far = distances(redshift) if redshift is not None else None
    return ReportItemData(
        tns_name=each.obj.facts.get("tns_name"),
        comment=each.item.remark,
        host_redshift=redshift,
        current_filter=last.filter if last else None,
        current_mag=None if mag is None else round(mag, 3),
        abs_mag=None if mag is None or far is None else round(mag - far.modulus_mag, 3),
        current_age=round(mjd - first.mjd, 2) if first else None,
        classifications=[
            ClassRow(probability=one.probability, classification=one.classification, ml=one.ml)
            for one in each.classifications
        ]
        or None,
        saved_info=[
            SaveRow(
                saved_at=save.saved_at,
                saved_by=people.get(save.saved_by, ""),
                group=groups[save.group_id].name if save.group_id in groups else "",
            )
            for save in each.item.saves
        ],
    )
