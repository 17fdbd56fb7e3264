"""The Zwicky Transient Facility: packets of schema 1.8 to 4.02.

Field meanings: https://zwickytransientfacility.github.io/ztf-avro-alert/schema.html.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from fritz.alerts.schemas import alert_schema
from fritz.alerts.surveys import checks
from fritz.alerts.surveys.base import Identity, Survey
from fritz.alerts.surveys.checks import BOOLEAN, INTEGER, TEXT, FieldTypes
from fritz.errors import Poison

__all__ = ["SURVEY"]

BANDS = {1: "ztfg", 2: "ztfr", 3: "ztfi"}
LAST_PROGRAMID = 3
"""0 engineering, 1 public, 2 partnership, 3 Caltech."""
FIRST_JD, LAST_JD = 2_450_000.5, 2_500_000.5
"""1995 to 2132: outside of it a Julian date is a slip (an MJD, a Unix time)."""

MISSING = -99999
"""Stands for a missing value in forced photometry."""
MAG_PER_RELATIVE_FLUX = 1.0857
"""2.5 / ln 10, rounded as Kowalski has it."""
DETECTION_FIELDS = frozenset({
    "jd", "fid", "pid", "diffmaglim", "pdiffimfilename", "programpi", "programid", "candid",
    "isdiffpos", "tblid", "nid", "rcid", "field", "xpos", "ypos", "ra", "dec", "magpsf",
    "sigmapsf", "chipsf", "magap", "sigmagap", "distnr", "magnr", "sigmagnr", "chinr",
    "sharpnr", "sky", "magdiff", "fwhm", "classtar", "mindtoedge", "magfromlim", "seeratio",
    "aimage", "bimage", "aimagerat", "bimagerat", "elong", "nneg", "nbad", "rb", "ssdistnr",
    "ssmagnr", "ssnamenr", "sumrat", "magapbig", "sigmagapbig", "ranr", "decnr", "scorr",
    "magzpsci", "magzpsciunc", "magzpscirms", "clrcoeff", "clrcounc", "rbversion", "drb",
    "drbversion",
})  # fmt: skip


def identify(data: Mapping[str, Any]) -> Identity:
    """Return who a record is, having checked what every later step relies on."""
    where = "candidate."
    candidate = checks.section(data, "candidate")
    alert, detection_, previous_, forced_ = _types()
    alert.check({name: data.get(name) for name in alert.types}, "")
    detection_.check(candidate, where)
    checks.integer(candidate, "fid", min(BANDS), max(BANDS), where=where, reason="bad_band")
    _check_history(data, "prv_candidates", previous_)
    _check_history(data, "fp_hists", forced_)
    return Identity(
        candid=_candid(data, candidate),
        object_id=checks.name(data, "objectId"),
        programid=checks.integer(
            candidate, "programid", 0, LAST_PROGRAMID, where=where, reason="bad_programid"
        ),
        jd=checks.number(candidate, "jd", FIRST_JD, LAST_JD, where=where, reason="bad_time"),
        ra=checks.number(candidate, "ra", 0, 360, where=where, reason="bad_position"),
        dec=checks.number(candidate, "dec", -90, 90, where=where, reason="bad_position"),
    )


def _candid(data: Mapping[str, Any], candidate: Mapping[str, Any]) -> int:
    """Return the alert's id, by which alone its own detection is told from its history."""
    candid = checks.integer(data, "candid", 1)
    detected = candidate.get("candid")
    if detected is not None and detected != candid:
        raise Poison("candid_mismatch", f"candid is {candid}, candidate.candid is {detected}")
    return candid


@cache
def _types() -> tuple[FieldTypes, FieldTypes, FieldTypes, FieldTypes]:
    """Return the types of an alert, its candidate, its history and its forced photometry.

    The latest schema knows all fields of the older ones, and they never changed their types; only
    ``isdiffpos`` is found as a boolean or a number in copies by others. What measurements are told
    apart by must be integers indeed: a history puts those of all packets in order.
    """
    fields = {field["name"]: field["type"] for field in alert_schema()["fields"]}
    told_apart = dict.fromkeys(("fid", "programid", "candid"), INTEGER)
    sign = {"isdiffpos": TEXT | INTEGER | BOOLEAN}
    return (
        FieldTypes({"schemavsn": TEXT, "publisher": TEXT}),
        FieldTypes.of_schema(fields["candidate"]["fields"], **told_apart, **sign),
        FieldTypes.of_schema(fields["prv_candidates"][-1]["items"]["fields"], **told_apart, **sign),
        FieldTypes.of_schema(fields["fp_hists"][-1]["items"]["fields"], **told_apart),
    )


def _check_history(data: Mapping[str, Any], field: str, types: FieldTypes) -> None:
    for index, point in enumerate(checks.points(data, field)):
        fault, jd, fid = types.fault(point), point.get("jd"), point.get("fid")
        if fault is None and type(jd) is float and FIRST_JD <= jd <= LAST_JD and fid is not None:
            continue
        where = f"{field}[{index}]."
        types.check(point, where)
        checks.number(point, "jd", FIRST_JD, LAST_JD, where=where, reason="bad_time")
        checks.integer(point, "fid", where=where, reason="bad_band")


def previous(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the packet's ``prv_candidates``."""
    return checks.points(data, "prv_candidates")


def detection(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alert's own detection with the fields of ``prv_candidates``, and its ``drb``."""
    candidate = data["candidate"]
    found = {field: value for field, value in candidate.items() if field in DETECTION_FIELDS}
    return found | {"candid": data["candid"]}


def forced(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the packet's ``fp_hists`` (schema 4.01 on) without values that stand for missing.

    As in Kowalski each point says which alert brought it: ``alert_mag``, ``alert_ra``,
    ``alert_dec``; forced photometry is done at that alert's position. And, as these tell something
    of the alert, ``alert_programid``: whose they are.
    """
    candidate = data["candidate"]
    alert = {
        "alert_mag": candidate.get("magpsf"),
        "alert_ra": candidate["ra"],
        "alert_dec": candidate["dec"],
        "alert_programid": candidate["programid"],
    }
    return [
        {key: value for key, value in point.items() if value is not None and value != MISSING}
        | alert
        for point in checks.points(data, "fp_hists")
    ]


def shown_forced(point: dict[str, Any]) -> dict[str, Any] | None:
    """Return forced photometry with magnitudes and limits, None if it was not processed cleanly.

    ``mag`` and ``magerr`` for positive fluxes (Masci et al. 2023, arXiv:2305.16279, section 6),
    ``limmag3sig`` and ``limmag5sig`` from the flux's uncertainty; all from ``magzpsci``.
    """
    if point.get("procstatus") != "0":
        return None
    flux, flux_err = point.get("forcediffimflux"), point.get("forcediffimfluxunc")
    zero_point = point.get("magzpsci")
    shown = dict(point)
    if flux is None or flux_err is None or not flux_err > 0:
        return shown
    shown["snr"] = flux / flux_err
    if zero_point is None:
        return shown
    if flux > 0:
        shown["mag"] = zero_point - 2.5 * math.log10(flux)
        shown["magerr"] = MAG_PER_RELATIVE_FLUX * flux_err / flux
    shown["limmag3sig"] = zero_point - 2.5 * math.log10(3 * flux_err)
    shown["limmag5sig"] = zero_point - 2.5 * math.log10(5 * flux_err)
    return shown


SURVEY = Survey(
    name="ztf",
    bands=BANDS,
    stamps={
        "science": "cutoutScience",
        "template": "cutoutTemplate",
        "difference": "cutoutDifference",
    },
    identify=identify,
    previous=previous,
    detection=detection,
    forced=forced,
    shown_forced=shown_forced,
)
