"""A light curve as small as a word: marks in a box, one shape for each band."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["HEIGHT", "WIDTH", "Sparkline"]

WIDTH: Final = 120.0
HEIGHT: Final = 30.0
MARGIN: Final = 3.0
MOST_MARKS: Final = 150
SHAPES: Final = {
    "g": "M-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0z",
    "r": "M-1.6-1.6h3.2v3.2h-3.2z",
    "i": "M0-2.3L2.3 0L0 2.3L-2.3 0z",
}
OTHER: Final = "M-2-2L2 2M-2 2L2-2"


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What is drawn, and what it says in words."""

    marks: tuple[tuple[float, float, str, str], ...]
    """Place in the box, band and outline of each detection."""
    summary: str

    @classmethod
    def of(cls, points: Iterable[tuple[float, str, float]]) -> Sparkline:
        """Return a light curve of times (MJD), bands and magnitudes, the bright end up."""
        ordered = sorted(points)
        if not ordered:
            return cls((), "no detections")
        times, mags = [p[0] for p in ordered], [p[2] for p in ordered]
        days, depth = max(times[-1] - times[0], 1e-6), max(max(mags) - min(mags), 0.2)
        step = max(1, len(ordered) // MOST_MARKS)
        marks = tuple(
            (
                round(MARGIN + (mjd - times[0]) / days * (WIDTH - 2 * MARGIN), 1),
                round(MARGIN + (mag - min(mags)) / depth * (HEIGHT - 2 * MARGIN), 1),
                band,
                SHAPES.get(band, OTHER),
            )
            for mjd, band, mag in ordered[::-step][::-1]
        )
        _, band, last = ordered[-1]
        said = f"{len(ordered)} detections over {days:.0f} days, {min(mags):.1f} at best"
        return cls(marks, f"{said}, last {last:.2f} in {band}")
