"""Candidates as the scan page shows them: all that fills its screen, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from fritz.catalogs.matching import CrossMatches
from fritz.marshal.candidate import Candidate
from fritz.marshal.classification import Classification
from fritz.marshal.comment import Comment
from fritz.marshal.julian import mjd_of
from fritz.marshal.light_curve import BANDS, LightCurve
from fritz.marshal.scan_decision import Decision, ScanDecisions
from fritz.marshal.solar_system import KnownObject
from fritz.marshal.source import Source
from fritz.marshal.user import User
from fritz.services.scan_rows import ScannedObject
from webapp.api.world import World

__all__ = [
    "DecisionRow",
    "Plot",
    "PresentRow",
    "ScanCard",
    "band_of",
    "decision_rows",
    "group_name",
    "known_row",
    "match_rows",
    "name_of",
    "passing_rows",
    "plot_of",
    "said_rows",
]

MOST_FACTS = 6
"""Columns of a catalog's row that are shown."""


class Plot(BaseModel):
    """A light curve as the browser draws it: rows of numbers, times in MJD."""

    mjd: float
    """Of the latest alert."""
    detections: list[tuple[float, str, float, float, bool]]
    limits: list[tuple[float, str, float]]


class PassingRow(BaseModel):
    """A filter that passed the object, and what it said of the alert that counts."""

    filter_id: int
    filter: str
    group_id: int
    group: str
    passed_at: datetime
    times: int
    """How often it passed."""
    values: dict[str, Any]


class MatchRow(BaseModel):
    """What one catalog has at the position, nearest first."""

    catalog: str
    count: int
    distance_arcsec: float | None
    values: dict[str, Any]
    """Of the nearest."""


class SaidRow(BaseModel):
    """A comment, a class, a save: who, what, when."""

    what: str
    by: str
    at: datetime
    probability: float | None = None
    ml: bool = False


class AnnotationLine(BaseModel):
    """What an origin says."""

    origin: str
    values: dict[str, Any]


class DecisionRow(BaseModel):
    """What somebody decided on the object as one filter passed it."""

    id: str
    filter_id: int
    kind: str
    by: str
    mine: bool
    at: datetime
    reason: str | None
    stands: bool


class KnownRow(BaseModel):
    """A known object of the solar system near the latest detection."""

    name: str
    distance_arcsec: float
    mag: float | None


class ScanCard(BaseModel):
    """One candidate."""

    id: str
    candid: str
    """Of the latest alert, whose stamps there are; empty where it was posted without one."""
    ra: float
    dec: float
    galactic_latitude: float
    redshift: float | None
    mag: float | None
    band: str
    score: float | None
    observed_at: datetime
    passings: list[PassingRow]
    annotations: list[AnnotationLine]
    matches: list[MatchRow]
    moving: KnownRow | None
    classes: list[SaidRow]
    saved: list[SaidRow]
    saved_to: list[int]
    comments: list[SaidRow]
    decisions: list[DecisionRow]
    plot: Plot
    summary: str
    """The light curve in words."""


class PresentRow(BaseModel):
    """Somebody who scans, too."""

    user: str
    groups: list[str]
    position: int
    total: int
    at: datetime


def plot_of(latest: Candidate, curve: LightCurve) -> Plot:
    """Return a light curve, its times to a tenth of a second and magnitudes to a tenth of a mmag.

    Parameters
    ----------
    latest : the candidate of the latest exposure.
    """
    return Plot(
        mjd=round(mjd_of(latest.jd), 5),
        detections=[
            (round(p.mjd, 5), p.band, round(p.mag, 4), round(p.mag_err, 4), p.brighter)
            for p in curve.detections
        ],
        limits=[(round(p.mjd, 5), p.band, round(p.mag_limit, 4)) for p in curve.limits],
    )


def passing_rows(
    scanned: ScannedObject, world: World, first: Sequence[int] | None
) -> list[PassingRow]:
    """Return what passed the object, the groups that are scanned first, then the newest.

    Parameters
    ----------
    first : the groups that were asked for; None for all of the viewer's.
    """
    rows = []
    for entry in scanned.entries:
        known = world.filters.get(entry.filter_id)
        updated = known is None or known.update_annotations
        rows.append(
            PassingRow(
                filter_id=entry.filter_id,
                filter=known.name if known else f"filter {entry.filter_id}",
                group_id=entry.group_id,
                group=group_name(world, entry.group_id),
                passed_at=entry.passed_at,
                times=len(entry.alerts),
                values=dict((entry.latest if updated else entry.first).annotations),
            )
        )
    return sorted(rows, key=lambda row: row.group_id not in (first or ()))


def match_rows(matches: CrossMatches) -> list[MatchRow]:
    """Return the nearest of each catalog, the nearest catalog first."""
    rows = []
    for catalog, found in matches.items():
        listed = sorted(found, key=_distance)
        if listed:
            nearest = listed[0]
            shown = [(k, v) for k, v in nearest.items() if _is_fact(k, v)]
            rows.append(
                MatchRow(
                    catalog=catalog.replace("_", " "),
                    count=len(listed),
                    distance_arcsec=nearest.get("distance_arcsec"),
                    values=dict(shown[:MOST_FACTS]),
                )
            )
    return sorted(rows, key=lambda row: row.distance_arcsec or 0.0)


def said_rows(
    comments: Sequence[Comment],
    classes: Sequence[Classification],
    saved: Sequence[Source],
    people: Mapping[int, User],
    world: World,
) -> dict[str, list[SaidRow]]:
    """Return what people said and did before, newest first, under the card's names."""
    told = {
        "comments": [
            SaidRow(what=c.text, by=name_of(people, c.author_id), at=c.created_at)
            for c in comments
        ],
        "classes": [
            SaidRow(what=c.classification, by=c.author_name, at=c.created_at,
                    probability=c.probability, ml=c.ml)
            for c in classes
        ],
        "saved": [
            SaidRow(what=group_name(world, s.group_id), by=name_of(people, s.saved_by),
                    at=s.saved_at)
            for s in saved
            if s.active
        ],
    }  # fmt: skip
    return {name: sorted(rows, key=lambda r: r.at, reverse=True) for name, rows in told.items()}


def decision_rows(
    decided: Sequence[ScanDecisions], people: Mapping[int, User], me: int
) -> list[DecisionRow]:
    """Return what was decided, newest first."""
    made = [(all_of.filter_id, each) for all_of in decided for each in all_of.made]
    made.sort(key=lambda pair: pair[1].at, reverse=True)
    return [_decision_row(filter_id, each, people, me) for filter_id, each in made]


def _decision_row(
    filter_id: int, each: Decision, people: Mapping[int, User], me: int
) -> DecisionRow:
    return DecisionRow(
        id=each.id,
        filter_id=filter_id,
        kind=each.kind,
        by=name_of(people, each.by),
        mine=each.by == me,
        at=each.at,
        reason=each.reason,
        stands=each.stands,
    )


def known_row(known: KnownObject | None) -> KnownRow | None:
    """Return the known object that it may be."""
    if known is None:
        return None
    return KnownRow(name=known.name, distance_arcsec=known.distance_arcsec, mag=known.mag)


def name_of(people: Mapping[int, User], user_id: int) -> str:
    """Return what somebody is called on a page."""
    user = people.get(user_id)
    return (user.first_name or user.username) if user else f"user {user_id}"


def group_name(world: World, group_id: int) -> str:
    """Return what a group is called where there is little room."""
    group = world.groups.get(group_id)
    return (group.nickname or group.name) if group else f"group {group_id}"


def band_of(candidate: Candidate) -> str:
    """Return the band of a candidate's exposure."""
    return BANDS.get(candidate.fid, str(candidate.fid or ""))


def _distance(row: Mapping[str, Any]) -> float:
    return float(row.get("distance_arcsec") or 0.0)


def _is_fact(name: str, value: Any) -> bool:
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return plain and name not in {"_id", "distance_arcsec", "ra", "dec"}
