"""Stars that vary: pulsating, eclipsing, long-period, cataclysmic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emulators.survey import lightcurves
from emulators.survey.draws import Draws
from emulators.survey.lightcurves import flux_of
from emulators.survey.populations.objects import Array, Kind, Objects, Traits

__all__ = ["STARS", "stellar_traits"]


def stellar_traits(
    draw: Draws, mag_r: Array, colour: ArrayLike, shape: Mapping[str, ArrayLike]
) -> Traits:
    """Return traits of point sources of a given r magnitude and g - r colour."""
    colour = np.broadcast_to(colour, mag_r.shape)
    number = len(mag_r)
    jitter = np.column_stack([draw.normal("offset x", 0, 0.12), draw.normal("offset y", 0, 0.12)])
    return Traits(
        counterpart_mag=np.column_stack([mag_r + colour, mag_r, mag_r - 0.4 * colour]),
        shape={name: np.asarray(value, float)[:, None] for name, value in shape.items()},
        galaxy=np.zeros(number, bool),
        radius_px=np.zeros(number),
        offset_px=jitter,
        redshift=np.full(number, np.nan),
    )


def _bright_to_faint(draw: Draws, bright: float, faint: float, steepness: float = 0.6) -> Array:
    """Return r magnitudes, more of them towards the faint end."""
    return bright + (faint - bright) * draw.uniform("mag") ** steepness


def _relative_to_mean(objects: Objects, fid: NDArray[np.int64], delta_mag: Array) -> Array:
    reference = flux_of(objects.traits.counterpart_mag)[:, fid - 1]
    return reference * (flux_of(delta_mag + lightcurves.ZERO_MAG) - 1.0)


def _phase(objects: Objects, jd: Array) -> Array:
    shape = objects.traits.shape
    return (jd[None, :] - 2458000.0) / shape["period"] + shape["phase"]


def _rr_lyrae_traits(draw: Draws) -> Traits:
    mag = _bright_to_faint(draw, 13.8, 19.8)
    period, amplitude = draw.uniform("period", 0.42, 0.75), draw.uniform("amplitude", 0.45, 1.1)
    shape = {"period": period, "phase": draw.uniform("phase"), "amplitude": amplitude}
    return stellar_traits(draw, mag, draw.normal("colour", 0.25, 0.08), shape)


def _rr_lyrae(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    scale = np.array([0, 1.0, 0.72, 0.57])[fid]
    delta = lightcurves.rr_lyrae(_phase(objects, jd), objects.traits.shape["amplitude"] * scale)
    return _relative_to_mean(objects, fid, delta)


def _eclipsing_traits(draw: Draws) -> Traits:
    mag = _bright_to_faint(draw, 13.3, 18.8)
    period = draw.lognormal("period", 0.45, 0.7)
    shape = {
        "period": period,
        "phase": draw.uniform("phase"),
        "depth": draw.uniform("depth", 0.12, 0.9),
        "width": np.clip(0.1 * (0.45 / period) ** 0.6, 0.015, 0.13),
    }
    return stellar_traits(draw, mag, draw.normal("colour", 0.6, 0.25), shape)


def _eclipsing(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    delta = lightcurves.eclipses(_phase(objects, jd), shape["depth"], shape["width"])
    return _relative_to_mean(objects, fid, delta - 0.15 * shape["depth"])


def _long_period_traits(draw: Draws) -> Traits:
    mag = _bright_to_faint(draw, 13.4, 18.6)
    shape = {
        "period": draw.uniform("period", 80.0, 480.0),
        "phase": draw.uniform("phase"),
        "amplitude": draw.lognormal("amplitude", 0.5, 0.8),
    }
    return stellar_traits(draw, mag, draw.normal("colour", 1.6, 0.4), shape)


def _long_period(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    scale = np.array([0, 1.3, 1.0, 0.7])[fid]
    amplitude = np.clip(objects.traits.shape["amplitude"], 0.1, 4.0)
    delta = lightcurves.long_period(_phase(objects, jd), amplitude * scale)
    return _relative_to_mean(objects, fid, delta)


def _cataclysmic_traits(draw: Draws) -> Traits:
    mag = _bright_to_faint(draw, 18.0, 22.0)
    shape = {
        "period": draw.uniform("recurrence", 15.0, 90.0),
        "phase": draw.uniform("phase"),
        "amplitude": draw.uniform("amplitude", 2.0, 5.0),
        "duration": draw.uniform("duration", 3.0, 12.0),
    }
    return stellar_traits(draw, mag, draw.normal("colour", 0.1, 0.2), shape)


def _cataclysmic(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    into = (_phase(objects, jd) % 1.0) * shape["period"]
    delta = lightcurves.dwarf_nova(into, shape["amplitude"], shape["duration"])
    flicker = 0.12 * np.sin(37.0 * jd)[None, :]
    return _relative_to_mean(objects, fid, delta + flicker)


STARS = (
    Kind("rr_lyrae", True, 0.36, _rr_lyrae_traits, _rr_lyrae, galactic=0.2),
    Kind("eclipsing_binary", True, 0.66, _eclipsing_traits, _eclipsing, galactic=0.8),
    Kind("long_period_variable", True, 0.32, _long_period_traits, _long_period, galactic=1.0),
    Kind("cataclysmic_variable", True, 0.14, _cataclysmic_traits, _cataclysmic, galactic=0.5),
)
