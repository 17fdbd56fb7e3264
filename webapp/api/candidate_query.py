"""The query string of the list of candidates."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from fritz.errors import Invalid
from fritz.marshal.light_curve_cut import LightCurveCut
from fritz.services.point_annotations import PointsSaid
from fritz.services.scan_request import (
    AnnotationFilter,
    AnnotationSort,
    Part,
    SavedStatus,
    ScanRequest,
    ScanStatus,
)
from fritz.services.skymaps import Localization
from fritz.services.source_request import AnnotationTest
from webapp.api.arguments import Ids, PageNumber, Query, Time, Words

__all__ = [
    "CandidatesQuery",
    "FilterCandidatesQuery",
    "Localized",
    "localization",
    "scan_request",
]

RETIRED = "retired by SkyPortal, use annotationFilterList"

_RANGE = re.compile(r"\(\s*([-+.\deE]+)\s*,\s*([-+.\deE]+)\s*\)\Z")

Flag = Annotated[bool, BeforeValidator(lambda v: v if isinstance(v, bool) else _true(v))]
"""True for ``true``, ``yes``, ``t`` and ``1``, as SkyPortal reads it."""


def _true(value: Any) -> bool:
    return str(value).strip().lower() in {"true", "yes", "t", "1"}


class FilterCandidatesQuery(Query):
    """Which candidates a broker compares with its own."""

    group_ids: Ids | None = Field(None, alias="groupIDs")
    filter_ids: Ids | None = Field(None, alias="filterIDs")
    start: Time | None = Field(None, alias="startDate")
    end: Time | None = Field(None, alias="endDate")
    saved_status: SavedStatus = Field("all", alias="savedStatus")
    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1, le=500)] = Field(25, alias="numPerPage")


class Localized(Query):
    """Where an event may have been: of a map that was uploaded (``/api/skymap``)."""

    localization: str | None = Field(None, alias="localizationDateobs")
    localization_name: str | None = Field(None, alias="localizationName")
    cumprob: float = Field(0.95, alias="localizationCumprob", gt=0, lt=1)
    """The share of the probability that the region holds."""


class CandidatesQuery(FilterCandidatesQuery, Localized):
    """What to list."""

    unserved: ClassVar = {
        "annotationExcludeOrigin": RETIRED,
        "annotationExcludeOutdatedDate": RETIRED,
    }

    query_id: str | None = Field(None, alias="queryID")
    cursor: str | None = None
    classifications: Words | None = None
    classifications_reject: Words | None = Field(None, alias="classificationsReject")
    min_redshift: float | None = Field(None, alias="minRedshift")
    max_redshift: float | None = Field(None, alias="maxRedshift")
    redshift_range: str | None = Field(None, alias="redshiftRange")
    list_name: str | None = Field(None, alias="listName")
    list_name_reject: str | None = Field(None, alias="listNameReject")
    annotation_filters: str | list[str] | None = Field(None, alias="annotationFilterList")
    point_tests: Words | None = Field(None, alias="photometryAnnotationsFilter")
    """``key``, ``key: value`` or ``key: value: lt``, of annotations of single points."""
    point_origins: Words | None = Field(None, alias="photometryAnnotationsFilterOrigin")
    point_said_before: Time | None = Field(None, alias="photometryAnnotationsFilterBefore")
    point_said_after: Time | None = Field(None, alias="photometryAnnotationsFilterAfter")
    points_said: int = Field(1, alias="photometryAnnotationsFilterMinCount", ge=1)
    """How many annotations of points must pass."""
    scan_status: ScanStatus = Field("all", alias="scanStatus")
    part: Annotated[str, Field(pattern=r"^[1-9]\d?/[1-9]\d?$")] | None = None
    """A share of the list, ``2/3``, for people who scan it together."""
    sort_origin: str | None = Field(None, alias="sortByAnnotationOrigin")
    sort_key: str | None = Field(None, alias="sortByAnnotationKey")
    sort_order: Literal["asc", "desc"] = Field("asc", alias="sortByAnnotationOrder")
    first_detection_after: Time | None = Field(None, alias="firstDetectionAfter")
    last_detection_before: Time | None = Field(None, alias="lastDetectionBefore")
    number_detections: int | None = Field(None, alias="numberDetections", ge=1)
    require_detections: Flag = Field(True, alias="requireDetections")
    exclude_forced: Flag = Field(False, alias="excludeForcedPhotometry")
    include_photometry: Flag = Field(False, alias="includePhotometry")
    include_spectra: Flag = Field(False, alias="includeSpectra")
    include_comments: Flag = Field(False, alias="includeComments")
    include_followup: Flag = Field(False, alias="includeFollowupRequests")
    autosave: Flag = False
    autosave_groups: Ids | None = Field(None, alias="autosaveGroupIds")
    name_only: Flag = Field(False, alias="nameOnly")
    obj_id: str | None = Field(None, alias="objID")


def scan_request(asked: CandidatesQuery) -> ScanRequest:
    """Return the request that a query string stands for.

    Raises
    ------
    Invalid
        An annotation filter or a range is none, or a localization lacks its time.
    """
    low, high = _redshifts(asked)
    return ScanRequest(
        group_ids=asked.group_ids,
        filter_ids=asked.filter_ids,
        start=asked.start,
        end=asked.end,
        saved_status=asked.saved_status,
        classifications=asked.classifications or (),
        classifications_reject=asked.classifications_reject or (),
        min_redshift=low,
        max_redshift=high,
        list_name=asked.list_name,
        list_name_reject=asked.list_name_reject,
        annotations=_annotation_filters(asked.annotation_filters),
        points_said=PointsSaid(
            tests=tuple(AnnotationTest.parse(each) for each in asked.point_tests or ()),
            origins=tuple(asked.point_origins or ()),
            after=asked.point_said_after,
            before=asked.point_said_before,
            at_least=asked.points_said,
        ),
        light_curve=LightCurveCut(
            detections=asked.number_detections,
            first_after=asked.first_detection_after,
            last_before=asked.last_detection_before,
            without_forced=asked.exclude_forced,
            keep_unseen=not asked.require_detections,
        ),
        localization=localization(asked),
        scan_status=asked.scan_status,
        part=_part(asked.part),
        sort=_sort(asked),
        page=asked.page,
        per_page=asked.per_page,
        query_id=asked.query_id,
        cursor=asked.cursor,
    )


def localization(asked: Localized) -> Localization | None:
    """Return the localization that a query string names, if any."""
    if asked.localization is not None:
        return Localization(asked.localization, asked.localization_name, asked.cumprob)
    if asked.localization_name is not None:
        raise Invalid("localizationName: localizationDateobs says of which event")
    return None


def _redshifts(asked: CandidatesQuery) -> tuple[float | None, float | None]:
    if asked.redshift_range is None:
        return asked.min_redshift, asked.max_redshift
    found = _RANGE.match(asked.redshift_range.strip())
    try:
        low, high = map(float, found.groups() if found else ())
    except ValueError as fault:
        raise Invalid(f"redshiftRange {asked.redshift_range[:40]!r}: like (0.1,0.2)") from fault
    return low, high


def _part(given: str | None) -> Part | None:
    if given is None:
        return None
    number, of = map(int, given.split("/"))
    if number > of:
        raise Invalid(f"part {given}: there is no such share")
    return Part(number, of)


def _sort(asked: CandidatesQuery) -> AnnotationSort | None:
    if asked.sort_origin is None and asked.sort_key is None:
        return None
    if asked.sort_origin is None or asked.sort_key is None:
        raise Invalid("sortByAnnotationOrigin and sortByAnnotationKey go together")
    return AnnotationSort(asked.sort_origin, asked.sort_key, asked.sort_order == "desc")


def _annotation_filters(given: str | list[str] | None) -> tuple[AnnotationFilter, ...]:
    """Read JSON objects that are joined by commas, as SkyPortal's page sends them."""
    if given is None:
        return ()
    text = given if isinstance(given, str) else ",".join(given)
    try:
        found = json.loads(text if text.lstrip().startswith("[") else f"[{text}]")
    except ValueError as fault:
        raise Invalid("annotationFilterList: JSON objects joined by commas") from fault
    return tuple(_annotation_filter(each) for each in found)


def _annotation_filter(each: Any) -> AnnotationFilter:
    if not isinstance(each, dict) or not {"origin", "key"} <= each.keys():
        raise Invalid("annotationFilterList: each object names origin and key")
    if "value" in each:
        return AnnotationFilter(str(each["origin"]), str(each["key"]), value=each["value"])
    bounds = [each.get("min"), each.get("max")]
    if bounds == [None, None] or any(not isinstance(b, int | float | None) for b in bounds):
        raise Invalid("annotationFilterList: each object has a value, or numbers min and max")
    return AnnotationFilter(str(each["origin"]), str(each["key"]), min=bounds[0], max=bounds[1])
