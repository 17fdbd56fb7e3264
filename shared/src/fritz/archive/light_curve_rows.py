"""Rows of `objects`, `detections` and `forced_photometry`: what a batch adds to what was known.

A history holds each measurement once, so the difference between an object's history before a batch
and after it is what the batch brought: nothing else is written, however often alerts repeat it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from math import floor, isfinite
from typing import Any

import numpy as np

from fritz.alerts.history import ALERTS_OWN, LIMIT, History
from fritz.alerts.history_codec import Entry, point_of
from fritz.alerts.night import night_of
from fritz.alerts.variants import Variants
from fritz.archive.rows import Fitter
from fritz.archive.ztf_columns import FP_HIST, PRV_CANDIDATE
from fritz.sky.healpix import cells_of

__all__ = ["FirstAlert", "LightCurveRows", "light_curve_rows"]

_DETECTION = Fitter(PRV_CANDIDATE, "prv_candidates.")
_FORCED = Fitter(FP_HIST, "fp_hists.")


@dataclass(frozen=True, slots=True)
class FirstAlert:
    """An alert, as far as it may be the first of its object."""

    survey: str
    object_id: str
    programid: int
    night: int
    healpix: int
    ra: float
    dec: float
    jd: float
    candid: int


@dataclass(slots=True)
class LightCurveRows:
    """Rows by table."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    detections: list[dict[str, Any]] = field(default_factory=list)
    forced_photometry: list[dict[str, Any]] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield the name and the rows of each table that gets any."""
        for name in ("objects", "detections", "forced_photometry"):
            if rows := getattr(self, name):
                yield name, rows


def light_curve_rows(
    alerts: Sequence[FirstAlert],
    before: Mapping[str, History],
    after: Mapping[str, History],
    at: datetime,
) -> LightCurveRows:
    """Return what a batch of alerts adds to the tables of objects and light curves.

    Parameters
    ----------
    alerts
        The batch's new alerts.
    before, after
        The histories of their objects without and with what the alerts bring.
    at
        Now.
    """
    rows = LightCurveRows()
    rows.objects = [_object_row(each, at) for each in _first_alerts(alerts, before)]
    for name, history in after.items():
        common = {"survey": history.survey, "objectId": name, "ingested_at": at}
        known = before[name]
        rows.detections += [
            common | row for row in map(_detection, _new(known.previous, history.previous)) if row
        ]
        rows.forced_photometry += [
            common | row for row in map(_forced, _new(known.forced, history.forced)) if row
        ]
    _locate(rows.detections, "ra", "dec")
    _locate(rows.forced_photometry, "alert_ra", "alert_dec")
    return rows


def _first_alerts(
    alerts: Iterable[FirstAlert], before: Mapping[str, History]
) -> Iterable[FirstAlert]:
    """Return the earliest alert of each object and programme of which none was known."""
    found: dict[tuple[str, int], FirstAlert] = {}
    for each in sorted(alerts, key=lambda alert: (alert.jd, alert.candid)):
        found.setdefault((each.object_id, each.programid), each)
    known = {name: _programs(before[name]) for name, _ in found}
    return [each for (name, programid), each in found.items() if programid not in known[name]]


def _programs(history: History) -> set[int]:
    """Return the programmes of an object's alerts."""
    return {key[2] for key in history.previous if key[3] in history.seen}


def _object_row(alert: FirstAlert, at: datetime) -> dict[str, Any]:
    return {
        "survey": alert.survey,
        "objectId": alert.object_id,
        "programid": alert.programid,
        "night": alert.night,
        "healpix": alert.healpix,
        "ra": alert.ra,
        "dec": alert.dec,
        "jd": alert.jd,
        "candid": alert.candid,
        "ingested_at": at,
    }


def _new(before: Variants, after: Variants) -> Iterator[Entry]:
    """Yield the entries that are there after, and were not before."""
    for key, entries in after.items():
        known = before.get(key)
        if known is None:
            yield from entries
        elif known is not entries:
            yield from (each for each in entries if each not in known)


def _detection(entry: Entry) -> dict[str, Any] | None:
    """Return the row of a detection but for its object and cell; None for a limit."""
    jd, _, _, candid = entry.key
    if entry.rank[0] == LIMIT or not candid:
        return None
    point = _fitted(_DETECTION, entry)
    if not _has_place(point, "ra", "dec"):
        return None
    return point | {"night": _night(floor(jd - 0.5)), "own_alert": entry.rank[0] == ALERTS_OWN}


def _forced(entry: Entry) -> dict[str, Any] | None:
    point = _fitted(_FORCED, entry)
    if not _has_place(point, "alert_ra", "alert_dec"):
        return None
    return point | {"night": _night(floor(entry.key[0] - 0.5))}


def _fitted(fitter: Fitter, entry: Entry) -> dict[str, Any]:
    """Return a point in the types of its columns; misfits were counted with `alerts`."""
    return fitter(point_of(entry), Counter())


def _has_place(point: Mapping[str, Any], ra: str, dec: str) -> bool:
    lon, lat = point.get(ra), point.get(dec)
    return lon is not None and lat is not None and isfinite(lon) and abs(lat) <= 90  # noqa: PLR2004 - the pole


def _locate(rows: list[dict[str, Any]], ra: str, dec: str) -> None:
    """Set the cell of each row, computed for all at once."""
    if rows:
        cells = cells_of(np.array([row[ra] for row in rows]), np.array([row[dec] for row in rows]))
        for row, cell in zip(rows, cells.tolist(), strict=True):
            row["healpix"] = cell


@lru_cache(maxsize=4096)
def _night(day: int) -> int:
    """Return the night of a UTC day: whole Julian days since noon less a half."""
    return night_of(day + 0.5)
