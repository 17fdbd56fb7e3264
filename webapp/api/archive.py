"""The archive's light curves and catalogs as Fritz's scripts know them."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint
from pydantic import Field

from fritz.errors import Invalid
from webapp.api.alerts import Cone
from webapp.api.arguments import Query
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_archive", __name__, url_prefix="/api/archive")

SHOWN = (
    "_id",
    "ra",
    "dec",
    "filter",
    "meanmag",
    "vonneumannratio",
    "refchi",
    "refmag",
    "refmagerr",
    "iqr",
)
EPOCH = ("hjd", "mag", "magerr", "catflags", "programid", "ra", "dec", "expid", "uexpid")


class ReleaseQuery(Query):
    """Which release, by its collection's name: ``ZTF_sources_20210401``."""

    catalog: Annotated[str, Field(max_length=100)]


class LightCurvesQuery(ReleaseQuery, Cone):
    """Which release, and around what position."""


@blueprint.get("/catalogs")
@operation(answer=list[str])
def catalogs() -> list[str]:
    """Return the names of the collections that there are."""
    loaded = marshal().archived_catalogs.names()
    return ["ZTF_alerts", "ZTF_alerts_aux", *marshal().archived_sources.collections(), *loaded]


@blueprint.get("/cross_match")
@operation(query=Cone, answer=dict[str, list[dict[str, Any]]])
def cross_match(asked: Cone) -> dict[str, list[dict[str, Any]]]:
    """Return what every loaded catalog has in a cone, by catalog."""
    if asked.cone is None:
        raise Invalid("Missing required parameter: ra")
    return marshal().archived_catalogs.around(*asked.cone)


@blueprint.get("")
@operation(query=LightCurvesQuery, answer=list[dict[str, Any]])
def around(asked: LightCurvesQuery) -> list[dict[str, Any]]:
    """Return the light curves in a cone, each with the epochs that the caller may see."""
    archived = marshal().archived_sources
    release = archived.release(asked.catalog, "ztf_sources")
    if asked.cone is None:
        raise Invalid("Missing required parameter: ra")
    return [_row(each) for each in archived.light_curves_around(api_viewer(), release, asked.cone)]


@blueprint.get("/<int:lc_id>")
@operation(query=ReleaseQuery, answer=list[dict[str, Any]])
def one(lc_id: int, asked: ReleaseQuery) -> list[dict[str, Any]]:
    """Return a light curve by its id, in a list; none if there is none."""
    archived = marshal().archived_sources
    release = archived.release(asked.catalog, "ztf_sources")
    return [_row(each) for each in archived.light_curves(api_viewer(), release, [lc_id])]


def _row(found: dict[str, Any]) -> dict[str, Any]:
    row = {name: found[name] for name in SHOWN}
    row["data"] = [
        {name: point[name] for name in EPOCH if point[name] is not None} for point in found["data"]
    ]
    return row
