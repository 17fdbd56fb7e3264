"""Small distances on the sky as they lie on a chart: arcseconds to the east and to the north."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.sky.coordinates import unit_vector

__all__ = ["offsets_arcsec"]


def offsets_arcsec(
    ra: ArrayLike, dec: ArrayLike, from_ra: float, from_dec: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far positions lie east and north of one, on the plane that touches the sky there.

    The gnomonic projection: Calabretta & Greisen 2002 (A&A 395, 1077), section 5.1.3.

    Parameters
    ----------
    ra, dec
        (...) degrees, on the same half of the sky.
    from_ra, from_dec
        Degrees.

    Examples
    --------
    >>> east, north = offsets_arcsec([10.001, 10.0], [0.0, 0.001], 10.0, 0.0)
    >>> east.round(3).tolist(), north.round(3).tolist()
    ([3.6, 0.0], [0.0, 3.6])
    """
    x, y, z = np.moveaxis(unit_vector(ra, dec), -1, 0)
    lon, lat = np.radians(from_ra), np.radians(from_dec)
    outward = x * np.cos(lon) + y * np.sin(lon)
    east = y * np.cos(lon) - x * np.sin(lon)
    depth = outward * np.cos(lat) + z * np.sin(lat)
    north = z * np.cos(lat) - outward * np.sin(lat)
    return np.degrees(east / depth) * 3600.0, np.degrees(north / depth) * 3600.0
