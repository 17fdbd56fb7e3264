"""HEALPix cells, nested: the one place that knows which library computes them.

`healpix` (BSD-3, C over numpy) imports in a tenth of a second; cdshealpix brings all of astropy,
which a function starting cold would wait for.
"""

from typing import Final

import healpix
import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.errors import Invalid

__all__ = ["MAX_ORDER", "cell_range", "cells_of", "centres_of"]

MAX_ORDER: Final = 29
"""The deepest order that 64 bits hold: cells of 0.4 milliarcseconds."""


def _nside(order: int) -> int:
    if not 0 <= order <= MAX_ORDER:
        raise Invalid(f"HEALPix order {order}, not from 0 to {MAX_ORDER}")
    return 1 << order


def cells_of(ra: ArrayLike, dec: ArrayLike, order: int = MAX_ORDER) -> NDArray[np.int64]:
    """Return the nested cell that holds each position.

    Parameters
    ----------
    ra, dec
        (...) degrees.
    order
        0 to 29.

    Raises
    ------
    Invalid
        The order is out of range, or a declination is.

    Examples
    --------
    >>> int(cells_of(0.0, 0.0, order=0))
    4
    """
    lon, lat = np.asarray(ra, dtype=np.float64) % 360.0, np.asarray(dec, dtype=np.float64)
    if not (np.isfinite(lon).all() and (np.abs(lat) <= 90.0).all()):  # noqa: PLR2004 - the pole
        raise Invalid("a position with no place on the sphere")
    cells = healpix.ang2pix(_nside(order), lon, lat, nest=True, lonlat=True)
    return np.asarray(cells, dtype=np.int64)


def centres_of(
    cells: ArrayLike, order: int = MAX_ORDER
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return right ascension and declination (degrees) of the centres of nested cells.

    Examples
    --------
    >>> ra, dec = centres_of(4, order=0)
    >>> float(ra), float(dec)
    (0.0, 0.0)
    """
    ra, dec = healpix.pix2ang(_nside(order), np.asarray(cells), nest=True, lonlat=True)
    return np.asarray(ra, dtype=np.float64), np.asarray(dec, dtype=np.float64)


def cell_range(cell: int, order: int) -> tuple[int, int]:
    """Return the first cell of order 29 within a coarser cell, and the first one after it.

    Examples
    --------
    >>> cell_range(1, 28)
    (4, 8)
    """
    _nside(order)
    shift = 2 * (MAX_ORDER - order)
    return cell << shift, (cell + 1) << shift
