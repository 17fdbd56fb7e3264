"""What is seen once at a place: flares, cosmic rays, bad pixels, edges, trails, clouds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws
from emulators.survey.lightcurves import flux_of
from emulators.survey.populations.objects import DARK, Array, Kind, Objects, Traits
from emulators.survey.populations.stars import stellar_traits

__all__ = ["PASSING_KINDS", "nothing_behind"]


def nothing_behind(draw: Draws, shape: dict[str, Array]) -> Traits:
    """Return traits of objects where the reference shows nothing."""
    return stellar_traits(draw, np.full(len(draw.keys), DARK), 0.0, shape)


def _flare_traits(draw: Draws) -> Traits:
    mag = draw.uniform("mag", 16.5, 20.5)
    peak = mag - draw.uniform("rise", -1.5, 1.5)
    return stellar_traits(draw, mag, draw.normal("colour", 1.4, 0.15), {"mag": peak})


def _defect_traits(draw: Draws) -> Traits:
    return nothing_behind(draw, {"mag": draw.uniform("mag", 17.3, 20.8)})


def _star_traits(low: float, high: float) -> Callable[[Draws], Traits]:
    """Return traits of bright stars of which so many magnitudes fainter a residual is left."""

    def traits(draw: Draws) -> Traits:
        mag = 13.0 + 3.8 * draw.uniform("mag") ** 0.8
        left = mag + draw.uniform("left", low, high)
        return stellar_traits(draw, mag, draw.normal("colour", 0.8, 0.4), {"mag": left})

    return traits


def _faint_traits(draw: Draws) -> Traits:
    return nothing_behind(draw, {"mag": draw.uniform("mag", 18.6, 20.6)})


def _either_sign(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    """Return what is as often in the reference as in the new image."""
    sign = np.where(objects.draw.happens("negative", 0.5), -1.0, 1.0)
    return sign[:, None] * _steady(objects, jd, fid)


def _steady(objects: Objects, jd: Array, _fid: NDArray[np.int64]) -> Array:
    return flux_of(objects.traits.shape["mag"] + np.zeros(len(jd)))


PASSING_KINDS = (
    Kind("flare", True, 0.025, _flare_traits, _steady, passing=True),
    Kind(
        "cosmic_ray",
        False,
        0.14,
        _defect_traits,
        _steady,
        passing=True,
        defect="cosmic_ray",
        inside=True,
    ),
    Kind(
        "bad_column",
        False,
        0.06,
        _defect_traits,
        _either_sign,
        passing=True,
        defect="column",
        inside=True,
    ),
    Kind(
        "noise", False, 0.20, _faint_traits, _either_sign, passing=True, defect="noise", inside=True
    ),
    Kind(
        "edge", False, 0.06, _defect_traits, _either_sign, passing=True, defect="edge", inside=True
    ),
    Kind("trail", False, 0.04, _defect_traits, _steady, passing=True, defect="trail"),
    Kind(
        "clouds", False, 0.07, _star_traits(0.6, 2.6), _either_sign, passing=True, defect="clouds"
    ),
    Kind(
        "cut_star", False, 0.03, _star_traits(0.5, 4.0), _either_sign, passing=True, defect="edge"
    ),
)
