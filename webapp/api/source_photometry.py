"""The photometry of one object, and what it comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.period import newest_period, phase
from fritz.marshal.phot_stat import BandStat, Detected, PhotStat
from fritz.marshal.photometry_output import deduplicated
from fritz.services.photometry import DELETE_BULK
from webapp.api.arguments import Query
from webapp.api.operation import operation
from webapp.api.photometry import Removed
from webapp.api.photometry_shapes import PhotometryRow, Shown, photometry_rows
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["PhotStatRow", "blueprint", "phot_stat_row"]

blueprint = Blueprint("api_source_photometry", __name__, url_prefix="/api/sources/<obj_id>")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LightCurveQuery(Query):
    """How the points are shown, and what beside them."""

    unserved: ClassVar = {"includeExtinction": "there is no map of dust here, correct by your own"}

    space: Literal["mag", "flux", "both", "plot"] = Field("mag", alias="format")
    system: Literal["ab", "vega"] = Field("ab", alias="magsys")
    which: Literal["individual", "series", "both"] = Field("both", alias="individualOrSeries")
    """Photometric series are not kept here: there are none."""
    owners: bool = Field(False, alias="includeOwnerInfo")
    streams: bool = Field(False, alias="includeStreamInfo")
    annotations: bool = Field(False, alias="includeAnnotationInfo")
    validations: bool = Field(False, alias="includeValidationInfo")
    deduplicate: bool = Field(False, alias="deduplicatePhotometry")
    """Of each time and filter, only the newest point."""
    folded: bool = Field(False, alias="phaseFoldData")
    """With the phase of each point by the newest annotation that has a period."""
    super_objects: bool = Field(False, alias="includeSuperObjsPhotometry")
    """Objects are not linked to one another here: there are no other points."""


class PhotStatRow(BaseModel):
    """What the points that the caller sees come to; magnitudes are AB."""

    id: int
    obj_id: str
    last_update: datetime | None
    num_obs_global: int
    num_obs_per_filter: dict[str, int]
    num_det_global: int
    num_det_no_forced_phot_global: int
    num_det_per_filter: dict[str, int]
    first_detected_mjd: float | None
    first_detected_mag: float | None
    first_detected_filter: str | None
    last_detected_mjd: float | None
    last_detected_mag: float | None
    last_detected_filter: str | None
    first_detected_no_forced_phot_mjd: float | None
    first_detected_no_forced_phot_mag: float | None
    first_detected_no_forced_phot_filter: str | None
    last_detected_no_forced_phot_mjd: float | None
    last_detected_no_forced_phot_mag: float | None
    last_detected_no_forced_phot_filter: str | None
    recent_obs_mjd: float | None
    predetection_mjds: list[float]
    last_non_detection_mjd: float | None
    time_to_non_detection: float | None
    mean_mag_global: float | None
    mean_mag_per_filter: dict[str, float]
    peak_mjd_global: float | None
    peak_mjd_per_filter: dict[str, float]
    peak_mag_global: float | None
    peak_mag_per_filter: dict[str, float]
    faintest_mag_global: float | None
    faintest_mag_per_filter: dict[str, float]
    deepest_limit_global: float | None
    deepest_limit_per_filter: dict[str, float]
    rise_rate: float | None
    decay_rate: float | None
    mag_rms_global: float | None
    mag_rms_per_filter: dict[str, float]


@blueprint.get("/photometry")
@operation(query=LightCurveQuery, answer=list[PhotometryRow], errors=(404,))
def light_curve(obj_id: str, asked: LightCurveQuery) -> list[dict[str, Any]]:
    """Return the points of an object that the caller sees, by time."""
    held = marshal().observing.photometry.of_object(api_viewer(), obj_id)
    if asked.which == "series":
        return []
    if asked.deduplicate:
        by_id = {each.point.id: each for each in held}
        held = [by_id[point.id] for point in deduplicated(each.point for each in held)]
    shown = Shown(
        asked.space, asked.system, asked.owners, asked.streams, asked.annotations,
        asked.validations,
    )  # fmt: skip
    rows = photometry_rows(held, shown)
    return _folded(rows, obj_id) if asked.folded else rows


def _folded(rows: list[dict[str, Any]], obj_id: str) -> list[dict[str, Any]]:
    said = marshal().annotations.of_objects(api_viewer(), [obj_id]).get(obj_id, [])
    period = newest_period(said)
    if period is None:
        raise Invalid(f"phaseFoldData: no annotation of {obj_id} has a period")
    return [{**row, "phase": phase(row["mjd"], period)} for row in rows]


@blueprint.delete("/photometry")
@operation(answer=Removed, acl=DELETE_BULK)
def delete(obj_id: str) -> str:
    """Remove those of an object's points that the caller may remove."""
    removed = marshal().observing.photometry.delete_of_object(api_viewer(), obj_id)
    return f"Deleted {removed} photometry points of {obj_id}"


@blueprint.get("/phot_stat")
@operation(answer=PhotStatRow, errors=(404,))
def phot_stat(obj_id: str) -> PhotStatRow:
    """Return what the points of an object that the caller sees come to."""
    number, stat = marshal().observing.photometry.stat(api_viewer(), obj_id)
    return phot_stat_row(number, obj_id, stat)


def phot_stat_row(number: int, obj_id: str, stat: PhotStat) -> PhotStatRow:
    """Return statistics as SkyPortal names them."""
    overall, bands = stat.overall, stat.bands
    before = stat.limits_mjd[-1] if stat.limits_mjd and stat.first else None
    return PhotStatRow(
        id=number,
        obj_id=obj_id,
        last_update=EPOCH + timedelta(microseconds=stat.added_us) if stat.added_us else None,
        num_obs_global=stat.observations,
        num_obs_per_filter={name: each.observations for name, each in bands.items()},
        num_det_global=stat.detections,
        num_det_no_forced_phot_global=stat.detections_not_forced,
        num_det_per_filter={name: each.detections for name, each in bands.items()},
        **_detected("first_detected", stat.first),
        **_detected("last_detected", stat.last),
        **_detected("first_detected_no_forced_phot", stat.first_not_forced),
        **_detected("last_detected_no_forced_phot", stat.last_not_forced),
        recent_obs_mjd=stat.recent_mjd,
        predetection_mjds=list(stat.limits_mjd) if stat.first else [],
        last_non_detection_mjd=before,
        time_to_non_detection=None if before is None or not stat.first else stat.first.mjd - before,
        rise_rate=stat.rise_rate,
        decay_rate=stat.decay_rate,
        **{f"{name}_global": _told(overall, attribute) for name, attribute in _NUMBERS.items()},
        **{
            f"{name}_per_filter": {
                band: value
                for band, each in bands.items()
                if (value := _told(each, attribute)) is not None
            }
            for name, attribute in _NUMBERS.items()
        },
    )


_NUMBERS = {
    "mean_mag": "mean_mag",
    "peak_mag": "peak_mag",
    "peak_mjd": "peak_mjd",
    "faintest_mag": "faintest_mag",
    "deepest_limit": "deepest_limit",
    "mag_rms": "mag_rms",
}
"""SkyPortal's names of numbers that are told overall and by filter, and ours."""


def _told(band: BandStat, attribute: str) -> float | None:
    value: float | None = getattr(band, attribute)
    return None if value is None or value in {float("inf"), float("-inf")} else value


def _detected(name: str, seen: Detected | None) -> dict[str, Any]:
    mag = None if seen is None or seen.mag == float("inf") else seen.mag
    return {
        f"{name}_mjd": seen.mjd if seen else None,
        f"{name}_mag": mag,
        f"{name}_filter": seen.filter if seen else None,
    }
