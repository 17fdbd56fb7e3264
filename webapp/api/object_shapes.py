"""Objects, annotations and labels as the API shows them: SkyPortal's names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from fritz.marshal.annotation import Annotation
from fritz.marshal.candidate import Candidate
from fritz.marshal.group import Group
from fritz.marshal.obj import Obj
from fritz.marshal.subject import SubjectKind
from fritz.services.posting import number_of
from fritz.sky.coordinates import galactic
from fritz.sky.cosmology import distances
from webapp.api.arguments import Body
from webapp.api.shapes import GroupRow, group_row

__all__ = [
    "AnnotationRow",
    "Facts",
    "ObjRow",
    "filter_annotation",
    "obj_fields",
    "posted_annotation",
]


class Facts(Body):
    """What a request may say of an object."""

    ra_dis: float | None = None
    dec_dis: float | None = None
    ra_err: float | None = None
    dec_err: float | None = None
    offset: float | None = None
    t0: float | None = None
    redshift: float | None = None
    redshift_error: float | None = None
    redshift_origin: str | None = None
    host_id: int | None = None
    summary: str | None = None
    altdata: dict[str, Any] | None = None
    dist_nearest_source: float | None = None
    mag_nearest_source: float | None = None
    e_mag_nearest_source: float | None = None
    transient: bool | None = None
    varstar: bool | None = None
    is_roid: bool | None = None
    mpc_name: str | None = None
    tns_name: str | None = None
    tns_info: dict[str, Any] | None = None
    score: float | None = None
    origin: str | None = None
    alias: list[str] | None = None

    def given(self) -> dict[str, Any]:
        """Return the facts that the request names, nulls included."""
        return {
            name: getattr(self, name)
            for name in Facts.model_fields
            if name in self.model_fields_set
        }


class ObjRow(BaseModel):
    """An object."""

    id: str
    ra: float
    dec: float
    created_at: datetime
    modified: datetime
    ra_dis: float | None = None
    dec_dis: float | None = None
    ra_err: float | None = None
    dec_err: float | None = None
    offset: float | None = None
    t0: float | None = None
    redshift: float | None = None
    redshift_error: float | None = None
    redshift_origin: str | None = None
    redshift_history: list[dict[str, Any]] = Field(default_factory=list)
    host_id: int | None = None
    summary: str | None = None
    summary_history: list[dict[str, Any]] = Field(default_factory=list)
    altdata: dict[str, Any] | None = None
    dist_nearest_source: float | None = None
    mag_nearest_source: float | None = None
    e_mag_nearest_source: float | None = None
    transient: bool | None = None
    varstar: bool | None = None
    is_roid: bool | None = None
    mpc_name: str | None = None
    tns_name: str | None = None
    tns_info: dict[str, Any] | None = None
    score: float | None = None
    origin: str | None = None
    alias: list[str] | None = None
    internal_key: str
    gal_lon: float | None = None
    gal_lat: float | None = None
    luminosity_distance: float | None = None
    dm: float | None = None
    angular_diameter_distance: float | None = None


class AnnotationRow(BaseModel):
    """What somebody says of an object: a person, a catalogue, a filter."""

    id: int
    obj_id: str
    spectrum_id: int | None = Field(None, exclude_if=lambda each: each is None)
    photometry_id: int | None = Field(None, exclude_if=lambda each: each is None)
    origin: str
    data: dict[str, Any]
    author_id: int | None = None
    author: dict[str, Any] | None = None
    groups: list[GroupRow] = Field(default_factory=list)
    created_at: datetime
    modified: datetime


def obj_fields(obj: Obj) -> dict[str, Any]:
    """Return an object's part of a row."""
    lon, lat = galactic(obj.ra, obj.dec)
    far = distances(obj.redshift) if obj.redshift is not None else None
    return {
        **obj.facts,
        "id": obj.id,
        "ra": obj.ra,
        "dec": obj.dec,
        "created_at": obj.created_at,
        "modified": obj.modified or obj.created_at,
        "redshift_history": [dict(each) for each in obj.redshift_history],
        "summary_history": [dict(each) for each in obj.summary_history],
        "internal_key": hashlib.sha256(obj.id.encode()).hexdigest()[:32],
        "gal_lon": float(lon),
        "gal_lat": float(lat),
        "luminosity_distance": far and far.luminosity_mpc,
        "dm": far and far.modulus_mag,
        "angular_diameter_distance": far and far.angular_diameter_mpc,
    }


def posted_annotation(each: Annotation, groups: Mapping[int, Group]) -> AnnotationRow:
    """Return an annotation that was posted, with those of its groups that are known."""
    return AnnotationRow(
        id=each.id,
        obj_id=each.obj_id,
        spectrum_id=_number(each, "spectra"),
        photometry_id=_number(each, "photometry"),
        origin=each.origin,
        data=dict(each.data),
        author_id=each.author_id,
        author={"id": each.author_id, "username": each.author_name},
        groups=_groups(each.group_ids, groups),
        created_at=each.created_at,
        modified=each.modified,
    )


def filter_annotation(
    candidate: Candidate, origin: str, groups: Mapping[int, Group]
) -> AnnotationRow:
    """Return what a filter says of an object."""
    return AnnotationRow(
        id=number_of(candidate),
        obj_id=candidate.obj_id,
        origin=origin,
        data=dict(candidate.annotations),
        groups=_groups((candidate.group_id,), groups),
        created_at=candidate.passed_at,
        modified=candidate.passed_at,
    )


def _number(each: Annotation, kind: SubjectKind) -> int | None:
    """Return the number of the row that an annotation is about, if it is of that kind."""
    of, _, number = each.subject.partition("/")
    return int(number) if of == kind else None


def _groups(group_ids: Sequence[int], groups: Mapping[int, Group]) -> list[GroupRow]:
    return [group_row(groups[each]) for each in group_ids if each in groups]
