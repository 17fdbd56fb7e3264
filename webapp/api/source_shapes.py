"""Sources as the API shows them: SkyPortal's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from fritz.marshal.group import Group
from fritz.marshal.source import Source
from fritz.services.objects import Neighbour
from fritz.services.sources import SavedObject
from webapp.api.candidate_shapes import CandidateRecord
from webapp.api.classifications import ClassificationRow
from webapp.api.comment_shapes import CommentRow
from webapp.api.filter_shapes import FilterRow
from webapp.api.object_shapes import AnnotationRow, ObjRow, obj_fields
from webapp.api.photometry_shapes import PhotometryRow
from webapp.api.shapes import SavedGroupRow, group_row
from webapp.api.source_photometry import PhotStatRow
from webapp.api.source_sky import ColorRow
from webapp.api.tags import TagRow
from webapp.api.thumbnails import ThumbnailRow
from webapp.platform import marshal

__all__ = [
    "Duplicate",
    "SaveRow",
    "SourceCandidate",
    "SourceRow",
    "duplicates",
    "save_row",
    "saved_groups",
    "savers",
]


def _absent(value: Any) -> bool:
    return value is None


class Duplicate(BaseModel):
    """Another object at nearly the same place."""

    obj_id: str
    ra: float
    dec: float
    separation: float
    """Arcseconds."""


class SourceCandidate(CandidateRecord):
    """What passed a filter, and the filter."""

    filter: FilterRow | None


class SourceRow(ObjRow):
    """An object with what is attached to it."""

    groups: list[SavedGroupRow]
    annotations: list[AnnotationRow] = Field(default_factory=list)
    classifications: list[ClassificationRow] = Field(default_factory=list)
    followup_requests: list[Any] = Field(default_factory=list)
    assignments: list[Any] = Field(default_factory=list)
    duplicates: list[Duplicate] = Field(default_factory=list)
    galaxies: list[str] | None = None
    ebv: float | None = None
    tags: list[TagRow] = Field(default_factory=list)
    associated_objs: list[Any] = Field(default_factory=list)
    photometry: list[PhotometryRow] | None = Field(None, exclude_if=_absent)
    comments: list[CommentRow] | None = Field(None, exclude_if=_absent)
    thumbnails: list[ThumbnailRow] | None = Field(None, exclude_if=_absent)
    photstats: list[PhotStatRow] | None = Field(None, exclude_if=_absent)
    labellers: list[dict[str, Any]] | None = Field(None, exclude_if=_absent)
    candidates: list[SourceCandidate] | None = Field(None, exclude_if=_absent)
    color_magnitude: list[ColorRow] | None = Field(None, exclude_if=_absent)
    analyses: list[Any] | None = Field(None, exclude_if=_absent)
    gcn_crossmatch: list[Any] | None = Field(None, exclude_if=_absent)
    gcn_notes: list[Any] | None = Field(None, exclude_if=_absent)
    spectrum_exists: bool | None = Field(None, exclude_if=_absent)
    photometry_exists: bool | None = Field(None, exclude_if=_absent)
    comment_exists: bool | None = Field(None, exclude_if=_absent)
    period_exists: bool | None = Field(None, exclude_if=_absent)
    period: bool | None = Field(None, exclude_if=_absent)
    """In lists: whether there is one."""


class SaveRow(BaseModel):
    """Who saved an object to a group, and when."""

    id: int
    obj_id: str
    group_id: int
    saved_by_id: int
    saved_at: datetime
    created_at: datetime
    active: bool
    requested: bool
    unsaved_at: datetime | None
    unsaved_by_id: int | None


def save_row(source: Source) -> SaveRow:
    """Return one save."""
    return SaveRow(
        id=source.number,
        obj_id=source.obj_id,
        group_id=source.group_id,
        saved_by_id=source.saved_by,
        saved_at=source.saved_at,
        created_at=source.saved_at,
        active=source.active,
        requested=source.requested,
        unsaved_at=source.unsaved_at,
        unsaved_by_id=source.unsaved_by,
    )


def savers(sources: Iterable[Source]) -> dict[int, dict[str, Any]]:
    """Return who saved these, by id, as rows show them."""
    found = marshal().users.get_many({each.saved_by for each in sources})
    return {
        user.id: {
            "id": user.id,
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
        }
        for user in found
    }


def saved_groups(
    sources: Sequence[Source], groups: Mapping[int, Group], people: Mapping[int, dict[str, Any]]
) -> list[SavedGroupRow]:
    """Return the groups of an object's sources."""
    return [
        SavedGroupRow(
            **group_row(groups[source.group_id]).model_dump(),
            active=source.active,
            requested=source.requested,
            saved_at=source.saved_at,
            saved_by=people.get(source.saved_by, {"id": source.saved_by}),
        )
        for source in sources
        if source.group_id in groups
    ]


def source_row(
    saved: SavedObject,
    groups: Mapping[int, Group],
    people: Mapping[int, dict[str, Any]],
    **more: Any,
) -> SourceRow:
    """Return one object with its groups.

    Parameters
    ----------
    more : what else is shown: annotations, classifications, photometry …
    """
    fields = obj_fields(saved.obj)
    changed = [source.saved_at for source in saved.sources]
    fields["modified"] = max([fields["modified"], *changed])
    return SourceRow(**fields, groups=saved_groups(saved.sources, groups, people), **more)


def duplicates(near: Iterable[Neighbour], obj_id: str) -> list[Duplicate]:
    """Return the others among an object's neighbours that stay in place."""
    return [
        Duplicate(
            obj_id=each.obj.id,
            ra=each.obj.ra,
            dec=each.obj.dec,
            separation=each.separation_deg * 3600.0,
        )
        for each in near
        if each.obj.id != obj_id and not each.obj.moves
    ]
