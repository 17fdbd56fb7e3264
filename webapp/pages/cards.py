"""What the templates show of a candidate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.julian import datetime_of, mjd_of
from fritz.marshal.light_curve import BANDS, LightCurve, light_curve
from fritz.marshal.visibility import Viewer, programids
from fritz.services.scan_rows import ScannedObject
from webapp.api.world import World, world_of
from webapp.platform import marshal

__all__ = ["Card", "Passing", "cards_of", "plot_of"]


@dataclass(frozen=True, slots=True)
class Passing:
    """A filter that an alert passed, and what it said."""

    filter_name: str
    group_name: str
    passed_at: datetime
    candid: str
    annotations: tuple[tuple[str, str], ...]
    """Names and values as they are written."""


@dataclass(frozen=True, slots=True)
class Card:
    """One candidate as the list and the page of its object show it."""

    obj_id: str
    candid: str
    """Of the latest alert; a string, as numbers of browsers are too short."""
    ra: float
    dec: float
    mag: float | None
    band: str
    score: float | None
    observed_at: datetime
    mjd: float
    groups: tuple[str, ...]
    """Whose filters passed it."""
    saved_to: tuple[str, ...]
    passings: tuple[Passing, ...]
    """The latest alert's first."""
    light_curve: LightCurve

    @property
    def plot(self) -> dict[str, Any]:
        """The light curve as the browser draws it, times in MJD."""
        return plot_of(self.light_curve, self.mjd)


def plot_of(curve: LightCurve, mjd: float) -> dict[str, Any]:
    """Return a light curve as ``<light-curve>`` reads it.

    Parameters
    ----------
    mjd : from which days are counted.
    """
    return {
        "mjd": round(mjd, 5),
        "detections": [
            [round(p.mjd, 5), p.band, round(p.mag, 4), round(p.mag_err, 4), p.brighter]
            for p in curve.detections
        ],
        "limits": [[round(p.mjd, 5), p.band, round(p.mag_limit, 4)] for p in curve.limits],
    }


def cards_of(
    viewer: Viewer,
    scanned: Iterable[ScannedObject],
    passed: Sequence[Candidate] | None = None,
) -> list[Card]:
    """Return the cards of objects; light curves show only what the viewer may see.

    Parameters
    ----------
    passed : what passed of the one object there is; None for the last that each filter passed.
    """
    rows = list(scanned)
    world = world_of(rows)
    histories = marshal().histories.load([row.obj_id for row in rows])
    return [
        _card(
            row,
            light_curve(histories[row.obj_id].history, programids(viewer, row.latest.survey)),
            world,
            [entry.latest for entry in row.entries] if passed is None else passed,
        )
        for row in rows
    ]


def _card(row: ScannedObject, curve: LightCurve, world: World, passed: Sequence[Candidate]) -> Card:
    latest, groups = row.latest, world.groups
    return Card(
        obj_id=row.obj_id,
        candid=_candid(latest),
        ra=latest.ra,
        dec=latest.dec,
        mag=latest.magpsf,
        band=BANDS.get(latest.fid, str(latest.fid or "")),
        score=latest.score,
        observed_at=datetime_of(latest.jd),
        mjd=mjd_of(latest.jd),
        groups=tuple(_name(groups, each) for each in sorted({e.group_id for e in row.entries})),
        saved_to=tuple(_name(groups, each) for each in row.saved_to),
        passings=tuple(
            _passing(each, groups, world.filters)
            for each in sorted(passed, key=lambda c: (-c.jd, c.filter_id))
        ),
        light_curve=curve,
    )


def _passing(
    candidate: Candidate, groups: Mapping[int, Group], filters: Mapping[int, Filter]
) -> Passing:
    found = filters.get(candidate.filter_id)
    return Passing(
        filter_name=found.name if found else f"filter {candidate.filter_id}",
        group_name=_name(groups, candidate.group_id),
        passed_at=candidate.passed_at,
        candid=_candid(candidate),
        annotations=tuple(
            (name.replace("_", " "), _written(value))
            for name, value in candidate.annotations.items()
        ),
    )


def _candid(candidate: Candidate) -> str:
    """Return the id of the alert whose stamps there are; nothing for what came from outside."""
    return "" if candidate.packet is None else str(candidate.candid)


def _name(groups: Mapping[int, Group], group_id: int) -> str:
    group = groups.get(group_id)
    return (group.nickname or group.name) if group else f"group {group_id}"


def _written(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
