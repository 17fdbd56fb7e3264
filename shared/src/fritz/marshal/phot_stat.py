"""What a light curve comes to in numbers, added up as points arrive.

One `PhotStat` is kept for each set of people who see the same points; what a viewer is told is the
sum of those that are open to them. So no number is ever of a point that they may not see.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, NamedTuple

from fritz.marshal.photometry import Point, is_forced
from fritz.photometry.fluxes import MICROJANSKY_ZERO_POINT

__all__ = ["LIMIT_SNR", "BandStat", "Detected", "PhotStat", "total"]

LIMIT_SNR: Final = 5.0
"""Limiting magnitudes are told at five sigma."""
MOST_LIMITS: Final = 50
"""Non-detections that are remembered by their time: the latest before the first detection."""


class Detected(NamedTuple):
    """A detection, as the statistics name it."""

    mjd: float
    filter: str
    mag: float
    """AB mag; infinite where the source was fainter than in the reference."""


class BandStat(NamedTuple):
    """What a light curve comes to in one band; magnitudes are AB."""

    observations: int = 0
    detections: int = 0
    with_mag: int = 0
    mag_sum: float = 0.0
    mag_squares: float = 0.0
    peak_mag: float = math.inf
    peak_mjd: float = math.inf
    faintest_mag: float = -math.inf
    deepest_limit: float = -math.inf

    @classmethod
    def of(cls, points: Sequence[Point]) -> BandStat:
        """Return the statistics of points of one band."""
        seen = [point for point in points if point.is_detection]
        mags = [(point.mag, point.mjd) for point in seen if point.mag is not None]
        only = [mag for mag, _ in mags]
        peak = min(mags, default=(math.inf, math.inf))
        deepest = min((point.fluxerr for point in points), default=math.inf)
        return cls(
            len(points),
            len(seen),
            len(mags),
            math.fsum(only),
            math.fsum(mag * mag for mag in only),
            *peak,
            max(only, default=-math.inf),
            MICROJANSKY_ZERO_POINT - 2.5 * math.log10(LIMIT_SNR * deepest),
        )

    def plus(self, other: BandStat) -> BandStat:
        """Return the statistics of both together."""
        peak = min((self.peak_mag, self.peak_mjd), (other.peak_mag, other.peak_mjd))
        return BandStat(
            self.observations + other.observations,
            self.detections + other.detections,
            self.with_mag + other.with_mag,
            self.mag_sum + other.mag_sum,
            self.mag_squares + other.mag_squares,
            *peak,
            max(self.faintest_mag, other.faintest_mag),
            max(self.deepest_limit, other.deepest_limit),
        )

    @property
    def mean_mag(self) -> float | None:
        """Mean magnitude of the detections."""
        return self.mag_sum / self.with_mag if self.with_mag else None

    @property
    def mag_rms(self) -> float | None:
        """Root mean square of the magnitudes about their mean."""
        if not self.with_mag:
            return None
        mean = self.mag_sum / self.with_mag
        return math.sqrt(max(0.0, self.mag_squares / self.with_mag - mean * mean))


@dataclass(frozen=True, slots=True)
class PhotStat:
    """What a light curve comes to."""

    bands: Mapping[str, BandStat] = field(default_factory=dict)
    """By filter."""
    first: Detected | None = None
    last: Detected | None = None
    first_not_forced: Detected | None = None
    """Here and below: forced photometry left out."""
    last_not_forced: Detected | None = None
    detections_not_forced: int = 0
    recent_mjd: float | None = None
    """Time of the latest observation, whatever came of it."""
    limits_mjd: tuple[float, ...] = ()
    """Times of non-detections before the first detection."""
    added_us: int = 0
    """When the latest point was written."""

    @classmethod
    def of(cls, points: Iterable[Point]) -> PhotStat:
        """Return the statistics of points."""
        all_ = list(points)
        seen = [
            (Detected(p.mjd, p.filter, math.inf if p.mag is None else p.mag), p)
            for p in all_
            if p.is_detection
        ]
        detected = [each for each, _ in seen]
        plain = [each for each, point in seen if not is_forced(point.origin)]
        first = min(detected, default=None)
        begin = math.inf if first is None else first.mjd
        limits = sorted(p.mjd for p in all_ if not p.is_detection and p.mjd < begin)
        by_band: dict[str, list[Point]] = {}
        for point in all_:
            by_band.setdefault(point.filter, []).append(point)
        return cls(
            bands={name: BandStat.of(some) for name, some in by_band.items()},
            first=first,
            last=max(detected, default=None),
            first_not_forced=min(plain, default=None),
            last_not_forced=max(plain, default=None),
            detections_not_forced=len(plain),
            recent_mjd=max((p.mjd for p in all_), default=None),
            limits_mjd=tuple(limits[-MOST_LIMITS:]),
            added_us=max((p.created_us for p in all_), default=0),
        )

    def plus(self, other: PhotStat) -> PhotStat:
        """Return the statistics of both light curves together, none of whose points is in both."""
        first = _earlier(self.first, other.first)
        begin = math.inf if first is None else first.mjd
        limits = sorted(mjd for mjd in (*self.limits_mjd, *other.limits_mjd) if mjd < begin)
        bands = {name: self.bands.get(name, BandStat()) for name in (*self.bands, *other.bands)}
        recent = [mjd for mjd in (self.recent_mjd, other.recent_mjd) if mjd is not None]
        return PhotStat(
            bands={n: each.plus(other.bands.get(n, BandStat())) for n, each in bands.items()},
            first=first,
            last=_later(self.last, other.last),
            first_not_forced=_earlier(self.first_not_forced, other.first_not_forced),
            last_not_forced=_later(self.last_not_forced, other.last_not_forced),
            detections_not_forced=self.detections_not_forced + other.detections_not_forced,
            recent_mjd=max(recent, default=None),
            limits_mjd=tuple(limits[-MOST_LIMITS:]),
            added_us=max(self.added_us, other.added_us),
        )

    @property
    def overall(self) -> BandStat:
        """All bands together."""
        return reduce(BandStat.plus, self.bands.values(), BandStat())

    @property
    def detections(self) -> int:
        """How often the source was seen."""
        return sum(each.detections for each in self.bands.values())

    @property
    def observations(self) -> int:
        """How many points there are."""
        return sum(each.observations for each in self.bands.values())

    @property
    def peak_mag(self) -> float | None:
        """The brightest magnitude."""
        return _finite(self.overall.peak_mag)

    @property
    def latest_mag(self) -> float | None:
        """The magnitude of the latest detection."""
        return None if self.last is None else _finite(self.last.mag)

    @property
    def rise_rate(self) -> float | None:
        """Magnitudes a day by which it rose from the first detection to the peak."""
        peak = self.overall
        if self.first is None or not peak.peak_mjd > self.first.mjd:
            return None
        return _finite((self.first.mag - peak.peak_mag) / (peak.peak_mjd - self.first.mjd))

    @property
    def decay_rate(self) -> float | None:
        """Magnitudes a day by which it fell from the peak to the last detection."""
        peak = self.overall
        if self.last is None or not self.last.mjd > peak.peak_mjd:
            return None
        return _finite((self.last.mag - peak.peak_mag) / (self.last.mjd - peak.peak_mjd))

    def to_fields(self) -> dict[str, Any]:
        """Return the statistics as lists and maps, infinities among them."""
        return {
            "bands": {name: list(each) for name, each in self.bands.items()},
            "detected": [
                list(each or ())
                for each in (self.first, self.last, self.first_not_forced, self.last_not_forced)
            ],
            "detections_not_forced": self.detections_not_forced,
            "recent_mjd": self.recent_mjd,
            "limits_mjd": list(self.limits_mjd),
            "added_us": self.added_us,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> PhotStat:
        """Return the statistics that `to_fields` wrote."""
        seen = [Detected(*each) if each else None for each in fields["detected"]]
        return cls(
            bands={n: BandStat(*each) for n, each in fields["bands"].items()},
            first=seen[0],
            last=seen[1],
            first_not_forced=seen[2],
            last_not_forced=seen[3],
            detections_not_forced=fields["detections_not_forced"],
            recent_mjd=fields["recent_mjd"],
            limits_mjd=tuple(fields["limits_mjd"]),
            added_us=fields["added_us"],
        )


def total(parts: Iterable[PhotStat]) -> PhotStat:
    """Return the statistics of all parts together."""
    return reduce(PhotStat.plus, parts, PhotStat())


def _earlier(one: Detected | None, two: Detected | None) -> Detected | None:
    return min((each for each in (one, two) if each is not None), default=None)


def _later(one: Detected | None, two: Detected | None) -> Detected | None:
    return max((each for each in (one, two) if each is not None), default=None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
