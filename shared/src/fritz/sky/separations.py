"""Angles between positions, and which way one lies from another."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["position_angle_deg", "separation_arcsec", "separation_deg"]


def separation_deg(
    ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike
) -> NDArray[np.float64]:
    """Return the angle between positions, degrees.

    By the haversine formula (Sinnott 1984, Sky & Telescope 68, 159) in the form with an arctangent,
    which is exact for small angles and near antipodes alike.

    Parameters
    ----------
    ra1, dec1, ra2, dec2
        (...) degrees; broadcast against one another.

    Examples
    --------
    >>> round(float(separation_deg(359.5, 0.0, 0.5, 0.0)), 12)
    1.0
    >>> round(float(separation_deg(10.0, 90.0, 200.0, 89.0)), 12)
    1.0
    """
    lat1, lat2 = np.radians(dec1), np.radians(dec2)
    half_dlon = np.radians(np.subtract(ra2, ra1)) / 2
    half_dlat = (lat2 - lat1) / 2
    cosines = np.cos(lat1) * np.cos(lat2)
    near = np.sin(half_dlat) ** 2 + cosines * np.sin(half_dlon) ** 2
    far = np.sin((lat1 + lat2) / 2) ** 2 + cosines * np.cos(half_dlon) ** 2
    angle: NDArray[np.float64] = np.degrees(2 * np.arctan2(np.sqrt(near), np.sqrt(far)))
    return angle


def separation_arcsec(
    ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike
) -> NDArray[np.float64]:
    """Return the angle between positions given in degrees, arcseconds.

    Examples
    --------
    >>> round(float(separation_arcsec(0.0, 0.0, 0.0, 1 / 3600)), 9)
    1.0
    """
    return separation_deg(ra1, dec1, ra2, dec2) * 3600.0


def position_angle_deg(
    ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike
) -> NDArray[np.float64]:
    """Return in which direction the second position lies from the first: 0 is north, 90 is east.

    By the four-part formula of the spherical triangle with the pole (Smart, Textbook on Spherical
    Astronomy, section 8).

    Parameters
    ----------
    ra1, dec1, ra2, dec2
        (...) degrees; broadcast against one another.

    Examples
    --------
    >>> position_angle_deg(359.9, 0.0, [0.1, 359.9], [0.0, -1.0]).round(9).tolist()
    [90.0, 180.0]
    """
    dlon = np.radians(np.subtract(ra2, ra1))
    lat1, lat2 = np.radians(dec1), np.radians(dec2)
    east = np.sin(dlon) * np.cos(lat2)
    north = np.cos(lat1) * np.sin(lat2) - np.sin(lat1) * np.cos(lat2) * np.cos(dlon)
    angle: NDArray[np.float64] = np.degrees(np.arctan2(east, north)) % 360.0
    return angle
