"""Target lists in the formats that telescopes read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from fritz.marshal.finder import OffsetStar
from fritz.sky.coordinates import sexagesimal

__all__ = ["FACILITIES", "Facility", "offset_line", "starlist_line"]

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
    return FACILITIES[facility](name, *_written(ra, dec))


def offset_line(facility: Facility, name: str, offset: OffsetStar) -> str:
    """Return the line of a star to point at first, with the way from there to the target.

    Keck and Palomar move by it; where there is no word for that, it stands in the comment alone.

    Examples
    --------
    >>> from fritz.marshal.finder import Star
    >>> line = offset_line("P200", "a_o1", OffsetStar(Star(150.0, 2.0, 15.0), 3.0, -4.0, 5.0))
    >>> line[20:]
    '10 00 00.00 +02 00 00.0 2000.0 raoffset=3.00 decoffset=-4.00 ! 5.0" 15.0 mag'
    """
    hours, degrees = _written(offset.star.ra, offset.star.dec)
    east, north = (round(each, 2) + 0.0 for each in (offset.east_arcsec, offset.north_arcsec))
    told = f'{offset.separation_arcsec:.1f}" {offset.star.mag:.1f} mag'
    move = f"raoffset={east:.2f} decoffset={north:.2f}"
    match facility:
        case "Keck":
            return f"{name[-15:]:<16}{hours} {degrees} 2000.0 {move} # {told}"
        case "P200":
            return f"{name[-19:]:<20}{hours} {degrees} 2000.0 {move} ! {told}"
        case "Shane":
            return f"{name[-20:]:<20} {hours} {degrees} J2000.0 # {move} {told}"
        case _:
            return FACILITIES[facility](name, hours, degrees)


def _written(ra: float, dec: float) -> tuple[str, str]:
    hours, degrees = sexagesimal(ra, dec)
    sign = "" if degrees.startswith("-") else "+"
    return hours[:-2].replace(":", " "), sign + degrees[:-2].replace(":", " ")
