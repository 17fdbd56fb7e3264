"""The archive's light curves and catalogs as Fritz's scripts know them."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.archive.source_tables import FEATURES
from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.annotation import ANNOTATE
from webapp.api.alerts import ARCSEC, Cone, Units
from webapp.api.arguments import Body, Ids, Query
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


ANNOTATED = ("_id", "field", "ccd", "quad", *(each.name for each in FEATURES))


class ReleaseQuery(Query):
    """Which release, by its collection's name: ``ZTF_sources_20210401``."""

    catalog: Annotated[str, Field(max_length=100)]


class LightCurvesQuery(ReleaseQuery, Cone):
    """Which release, and around what position."""


class LightCurvesBody(Body):
    """Which light curves become photometry of what."""

    obj_id: Annotated[str, Field(max_length=200)] | None = None
    catalog: Annotated[str, Field(max_length=100)]
    light_curve_ids: Ids
    group_ids: Ids | None = None


class LightCurvesSaved(BaseModel):
    """The object that got them."""

    obj_id: str


class FeaturesBody(Body):
    """Whose features to look for, and where."""

    id: Annotated[str, Field(max_length=200)]
    ra: Annotated[float, Field(ge=0, lt=360)]
    dec: Annotated[float, Field(ge=-90, le=90)]
    catalog: Annotated[str, Field(max_length=100)] = "ZTF_source_features_DR5"
    radius: Annotated[float, Field(gt=0)] = 2.0
    radius_units: Units = "arcsec"


@blueprint.get("/catalogs")
@operation(answer=list[str])
def catalogs() -> list[str]:
    """Return the names of the collections that there are."""
    loaded = marshal().archived.catalogs.names()
    return ["ZTF_alerts", "ZTF_alerts_aux", *marshal().archived.sources.collections(), *loaded]


@blueprint.get("/cross_match")
@operation(query=Cone, answer=dict[str, list[dict[str, Any]]])
def cross_match(asked: Cone) -> dict[str, list[dict[str, Any]]]:
    """Return what every loaded catalog has in a cone, by catalog."""
    if asked.cone is None:
        raise Invalid("Missing required parameter: ra")
    return marshal().archived.catalogs.around(*asked.cone)


@blueprint.get("")
@operation(query=LightCurvesQuery, answer=list[dict[str, Any]])
def around(asked: LightCurvesQuery) -> list[dict[str, Any]]:
    """Return the light curves in a cone, each with the epochs that the caller may see."""
    archived = marshal().archived.sources
    release = archived.release(asked.catalog, "ztf_sources")
    if asked.cone is None:
        raise Invalid("Missing required parameter: ra")
    return [_row(each) for each in archived.light_curves_around(api_viewer(), release, asked.cone)]


@blueprint.get("/<int:lc_id>")
@operation(query=ReleaseQuery, answer=list[dict[str, Any]])
def one(lc_id: int, asked: ReleaseQuery) -> list[dict[str, Any]]:
    """Return a light curve by its id, in a list; none if there is none."""
    archived = marshal().archived.sources
    release = archived.release(asked.catalog, "ztf_sources")
    return [_row(each) for each in archived.light_curves(api_viewer(), release, [lc_id])]


@blueprint.post("")
@operation(body=LightCurvesBody, answer=LightCurvesSaved, acl=UPLOAD_DATA, errors=(404,))
def save(given: LightCurvesBody) -> LightCurvesSaved:
    """Add light curves to an object as photometry; without a name it gets one by its position."""
    if not given.light_curve_ids:
        raise Invalid("Bad required parameter: light_curve_ids")
    name = marshal().archived.source_saving.save(
        api_viewer(), given.catalog, given.light_curve_ids, given.obj_id, given.group_ids
    )
    return LightCurvesSaved(obj_id=name)


@blueprint.post("/features")
@operation(body=FeaturesBody, acl=ANNOTATE, errors=(404,))
def annotate(given: FeaturesBody) -> None:
    """Annotate an object with the features of the light curve nearest to a position."""
    archived, viewer = marshal().archived.sources, api_viewer()
    release = archived.release(given.catalog, "ztf_source_features")
    radius = given.radius * ARCSEC[given.radius_units]
    found = archived.features_at(viewer, release, (given.ra, given.dec, radius))
    data = {name: found[name] for name in ANNOTATED if found[name] is not None}
    marshal().discussion.annotating.create(
        viewer, "sources", given.id, given.catalog, data, None, marshal().now()
    )


def _row(found: dict[str, Any]) -> dict[str, Any]:
    row = {name: found[name] for name in SHOWN}
    row["data"] = [
        {name: point[name] for name in EPOCH if point[name] is not None} for point in found["data"]
    ]
    return row
