"""Known objects of the solar system, as the survey's alerts name them, and how they move."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from fritz.alerts.history import History
from fritz.alerts.rights import grant_points
from fritz.marshal.light_curve import EVER_DAYS
from fritz.sky.separations import position_angle_deg, separation_deg

__all__ = [
    "NEAR_ARCSEC",
    "BodyDetection",
    "KnownObject",
    "Motion",
    "known_object",
    "motion",
    "predicted",
]

NEAR_ARCSEC: Final = 10.0
"""Within it an object of the solar system is taken for what was detected; the survey looks within
30 arcsec and says -999 where it finds none."""


@dataclass(frozen=True, slots=True)
class KnownObject:
    """A known asteroid or comet that was near a detection."""

    name: str
    distance_arcsec: float
    mag: float | None
    """Its predicted magnitude."""


def known_object(history: History, programids: Collection[int]) -> KnownObject | None:
    """Return the known object at the latest detection that the viewer may see; None if none is.

    Parameters
    ----------
    programids : programs that the viewer may see.
    """
    past = history.view(EVER_DAYS, window_days=EVER_DAYS).prv_candidates
    detected = [p for p in grant_points(past, frozenset(programids)) if p.get("magpsf") is not None]
    if not detected:
        return None
    latest = max(detected, key=lambda point: point["jd"])
    distance, name = latest.get("ssdistnr"), latest.get("ssnamenr")
    if name in {None, "", "null"} or distance is None or not 0 <= distance < NEAR_ARCSEC:
        return None
    return KnownObject(str(name), float(distance), predicted(latest.get("ssmagnr")))


def predicted(mag: float | None) -> float | None:
    """Return a predicted magnitude; None where the survey says -999, having none."""
    return mag if mag is not None and math.isfinite(mag) and mag > 0 else None


@dataclass(frozen=True, slots=True)
class BodyDetection:
    """An alert that the survey takes for a known object."""

    candid: int
    object_id: str
    """Of the survey: another one in most nights, as objects stand still."""
    jd: float
    fid: int
    ra: float
    """Degrees."""
    dec: float
    """Degrees."""
    mag: float
    mag_err: float
    brighter: bool
    """Than the reference image; a body leaves a hole in images that it was in."""
    score: float | None
    """Deep real-bogus score."""
    distance_arcsec: float
    """From where the body was expected."""
    predicted_mag: float | None

    @property
    def against_prediction(self) -> float | None:
        """Magnitudes by which it was fainter than predicted (brighter: below 0), if it was."""
        return None if self.predicted_mag is None else self.mag - self.predicted_mag


@dataclass(frozen=True, slots=True)
class Motion:
    """How a body went from one detection to another, along the great circle."""

    days: float
    degrees: float
    position_angle_deg: float
    """0 is north, 90 is east."""

    @property
    def arcsec_per_hour(self) -> float | None:
        """How fast it went; None if both are of one moment."""
        return self.degrees * 3600.0 / (self.days * 24.0) if self.days > 0 else None


def motion(detections: Sequence[BodyDetection]) -> list[Motion]:
    """Return how a body went from each detection to the next; none of fewer than two.

    Parameters
    ----------
    detections : in order of time.
    """
    if not detections:
        return []
    ra, dec = [each.ra for each in detections], [each.dec for each in detections]
    degrees = separation_deg(ra[:-1], dec[:-1], ra[1:], dec[1:])
    angles = position_angle_deg(ra[:-1], dec[:-1], ra[1:], dec[1:])
    return [
        Motion(after.jd - before.jd, float(far), float(angle))
        for before, after, far, angle in zip(
            detections, detections[1:], degrees, angles, strict=False
        )
    ]
