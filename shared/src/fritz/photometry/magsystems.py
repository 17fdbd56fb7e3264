"""Magnitude systems: what a magnitude of one is in the other, band by band.

AB: a source of 3631 Jy at every frequency has magnitude 0. Vega: so has Vega in every band.
"""

from functools import cache
from typing import Final, Literal, TypeAlias

from fritz.errors import Invalid
from fritz.photometry.bandpasses import bandpass

__all__ = ["MAGNITUDE_SYSTEMS", "MagnitudeSystem", "above_ab", "magnitude_system"]

MagnitudeSystem: TypeAlias = Literal["ab", "vega"]

MAGNITUDE_SYSTEMS: Final[tuple[MagnitudeSystem, ...]] = ("ab", "vega")


def magnitude_system(name: str) -> MagnitudeSystem:
    """Return the magnitude system of that name.

    Raises
    ------
    Invalid
        There is none.
    """
    for each in MAGNITUDE_SYSTEMS:
        if each == name:
            return each
    known = ", ".join(MAGNITUDE_SYSTEMS)
    raise Invalid(f"unknown magnitude system {name[:50]!r}: one of {known}")


@cache
def above_ab(system: MagnitudeSystem, filter_name: str) -> float:
    """Return how much larger a magnitude is in the system than in AB.

    So it is, too, with zero points: a flux in microjansky has that of AB, 23.9, plus this.

    Raises
    ------
    Invalid
        The bandpass is unknown, or where Vega stands in it.

    Examples
    --------
    >>> above_ab("vega", "ztfg")
    0.0957753
    >>> above_ab("ab", "gaia::g")
    0.0
    """
    band = bandpass(filter_name)
    if system == "ab":
        return 0.0
    if band.vega_ab is None:
        raise Invalid(f"no Vega magnitudes in the filter {filter_name!r}: give AB magnitudes")
    return -band.vega_ab
