"""The photometry that an enriched alert brings, sorted by what one must be granted to see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fritz.marshal.photometry import Point
from fritz.photometry.lightcurve import Measurement, lightcurve

__all__ = ["FORCED_ORIGIN", "points_by_programs"]

FORCED_ORIGIN: Final = "alert_fp"
"""The origin of forced photometry that comes with alerts, as Fritz's brokers call it."""


def points_by_programs(
    documents: Iterable[Mapping[str, Any]],
    bands: Mapping[int, str],
    instrument_id: int,
    created_us: int,
) -> dict[frozenset[int], list[Point]]:
    """Return the points of an object's alerts, by the programs that must all be granted.

    The alert's own detection, its history and its forced photometry. What names no program is
    nobody's; what has no uncertainty is no measurement. Points have no id yet.

    Parameters
    ----------
    documents
        Enriched alerts of one object.
    bands
        The survey's names of its ``fid``.
    """
    found: dict[frozenset[int], dict[Any, Point]] = {}
    for document in documents:
        for each in lightcurve(document, bands):
            point = _point(each, instrument_id, created_us)
            if point is None or each.programid is None:
                continue
            brought = each.programid if each.alert_programid is None else each.alert_programid
            programs = frozenset({each.programid, brought})
            key = point.epoch if each.is_forced else point.identity
            found.setdefault(programs, {})[key] = point
    return {programs: list(points.values()) for programs, points in found.items()}


def _point(measured: Measurement, instrument_id: int, created_us: int) -> Point | None:
    fluxerr = measured.flux_err_ujy
    if not fluxerr:
        return None
    return Point(
        id=0,
        mjd=measured.mjd,
        filter=measured.band,
        instrument_id=instrument_id,
        origin=FORCED_ORIGIN if measured.is_forced else str(None),
        flux=measured.flux_ujy,
        fluxerr=fluxerr,
        limiting_mag=measured.limiting_mag,
        ra=measured.ra,
        dec=measured.dec,
        created_us=created_us,
    )
