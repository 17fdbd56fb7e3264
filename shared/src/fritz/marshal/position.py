"""The place of an object by its light curve: the weighted mean of where it was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from fritz.marshal.photometry import Point, is_forced
from fritz.sky.coordinates import unit_vector

__all__ = ["LEAST_SNR", "Place", "measured_place"]

LEAST_SNR: Final = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """A position, degrees, ICRS."""

    ra: float
    dec: float


def measured_place(points: Iterable[Point], least_snr: float = LEAST_SNR) -> Place | None:
    """Return the mean of the points' positions, weighted by the squares of their ratios to noise.

    Forced photometry is left out: it was measured where the object was believed to be. The mean is
    that of the unit vectors, so that neither the pole nor the meridian matters.

    Returns
    -------
    None where no point with a position reaches the ratio.
    """
    used = [
        (point.ra, point.dec, point.snr)
        for point in points
        if point.ra is not None and point.dec is not None
        and point.snr is not None and point.snr >= least_snr and not is_forced(point.origin)
    ]  # fmt: skip
    if not used:
        return None
    ra, dec, snr = np.array(used, dtype=np.float64).T
    x, y, z = (unit_vector(ra, dec) * (snr**2)[:, None]).sum(axis=0)
    return Place(
        float(np.degrees(np.arctan2(y, x)) % 360.0),
        float(np.degrees(np.arctan2(z, np.hypot(x, y)))),
    )
