"""A point as it is shown: in magnitudes, in fluxes or both, in the system that is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from fritz.marshal.phot_stat import LIMIT_SNR
from fritz.marshal.photometry import Point
from fritz.photometry.fluxes import MICROJANSKY_ZERO_POINT
from fritz.photometry.magsystems import MagnitudeSystem, above_ab

__all__ = ["Space", "deduplicated", "fluxes", "magnitudes"]

Space: TypeAlias = Literal["mag", "flux", "both", "plot"]

MAG_PER_RELATIVE_FLUX: Final = 2.5 / math.log(10)


def magnitudes(point: Point, system: MagnitudeSystem) -> dict[str, float | None]:
    """Return the point's magnitudes, and those of reference and total where there is a reference.

    ``limiting_mag`` is what was uploaded, else the magnitude of five times the uncertainty.

    Raises
    ------
    Invalid
        Where Vega stands in its filter is not known.
    """
    above = above_ab(system, point.filter)
    mag, error = _mag(point.flux, point.fluxerr, above)
    limit = point.limiting_mag
    if limit is None:
        limit = MICROJANSKY_ZERO_POINT - 2.5 * math.log10(LIMIT_SNR * point.fluxerr)
    shown: dict[str, float | None] = {"mag": mag, "magerr": error, "limiting_mag": limit + above}
    if point.ref_flux is not None:
        shown["magref"], shown["e_magref"] = _mag(point.ref_flux, point.ref_fluxerr, above)
        shown["magtot"], shown["e_magtot"] = _mag(*_total(point), above)
    return shown


def fluxes(point: Point, system: MagnitudeSystem) -> dict[str, float | None]:
    """Return the point's fluxes with the zero point that they have in the system.

    Raises
    ------
    Invalid
        Where Vega stands in its filter is not known.
    """
    shown: dict[str, float | None] = {
        "flux": point.flux,
        "fluxerr": point.fluxerr,
        "zp": MICROJANSKY_ZERO_POINT + above_ab(system, point.filter),
    }
    if point.ref_flux is not None:
        shown["ref_flux"], shown["ref_fluxerr"] = point.ref_flux, point.ref_fluxerr
        shown["tot_flux"], shown["tot_fluxerr"] = _total(point)
    return shown


def deduplicated(points: Iterable[Point]) -> list[Point]:
    """Return of each time and filter only what was written last, by time."""
    newest: dict[tuple[float, str], Point] = {}
    for point in points:
        key = (point.mjd, point.filter)
        standing = newest.get(key)
        if standing is None or (standing.created_us, standing.id) < (point.created_us, point.id):
            newest[key] = point
    return sorted(newest.values(), key=lambda each: (each.mjd, each.id))


def _mag(
    flux: float | None, fluxerr: float | None, above: float
) -> tuple[float | None, float | None]:
    if flux is None or flux <= 0:
        return None, None
    mag = MICROJANSKY_ZERO_POINT - 2.5 * math.log10(flux) + above
    return mag, None if fluxerr is None else MAG_PER_RELATIVE_FLUX * fluxerr / flux


def _total(point: Point) -> tuple[float | None, float | None]:
    if point.flux is None or point.ref_flux is None:
        return None, None
    error = None if point.ref_fluxerr is None else math.hypot(point.fluxerr, point.ref_fluxerr)
    return point.flux + point.ref_flux, error
