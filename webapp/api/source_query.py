"""The query strings of sources."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fritz.errors import Invalid
from fritz.marshal.light_curve_cut import LightCurveCut
from fritz.marshal.visibility import Viewer
from fritz.services.source_request import AnnotationTest, SourceRequest
from webapp.api.arguments import Ids, PageNumber, Query, Time, Words
from webapp.api.candidate_query import Flag, Localized, localization

__all__ = ["SourceQuery", "SourcesQuery", "source_request"]

LARGEST_PAGE = 500


NO_EVENTS = "nobody says here which sources belong to an event of GCN"
NO_REGIONS = "there are no spatial catalogs here"


class Includes(Query):
    """What to show of each source."""

    include_photometry: Flag = Field(False, alias="includePhotometry")
    include_comments: Flag = Field(False, alias="includeComments")
    include_thumbnails: Flag = Field(False, alias="includeThumbnails")
    include_spectrum_exists: Flag = Field(False, alias="includeSpectrumExists")
    include_photometry_exists: Flag = Field(False, alias="includePhotometryExists")
    include_comment_exists: Flag = Field(False, alias="includeCommentExists")
    include_period_exists: Flag = Field(False, alias="includePeriodExists")
    include_detection_stats: Flag = Field(False, alias="includeDetectionStats")
    include_labellers: Flag = Field(False, alias="includeLabellers")
    include_requested: Flag = Field(False, alias="includeRequested")
    pending_only: Flag = Field(False, alias="pendingOnly")
    include_color_magnitude: Flag = Field(False, alias="includeColorMagnitude")
    include_candidates: Flag = Field(False, alias="includeCandidates")
    include_analyses: Flag = Field(False, alias="includeAnalyses")
    """Analyses are not run here: there are none. So are events of GCN and linked objects."""
    include_gcn: Flag = Field(False, alias="includeGCNCrossmatches")
    include_gcn_notes: Flag = Field(False, alias="includeGCNNotes")
    include_tags: Flag = Field(True, alias="includeTags")
    include_associated: Flag = Field(True, alias="includeAssociatedObjs")
    include_super_objects: Flag = Field(False, alias="includeSuperObjs")
    deduplicate_photometry: Flag = Field(False, alias="deduplicatePhotometry")


class SourceQuery(Includes):
    """What to show of one source."""

    tns_name: str | None = Field(None, alias="TNSname")
    """The name that it must have at the Transient Name Server; blanks do not count."""


class SourcesQuery(Includes, Localized):
    """What to list."""

    unserved: ClassVar = {
        "localizationRejectSources": NO_EVENTS,
        "includeSourcesInGCN": NO_EVENTS,
        "spatialCatalogEntryName": NO_REGIONS,
        "includeHosts": "hosts are not kept as rows of their own",
        "includeGeoJSON": "take ra and dec of the rows",
    }

    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1)] = Field(100, alias="numPerPage")
    cursor: str | None = None
    use_cache: Flag = Field(False, alias="useCache")
    query_id: str | None = Field(None, alias="queryID")
    group_ids: Ids | None = None
    source_id: str | None = Field(None, alias="sourceID")
    ra: float | None = None
    dec: float | None = None
    radius: float | None = None
    first_detected_after: Time | None = Field(None, alias="startDate")
    last_detected_before: Time | None = Field(None, alias="endDate")
    saved_before: Time | None = Field(None, alias="savedBefore")
    saved_after: Time | None = Field(None, alias="savedAfter")
    saved_by_me: Flag = Field(False, alias="savedByCurrentUser")
    modified_after: Time | None = Field(None, alias="createdOrModifiedAfter")
    save_summary: Flag = Field(False, alias="saveSummary")
    sort_by: str = Field("saved_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] | None = Field(None, alias="sortOrder")
    classifications: Words | None = None
    all_classifications: Flag = Field(False, alias="classifications_simul")
    nonclassifications: Words | None = None
    classified: Flag = False
    unclassified: Flag = False
    tests: Words | None = Field(None, alias="annotationsFilter")
    annotations_origin: Words | None = Field(None, alias="annotationsFilterOrigin")
    annotated_before: Time | None = Field(None, alias="annotationsFilterBefore")
    annotated_after: Time | None = Field(None, alias="annotationsFilterAfter")
    comments: str | None = Field(None, alias="commentsFilter")
    comment_author: str | None = Field(None, alias="commentsFilterAuthor")
    """A name, or the number of a user."""
    commented_before: Time | None = Field(None, alias="commentsFilterBefore")
    commented_after: Time | None = Field(None, alias="commentsFilterAfter")
    min_redshift: float | None = Field(None, alias="minRedshift")
    max_redshift: float | None = Field(None, alias="maxRedshift")
    min_peak_magnitude: float | None = Field(None, alias="minPeakMagnitude")
    max_peak_magnitude: float | None = Field(None, alias="maxPeakMagnitude")
    min_latest_magnitude: float | None = Field(None, alias="minLatestMagnitude")
    max_latest_magnitude: float | None = Field(None, alias="maxLatestMagnitude")
    number_detections: int | None = Field(None, alias="numberDetections", ge=1)
    exclude_forced: Flag = Field(False, alias="excludeForcedPhotometry")
    require_detections: Flag = Field(True, alias="requireDetections")
    has_spectrum: Flag = Field(False, alias="hasSpectrum")
    has_no_spectrum: Flag = Field(False, alias="hasNoSpectrum")
    spectrum_after: Time | None = Field(None, alias="hasSpectrumAfter")
    spectrum_before: Time | None = Field(None, alias="hasSpectrumBefore")
    has_followup: Flag = Field(False, alias="hasFollowupRequest")
    followup_status: str | None = Field(None, alias="followupRequestStatus")
    has_tns_name: Flag = Field(False, alias="hasTNSname")
    has_no_tns_name: Flag = Field(False, alias="hasNoTNSname")
    simbad_class: str | None = Field(None, alias="simbadClass")
    alias: str | None = None
    origin: str | None = None
    list_name: str | None = Field(None, alias="listName")
    rejected: Words | None = Field(None, alias="rejectedSourceIDs")
    tags: Words | None = None
    """Names of tags, of which a source has one."""
    labelled: Flag = Field(False, alias="hasBeenLabelled")
    unlabelled: Flag = Field(False, alias="hasNotBeenLabelled")
    by_me: Flag = Field(False, alias="currentUserLabeller")
    spatial_catalog: str | None = Field(None, alias="spatialCatalogName")
    remove_nested: Flag = Field(False, alias="removeNested")
    """Whether lists of pictures, annotations and groups stay empty."""


def source_request(viewer: Viewer, asked: SourcesQuery) -> SourceRequest:
    """Return the request that a query string stands for.

    Raises
    ------
    Invalid
        A cone lacks a part, an annotation test is none, or two conditions exclude each other.
    """
    if asked.spatial_catalog is not None:
        raise Invalid(f"no spatial catalog {asked.spatial_catalog[:40]!r}")
    plain = {
        name: value
        for name in asked.model_fields_set & {each.name for each in fields(SourceRequest)}
        if (value := getattr(asked, name)) is not None
    }
    descending = asked.sort_by == "saved_at"
    if asked.sort_order is not None:
        descending = asked.sort_order == "desc"
    return SourceRequest(
        **plain
        | _opposites(asked)
        | {
            "cone": _cone(asked),
            "localization": localization(asked),
            "saved_by": viewer.user.id if asked.saved_by_me else None,
            "annotations": tuple(AnnotationTest.parse(each) for each in asked.tests or ()),
            "annotation_origins": asked.annotations_origin or (),
            "light_curve": LightCurveCut(
                detections=asked.number_detections,
                first_after=asked.first_detected_after,
                last_before=asked.last_detected_before,
                peak_from=asked.min_peak_magnitude,
                peak_to=asked.max_peak_magnitude,
                latest_from=asked.min_latest_magnitude,
                latest_to=asked.max_latest_magnitude,
                without_forced=asked.exclude_forced,
                keep_unseen=not asked.require_detections,
            ),
            "has_followup": asked.has_followup or None,
            "by_labeller": viewer.user.id if asked.by_me else None,
            "descending": descending,
            "per_page": min(asked.per_page, LARGEST_PAGE),
        }
    )


def _opposites(asked: SourcesQuery) -> dict[str, bool | None]:
    """Return the conditions that come as pairs of flags."""
    return {
        "classified": _either(asked.classified, asked.unclassified, "classified", "unclassified"),
        "has_spectrum": _either(
            asked.has_spectrum, asked.has_no_spectrum, "hasSpectrum", "hasNoSpectrum"
        ),
        "has_tns_name": _either(
            asked.has_tns_name, asked.has_no_tns_name, "hasTNSname", "hasNoTNSname"
        ),
        "labelled": _either(
            asked.labelled, asked.unlabelled, "hasBeenLabelled", "hasNotBeenLabelled"
        ),
    }


def _cone(asked: SourcesQuery) -> tuple[float, float, float] | None:
    parts = (asked.ra, asked.dec, asked.radius)
    if parts == (None, None, None):
        return None
    if asked.ra is None or asked.dec is None or asked.radius is None:
        raise Invalid("ra, dec and radius (degrees) go together")
    return asked.ra % 360.0, asked.dec, asked.radius


def _either(yes: bool, no: bool, yes_name: str, no_name: str) -> bool | None:  # noqa: FBT001 -- flags of a query string
    if yes and no:
        raise Invalid(f"{yes_name} and {no_name} exclude each other")
    return True if yes else False if no else None
