"""Parametric light curves: magnitudes or fluxes as functions of time, band and shape.

Times are (N, E) days or phases, one row per object; bands are (E,) filter ids 1-3 (g, r, i).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emulators.survey.draws import Draws

__all__ = [
    "damped_walk", "dwarf_nova", "eclipses", "flux_of", "long_period", "mag_of", "rr_lyrae",
    "supernova_ia", "supernova_ii", "tidal_disruption",
]  # fmt: skip

Array = NDArray[np.float64]
ZERO_MAG = 25.0
"""Fluxes are in units of a star of this magnitude."""


def flux_of(mag: ArrayLike) -> Array:
    """Return the flux of a magnitude, in units of a 25th-magnitude star."""
    return np.asarray(10.0 ** (-0.4 * (np.asarray(mag) - ZERO_MAG)))


def mag_of(flux: ArrayLike) -> Array:
    """Return the magnitude of a flux in units of a 25th-magnitude star."""
    return np.asarray(ZERO_MAG - 2.5 * np.log10(np.maximum(flux, 1e-9)))


def rr_lyrae(phase: Array, amplitude: Array) -> Array:
    """Return magnitudes around the mean: a steep rise and a slow decline."""
    p = phase % 1.0
    shape = np.where(p < 0.16, 0.5 - p / 0.16, -0.5 + np.clip((p - 0.16) / 0.84, 0, 1) ** 0.75)
    return amplitude * shape


def eclipses(phase: Array, depth: Array, width: Array) -> Array:
    """Return magnitudes above the bright level: two eclipses and a slight ellipsoidal wave."""
    first = np.exp(-0.5 * (((phase + 0.5) % 1.0 - 0.5) / width) ** 2)
    second = np.exp(-0.5 * ((phase % 1.0 - 0.5) / width) ** 2)
    return depth * (first + 0.5 * second + 0.12 * np.cos(4 * np.pi * phase))


def long_period(phase: Array, amplitude: Array) -> Array:
    """Return magnitudes around the mean of a Mira or semiregular variable."""
    wave = np.cos(2 * np.pi * phase) + 0.25 * np.cos(4 * np.pi * phase + 1.0)
    return 0.5 * amplitude * (wave + 0.3 * np.cos(0.62 * np.pi * phase))


def dwarf_nova(days_into_cycle: Array, amplitude: Array, duration: Array) -> Array:
    """Return magnitudes below quiescence (negative): a fast rise, a plateau, a fall."""
    rise = np.clip(days_into_cycle / 1.0, 0, 1)
    fall = np.clip(1 - (days_into_cycle - duration) / 4.0, 0, 1)
    return -amplitude * rise * fall


def damped_walk(jd: Array, draw: Draws, sigma: Array, tau: Array, modes: int = 24) -> Array:
    """Return magnitudes (N, E) with the spectrum of a damped random walk.

    A sum of sinusoids with random phases whose power falls as 1/(1 + (2 pi f tau)^2) (Kelly,
    Bechtold & Siemiginowska 2009): it can be read at any time, in any order.
    """
    total = np.zeros(np.broadcast_shapes(jd.shape, sigma.shape))
    for mode in range(modes):
        # frequencies spread evenly in the walk's cumulated power
        share = (mode + draw.uniform(f"mode {mode}")[:, None]) / modes
        frequency = np.tan(0.5 * np.pi * share * 0.985) / (2 * np.pi * tau)
        angle = 2 * np.pi * (frequency * jd + draw.uniform(f"phase {mode}")[:, None])
        total += np.cos(angle)
    return sigma * np.sqrt(2.0 / modes) * total


def _band(fid: NDArray[np.int64], g: float, r: float, i: float) -> Array:
    return np.array([0.0, g, r, i])[fid][None, :]


def supernova_ia(days: Array, fid: NDArray[np.int64], stretch: Array) -> Array:
    """Return magnitudes below peak of a type Ia; `days` are from maximum in the rest frame."""
    t = days / stretch
    rise = 1.6 * (np.clip(-t, 0, None) / 9.0) ** 2
    knee = _band(fid, 22.0, 28.0, 32.0)
    fall = 0.05 * np.clip(t, 0, knee) * _band(fid, 1.9, 1.1, 0.9) * np.clip(t / 12.0, 0, 1)
    tail = 0.017 * np.clip(t - knee, 0, None)
    bump = -0.35 * np.exp(-0.5 * ((t - 25.0) / 6.0) ** 2) * _band(fid, 0.0, 0.7, 1.3)
    return np.where(t < -18.0, 40.0, rise + fall + tail + bump)


def supernova_ii(days: Array, fid: NDArray[np.int64], plateau: Array) -> Array:
    """Return magnitudes below peak of a type II: fast rise, plateau, drop, tail."""
    rise = 2.5 * np.clip(-days / 7.0, 0, None) ** 2
    slope = np.clip(days, 0, plateau) * _band(fid, 0.016, 0.007, 0.005)
    drop = 1.8 / (1 + np.exp(-np.clip((days - plateau) / 5.0, -50, 50)))
    tail = 0.0098 * np.clip(days - plateau, 0, None)
    return np.where(days < -12.0, 40.0, rise + slope + drop + tail)


def tidal_disruption(days: Array, fid: NDArray[np.int64], decay: Array) -> Array:
    """Return magnitudes below peak of a tidal disruption: slow, blue, t^(-5/3) at late times."""
    rise = 1.086 * (np.clip(-days, 0, None) / 14.0) ** 2
    fall = 2.5 * 5 / 3 * np.log10(1 + np.clip(days, 0, None) / decay)
    return np.where(days < -60.0, 40.0, rise + fall + _band(fid, 0.0, 0.12, 0.22))
