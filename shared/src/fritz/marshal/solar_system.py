"""Known objects of the solar system near a detection, as the survey's alerts name them."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fritz.alerts.history import History
from fritz.alerts.rights import grant_points
from fritz.marshal.light_curve import EVER_DAYS

__all__ = ["NEAR_ARCSEC", "KnownObject", "known_object"]

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
    mag = latest.get("ssmagnr")
    bright = mag if mag is not None and math.isfinite(mag) and mag > 0 else None
    return KnownObject(str(name), float(distance), bright)
