"""Candidates as the API shows them: SkyPortal's names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from fritz.marshal.candidate import Candidate
from fritz.marshal.classification import Classification
from fritz.marshal.filter import Filter
from fritz.marshal.julian import datetime_of
from fritz.marshal.scan_entry import ScanEntry
from fritz.services.posting import number_of
from fritz.services.scan_rows import ScannedObject
from webapp.api.classifications import ClassificationRow, classification_rows
from webapp.api.comment_shapes import CommentRow
from webapp.api.object_shapes import (
    AnnotationRow,
    ObjRow,
    filter_annotation,
    obj_fields,
    posted_annotation,
)
from webapp.api.photometry_shapes import PhotometryRow
from webapp.api.shapes import GroupRow, group_row
from webapp.api.spectrum_shapes import SpectrumRow
from webapp.api.tags import TagRow
from webapp.api.thumbnails import ThumbnailRow
from webapp.api.world import World

__all__ = ["CandidateRecord", "CandidateRow", "PassingAlert", "candidate_record", "candidate_row"]


class PassingAlert(BaseModel):
    """One alert that passed one filter."""

    filter_id: int
    passing_alert_id: int | None
    passed_at: datetime


class CandidateRow(ObjRow):
    """An object that passed filters."""

    is_source: bool
    saved_groups: list[GroupRow]
    classifications: list[ClassificationRow] = Field(default_factory=list)
    passing_group_ids: list[int]
    filter_ids: list[int]
    passing_alerts: list[PassingAlert]
    annotations: list[AnnotationRow]
    tags: list[TagRow] = Field(default_factory=list)
    last_detected_at: datetime
    photometry: list[PhotometryRow] | None = Field(None, exclude_if=lambda each: each is None)
    spectra: list[SpectrumRow] | None = Field(None, exclude_if=lambda each: each is None)
    thumbnails: list[ThumbnailRow] | None = Field(None, exclude_if=lambda each: each is None)
    comments: list[CommentRow] | None = Field(None, exclude_if=lambda each: each is None)
    followup_requests: list[dict[str, Any]] | None = Field(
        None, exclude_if=lambda each: each is None
    )


class CandidateRecord(BaseModel):
    """One alert that passed one filter, as brokers compare it with theirs."""

    id: int
    obj_id: str
    filter_id: int
    passed_at: datetime
    passing_alert_id: int | None
    created_at: datetime
    modified: datetime


def candidate_record(each: Candidate) -> CandidateRecord:
    """Return a candidate by itself."""
    return CandidateRecord(
        id=number_of(each),
        obj_id=each.obj_id,
        filter_id=each.filter_id,
        passed_at=each.passed_at,
        passing_alert_id=each.candid,
        created_at=each.passed_at,
        modified=each.passed_at,
    )


def candidate_row(
    scanned: ScannedObject,
    world: World,
    classifications: Sequence[Classification] = (),
    scanned_groups: Collection[int] = (),
    **more: Any,
) -> CandidateRow:
    """Return one object of a list of candidates.

    Parameters
    ----------
    scanned_groups : whose annotations come first.
    more : what else was asked for: photometry, spectra, comments.
    """
    return CandidateRow(
        **obj_fields(scanned.obj),
        is_source=bool(scanned.saved_to),
        saved_groups=[group_row(world.groups[g]) for g in scanned.saved_to if g in world.groups],
        classifications=classification_rows(classifications) if classifications else [],
        passing_group_ids=sorted({each.group_id for each in scanned.entries}),
        filter_ids=sorted({each.filter_id for each in scanned.entries}),
        passing_alerts=[
            PassingAlert(
                filter_id=filter_id, passing_alert_id=alert.candid, passed_at=alert.passed_at
            )
            for filter_id, alert in scanned.alerts
        ],
        annotations=annotation_rows(scanned, world, scanned_groups),
        last_detected_at=datetime_of(scanned.latest.jd),
        **more,
    )


def annotation_rows(
    scanned: ScannedObject, world: World, scanned_groups: Collection[int] = ()
) -> list[AnnotationRow]:
    """Return what filters and others say of an object, the groups that are scanned first."""
    rows = [
        filter_annotation(
            _counted(entry, world.filters.get(entry.filter_id)),
            world.origin(entry.filter_id, entry.group_id),
            world.groups,
        )
        for entry in scanned.entries
    ]
    rows = [row for row in rows if row.data]
    rows += [posted_annotation(each, world.groups) for each in scanned.annotations]
    return sorted(rows, key=lambda row: not any(group.id in scanned_groups for group in row.groups))


def _counted(entry: ScanEntry, of: Filter | None) -> Candidate:
    """Return the candidate whose annotations count: the last if the filter updates them."""
    return entry.first if of is not None and not of.update_annotations else entry.latest
