"""Positions as people write them: degrees, hours, designations, Galactic, with words around."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fritz.errors import Invalid
from fritz.sky.coordinates import equatorial

__all__ = ["Position", "parse_position"]

LONGEST: Final = 100
_PLAIN: Final = str.maketrans(
    {
        "\u2212": "-",  # minus, and a dash in its place
        "\u2013": "-",
        "\u2019": "'",
        "\u201d": "s",
        "\u2032": "m",
        "\u2033": "s",
        "\u00b0": "d",
        "\u00ba": "d",
        "\u02b0": "h",
        "\u1d50": "m",
        "\u02e2": "s",
        "\u03b1": "ra",
        "\u03b4": "dec",
        '"': "s",
        "'": "m",
        "(": " ",
        ")": " ",
    }
)
"""Signs of angles, superscripts and Greek letters as plain letters."""
_NOISE: Final = re.compile(
    r"\b(?:j2000(?:\.0)?|icrs|fk5|r\.?a\.?|dec(?:l|lination)?\.?|right ascension|gal(?:actic)?)"
    r"(?![a-z0-9])\s*[=:]?|\b[lb]\s*[=:]"
)
_GALACTIC: Final = re.compile(r"\bgal(?:actic)?\b|\bl\s*[=:]")
_DESIGNATION: Final = re.compile(
    r"(?:[a-z][a-z0-9-]*\s*)?(?:^|\s|j)(\d{6}(?:\.\d+)?)\s*([+-]\d{6}(?:\.\d+)?)$"
)
_UNITS: Final = re.compile(r"degrees?|degs?|hours?|hrs?|minutes?|mins?|seconds?|secs?")
_NUMBER: Final = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)\s*([hdms:]?)")
_AFTER_HOURS: Final = re.compile(
    r"(?:(.*?\dh.*?) (\d+(?:\.\d*)?d.*)|(.*?\dh.*?\d\s*s)\s+(\S.*))", re.DOTALL
)
_REST: Final = re.compile(r"[\s:]*")
_BASE: Final = 60.0
_HOUR_DEG: Final = 15.0
_MOST_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the sky, ICRS, degrees."""

    ra: float
    dec: float


def parse_position(text: str) -> Position:
    """Return the position that a text stands for.

    Numbers by themselves are degrees; two or three parts of a right ascension are hours, minutes
    and seconds unless they say ``d``. Galactic positions say ``gal`` or ``l=``.

    Raises
    ------
    Invalid
        It is no position; the message says why.

    Examples
    --------
    >>> parse_position("10:08:00 +21d42m51.4s")
    Position(ra=152.0, dec=21.714278)
    >>> parse_position("RA = 152.0, Dec = -21.5")
    Position(ra=152.0, dec=-21.5)
    """
    if len(text) > LONGEST:
        raise Invalid(f"a position has at most {LONGEST} characters")
    plain = _UNITS.sub(lambda unit: unit[0][0], text.strip().lower().translate(_PLAIN))
    in_galaxy = _GALACTIC.search(plain) is not None
    plain = re.sub(r"\s+(?=[hdms](?![a-z]))", "", _NOISE.sub(" ", plain)).strip()
    first, second = _halves(plain, text)
    longitude, latitude = (
        _angle(first, text, hours=not in_galaxy),
        _angle(second, text, hours=False),
    )
    if not 0 <= longitude < 360:  # noqa: PLR2004 - a full turn
        raise Invalid(f"{text!r}: {longitude:g} is not from 0 to 360 degrees")
    if not -90 <= latitude <= 90:  # noqa: PLR2004 - the poles
        raise Invalid(f"{text!r}: {latitude:g} is not from -90 to 90 degrees")
    if in_galaxy:
        longitude, latitude = (float(part) for part in equatorial(longitude, latitude))
    return Position(round(longitude, 6), round(latitude, 6))


def _halves(plain: str, text: str) -> tuple[str, str]:
    """Return the texts of the two coordinates."""
    designation = _DESIGNATION.fullmatch(plain)
    if designation:
        first, second = designation.groups()
        return (
            f"{first[:2]}h{first[2:4]}m{first[4:]}s",
            f"{second[:3]}d{second[3:5]}m{second[5:]}s",
        )
    parts = [part for part in re.split(r"[,;]", plain) if part.strip()]
    if len(parts) == 1:
        parts = re.split(r"(?<=[\dhdms.])\s*(?=[+-])", plain, maxsplit=1)
    if len(parts) == 1:
        parts = _by_count(plain)
    if len(parts) != 2:  # noqa: PLR2004 - two coordinates
        raise Invalid(f"{text!r} is no position: two coordinates are wanted")
    return parts[0], parts[1]


def _by_count(plain: str) -> list[str]:
    """Return as many numbers for the one as for the other; hours end with seconds or degrees."""
    after_hours = _AFTER_HOURS.fullmatch(plain)
    if after_hours:
        return [part for part in after_hours.groups() if part]
    numbers = list(_NUMBER.finditer(plain))
    if len(numbers) % 2 or not numbers:
        return [plain]
    middle = numbers[len(numbers) // 2].start()
    return [plain[:middle], plain[middle:]]


def _angle(half: str, text: str, *, hours: bool) -> float:
    """Return the degrees of one coordinate."""
    found = list(_NUMBER.finditer(half))
    if not 1 <= len(found) <= _MOST_PARTS or not _REST.fullmatch(_NUMBER.sub("", half)):
        raise Invalid(f"{text!r} is no position: {half.strip()!r} is not understood")
    if any(each[1] for each in found[1:]):
        raise Invalid(f"{text!r} is no position: a sign stands inside {half.strip()!r}")
    values, unit = [float(each[2]) for each in found], found[0][3]
    if any(value >= _BASE for value in values[1:]):
        raise Invalid(f"{text!r}: minutes and seconds are less than 60")
    size = sum(value / _BASE**place for place, value in enumerate(values))
    in_hours = unit == "h" or (hours and len(values) > 1 and unit != "d")
    signed = -size if found[0][1] == "-" else size
    return signed * _HOUR_DEG if in_hours else signed
