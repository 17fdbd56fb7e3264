"""Where ZTF points: the primary grid of fields and the geometry of the camera.

The centres are a compact approximation of ZTF's primary grid (declination rows 7.2 degrees apart,
ids counted along them): good to about a degree, which is enough to look like the survey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FIELDS", "PIXEL_ARCSEC", "QUADRANT_PX", "Fields", "galactic_latitude", "sky_position"]

PIXEL_ARCSEC = 1.01
QUADRANT_PX = (3072, 3080)
"""Width and height of one readout channel."""

ROWS = (
    (245, -24.25, 49, 1.16), (294, -17.05, 51, 1.63), (345, -9.85, 51, 5.20),
    (396, -2.65, 51, 1.71), (447, 4.55, 52, 5.24), (499, 11.75, 51, 1.77),
    (550, 18.95, 50, 1.38), (600, 26.15, 48, 0.96), (648, 33.35, 46, 0.57),
    (694, 40.55, 42, 3.47), (736, 47.75, 37, 2.21), (773, 54.95, 33, 6.95),
    (806, 62.15, 27, 6.67), (833, 69.35, 21, 8.57), (854, 76.55, 15, 12.0),
    (869, 83.75, 9, 20.0),
)  # fmt: skip
"""First field id, declination, number of fields and first right ascension of each row."""

CCD_PITCH_DEG = (1.795, 1.915)
"""Distance of neighbouring CCD centres along right ascension and declination."""
QUADRANT_OFFSET_DEG = 0.433
"""Distance of a quadrant's centre from its CCD's centre along each axis."""
QUADRANT_SIGNS = ((1, 1), (-1, 1), (-1, -1), (1, -1))

POLE_RA_DEG, POLE_DEC_DEG = 192.85948, 27.12825


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of the primary grid that Palomar can see."""

    ids: NDArray[np.int64]
    """(N,) field ids."""
    ra: NDArray[np.float64]
    """(N,) right ascensions of the centres, degrees."""
    dec: NDArray[np.float64]
    """(N,) declinations of the centres, degrees."""


def _grid() -> Fields:
    ids, ra, dec = [], [], []
    for first, row_dec, number, first_ra in ROWS:
        ids.append(first + np.arange(number))
        ra.append((first_ra + 360.0 / number * np.arange(number)) % 360.0)
        dec.append(np.full(number, row_dec))
    return Fields(np.concatenate(ids), np.concatenate(ra), np.concatenate(dec))


FIELDS = _grid()


def galactic_latitude(ra: ArrayLike, dec: ArrayLike) -> NDArray[np.float64]:
    """Return the galactic latitude in degrees of positions in degrees (J2000)."""
    ra, dec = np.radians(ra), np.radians(dec)
    pole = np.radians(POLE_DEC_DEG)
    sine = np.sin(dec) * np.sin(pole) + np.cos(dec) * np.cos(pole) * np.cos(
        ra - np.radians(POLE_RA_DEG)
    )
    return np.degrees(np.arcsin(np.clip(sine, -1, 1)))


def sky_position(
    ra: ArrayLike, dec: ArrayLike, rcid: ArrayLike, x: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return right ascension and declination of pixels of readout channels.

    Parameters
    ----------
    ra, dec : centre of the field, degrees
    rcid : readout channel, 0-63
    x, y : pixel in the readout channel
    """
    rcid = np.asarray(rcid)
    ccd, quadrant = rcid // 4, rcid % 4
    signs = np.asarray(QUADRANT_SIGNS)[quadrant]
    xi = (1.5 - ccd % 4) * CCD_PITCH_DEG[0] + signs[..., 0] * QUADRANT_OFFSET_DEG
    eta = (ccd // 4 - 1.5) * CCD_PITCH_DEG[1] + signs[..., 1] * QUADRANT_OFFSET_DEG
    xi = xi - (np.asarray(x) - QUADRANT_PX[0] / 2) * PIXEL_ARCSEC / 3600
    eta = eta + (np.asarray(y) - QUADRANT_PX[1] / 2) * PIXEL_ARCSEC / 3600
    return _deproject(np.radians(ra), np.radians(dec), np.radians(xi), np.radians(eta))


def _deproject(
    ra0: ArrayLike, dec0: ArrayLike, xi: NDArray[np.float64], eta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Undo the gnomonic projection; all in radians, the answer in degrees."""
    across = np.cos(dec0) - eta * np.sin(dec0)
    ra = np.asarray(ra0) + np.arctan2(xi, across)
    dec = np.arctan2(np.sin(dec0) + eta * np.cos(dec0), np.hypot(xi, across))
    return np.degrees(ra) % 360.0, np.degrees(dec)
