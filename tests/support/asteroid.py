"""Alerts of an asteroid over some nights, as rows of the archive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fritz.alerts.night import night_of
from fritz.sky.healpix import cells_of
from tests.support.marshal_world import JD_NOW, NOW

__all__ = ["BODY", "asteroid_alert", "asteroid_rows"]

BODY = "7482"
FIRST = 3_247_000_000_000_000_000
PER_NIGHT, NIGHTS = 2, 6
APART_H = 0.5
EAST_DEG, NORTH_DEG = 0.24, -0.08
"""A day, of right ascension and of declination."""


def asteroid_alert(number: int, days: float, **candidate: Any) -> dict[str, Any]:
    """Return an alert of an asteroid, so many days before the world's now."""
    jd = JD_NOW - days
    ra, dec = (0.6 - EAST_DEG * days) % 360.0, 4.0 - NORTH_DEG * days
    programid = candidate.get("programid", 1)
    fields = {
        "jd": jd, "ra": ra, "dec": dec, "fid": 1 + number % 2, "programid": programid,
        "magpsf": 17.2 + 0.03 * days, "sigmapsf": 0.05, "isdiffpos": "t", "drb": 0.97,
        "ssnamenr": BODY, "ssdistnr": 1.0, "ssmagnr": 17.0, **candidate,
    }  # fmt: skip
    return {
        "candid": FIRST + number,
        "objectId": f"ZTF26rock{number:03d}",
        "survey": "ztf",
        "night": night_of(jd),
        "healpix": int(cells_of(ra, dec, 29)),
        "programid": programid,
        "candidate": fields,
        "packet": {"pack": "none", "offset": 0, "length": 0},
        "ingested_at": NOW - timedelta(days=days),
    }


def asteroid_rows(**candidate: Any) -> list[dict[str, Any]]:
    """Return the alerts of six nights, two a night, half an hour apart, over 0 h."""
    return [
        asteroid_alert(n, 3.0 * (n // PER_NIGHT) + APART_H / 24 * (1 - n % PER_NIGHT), **candidate)
        for n in range(NIGHTS * PER_NIGHT)
    ]
