"""Asteroids: the same rock is at another place, and so another object, in every exposure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.lightcurves import flux_of
from emulators.survey.populations.objects import Array, Kind, Objects, Traits
from emulators.survey.populations.passing import nothing_behind
from emulators.survey.sky import PIXEL_ARCSEC, QUADRANT_PX

__all__ = ["ASTEROID", "moved"]

KNOWN = 0.94
"""Share of the asteroids whose orbit is catalogued."""
MARGIN_PX = 26.0


def _traits(draw: Draws) -> Traits:
    known = draw.happens("known", KNOWN)
    shape = {
        "mag": 16.6 + 4.2 * draw.uniform("mag") ** 0.5,
        "rate": draw.lognormal("rate", 32.0, 0.35),
        "heading": draw.normal("heading", 0.4, 0.3),
        "period": draw.uniform("period", 0.1, 0.6),
        "number": np.where(known, draw.integer("number", 100, 620_000), 0),
    }
    return nothing_behind(draw, shape)


def _sunlit(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    spin = 0.12 * np.sin(4 * np.pi * jd[None, :] / shape["period"])
    return flux_of(shape["mag"] + spin + np.array([0, 0.25, -0.2, -0.3])[fid])


ASTEROID = Kind("asteroid", True, 0.45, _traits, _sunlit, passing=True)


def moved(objects: Objects, jd: float, exposure_key: np.uint64) -> Objects:
    """Return the asteroids where they are at a time, each as an object of its own."""
    shape = objects.traits.shape
    hours = (jd - np.floor(jd - 0.5) - 0.85) * 24.0
    path_px = (shape["rate"] * hours / PIXEL_ARCSEC)[:, 0]
    x = objects.x + path_px * np.cos(shape["heading"][:, 0])
    y = objects.y + path_px * np.sin(shape["heading"][:, 0])
    inside = (np.minimum(x, y) > MARGIN_PX) & (x < QUADRANT_PX[0] - MARGIN_PX)
    inside &= y < QUADRANT_PX[1] - MARGIN_PX
    return replace(objects, x=x, y=y, key=mix(objects.key, exposure_key)).take(inside)
