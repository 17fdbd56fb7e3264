"""Target lists in the formats that telescopes read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from fritz.sky.coordinates import sexagesimal

__all__ = ["FACILITIES", "Facility", "starlist_line"]

Facility = Literal["Keck", "Shane", "P200", "P200-NGPS"]


def _keck(name: str, ra: str, dec: str) -> str:
    return f"{name[:15]:<16}{ra} {dec} 2000.0 # source"


def _shane(name: str, ra: str, dec: str) -> str:
    return f"{name.replace(' ', '')[:20]:<20} {ra} {dec} J2000.0"


def _p200(name: str, ra: str, dec: str) -> str:
    return f"{name[:19]:<20}{ra} {dec} 2000.0 ! source"


def _ngps(name: str, ra: str, dec: str) -> str:
    return f"{name},{ra.replace(' ', ':')},{dec.replace(' ', ':')}"


FACILITIES: Final[Mapping[Facility, Callable[[str, str, str], str]]] = {
    "Keck": _keck, "Shane": _shane, "P200": _p200, "P200-NGPS": _ngps,
}  # fmt: skip
"""How each writes a target: name, right ascension, declination (J2000)."""


def starlist_line(facility: Facility, name: str, ra: float, dec: float) -> str:
    """Return a target's line in a facility's list.

    Parameters
    ----------
    ra, dec : degrees, ICRS.

    Examples
    --------
    >>> starlist_line("Keck", "ZTF18aabcdef", 150.0, -2.5)
    'ZTF18aabcdef    10 00 00.00 -02 30 00.0 2000.0 # source'
    """
    hours, degrees = sexagesimal(ra, dec)
    sign = "" if degrees.startswith("-") else "+"
    return FACILITIES[facility](
        name, hours[:-2].replace(":", " "), sign + degrees[:-2].replace(":", " ")
    )
