"""Photometry of an object as its alerts have it, in the marshal's terms: filters, MJD, AB."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from fritz.alerts.surveys import survey
from fritz.marshal.julian import mjd_of
from fritz.services.object_histories import Aux

__all__ = ["FORCED_ORIGIN", "INSTRUMENT", "photometry_points"]

INSTRUMENT: Final = "ZTF"
FORCED_ORIGIN: Final = "alert_fp"
"""Of forced photometry, as Kowalski posts it."""
SIGNIFICANT: Final = 3.0
"""Sigma below which forced photometry is a limit."""


def photometry_points(past: Aux, survey_name: str = "ztf") -> list[dict[str, Any]]:
    """Return detections, limits and forced photometry as points, earliest first.

    Each has `mjd`, `filter`, `mag` and `magerr` (None for a limit), `limiting_mag` (5 sigma),
    `magsys`, `ra`, `dec`, `instrument_name` and `origin`. Differences below the reference have no
    magnitude here.
    """
    bands = survey(survey_name).bands
    points = [
        *(_alert_point(each, bands) for each in past.prv_candidates if each.get("fid") in bands),
        *(_forced_point(each, bands) for each in past.fp_hists if each.get("fid") in bands),
    ]
    known = (each for each in points if each["mag"] is not None or each["limiting_mag"] is not None)
    return sorted(known, key=lambda each: (each["mjd"], each["filter"], each["origin"]))


def _alert_point(point: Mapping[str, Any], bands: Mapping[int, str]) -> dict[str, Any]:
    brighter = point.get("isdiffpos") in {"t", "1", 1}
    return _point(
        point,
        bands,
        mag=point.get("magpsf") if brighter else None,
        magerr=point.get("sigmapsf") if brighter else None,
        limit=point.get("diffmaglim"),
        origin="Fritz",
    )


def _forced_point(point: Mapping[str, Any], bands: Mapping[int, str]) -> dict[str, Any]:
    significant = (point.get("snr") or 0.0) > SIGNIFICANT
    return _point(
        point,
        bands,
        mag=point.get("mag") if significant else None,
        magerr=point.get("magerr") if significant else None,
        limit=point.get("limmag5sig"),
        origin=FORCED_ORIGIN,
    )


def _point(
    point: Mapping[str, Any],
    bands: Mapping[int, str],
    *,
    mag: float | None,
    magerr: float | None,
    limit: float | None,
    origin: str,
) -> dict[str, Any]:
    return {
        "mjd": mjd_of(point["jd"]),
        "filter": bands[point["fid"]],
        "mag": _finite(mag),
        "magerr": _finite(magerr),
        "limiting_mag": _finite(limit),
        "magsys": "ab",
        "ra": point.get("ra"),
        "dec": point.get("dec"),
        "instrument_name": INSTRUMENT,
        "origin": origin,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
