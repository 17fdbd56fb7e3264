"""Alerts through the broker: the newer spelling of `/api/alerts…`, of the same archive."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.services.alert_projection import as_shown
from fritz.services.archived_alerts import Found
from fritz.services.object_photometry import photometry_points
from webapp.api.alerts import ARCSEC, KINDS, Cone, Units, cutout_of
from webapp.api.arguments import Body, Ids, Query
from webapp.api.brokers import checked_broker
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_broker_alerts", __name__, url_prefix="/api/brokers")


class AlertsQuery(Cone):
    """By name, by position, or both."""

    object_id: str | None = Field(None, alias="objectId")


class CatalogsQuery(Query):
    """A position and how far around it."""

    ra: Annotated[float, Field(ge=0, lt=360)]
    dec: Annotated[float, Field(ge=-90, le=90)]
    radius: Annotated[float, Field(gt=0)]
    radius_units: Units = "arcsec"


class PhotometryQuery(Query):
    """Of which survey."""

    survey: str = "ZTF"


class SaveBody(Body):
    """Which groups get it."""

    group_ids: Ids = ()


class SavedObject(BaseModel):
    """What was saved."""

    id: str


class PointRow(BaseModel):
    """One point of an object's light curve, as photometry is listed elsewhere."""

    id: int
    obj_id: str
    mjd: float
    filter: str
    mag: float | None
    magerr: float | None
    limiting_mag: float | None
    magsys: str
    ra: float | None
    dec: float | None
    instrument_name: str
    origin: str


@blueprint.get("/<int:broker_id>/alerts")
@operation(query=AlertsQuery, answer=list[dict[str, Any]], errors=(404,))
def search(broker_id: int, asked: AlertsQuery) -> list[dict[str, Any]]:
    """Return alerts by objects' names, around a position, or both."""
    checked_broker(broker_id)
    names = [each.strip() for each in (asked.object_id or "").split(",") if each.strip()]
    archived, viewer = marshal().archived.alerts, api_viewer()
    if asked.cone is not None:
        found = archived.around(viewer, *asked.cone, object_ids=names or None)
    elif names:
        found = archived.of_objects(viewer, names)
    else:
        raise Invalid("give objectId, or ra, dec, radius and radius_units")
    return [as_shown(each.document) for each in found]


@blueprint.get("/<int:broker_id>/alerts/<alert_id>")
@operation(answer=dict[str, Any], errors=(404,))
def one(broker_id: int, alert_id: str) -> dict[str, Any]:
    """Return an alert with the history of its object: by candid, or an object's latest one."""
    checked_broker(broker_id)
    found = _found(alert_id)
    past = marshal().archived.histories.get(
        api_viewer(), found.document["objectId"], all_fields=True
    )
    return as_shown(found.document) | {
        "cross_matches": dict(past.cross_matches),
        "prv_candidates": past.prv_candidates,
        "fp_hists": past.fp_hists,
    }


@blueprint.get("/<int:broker_id>/alerts/<alert_id>/cutouts")
@operation(answer=dict[str, str], errors=(404,))
def cutouts(broker_id: int, alert_id: str) -> dict[str, str]:
    """Return the three stamps of an alert as its packet has them (FITS, gzipped), in base64."""
    checked_broker(broker_id)
    found = _found(alert_id)
    record = marshal().archived.alerts.record(found)
    stamps = {f"cutout{kind.capitalize()}": cutout_of(record, kind) for kind in KINDS}
    encoded = {name: base64.b64encode(data).decode() for name, data in stamps.items()}
    return {"objectId": record.object_id, "candid": str(record.candid)} | encoded


@blueprint.post("/<int:broker_id>/alerts/<alert_id>/save")
@operation(body=SaveBody, answer=SavedObject, acl=UPLOAD_DATA, errors=(404,))
def save(broker_id: int, alert_id: str, given: SaveBody) -> SavedObject:
    """Save an object to groups, with its photometry and the stamps of its latest alert."""
    checked_broker(broker_id)
    if not given.group_ids:
        raise Invalid("At least one group_id is required.")
    return SavedObject(
        id=marshal().archived.alert_saving.save(api_viewer(), alert_id, given.group_ids)
    )


@blueprint.get("/<int:broker_id>/cone_search")
@operation(query=CatalogsQuery, answer=dict[str, list[dict[str, Any]]], errors=(404,))
def cone_search(broker_id: int, asked: CatalogsQuery) -> dict[str, list[dict[str, Any]]]:
    """Return what every loaded catalog has in a cone, by catalog."""
    checked_broker(broker_id)
    radius = asked.radius * ARCSEC[asked.radius_units]
    return marshal().archived.catalogs.around(asked.ra, asked.dec, radius)


@blueprint.get("/<int:broker_id>/alerts/<alert_id>/photometry")
@operation(answer=list[PointRow], errors=(404,))
def photometry(broker_id: int, alert_id: str) -> list[PointRow]:
    """Return the light curve of an object as the alerts have it."""
    checked_broker(broker_id)
    return _points(alert_id)


@blueprint.get("/photometry/<object_id>")
@operation(query=PhotometryQuery, answer=list[PointRow], errors=(404,))
def survey_photometry(object_id: str, asked: PhotometryQuery) -> list[PointRow]:
    """Return the light curve of an object as a survey's alerts have it."""
    if asked.survey.lower() != "ztf":
        raise Invalid(f"no broker of survey {asked.survey}")
    return _points(object_id)


def _points(object_id: str) -> list[PointRow]:
    past = marshal().archived.histories.get(api_viewer(), object_id, all_fields=True)
    return [
        PointRow(id=-number, obj_id=object_id, **point)
        for number, point in enumerate(photometry_points(past), 1)
    ]


def _found(alert_id: str) -> Found:
    archived, viewer = marshal().archived.alerts, api_viewer()
    if alert_id.isdecimal():
        return archived.by_candid(viewer, int(alert_id))
    return archived.one(viewer, alert_id)
