"""Equatorial positions in other systems and as text.

Rotations are plain matrices from the ICRS to each system's axes, as in Kowalski. Astropy goes
through the FK5: it differs by that frame's bias of some 0.02 arcsec, and takes a thousand times as
long for one position.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ecliptic", "equatorial", "galactic", "geojson", "sexagesimal", "unit_vector"]

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

GALACTIC = np.array(
    [
        [-0.0548755604162154, -0.8734370902348850, -0.4838350155487132],
        [0.4941094278755837, -0.4448296299600112, 0.7469822444972189],
        [-0.8676661490190047, -0.1980763734312015, 0.4559837761750669],
    ]
)
"""ICRS to Galactic axes: Hipparcos catalogue (ESA SP-1200), vol. 1, eq. 1.5.11."""
OBLIQUITY_DEG = 23.439291
"""Kowalski's obliquity of the ecliptic at J2000."""


def unit_vector(ra: ArrayLike, dec: ArrayLike) -> NDArray[np.float64]:
    """Return positions as unit vectors.

    Parameters
    ----------
    ra, dec
        (...) degrees.

    Returns
    -------
    (..., 3)

    Examples
    --------
    >>> unit_vector(90.0, 0.0).round(12).tolist()
    [0.0, 1.0, 0.0]
    """
    lon, lat = np.radians(ra), np.radians(dec)
    flat = np.cos(lat)
    return np.stack(
        np.broadcast_arrays(flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)), axis=-1
    )


def _rotated(matrix: NDArray[np.float64], ra: ArrayLike, dec: ArrayLike) -> Pair:
    x, y, z = np.moveaxis(unit_vector(ra, dec) @ matrix.T, -1, 0)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))


def galactic(ra: ArrayLike, dec: ArrayLike) -> Pair:
    """Return Galactic longitude and latitude, degrees.

    Parameters
    ----------
    ra, dec
        (...) degrees, ICRS.

    Examples
    --------
    >>> l, b = galactic(192.8594813, 27.1282512)
    >>> round(float(b), 5)
    90.0
    """
    return _rotated(GALACTIC, ra, dec)


def equatorial(longitude: ArrayLike, latitude: ArrayLike) -> Pair:
    """Return right ascension and declination of Galactic positions, all in degrees.

    Examples
    --------
    >>> [round(float(part), 3) for part in equatorial(0.0, 0.0)]
    [266.405, -28.936]
    """
    return _rotated(GALACTIC.T, longitude, latitude)


def ecliptic(ra: ArrayLike, dec: ArrayLike) -> Pair:
    """Return ecliptic longitude and latitude, degrees, of the mean equinox J2000.

    Parameters
    ----------
    ra, dec
        (...) degrees, ICRS.

    Examples
    --------
    >>> lon, lat = ecliptic(90.0, 23.439291)
    >>> round(float(lon), 6), abs(round(float(lat), 6))
    (90.0, 0.0)
    """
    cos, sin = math.cos(math.radians(OBLIQUITY_DEG)), math.sin(math.radians(OBLIQUITY_DEG))
    return _rotated(np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]]), ra, dec)


def sexagesimal(ra: float, dec: float) -> tuple[str, str]:
    """Return a position as hours and degrees, ``HH:MM:SS.ssss`` and ``DD:MM:SS.sss``.

    As Kowalski writes ``radec_str``: no plus sign, four and three decimals.

    Examples
    --------
    >>> sexagesimal(222.9871951, 0.2746431)
    ('14:51:56.9268', '00:16:28.715')
    >>> sexagesimal(359.99999999, -0.5)
    ('00:00:00.0000', '-00:30:00.000')
    """
    ticks = round(ra % 360.0 / 15 * 3600 * 10_000) % (24 * 3600 * 10_000)
    hours = f"{_split(ticks, 10_000, 2, 4)}"
    sign = "-" if dec < 0 else ""
    return hours, sign + _split(round(abs(dec) * 3600 * 1000), 1000, 2, 3)


def _split(ticks: int, per_second: int, width: int, decimals: int) -> str:
    seconds, fraction = divmod(ticks, per_second)
    minutes, second = divmod(seconds, 60)
    whole, minute = divmod(minutes, 60)
    return f"{whole:0{width}d}:{minute:02d}:{second:02d}.{fraction:0{decimals}d}"


def geojson(ra: float, dec: float) -> dict[str, object]:
    """Return a position as a GeoJSON point, whose longitude is the right ascension less 180.

    Examples
    --------
    >>> geojson(222.9871951, 0.2746431)
    {'type': 'Point', 'coordinates': [42.98719510000001, 0.2746431]}
    """
    return {"type": "Point", "coordinates": [ra - 180.0, dec]}
