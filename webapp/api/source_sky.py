"""Where a source stands, what colour it has, how a telescope is told of it; and removing one."""

from __future__ import annotations

import math
from typing import Annotated

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.color_magnitude import ColorKeys, color_magnitudes
from fritz.marshal.finder import FIELD_ARCMIN, OffsetStar, finder_chart
from fritz.marshal.position import LEAST_SNR, Place, measured_place
from fritz.marshal.starlist import Facility, offset_line, starlist_line
from fritz.sky.coordinates import galactic
from fritz.sky.separations import separation_arcsec
from webapp.api.arguments import Query
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ColorRow", "blueprint"]

blueprint = Blueprint("api_source_sky", __name__, url_prefix="/api")

DEFAULTS = ColorKeys()


class ColorQuery(Query):
    """Where in the annotations of a catalogue the numbers stand."""

    catalog: str = DEFAULTS.catalog
    apparent_mag: str = Field(DEFAULTS.apparent_mag, alias="apparentMagKey")
    parallax: str = Field(DEFAULTS.parallax, alias="parallaxKey")
    absorption: str = Field(DEFAULTS.absorption, alias="absorptionKey")
    absolute_mag: str = Field(DEFAULTS.absolute_mag, alias="absoluteMagKey")
    blue_mag: str = Field(DEFAULTS.blue_mag, alias="blueMagKey")
    red_mag: str = Field(DEFAULTS.red_mag, alias="redMagKey")
    color: str = Field(DEFAULTS.color, alias="colorKey")


class ColorRow(BaseModel):
    """A point in the colour-magnitude diagram."""

    origin: str
    color: float
    abs_mag: float


class PositionQuery(Query):
    """Which points count."""

    least_snr: Annotated[float, Field(ge=0)] = Field(LEAST_SNR, alias="snr_threshold")


class PositionAnswer(BaseModel):
    """The place by the light curve, and the one that the object was saved at."""

    ra: float
    dec: float
    gal_lon: float
    gal_lat: float
    separation: float
    """From the place that the object was saved at, arcseconds."""
    discovery_ra: float
    discovery_dec: float


class OffsetsQuery(Query):
    """How the list is to be written."""

    facility: Facility = "Keck"
    stars: Annotated[int, Field(ge=0, le=10)] = Field(3, alias="num_offset_stars")


class StarRow(BaseModel):
    """One line of the list."""

    line: str = Field(serialization_alias="str")
    name: str
    ra: float
    dec: float
    dras: str | None = None
    """From the star to the target: eastward, arcseconds; and northward."""
    ddecs: str | None = None
    mag: float | None = None
    pa: float | None = None
    """Direction from the star to the target, degrees from north to east."""


class OffsetsAnswer(BaseModel):
    """The target and stars to point at first; none where no catalogue of stars is loaded."""

    facility: str
    starlist_str: str
    starlist_info: list[StarRow]
    ra: float
    dec: float
    noffsets: int
    queries_issued: int
    gaia_available: bool


@blueprint.get("/sources/<obj_id>/color_mag")
@operation(query=ColorQuery, answer=list[ColorRow], errors=(404,))
def color_mag(obj_id: str, asked: ColorQuery) -> list[ColorRow]:
    """Return colour and absolute magnitude, by what catalogues say of the source."""
    viewer = api_viewer()
    marshal().objects.get(viewer, obj_id)
    said = marshal().annotations.of_objects(viewer, [obj_id]).get(obj_id, [])
    points = color_magnitudes(said, ColorKeys(**dict(asked)))
    return [ColorRow.model_validate(each, from_attributes=True) for each in points]


@blueprint.get("/sources/<obj_id>/position")
@operation(query=PositionQuery, answer=PositionAnswer, errors=(404,))
def position(obj_id: str, asked: PositionQuery) -> PositionAnswer:
    """Return where the source stands by the points that the caller sees."""
    viewer = api_viewer()
    obj = marshal().objects.get(viewer, obj_id)
    held = marshal().observing.photometry.points(viewer, obj_id)
    place = measured_place((each.point for each in held), asked.least_snr) or Place(obj.ra, obj.dec)
    lon, lat = galactic(place.ra, place.dec)
    return PositionAnswer(
        ra=place.ra,
        dec=place.dec,
        gal_lon=float(lon),
        gal_lat=float(lat),
        separation=float(separation_arcsec(obj.ra, obj.dec, place.ra, place.dec)),
        discovery_ra=obj.ra,
        discovery_dec=obj.dec,
    )


@blueprint.get("/sources/<obj_id>/offsets")
@operation(query=OffsetsQuery, answer=OffsetsAnswer, errors=(404,))
def offsets(obj_id: str, asked: OffsetsQuery) -> OffsetsAnswer:
    """Return a list that a telescope reads: the source, and stars of Gaia to offset from."""
    obj = marshal().objects.get(api_viewer(), obj_id)
    name, stars = marshal().archived.catalogs.stars(obj.ra, obj.dec, FIELD_ARCMIN * 43.0)
    chart = finder_chart(obj.id, obj.ra, obj.dec, stars, name, asked.stars)
    target = starlist_line(asked.facility, obj.id, obj.ra, obj.dec)
    rows = [StarRow(line=target, name=obj.id, ra=obj.ra, dec=obj.dec)]
    for n, each in enumerate(chart.offsets, start=1):
        rows.append(_star_row(asked.facility, f"{obj.id}_o{n}", each))
    return OffsetsAnswer(
        facility=asked.facility,
        starlist_str="\n".join(row.line for row in rows),
        starlist_info=rows,
        ra=obj.ra,
        dec=obj.dec,
        noffsets=len(chart.offsets),
        queries_issued=0 if name is None else 1,
        gaia_available=name is not None,
    )


def _star_row(facility: Facility, name: str, offset: OffsetStar) -> StarRow:
    east, north = offset.east_arcsec, offset.north_arcsec
    return StarRow(
        line=offset_line(facility, name, offset),
        name=name,
        ra=offset.star.ra,
        dec=offset.star.dec,
        dras=f'{abs(east):.2f}" {"E" if round(east, 2) >= 0 else "W"}',
        ddecs=f'{abs(north):.2f}" {"N" if round(north, 2) >= 0 else "S"}',
        mag=offset.star.mag,
        pa=round(math.degrees(math.atan2(east, north)), 2) % 360.0,
    )


@blueprint.delete("/objs/<obj_id>")
@operation(acl=SYSTEM_ADMIN, errors=(404,))
def remove(obj_id: str) -> None:
    """Remove an object for good, with its candidates, saves, labels and listings."""
    marshal().removing.remove(api_viewer(), obj_id)
