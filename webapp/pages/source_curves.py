"""The light curve of a source as its page carries it: columns of numbers, names said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fritz.alerts.rights import grant_points
from fritz.alerts.surveys import survey
from fritz.marshal.julian import mjd_of
from fritz.marshal.photometry import Point
from fritz.marshal.visibility import Viewer, programids
from fritz.photometry.lightcurve import lightcurve
from fritz.services.photometry_store import Held
from fritz.sky.cosmology import distances
from webapp.platform import marshal

__all__ = ["Curve", "curve_of", "plotted"]

SURVEY: Final = "ztf"
EVER_DAYS: Final = 1e9
OF_ALERTS: Final = 0
"""Number of the camera, where a history does not name it."""
TIME_DIGITS: Final = 4
"""Decimals of days in which a point and its alert agree: 9 s."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn, and where it comes from."""

    held: tuple[Held, ...]
    """What is kept of the object and open to the viewer; the API gives the same."""
    points: tuple[Point, ...]
    """What is drawn."""
    plot: dict[str, Any]
    from_alerts: bool = False
    """Whether nothing is kept of it and the alerts' own photometry is shown in its place."""


def curve_of(viewer: Viewer, obj_id: str, redshift: float | None) -> Curve:
    """Return a source's light curve: its photometry, else that of its alerts."""
    held = tuple(marshal().observing.photometry.points(viewer, obj_id))
    history = marshal().histories.get(obj_id).view(EVER_DAYS, window_days=EVER_DAYS)
    granted = programids(viewer, SURVEY)
    previous = grant_points(history.prv_candidates, granted)
    alerts = {
        (round(mjd_of(each["jd"]), TIME_DIGITS), survey(SURVEY).bands.get(each["fid"])): each
        for each in previous
        if each.get("candid")
    }
    points: Sequence[Point] = [each.point for each in held]
    if not held and previous:
        forced = grant_points(history.fp_hists, granted)
        points = list(_of_alerts(previous, forced))
    cameras = marshal().observing.instruments.get_many({each.instrument_id for each in points})
    names = {number: each.name for number, each in cameras.items()}
    if not held:
        names[OF_ALERTS] = SURVEY.upper()
    candids = {key: str(each["candid"]) for key, each in alerts.items()}
    plot = plotted(points, names, candids, redshift)
    return Curve(held, tuple(points), plot, not held and bool(points))


def plotted(
    points: Iterable[Point],
    names: Mapping[int, str],
    candids: Mapping[tuple[float, str | None], str],
    redshift: float | None,
) -> dict[str, Any]:
    """Return points as ``photometry.js`` reads them.

    Parameters
    ----------
    names : of instruments, by number; of those that are gone there is none.
    candids : of alerts, by time and filter.
    """
    rows = list(points)
    filters = sorted({each.filter for each in rows})
    origins = sorted({each.origin for each in rows})
    far = distances(redshift) if redshift is not None else None
    return {
        "filters": filters,
        "instruments": {
            each.instrument_id: names.get(each.instrument_id, f"instrument {each.instrument_id}")
            for each in rows
        },
        "origins": origins,
        "modulus": round(far.modulus_mag, 3) if far else None,
        "ebv": None,
        "points": [
            [
                each.id,
                round(each.mjd, 6),
                filters.index(each.filter),
                each.instrument_id,
                origins.index(each.origin),
                _short(each.flux),
                _short(each.fluxerr),
                _short(each.limiting_mag),
                candids.get((round(each.mjd, TIME_DIGITS), each.filter)),
            ]
            for each in rows
        ],
    }


def _of_alerts(
    previous: Sequence[dict[str, Any]], forced: Sequence[dict[str, Any]]
) -> Iterable[Point]:
    """Yield the points of a history, numbered in order."""
    *earlier, latest = previous
    document = {"candidate": latest, "prv_candidates": earlier, "fp_hists": forced}
    measured = (each for each in lightcurve(document, survey(SURVEY).bands) if each.flux_err_ujy)
    for number, each in enumerate(measured):
        yield Point(
            number,
            each.mjd,
            each.band,
            OF_ALERTS,
            "alert_fp" if each.is_forced else str(None),
            each.flux_ujy,
            each.flux_err_ujy or 0.0,
            each.limiting_mag,
            each.ra,
            each.dec,
        )


def _short(value: float | None) -> float | None:
    """Return a number with the digits that it is drawn with."""
    return None if value is None else float(f"{value:.6g}")
