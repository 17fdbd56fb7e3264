"""Telescopes: everybody's to see, and whether it is night there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.telescope import MANAGE_TELESCOPES, Telescope, night_at
from webapp.api.arguments import Body, Query
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["Made", "TelescopeRow", "blueprint", "telescope_row"]

blueprint = Blueprint("api_telescopes", __name__, url_prefix="/api/telescope")


class TelescopeRow(BaseModel):
    """A telescope."""

    id: int
    name: str
    nickname: str
    diameter: float
    lat: float | None
    lon: float | None
    elevation: float | None
    robotic: bool
    fixed_location: bool
    skycam_link: str | None
    weather_link: str | None
    mpc_obscode: str | None
    is_night_astronomical: bool | None
    """Whether the Sun is more than 18 degrees below the horizon there now."""
    morning: datetime | None
    """When that ends next; None, as the next, where it does not within a day."""
    evening: datetime | None
    created_at: datetime
    modified: datetime


class TelescopesQuery(Query):
    """Which are wanted."""

    name: str | None = None
    lat_min: float | None = Field(None, alias="latitudeMin")
    lat_max: float | None = Field(None, alias="latitudeMax")
    lon_min: float | None = Field(None, alias="longitudeMin")
    lon_max: float | None = Field(None, alias="longitudeMax")


class TelescopeBody(Body):
    """A new telescope."""

    name: str
    nickname: str
    diameter: float
    lat: float | None = None
    lon: float | None = None
    elevation: float | None = None
    robotic: bool = False
    fixed_location: bool | None = None
    """Where nobody says: whether there is a place."""
    skycam_link: str | None = None
    weather_link: str | None = None
    mpc_obscode: str | None = None


class TelescopeChange(Body):
    """What changes; the rest stays."""

    name: str | None = None
    nickname: str | None = None
    diameter: float | None = None
    lat: float | None = None
    lon: float | None = None
    elevation: float | None = None
    robotic: bool | None = None
    fixed_location: bool | None = None
    skycam_link: str | None = None
    weather_link: str | None = None
    mpc_obscode: str | None = None


class Made(BaseModel):
    """The id of what was posted."""

    id: int


def telescope_row(telescope: Telescope, now: datetime) -> TelescopeRow:
    """Return a telescope as SkyPortal shows it."""
    night = night_at(telescope, now)
    return TelescopeRow(
        **telescope.to_fields(),
        is_night_astronomical=night.is_dark if night else None,
        morning=night.morning if night else None,
        evening=night.evening if night else None,
    )


@blueprint.get("")
@operation(query=TelescopesQuery, answer=list[TelescopeRow])
def index(asked: TelescopesQuery) -> list[TelescopeRow]:
    """Return the telescopes."""
    now = marshal().now()
    return [
        telescope_row(each, now)
        for each in marshal().observing.telescopes.all()
        if _wanted(each, asked)
    ]


@blueprint.get("/<int:telescope_id>")
@operation(answer=TelescopeRow, errors=(404,))
def one(telescope_id: int) -> TelescopeRow:
    """Return one telescope."""
    return telescope_row(marshal().observing.telescopes.get(telescope_id), marshal().now())


@blueprint.post("")
@operation(body=TelescopeBody, answer=Made)
def create(given: TelescopeBody) -> Made:
    """Add a telescope."""
    placed = {given.lat, given.lon, given.elevation} != {None}
    fixed = placed if given.fixed_location is None else given.fixed_location
    told = dict(given) | {"fixed_location": fixed}
    return Made(id=marshal().observing.telescopes.create(marshal().now(), **told).id)


@blueprint.put("/<int:telescope_id>")
@operation(body=TelescopeChange, acl=MANAGE_TELESCOPES, errors=(404,))
def change(telescope_id: int, given: TelescopeChange) -> None:
    """Change what is known of a telescope."""
    optional = {"lat", "lon", "elevation", "skycam_link", "weather_link", "mpc_obscode"}
    changed: dict[str, Any] = {
        name: value
        for name in given.model_fields_set
        if (value := getattr(given, name)) is not None or name in optional
    }
    marshal().observing.telescopes.change(api_viewer(), telescope_id, marshal().now(), **changed)


@blueprint.delete("/<int:telescope_id>")
@operation(acl=MANAGE_TELESCOPES, errors=(404,))
def delete(telescope_id: int) -> None:
    """Remove a telescope that has no instrument."""
    marshal().observing.telescopes.delete(api_viewer(), telescope_id)


def _wanted(telescope: Telescope, asked: TelescopesQuery) -> bool:
    if asked.name is not None and telescope.name != asked.name:
        return False
    bounds = (
        (telescope.lat, asked.lat_min, asked.lat_max),
        (telescope.lon, asked.lon_min, asked.lon_max),
    )
    return all(
        (low is None or (value is not None and value >= low))
        and (high is None or (value is not None and value <= high))
        for value, low, high in bounds
    )
