"""Sky maps as Kowalski's clients upload them: ``/api/skymap``."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.services.skymaps import Skymap
from webapp.api.arguments import Body, Query
from webapp.api.operation import Plain, operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_skymaps", __name__, url_prefix="/api/skymap")


class SkymapBody(Body):
    """A map to keep contours of."""

    dateobs: str
    skymap: dict[str, Any] = Field(
        description="`uniq` and `probdensity` with `localization_name`; or `ra`, `dec`, `error`."
    )
    contours: list[float] | float | str = Field(default_factory=lambda: [90.0, 95.0])
    aliases: list[str] | str = Field(default_factory=list)


class SkymapQuery(Query):
    """Which map."""

    dateobs: str | None = None
    alias: str | None = None
    localization_name: str | None = None


class SkymapName(Body):
    """Which map to forget."""

    dateobs: str | None = None
    alias: str | None = None
    localization_name: str


class SkymapShape(BaseModel):
    """A map: its event, its name, its contours."""

    dateobs: str
    localization_name: str
    aliases: list[str]
    contours: list[float]


class Saved(BaseModel):
    """What became of it."""

    status: str
    message: str
    data: SkymapShape | None = None


@blueprint.put("")
@operation(body=SkymapBody, answer=Plain(Saved), errors=(404,))
def save(given: SkymapBody) -> Response:
    """Keep contours of a sky map, for queries of type ``skymap``."""
    levels = _levels(given.contours)
    aliases = [given.aliases] if isinstance(given.aliases, str) else given.aliases
    found = marshal().archive.skymaps.save(
        given.skymap,
        dateobs=given.dateobs,
        aliases=aliases,
        contours=levels,
        owner_id=api_viewer().user.id,
    )
    return _answer(f"added skymap for {found.dateobs} with contours {levels}", found)


@blueprint.get("")
@operation(query=SkymapQuery, answer=Plain(Saved), errors=(404,))
def get(asked: SkymapQuery) -> Response:
    """Return which contours there are of a map."""
    return _answer("found", _found(asked.localization_name, asked.dateobs, asked.alias))


@blueprint.delete("")
@operation(body=SkymapName, answer=Plain(Saved), errors=(404,))
def delete(given: SkymapName) -> Response:
    """Forget a map that one uploaded."""
    viewer = api_viewer()
    found = _found(given.localization_name, given.dateobs, given.alias)
    marshal().archive.skymaps.delete(found, viewer.user.id, is_admin=viewer.is_admin)
    return _answer("deleted 1 skymap", None)


def _found(name: str | None, dateobs: str | None, alias: str | None) -> Skymap:
    aliases = [] if alias is None else [alias]
    return marshal().archive.skymaps.find(localization_name=name, dateobs=dateobs, aliases=aliases)


def _levels(given: list[float] | float | str) -> list[float]:
    parts = given.split(",") if isinstance(given, str) else given
    try:
        return [float(each) for each in (parts if isinstance(parts, list) else [parts])]
    except ValueError as e:
        raise Invalid("contours must be numbers") from e


def _answer(message: str, found: Skymap | None) -> Response:
    shape = None if found is None else {
        "dateobs": found.dateobs,
        "localization_name": found.localization_name,
        "aliases": list(found.aliases),
        "contours": sorted(float(each.replace("_", ".")) for each in found.regions),
    }  # fmt: skip
    body = {"status": "success", "message": message, "data": shape}
    return Response(orjson.dumps(body), mimetype="application/json")
