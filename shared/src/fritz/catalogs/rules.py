"""Which rows of a catalog match a position: by radius, by distance, within an outline.

The rules for galaxies and the conversions to kiloparsecs are Kowalski's, so that filters written
for it find the same numbers: 30 kpc at redshift 0.05 are 30 arcseconds.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fritz.catalogs.definition import Ellipse, MatchRule
from fritz.sky.coordinates import unit_vector

__all__ = ["accepted_arcsec", "distance_kpc", "in_ellipse", "moved", "number"]

NEAR_REDSHIFT: Final = 0.01
"""Below it a redshift says little of the distance."""
NEAR_MPC: Final = 40.0
ARCSEC_PER_KPC_AND_REDSHIFT: Final = 0.05
"""An arcsecond is one kiloparsec at this redshift, and in proportion."""
LEAST: Final = 0.005
"""Redshift, or Mpc, below which no projected distance is given."""
Floats = NDArray[np.float64]


def accepted_arcsec(rule: MatchRule, distance: ArrayLike) -> Floats:
    """Return the radius within which rows at these distances match; 0 where it is not known.

    Parameters
    ----------
    rule
        Of the catalog.
    distance
        (N,) redshifts or Mpc, as the rule says; NaN where unknown. Not looked at without a
        distance in the rule.

    Examples
    --------
    >>> clu = MatchRule(300.0, ("z",), "redshift", "z", reach_kpc=30.0, near_arcsec=300.0)
    >>> accepted_arcsec(clu, [0.003, 0.05, float("nan")]).round(6).tolist()
    [300.0, 30.0, 0.0]
    """
    value = np.asarray(distance, dtype=np.float64)
    if rule.distance is None:
        return np.full(value.shape, rule.radius_arcsec)
    with np.errstate(divide="ignore", invalid="ignore"):
        if rule.distance == "redshift":
            far = rule.reach_kpc * ARCSEC_PER_KPC_AND_REDSHIFT / value
            radius = np.where(value < NEAR_REDSHIFT, rule.near_arcsec, far)
        else:
            far = np.degrees(np.arctan(rule.reach_kpc / (value * 1e3))) * 3600.0
            radius = np.where(value < NEAR_MPC, rule.near_arcsec, far)
    capped = np.minimum(radius, rule.radius_arcsec)
    return np.where(np.isfinite(value), capped, 0.0)


def distance_kpc(rule: MatchRule, distance: float | None, arcsec: float) -> float:
    """Return the projected distance that an angle is at a row's distance; -1 where unknown.

    Examples
    --------
    >>> clu = MatchRule(300.0, ("z",), "redshift", "z", reach_kpc=30.0, near_arcsec=300.0)
    >>> distance_kpc(clu, 0.025, 10.0), distance_kpc(clu, 0.001, 10.0)
    (5.0, -1.0)
    """
    if distance is None or not distance > LEAST:
        return -1.0
    if rule.distance == "redshift":
        return arcsec * (distance / ARCSEC_PER_KPC_AND_REDSHIFT)
    return float(np.tan(np.radians(arcsec / 3600.0)) * distance * 1e3)


def in_ellipse(ellipse: Ellipse, ra: float, dec: float, ra0: float, dec0: float) -> bool:
    """Return whether a position lies within an outline around another (degrees).

    On the plane that touches the sphere at the centre, where the outline is an ellipse.

    Examples
    --------
    >>> m31 = Ellipse("596900", 1.624875, 0.331283, 35.0)
    >>> in_ellipse(m31, 11.5, 42.3, 10.684708, 41.26875)
    True
    >>> in_ellipse(m31, 9.6, 42.3, 10.684708, 41.26875)
    False
    """
    x, y, z = unit_vector(ra - ra0, dec)
    tilt = np.radians(dec0)
    ahead = x * np.cos(tilt) + z * np.sin(tilt)
    if ahead <= 0:
        return False
    east, north = y / ahead, (z * np.cos(tilt) - x * np.sin(tilt)) / ahead
    angle = np.radians(ellipse.position_angle_deg)
    along = north * np.cos(angle) + east * np.sin(angle)
    across = east * np.cos(angle) - north * np.sin(angle)
    axis = np.tan(np.radians(ellipse.semi_major_deg))
    return bool((along / axis) ** 2 + (across / (axis * ellipse.axis_ratio)) ** 2 <= 1.0)


def moved(
    ra: ArrayLike, dec: ArrayLike, pmra: ArrayLike, pmdec: ArrayLike, years: ArrayLike
) -> tuple[Floats, Floats]:
    """Return positions (degrees) after some years of proper motion.

    Parameters
    ----------
    ra, dec
        (N,) degrees.
    pmra, pmdec
        (N,) mas/yr, `pmra` times cos(dec); NaN counts as none.
    years
        (N,) Julian years.

    Examples
    --------
    >>> ra, dec = moved(269.452075, 4.693391, -802.8, 10362.5, 10.0)
    >>> round(float(dec), 6), round(float(ra), 6)
    (4.722176, 269.449837)
    """
    lon, lat = np.radians(ra), np.radians(dec)
    scale = np.radians(np.asarray(years, dtype=np.float64) / 3.6e6)
    east = np.nan_to_num(np.asarray(pmra, dtype=np.float64)) * scale
    north = np.nan_to_num(np.asarray(pmdec, dtype=np.float64)) * scale
    ones = np.zeros_like(lon)
    to_east = np.stack([-np.sin(lon), np.cos(lon), ones], axis=-1)
    to_north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], -1)
    vector = unit_vector(ra, dec) + to_east * east[..., None] + to_north * north[..., None]
    x, y, z = np.moveaxis(vector, -1, 0)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arctan2(z, np.hypot(x, y)))


def number(value: Any) -> float | None:
    """Return a value as a number, None if it is none."""
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None
