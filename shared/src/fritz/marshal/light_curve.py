"""The light curve that a viewer is shown: detections and upper limits of the programs they may see.

Difference photometry as the survey's alerts report it, AB magnitudes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from fritz.alerts.history import History
from fritz.alerts.rights import grant_points
from fritz.marshal.julian import mjd_of

__all__ = ["BANDS", "Band", "Detection", "LightCurve", "Limit", "light_curve"]

Band = Literal["g", "r", "i"]

BANDS: Final[Mapping[int, Band]] = {1: "g", 2: "r", 3: "i"}
"""ZTF's filter numbers."""

EVER_DAYS: Final = 1e9
"""Longer than any Julian date: all of a history."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One measurement with a significant difference from the reference image."""

    mjd: float
    band: Band
    mag: float
    mag_err: float
    brighter: bool
    """Whether the object was brighter than in the reference image, rather than fainter."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An exposure that did not detect the object."""

    mjd: float
    band: Band
    mag_limit: float
    """Five-sigma limiting magnitude."""


@dataclass(frozen=True, slots=True)
class LightCurve:
    """What is drawn of an object, each part sorted by time."""

    detections: tuple[Detection, ...]
    limits: tuple[Limit, ...]

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands that occur, blue to red."""
        present = {p.band for p in self.detections} | {p.band for p in self.limits}
        return tuple(band for band in BANDS.values() if band in present)

    @property
    def summary(self) -> str:
        """The light curve in words, for those who do not see the plot.

        Examples
        --------
        >>> LightCurve((Detection(60000.5, "g", 18.2, 0.05, True),), ()).summary
        '1 detection, 0 upper limits in g; last 18.20 ± 0.05 in g'
        """
        detections = _count(len(self.detections), "detection")
        text = f"{detections}, {_count(len(self.limits), 'upper limit')}"
        if self.bands:
            text += f" in {', '.join(self.bands)}"
        if len(self.detections) > 1:
            days = self.detections[-1].mjd - self.detections[0].mjd
            brightest = min(self.detections, key=lambda point: point.mag)
            text += f" over {days:.1f} days; brightest {brightest.mag:.2f} in {brightest.band}"
        if self.detections:
            last = self.detections[-1]
            text += f"; last {last.mag:.2f} ± {last.mag_err:.2f} in {last.band}"
        return text


def light_curve(history: History, programids: frozenset[int]) -> LightCurve:
    """Return the light curve of an object without the exposures of other programs.

    Parameters
    ----------
    programids : programs that the viewer may see.
    """
    known = history.view(EVER_DAYS, window_days=EVER_DAYS).prv_candidates
    points = [point for point in grant_points(known, programids) if point.get("fid") in BANDS]
    return LightCurve(
        tuple(_detection(point) for point in points if _finite(point.get("magpsf"))),
        tuple(
            Limit(mjd_of(point["jd"]), BANDS[point["fid"]], point["diffmaglim"])
            for point in points
            if not _finite(point.get("magpsf")) and _finite(point.get("diffmaglim"))
        ),
    )


def _detection(point: Mapping[str, Any]) -> Detection:
    error = point.get("sigmapsf")
    return Detection(
        mjd_of(point["jd"]),
        BANDS[point["fid"]],
        point["magpsf"],
        error if error is not None and math.isfinite(error) else 0.0,
        point.get("isdiffpos") in {"t", "1", 1},
    )


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
