"""Alerts of the archive as Fritz's scripts know them: by object, by position, history, stamps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from flask import Blueprint, Response
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from fritz.alerts.cutout_images import (
    Colours,
    Interval,
    Stretch,
    cutout_png,
    plain_fits,
    triplet,
)
from fritz.alerts.packet import Record
from fritz.alerts.stamps import read_stamp
from fritz.archive.alert_lookups import Detail
from fritz.errors import Invalid, NotFound, Poison
from fritz.marshal.acls import UPLOAD_DATA
from fritz.services.alert_projection import as_shown, projected, usual
from fritz.services.archived_alerts import Found
from webapp.api.arguments import Body, Ids, Query
from webapp.api.operation import File, operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ARCSEC", "KINDS", "Cone", "Kind", "Units", "blueprint", "cutout_of"]

blueprint = Blueprint("api_alerts", __name__, url_prefix="/api")

Kind = Literal["science", "template", "difference"]
Units = Literal["deg", "arcmin", "arcsec"]
KINDS: Final[tuple[Kind, Kind, Kind]] = ("science", "template", "difference")
ARCSEC: Final = {"deg": 3600.0, "arcmin": 60.0, "arcsec": 1.0}
"""Arcseconds in each unit of a radius."""
CONE: Final = ("ra", "dec", "radius", "radius_units")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class ShownQuery(Query):
    """Which fields."""

    all_fields: bool = Field(False, alias="includeAllFields")
    projection: str | None = None
    """A JSON object as `$project` takes it."""

    @property
    def detail(self) -> Detail:
        """How much is to be read."""
        return "whole" if self.all_fields or self.projection is not None else "usual"


class ObjectQuery(ShownQuery):
    """Which alerts of the object."""

    candid: int | None = None


class Cone(Query):
    """A position and how far around it; all four or none."""

    ra: Annotated[float, Field(ge=0, lt=360)] | None = None
    dec: Annotated[float, Field(ge=-90, le=90)] | None = None
    radius: Annotated[float, Field(gt=0)] | None = None
    radius_units: Units | None = None

    @model_validator(mode="after")
    def _complete(self) -> Cone:
        given = [name for name in CONE if getattr(self, name) is not None]
        missing = [name for name in CONE if name not in given]
        if given and missing:
            raise ValueError(f"Missing required parameter: {missing[0]}")
        return self

    @property
    def cone(self) -> tuple[float, float, float] | None:
        """Position in degrees and radius in arcseconds, or None."""
        if self.ra is None or self.dec is None or self.radius is None or self.radius_units is None:
            return None
        return self.ra, self.dec, self.radius * ARCSEC[self.radius_units]


class SearchQuery(ShownQuery, Cone):
    """By name, by position, or both."""

    object_id: str | None = Field(None, alias="objectId")
    """Names separated by commas."""


class AuxQuery(Query):
    """What of the history."""

    with_detections: bool = Field(True, alias="includePrvCandidates")
    with_forced: bool = Field(True, alias="includeFpHists")
    all_fields: bool = Field(False, alias="includeAllFields")


class CutoutQuery(Query):
    """Which stamp, and how it is painted."""

    candid: int
    cutout: Annotated[Kind, BeforeValidator(_lower)]
    file_format: Annotated[Literal["png", "fits"], BeforeValidator(_lower)] = "png"
    interval: Annotated[Interval, BeforeValidator(_lower)] = "asymmetric_percentile"
    stretch: Annotated[Stretch | None, BeforeValidator(_lower)] = None
    """Logarithmic unless it is a difference, which is linear."""
    cmap: Annotated[Colours, BeforeValidator(_lower)] = "bone"


class TripletQuery(Query):
    """Which alert; the latest one if not said."""

    candid: int | None = None
    normalize: bool = Field(False, alias="normalizeImage")


class SaveBody(Body):
    """What to save, and to whom."""

    group_ids: Ids | Literal["all"] | None = None
    candid: int | None = None
    """Whose stamps; the latest alert's if not said."""
    thumbnails_only: bool = Field(False, alias="thumbnailsOnly")
    copy_to: Annotated[str, Field(max_length=200)] | None = Field(None, alias="copyToSource")


class SavedAlert(BaseModel):
    """What was saved."""

    id: str
    used_latest_candid: bool


class TripletAnswer(BaseModel):
    """The three stamps of an alert as models want them."""

    candid: str
    triplet: list[list[list[float]]]
    """63 rows of 63 pixels of science, template and difference."""
    image_corrupt: bool
    """Whether a stamp has no values."""


@blueprint.get("/alerts")
@operation(query=SearchQuery, answer=list[dict[str, Any]])
def search(asked: SearchQuery) -> list[dict[str, Any]]:
    """Return alerts by objects' names, around a position, or both."""
    names = [each.strip() for each in (asked.object_id or "").split(",") if each.strip()]
    archived, viewer, detail = marshal().archived.alerts, api_viewer(), asked.detail
    if asked.cone is not None:
        found = archived.around(viewer, *asked.cone, object_ids=names or None, detail=detail)
        return _shown(found, asked)
    if not names:
        raise Invalid("Missing required parameters")
    return _shown(archived.of_objects(viewer, names, detail=detail), asked)


@blueprint.get("/alerts/<object_id>")
@operation(query=ObjectQuery, answer=list[dict[str, Any]])
def of_object(object_id: str, asked: ObjectQuery) -> list[dict[str, Any]]:
    """Return the alerts of an object, earliest first; none if it is not known."""
    return _of_object(object_id, asked)


@blueprint.post("/alerts/<object_id>")
@operation(body=SaveBody, answer=SavedAlert, acl=UPLOAD_DATA, errors=(404,))
def save(object_id: str, given: SaveBody) -> SavedAlert:
    """Save an object to groups, with its photometry and the stamps of an alert."""
    if given.group_ids is None and not given.thumbnails_only:
        raise Invalid("Missing required `group_ids` parameter.")
    marshal().archived.alert_saving.save(
        api_viewer(),
        object_id,
        None if given.group_ids == "all" else given.group_ids,
        candid=given.candid,
        thumbnails_only=given.thumbnails_only,
        copy_to=given.copy_to,
    )
    return SavedAlert(id=object_id, used_latest_candid=given.candid is None)


def _of_object(object_id: str, asked: ObjectQuery) -> list[dict[str, Any]]:
    archived, names = marshal().archived.alerts, [object_id]
    return _shown(archived.of_objects(api_viewer(), names, asked.candid, asked.detail), asked)


@blueprint.get("/alerts/ztf/<object_id>")
@operation(query=ObjectQuery, answer=list[dict[str, Any]], deprecated=True)
def of_ztf_object(object_id: str, asked: ObjectQuery) -> list[dict[str, Any]]:
    """Return the alerts of an object: an older spelling."""
    return _of_object(object_id, asked)


@blueprint.get("/alerts_aux/<object_id>")
@operation(query=AuxQuery, answer=dict[str, Any], errors=(404,))
def aux(object_id: str, asked: AuxQuery) -> dict[str, Any]:
    """Return the history of an object, and what catalogs have at its position."""
    found = marshal().archived.histories.get(api_viewer(), object_id, all_fields=asked.all_fields)
    answer: dict[str, Any] = {
        "_id": object_id,
        "cross_matches": {"TNS": []} | dict(found.cross_matches),
        "coordinates": {"ra_median": found.ra_median, "dec_median": found.dec_median},
    }
    if asked.with_detections:
        answer["prv_candidates"] = found.prv_candidates
    if asked.with_forced:
        answer["fp_hists"] = found.fp_hists
    return answer


@blueprint.get("/alerts_cutouts/<object_id>")
@operation(query=CutoutQuery, answer=File("image/png", "image/fits"), errors=(404,))
def cutout(object_id: str, asked: CutoutQuery) -> Response:
    """Return one stamp of an alert: painted, or the FITS file as the survey made it."""
    archived = marshal().archived.alerts
    record = archived.record(archived.one(api_viewer(), object_id, asked.candid, "place"))
    data = cutout_of(record, asked.cutout)
    name = f"{object_id}_{asked.candid}_{asked.cutout}"
    if asked.file_format == "fits":
        kept = {"Content-Disposition": f'attachment; filename="{name}.fits"'}
        return Response(_image(record, plain_fits, data), mimetype="image/fits", headers=kept)
    stretch = asked.stretch or ("linear" if asked.cutout == "difference" else "log")
    stamp = _image(record, read_stamp, data)
    painted = cutout_png(stamp, stretch, asked.interval, asked.cmap)
    return Response(painted, mimetype="image/png")


@blueprint.get("/alerts_triplets/<object_id>")
@operation(query=TripletQuery, answer=list[TripletAnswer], errors=(404,))
def triplets(object_id: str, asked: TripletQuery) -> list[TripletAnswer]:
    """Return the three stamps of an alert as one array."""
    archived = marshal().archived.alerts
    record = archived.record(archived.one(api_viewer(), object_id, asked.candid, "place"))
    science, template, difference = (
        _image(record, read_stamp, cutout_of(record, kind)) for kind in KINDS
    )
    array, corrupt = triplet((science, template, difference), normalize=asked.normalize)
    return [TripletAnswer(candid=str(record.candid), triplet=array.tolist(), image_corrupt=corrupt)]


def cutout_of(record: Record, kind: Kind) -> bytes:
    """Return a stamp as its packet has it.

    Raises
    ------
    NotFound
        The packet has none of that kind.
    """
    data = record.stamp(kind)
    if data is None:
        raise NotFound(f"alert {record.candid} has no {kind} stamp")
    return data


def _image(record: Record, read: Any, data: bytes) -> Any:
    try:
        return read(data)
    except Poison as poison:
        raise NotFound(f"no stamp of alert {record.candid}: {poison}") from poison


def _shown(found: Iterable[Found], asked: ShownQuery) -> list[dict[str, Any]]:
    documents = [each.document for each in found]
    if asked.projection is not None and not asked.all_fields:
        return list(projected(documents, asked.projection))
    show = as_shown if asked.all_fields else usual
    return [show(each) for each in documents]
