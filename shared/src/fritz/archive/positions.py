"""Positions as people write them: numbers, sexagesimal text, lists and objects of these."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

from fritz.errors import Invalid

__all__ = ["MOST_POSITIONS", "parse_positions", "position"]

MOST_POSITIONS: Final = 10_000
"""In one query of this kind; `/api/cones` takes a million at once."""
_PARTS: Final = re.compile(r"([+-]?)(\d+(?:\.\d*)?)[:hd\s](\d+(?:\.\d*)?)[:m\s](\d+(?:\.\d*)?)s?")


def parse_positions(given: Any) -> dict[str, tuple[float, float]]:
    """Return right ascension and declination (degrees) by name.

    Names are those given, or the positions themselves as text; dots in them become ``_``, as in
    Kowalski.

    Parameters
    ----------
    given
        One position as text, a list of pairs, or pairs by name; the latter two as text, too.

    Raises
    ------
    Invalid
        It is none of these.

    Examples
    --------
    >>> parse_positions({"a.b": [71.5, "-10:30:00"]})
    {'a_b': (71.5, -10.5)}
    >>> parse_positions("00:30:00 +02:00:00")
    {"('00:30:00', '+02:00:00')": (7.5, 2.0)}
    """
    if isinstance(given, str):
        given = _from_text(given.strip())
    if isinstance(given, Mapping):
        pairs = [(str(name), pair) for name, pair in given.items()]
    elif isinstance(given, Sequence):
        pairs = [(str(pair), pair) for pair in given]
    else:
        raise Invalid("ValueError: Unsupported object coordinate specs")
    if len(pairs) > MOST_POSITIONS:
        raise Invalid(
            f"ValueError: {len(pairs)} positions, at most {MOST_POSITIONS} here; "
            f"/api/cones takes more"
        )
    return {name.replace(".", "_"): _pair(name, pair) for name, pair in pairs}


def position(ra: Any, dec: Any) -> tuple[float, float]:
    """Return a position in degrees.

    Parameters
    ----------
    ra
        Degrees, or hours as ``HH:MM:SS.s`` or ``HHhMMmSS.Ss``.
    dec
        Degrees, or ``DD:MM:SS.s`` or ``DDdMMmSS.Ss``.

    Raises
    ------
    Invalid
        It is no place on the sphere.
    """
    found = _angle(ra, 15.0), _angle(dec, 1.0)
    if not (-360.0 <= found[0] <= 360.0 and -90.0 <= found[1] <= 90.0):  # noqa: PLR2004  degrees
        raise Invalid(f"ValueError: ({ra}, {dec}) is no place on the sphere")
    return found[0] % 360.0, found[1]


def _from_text(text: str) -> Any:
    try:
        if text.startswith(("[", "(", "{")):
            return literal_eval(text)
        ra, dec = text.split()
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as e:
        raise Invalid("ValueError: Unsupported object coordinate specs") from e
    sexagesimal = "s" in text or ":" in text
    return [(ra, dec) if sexagesimal else (_angle(ra, 1.0), _angle(dec, 1.0))]


def _pair(name: str, pair: Any) -> tuple[float, float]:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:  # noqa: PLR2004  a pair
        raise Invalid(f"ValueError: {name}: a position is a pair of right ascension, declination")
    return position(*pair)


def _angle(value: Any, degrees_per_unit: float) -> float:
    if isinstance(value, str):
        if parts := _PARTS.fullmatch(value.strip()):
            sign, whole, minutes, seconds = parts.groups()
            size = float(whole) + float(minutes) / 60 + float(seconds) / 3600
            return (-size if sign == "-" else size) * degrees_per_unit
        try:
            value = float(value)
        except ValueError as e:
            raise Invalid(f"ValueError: {value!r} is no angle") from e
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Invalid(f"ValueError: {value!r} is no angle")
    return float(value)
