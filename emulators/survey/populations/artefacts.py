"""What is not there: subtractions that fail again and again on the same stars.

Cosmic rays, edges and the like come and go (`passing`); these stay with their star.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.lightcurves import flux_of
from emulators.survey.populations.objects import Array, Kind, Objects, Traits
from emulators.survey.populations.stars import stellar_traits

__all__ = ["ARTEFACTS"]


def _on_star(
    bright: float, faint: float, spread_px: float, typical: float = 0.045
) -> Callable[[Draws], Traits]:
    def traits(draw: Draws) -> Traits:
        mag = bright + (faint - bright) * draw.uniform("mag") ** 0.7
        strength = draw.lognormal("strength", typical, 0.5)
        star = stellar_traits(draw, mag, draw.normal("colour", 0.7, 0.3), {"strength": strength})
        angle = draw.uniform("side", 0, 2 * np.pi)
        reach = spread_px * draw.lognormal("reach", 1.0, 0.25)
        offset = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
        return Traits(
            star.counterpart_mag, star.shape, star.galaxy, star.radius_px, offset, star.redshift
        )

    return traits


def _residual(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    """Return what a bad subtraction leaves: a share of the star's flux, different every time."""
    moment = np.round(jd * 86400).astype(np.uint64)
    draw = Draws(mix(objects.key[:, None], moment[None, :]))
    reference = flux_of(objects.traits.counterpart_mag)[:, fid - 1]
    return reference * objects.traits.shape["strength"] * draw.normal("residual")


DIPOLE = _on_star(12.8, 17.5, 0.9)
MISMATCH = _on_star(12.8, 17.0, 0.25)
HALO = _on_star(9.0, 12.2, 17.0, 0.0008)
ARTEFACTS = (
    Kind("dipole", False, 0.36, DIPOLE, _residual, galactic=0.8, defect="dipole"),
    Kind("bad_subtraction", False, 0.28, MISMATCH, _residual, galactic=0.8, defect="ring"),
    Kind("bright_star", False, 0.07, HALO, _residual, galactic=0.5, defect="spike"),
)
