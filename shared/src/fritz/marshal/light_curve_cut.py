"""A cut on what a light curve comes to: how often, when and how bright the source was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fritz.marshal.julian import julian_date, mjd_of
from fritz.marshal.phot_stat import PhotStat

__all__ = ["LightCurveCut"]


@dataclass(frozen=True, slots=True)
class LightCurveCut:
    """What is asked of a light curve; None asks for nothing."""

    detections: int | None = None
    """At least so many."""
    first_after: datetime | None = None
    last_before: datetime | None = None
    peak_from: float | None = None
    """Magnitudes, AB; bounds included."""
    peak_to: float | None = None
    latest_from: float | None = None
    latest_to: float | None = None
    without_forced: bool = False
    """Whether forced photometry does not count, for times and numbers."""
    keep_unseen: bool = False
    """Whether objects stay of which the viewer sees no point."""

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        bounds = (
            self.detections, self.first_after, self.last_before, self.peak_from, self.peak_to,
            self.latest_from, self.latest_to,
        )  # fmt: skip
        return any(each is not None for each in bounds)

    def holds(self, stat: PhotStat | None) -> bool:
        """Return whether a light curve is what is asked for.

        Parameters
        ----------
        stat : of the points that are open to the viewer; None if there are none.
        """
        return self.keep_unseen if stat is None else all(self._tests(stat))

    def _tests(self, stat: PhotStat) -> Iterator[bool]:
        forced_too = not self.without_forced
        number = stat.detections if forced_too else stat.detections_not_forced
        first = stat.first if forced_too else stat.first_not_forced
        last = stat.last if forced_too else stat.last_not_forced
        yield self.detections is None or number >= self.detections
        if self.first_after is not None:
            yield first is not None and first.mjd >= _mjd(self.first_after)
        if self.last_before is not None:
            yield last is not None and last.mjd <= _mjd(self.last_before)
        yield _between(stat.peak_mag, self.peak_from, self.peak_to)
        yield _between(stat.latest_mag, self.latest_from, self.latest_to)


def _mjd(time: datetime) -> float:
    return mjd_of(julian_date(time))


def _between(mag: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    return mag is not None and (low is None or mag >= low) and (high is None or mag <= high)
