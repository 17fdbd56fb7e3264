"""The Zwicky Transient Facility: packets of schema 1.8 to 4.02.

Field meanings: https://zwickytransientfacility.github.io/ztf-avro-alert/schema.html.
"""

import math
from collections.abc import Mapping
from typing import Any

from fritz.alerts.surveys import checks
from fritz.alerts.surveys.base import Identity, Survey

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
    checks.integer(candidate, "fid", min(BANDS), max(BANDS), where=where, reason="bad_band")
    for field in ("prv_candidates", "fp_hists"):
        _check_history(data, field)
    return Identity(
        candid=checks.integer(data, "candid", 1),
        object_id=checks.name(data, "objectId"),
        programid=checks.integer(
            candidate, "programid", 0, LAST_PROGRAMID, where=where, reason="bad_programid"
        ),
        jd=checks.number(candidate, "jd", FIRST_JD, LAST_JD, where=where, reason="bad_time"),
        ra=checks.number(candidate, "ra", 0, 360, where=where, reason="bad_position"),
        dec=checks.number(candidate, "dec", -90, 90, where=where, reason="bad_position"),
    )


def _check_history(data: Mapping[str, Any], field: str) -> None:
    for index, point in enumerate(checks.points(data, field)):
        jd, fid = point.get("jd"), point.get("fid")
        if type(jd) is float and FIRST_JD <= jd <= LAST_JD and type(fid) is int:
            continue
        where = f"{field}[{index}]."
        checks.number(point, "jd", FIRST_JD, LAST_JD, where=where, reason="bad_time")
        checks.integer(point, "fid", where=where, reason="bad_band")


def previous(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the packet's ``prv_candidates``."""
    return checks.points(data, "prv_candidates")


def detection(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alert's own detection with the fields of ``prv_candidates``, and its ``drb``."""
    candidate = data["candidate"]
    return {field: value for field, value in candidate.items() if field in DETECTION_FIELDS}


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
