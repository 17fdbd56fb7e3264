"""Outside the Galaxy: supernovae, tidal disruptions, active nuclei, and their galaxies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emulators.survey import lightcurves
from emulators.survey.draws import Draws
from emulators.survey.lightcurves import flux_of
from emulators.survey.populations.objects import Array, Kind, Objects, Traits

__all__ = ["EPOCH_DAYS", "EXTRAGALACTIC"]

EPOCH_DAYS = 40
"""Transients are made for stretches of the survey of this many days."""
HUBBLE_KM_S_MPC, LIGHT_KM_S = 70.0, 299792.458


def _distance_modulus(redshift: Array) -> Array:
    """Return the distance modulus, to second order in z (deceleration -0.55)."""
    distance_mpc = LIGHT_KM_S / HUBBLE_KM_S_MPC * redshift * (1 + 0.775 * redshift)
    return 5 * np.log10(distance_mpc) + 25.0


def _hosted(draw: Draws, redshift: Array, shape: dict[str, Array], *, nuclear: bool) -> Traits:
    """Return traits of objects in galaxies: the host's magnitudes, size and place."""
    number = len(redshift)
    absolute = draw.normal("host", -20.6, 1.2) if not nuclear else draw.normal("host", -21.0, 0.8)
    mag = np.clip(absolute + _distance_modulus(redshift), 13.5, 23.5)
    colour = draw.normal("host colour", 0.65, 0.15)
    radius = np.clip(10 ** (0.2 * (17.6 - mag)) * draw.lognormal("size", 3.2, 0.35), 0.7, 14.0)
    reach = np.zeros(number) if nuclear else radius * np.abs(draw.normal("reach", 0.0, 1.1))
    angle = draw.uniform("angle", 0, 2 * np.pi)
    jitter = 0.12 if nuclear else 0.05
    offset = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    offset += jitter * np.column_stack([draw.normal("jitter x"), draw.normal("jitter y")])
    return Traits(
        counterpart_mag=np.column_stack([mag + colour, mag, mag - 0.35]),
        shape={name: value[:, None] for name, value in shape.items()},
        galaxy=np.ones(number, bool),
        radius_px=radius,
        offset_px=offset,
        redshift=redshift,
    )


def _redshift(draw: Draws, low: float, high: float) -> Array:
    """Return redshifts, evenly spread in volume."""
    return (low**3 + (high**3 - low**3) * draw.uniform("z")) ** (1 / 3)


def _explosion(
    redshifts: tuple[float, float], peak: float, scatter: float, name: str
) -> Callable[[Draws], Traits]:
    """Return the traits of explosions of an absolute peak magnitude, evenly spread in volume."""

    def traits(draw: Draws) -> Traits:
        redshift = _redshift(draw, *redshifts)
        top = peak + draw.normal("peak", 0.0, scatter) + _distance_modulus(redshift)
        stretch = draw.uniform("stretch")
        shape = {"peak": top, "start": draw.uniform("start", 0, EPOCH_DAYS), name: stretch}
        return _hosted(draw, redshift, shape, nuclear=name == "decay")

    return traits


def _rest_days(objects: Objects, jd: Array) -> Array:
    start = objects.epoch_jd[:, None] + objects.traits.shape["start"]
    return (jd[None, :] - start) / (1 + objects.traits.redshift[:, None])


def _ia(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    stretch = 0.8 + 0.35 * shape["stretch"]
    return flux_of(shape["peak"] + lightcurves.supernova_ia(_rest_days(objects, jd), fid, stretch))


def _ii(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    plateau = 70.0 + 50.0 * shape["plateau"]
    return flux_of(shape["peak"] + lightcurves.supernova_ii(_rest_days(objects, jd), fid, plateau))


def _tde(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    decay = 35.0 + 60.0 * shape["decay"]
    return flux_of(
        shape["peak"] + lightcurves.tidal_disruption(_rest_days(objects, jd), fid, decay)
    )


def _agn_traits(draw: Draws) -> Traits:
    mag = 16.2 + 4.2 * draw.uniform("mag") ** 0.55
    redshift = np.clip(draw.lognormal("z", 0.35, 0.7), 0.02, 3.0)
    shape = {
        "sigma": np.clip(draw.lognormal("sigma", 0.2, 0.45), 0.05, 0.8),
        "tau": draw.lognormal("tau", 180.0, 0.6),
    }
    traits = _hosted(draw, redshift, shape, nuclear=True)
    quasar = redshift > 0.3
    colour = draw.normal("nucleus colour", 0.25, 0.15)
    magnitudes = np.column_stack([mag + colour, mag, mag - 0.15])
    return Traits(
        counterpart_mag=magnitudes,
        shape=traits.shape,
        galaxy=~quasar,
        radius_px=np.where(quasar, 0.0, np.clip(traits.radius_px * 0.5, 0.6, 3.0)),
        offset_px=traits.offset_px,
        redshift=redshift,
    )


def _agn(objects: Objects, jd: Array, fid: NDArray[np.int64]) -> Array:
    shape = objects.traits.shape
    delta = lightcurves.damped_walk(jd[None, :], objects.draw, shape["sigma"], shape["tau"])
    delta = delta * np.array([0, 1.15, 1.0, 0.85])[fid]
    reference = flux_of(objects.traits.counterpart_mag)[:, fid - 1]
    return reference * (flux_of(delta + lightcurves.ZERO_MAG) - 1.0)


SN_IA = _explosion((0.015, 0.11), -19.2, 0.2, "stretch")
SN_II = _explosion((0.005, 0.05), -17.3, 0.7, "plateau")
TDE = _explosion((0.02, 0.12), -19.3, 0.6, "decay")
EXTRAGALACTIC = (
    Kind("sn_ia", True, 0.018, SN_IA, _ia, transient=True, galactic=-1),
    Kind("sn_ii", True, 0.014, SN_II, _ii, transient=True, galactic=-1),
    Kind("tde", True, 0.005, TDE, _tde, transient=True, galactic=-1),
    Kind("agn", True, 0.6, _agn_traits, _agn, galactic=-1),
)
