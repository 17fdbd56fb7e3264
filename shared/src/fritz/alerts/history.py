"""What is known of one object: every measurement its alerts brought, and which alerts they were.

A history is a value. Merging is order-independent and idempotent: whatever order packets arrive in
and however often, the same set of packets makes the same history. And a view of it shows what was
known at one time: the same, whether or not later alerts are known by now.

Kowalski keeps forced photometry of young objects only, to save space, and the last 30 days of it.
We keep all of it: compressed it is small, and old objects flare up.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fritz.alerts.history_codec import Entry, entry, pack, point_of, unpack
from fritz.alerts.packet import Record
from fritz.alerts.surveys import Point, survey
from fritz.alerts.variants import Variants, as_of, in_order, with_entries

__all__ = ["MAX_CHUNK_BYTES", "WINDOW_DAYS", "History", "HistoryView"]

WINDOW_DAYS: Final = 365.0
"""How far back filters see, as in Kowalski's upstream stages."""
MAX_CHUNK_BYTES: Final = 900_000
LIMIT, DETECTION, ALERTS_OWN = 0.0, 1.0, 2.0
"""Grades of upper limits, of detections, and of a detection in the alert it caused, which has
fields that later packets leave out."""
CIRCLES: Final[Mapping[int, int]] = {1: 0, 2: 1, 3: 2, 0: 3}
"""Programids, from the widest circle of those who may see them to the narrowest."""
TIER, FAINTEST = -1000.0, 99.0
STEPS_PER_MAG: Final = 10
"""Alerts brighter by less than a step are alike; so an object that rises by 5 mag while a forced
measurement is sent again and again leaves 50 entries of it, not one an alert."""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """What a filter may know of an object's past at the time of one alert; nulls are left out."""

    prv_candidates: list[Point]
    fp_hists: list[Point]


@dataclass(frozen=True, slots=True)
class History:
    """The measurements of one object."""

    survey: str
    object_id: str
    seen: Mapping[int, str] = field(default_factory=dict)
    """Alerts already taken: candid -> packet_id."""
    previous: Variants = field(default_factory=dict)
    """Detections and upper limits."""
    forced: Variants = field(default_factory=dict)
    """Forced photometry."""

    @classmethod
    def empty(cls, survey_name: str, object_id: str) -> History:
        """Return the history of an object of which nothing is known."""
        return cls(survey_name, object_id)

    @classmethod
    def decode(cls, chunks: Sequence[bytes]) -> History:
        """Return the history that `encode` wrote.

        Raises
        ------
        Invalid
            The chunks are not such a history, or some are missing.
        """
        survey_name, object_id, seen, previous, forced = unpack(chunks)
        return cls(
            survey_name, object_id, seen, with_entries({}, previous), with_entries({}, forced)
        )

    @property
    def alert_programs(self) -> frozenset[int]:
        """The programids of the object's own alerts: who may see one of these may know of it."""
        return frozenset(
            key[2]
            for key, entries in self.previous.items()
            if any(each.rank[0] == ALERTS_OWN for each in entries)
        )

    def encode(self, max_bytes: int = MAX_CHUNK_BYTES) -> list[bytes]:
        """Return the history compressed, in chunks of at most `max_bytes`; equal ones alike."""
        entries = (in_order(self.previous), in_order(self.forced))
        return pack(self.survey, self.object_id, self.seen, *entries, max_bytes=max_bytes)

    def merged(self, record: Record, packet_id: str) -> History:
        """Return the history with what an alert brings, and the alert marked as taken."""
        origin = survey(self.survey)
        alert = (record.jd, record.candid)
        brought = [entry(p, (_grade(p), *alert)) for p in origin.previous(record.data)]
        brought.append(entry(origin.detection(record.data), (ALERTS_OWN, *alert)))
        forced = [entry(p, (_forced_grade(p), *alert)) for p in origin.forced(record.data)]
        return self._with({record.candid: packet_id}, brought, forced)

    def union(self, other: History) -> History:
        """Return what either history of the object knows."""
        return self._with(other.seen, in_order(other.previous), in_order(other.forced))

    def _with(
        self, seen: Mapping[int, str], previous: Iterable[Entry], forced: Iterable[Entry]
    ) -> History:
        marks = dict(self.seen)
        for candid, packet_id in seen.items():
            marks[candid] = min(packet_id, marks.get(candid, packet_id))
        return History(
            self.survey,
            self.object_id,
            marks,
            with_entries(self.previous, previous),
            with_entries(self.forced, forced),
        )

    def view(
        self, jd: float, exclude_candid: int | None = None, window_days: float = WINDOW_DAYS
    ) -> HistoryView:
        """Return the past as of one alert, sorted by time.

        Parameters
        ----------
        jd
            When that alert's exposure began, days; nothing later is returned, nor anything that
            only later alerts brought.
        exclude_candid
            That alert's own detection, which is not its past.
        window_days
            Nothing as old as that, or older, is returned.
        """
        shown = survey(self.survey).shown_forced
        since = jd - window_days
        previous = list(as_of(self.previous, jd, since))
        detected = {kept.key[:3] for kept in previous if kept.key[3]}
        forced = (shown(point_of(kept)) for kept in as_of(self.forced, jd, since))
        return HistoryView(
            [point_of(kept) for kept in previous if _is_past(kept, detected, exclude_candid)],
            [point for point in forced if point is not None],
        )


def _is_past(
    kept: Entry, detected: Collection[tuple[float, int, int]], exclude_candid: int | None
) -> bool:
    """Tell a detection that is not the alert's own, or a limit where nothing was detected."""
    *exposure, candid = kept.key
    return candid != exclude_candid if candid else tuple(exposure) not in detected


def _grade(point: Point) -> float:
    return LIMIT if point.get("magpsf") is None else DETECTION


def _forced_grade(point: Point) -> float:
    """Grade forced photometry: that which more people may see first, then the brightest alert's.

    The brightest alert is centred best, says Kowalski. But one that few may see must not decide
    what all the others see.
    """
    mag = point.get("alert_mag")
    if mag is None or not math.isfinite(mag):
        mag = FAINTEST
    circle = CIRCLES.get(point.get("alert_programid", 0), len(CIRCLES))
    step = math.floor(min(max(mag, -FAINTEST), FAINTEST) * STEPS_PER_MAG)
    return TIER * circle - step / STEPS_PER_MAG
