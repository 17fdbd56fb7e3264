"""The Zwicky Transient Facility: packets of schema 1.8 to 4.02.

Field meanings: https://zwickytransientfacility.github.io/ztf-avro-alert/schema.html.
"""

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


def forced(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the packet's ``fp_hists`` (schema 4.01 on)."""
    return checks.points(data, "fp_hists")


SURVEY = Survey(
    name="ZTF",
    bands=BANDS,
    stamps={
        "science": "cutoutScience",
        "template": "cutoutTemplate",
        "difference": "cutoutDifference",
    },
    identify=identify,
    previous=previous,
    forced=forced,
)
