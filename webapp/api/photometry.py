"""Photometry: uploaded, shown, changed, removed."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.julian import julian_date, mjd_of
from fritz.marshal.photometry_merge import Duplicates
from fritz.services.photometry import DELETE_BULK, Openness
from webapp.api.arguments import Body, Ids, Query, Time, body
from webapp.api.operation import operation
from webapp.api.photometry_shapes import PhotometryBody, PhotometryRow, Shown, photometry_rows
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["PointQuery", "Removed", "blueprint"]

blueprint = Blueprint("api_photometry", __name__, url_prefix="/api/photometry")


class PutQuery(Query):
    """What becomes of points that stand there already."""

    refresh: bool = False
    """Taken for SkyPortal's sake; pages here hear of new points by themselves."""
    duplicate_ignore_flux: bool = False
    """Take points of one instrument, filter, origin and time for the same, whatever their flux."""
    overwrite_flux: bool = False
    """And let those that stand there take the new flux."""


class PhotometryMade(BaseModel):
    """The points in the order of the rows, and what they can be removed by."""

    ids: list[int]
    upload_id: str


class PointQuery(Query):
    """How points are shown."""

    space: Literal["mag", "flux", "both"] = Field("mag", alias="format")
    system: Literal["ab", "vega"] = Field("ab", alias="magsys")


class RangeQuery(PointQuery):
    """Which points are wanted, too; the same may stand in a JSON body."""

    instrument_ids: Ids | None = None
    min_date: Time | None = None
    max_date: Time | None = None


class RangeBody(Body):
    """Which points are wanted."""

    instrument_ids: Ids | None = None
    min_date: Time | None = None
    max_date: Time | None = None


Removed = Annotated[str, Field(description="How many points were removed, in words.")]


@blueprint.post("")
@operation(body=PhotometryBody, answer=PhotometryMade, acl=UPLOAD_DATA)
def post(given: PhotometryBody) -> PhotometryMade:
    """Upload photometry; if any point stands there already, nothing is added."""
    return _uploaded(given, "refuse")


@blueprint.put("")
@operation(query=PutQuery, body=PhotometryBody, answer=PhotometryMade, acl=UPLOAD_DATA)
def put(asked: PutQuery, given: PhotometryBody) -> PhotometryMade:
    """Upload photometry; what stands there already is opened to the groups and streams named."""
    duplicates: Duplicates = "share"
    if asked.duplicate_ignore_flux:
        duplicates = "overwrite" if asked.overwrite_flux else "same epoch"
    return _uploaded(given, duplicates)


@blueprint.get("/<int:point_id>")
@operation(query=PointQuery, answer=PhotometryRow)
def one(point_id: int, asked: PointQuery) -> dict[str, Any]:
    """Return one point."""
    held = marshal().observing.photometry.point(api_viewer(), point_id)
    return photometry_rows([held], Shown(asked.space, asked.system))[0]


@blueprint.patch("/<int:point_id>")
@operation(query=PutQuery, body=PhotometryBody, acl=UPLOAD_DATA)
def change(point_id: int, asked: PutQuery, given: PhotometryBody) -> None:
    """Measure a point anew; groups and streams that are named see it, too."""
    del asked
    openness = Openness(given.group_ids, given.stream_ids)
    marshal().observing.photometry.change(api_viewer(), point_id, given.packet, openness)


@blueprint.delete("/<int:point_id>")
@operation(acl=UPLOAD_DATA)
def delete(point_id: int) -> None:
    """Remove a point."""
    marshal().observing.photometry.delete(api_viewer(), point_id)


@blueprint.delete("/bulk_delete/<upload_id>")
@operation(answer=Removed, acl=DELETE_BULK)
def delete_upload(upload_id: str) -> str:
    """Remove what one request uploaded."""
    removed = marshal().observing.photometry.delete_upload(api_viewer(), upload_id)
    return f"Deleted {removed} photometry points"


@blueprint.get("/range")
@operation(query=RangeQuery, answer=list[PhotometryRow])
def in_range(asked: RangeQuery) -> list[dict[str, Any]]:
    """Return the points of some instruments between two dates."""
    given = body(RangeBody)
    begin, end = asked.min_date or given.min_date, asked.max_date or given.max_date
    if begin is not None and end is not None and end < begin:
        raise Invalid("max_date is before min_date")
    held = marshal().observing.photometry.in_range(
        api_viewer(),
        asked.instrument_ids or given.instrument_ids or (),
        mjd_of(julian_date(begin)) if begin else 0.0,
        mjd_of(julian_date(end)) if end else 1e6,
    )
    return photometry_rows(held, Shown(asked.space, asked.system))


@blueprint.get("/origins")
@operation(answer=list[str])
def origins() -> list[str]:
    """Return the origins of the points that the caller sees."""
    return marshal().observing.photometry.origins(api_viewer())


def _uploaded(given: PhotometryBody, duplicates: Duplicates) -> PhotometryMade:
    made = marshal().observing.photometry.upload(
        api_viewer(),
        given.packet,
        Openness(given.group_ids, given.stream_ids),
        duplicates,
        marshal().now(),
        secrets.token_bytes(16),
    )
    return PhotometryMade(ids=list(made.ids), upload_id=made.upload_id)
