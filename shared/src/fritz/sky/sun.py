"""Where the Sun stands, good to a hundredth of a degree: enough to tell day from night."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ASTRONOMICAL_TWILIGHT_DEG", "sun_altitude_deg"]

ASTRONOMICAL_TWILIGHT_DEG: Final = -18.0
"""Altitude of the Sun below which the sky is dark."""
J2000_MJD: Final = 51544.5


def sun_altitude_deg(mjd: ArrayLike, lat_deg: float, lon_deg: float) -> NDArray[np.float64]:
    """Return the altitude of the Sun's centre, without refraction.

    The low-precision formulae of the Astronomical Almanac (section C), with the mean sidereal time
    of Meeus (1998, Astronomical Algorithms, eq. 12.4).

    Parameters
    ----------
    mjd
        (N,) days, UTC.
    lat_deg, lon_deg
        Geodetic latitude; longitude, east positive.

    Returns
    -------
    (N,) degrees.

    Examples
    --------
    >>> float(sun_altitude_deg(60388.5, 0.0, 0.0)) > 87  # Greenwich noon at an equinox
    True
    """
    days = np.asarray(mjd, dtype=np.float64) - J2000_MJD
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 4e-7 * days)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    sidereal = np.radians(280.46061837 + 360.98564736629 * days + lon_deg)
    hour_angle = sidereal - right_ascension
    latitude = np.radians(lat_deg)
    sine = np.sin(latitude) * np.sin(declination)
    sine = sine + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))
