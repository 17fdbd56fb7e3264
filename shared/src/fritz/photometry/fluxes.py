"""Magnitudes and fluxes.

AB magnitudes: m = zero point - 2.5 log10(flux), with 23.9 for microjansky (Oke & Gunn 1983,
ApJ 266, 713; 3631 Jy is magnitude 0). Uncertainties to first order.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "MICROJANSKY_ZERO_POINT",
    "flux",
    "flux_err",
    "flux_err_of_limit",
    "is_positive",
    "mag",
    "mag_err",
]

Floats = NDArray[np.float64]

MICROJANSKY_ZERO_POINT: Final = 23.9
"""AB magnitude of a flux of 1 microjansky."""
MAG_PER_RELATIVE_FLUX: Final = 2.5 / np.log(10)
POSITIVE: Final = frozenset({"t", "T", "1", "y", "Y"})
"""What Kowalski takes for a positive difference, beside 1 and True."""


def flux(mag_ab: ArrayLike, zero_point: ArrayLike = MICROJANSKY_ZERO_POINT) -> Floats:
    """Return fluxes, microjansky unless another zero point is given.

    Parameters
    ----------
    mag_ab
        (N,) AB mag.
    zero_point
        Magnitude of a flux of 1.

    Examples
    --------
    >>> float(flux(23.9))
    1.0
    """
    return np.asarray(10 ** (0.4 * (np.asarray(zero_point) - np.asarray(mag_ab))))


def flux_err(flux_: ArrayLike, mag_error: ArrayLike) -> Floats:
    """Return uncertainties of fluxes from those of magnitudes.

    Examples
    --------
    >>> round(float(flux_err(100.0, 0.1)), 3)
    9.21
    """
    return np.asarray(np.abs(flux_) * np.asarray(mag_error) / MAG_PER_RELATIVE_FLUX)


def mag(flux_: ArrayLike, zero_point: ArrayLike = MICROJANSKY_ZERO_POINT) -> Floats:
    """Return AB magnitudes; NaN where the flux is not positive.

    Examples
    --------
    >>> mag([1.0, 100.0, -1.0]).tolist()
    [23.9, 18.9, nan]
    """
    fluxes = np.asarray(flux_, dtype=np.float64)
    positive = np.where(fluxes > 0, fluxes, np.nan)
    return np.asarray(np.asarray(zero_point) - 2.5 * np.log10(positive))


def mag_err(flux_: ArrayLike, flux_error: ArrayLike) -> Floats:
    """Return uncertainties of magnitudes; NaN where the flux is not positive.

    Examples
    --------
    >>> round(float(mag_err(100.0, 10.0)), 4)
    0.1086
    """
    fluxes = np.asarray(flux_, dtype=np.float64)
    positive = np.where(fluxes > 0, fluxes, np.nan)
    return np.asarray(MAG_PER_RELATIVE_FLUX * np.asarray(flux_error) / positive)


def flux_err_of_limit(limiting_mag: ArrayLike, sigmas: float = 5.0) -> Floats:
    """Return the uncertainty (microjansky) of a flux whose `sigmas` times that is the limit.

    ZTF's ``diffmaglim`` is at five sigma.

    Examples
    --------
    >>> float(flux_err_of_limit(23.9))
    0.2
    """
    return flux(limiting_mag) / sigmas


def is_positive(isdiffpos: object) -> bool:
    """Return whether a difference is brighter than its reference, however the survey writes it.

    ZTF has used ``t``/``f`` and ``1``/``0``; other surveys numbers and booleans.

    Examples
    --------
    >>> [is_positive(value) for value in ("t", "1", 1, True, "f", "0", 0, False, None)]
    [True, True, True, True, False, False, False, False, False]
    """
    if isinstance(isdiffpos, str):
        return isdiffpos in POSITIVE
    return isinstance(isdiffpos, (bool, int, float)) and isdiffpos == 1
