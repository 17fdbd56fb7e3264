"""Colour and absolute magnitude from what catalogues say of an object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

__all__ = ["GAIA_COLUMNS", "ColorKeys", "ColorMagnitude", "Said", "color_magnitudes"]

REFERENCE_PC_MAS = 100.0
"""Parallax of 10 pc, milliarcseconds."""


@dataclass(frozen=True, slots=True)
class ColorKeys:
    """Where in annotations the numbers stand; case and underscores do not count."""

    catalog: str = "GAIA"
    """Part of the origins that count."""
    apparent_mag: str = "Mag_G"
    parallax: str = "Plx"
    """Milliarcseconds."""
    absorption: str = "A_G"
    absolute_mag: str = "Mag_G_abs"
    blue_mag: str = "Mag_Bp"
    red_mag: str = "Mag_Rp"
    color: str = "Color"


GAIA_COLUMNS: Final = ColorKeys(
    apparent_mag="phot_g_mean_mag",
    parallax="parallax",
    blue_mag="phot_bp_mean_mag",
    red_mag="phot_rp_mean_mag",
)
"""The same in the rows of Gaia's catalogs."""


class Said(Protocol):
    """Numbers of an object, and where they come from: an annotation, a row of a catalog."""

    @property
    def origin(self) -> str:
        """Who says so."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """The numbers, by name."""
        ...


@dataclass(frozen=True, slots=True)
class ColorMagnitude:
    """A point in the colour-magnitude diagram."""

    origin: str
    color: float
    abs_mag: float


def color_magnitudes(annotations: Iterable[Said], keys: ColorKeys) -> list[ColorMagnitude]:
    """Return the points that annotations tell of; those that lack a number tell of none.

    The absolute magnitude is that of the catalogue, or M = m + 5 log10(parallax / 100 mas) less the
    absorption; the colour is that of the catalogue, or the difference of two magnitudes.
    """
    wanted = _plain(keys.catalog)
    points = []
    for each in annotations:
        if wanted not in _plain(each.origin):
            continue
        numbers = _numbers(each.data)
        color, abs_mag = _color(numbers, keys), _abs_mag(numbers, keys)
        if color is not None and abs_mag is not None:
            points.append(ColorMagnitude(each.origin, color, abs_mag))
    return points


def _color(numbers: Mapping[str, float], keys: ColorKeys) -> float | None:
    known = numbers.get(_plain(keys.color))
    blue, red = numbers.get(_plain(keys.blue_mag)), numbers.get(_plain(keys.red_mag))
    if known is not None or blue is None or red is None:
        return known
    return blue - red


def _abs_mag(numbers: Mapping[str, float], keys: ColorKeys) -> float | None:
    known = numbers.get(_plain(keys.absolute_mag))
    apparent, parallax = numbers.get(_plain(keys.apparent_mag)), numbers.get(_plain(keys.parallax))
    if known is not None or apparent is None or parallax is None or parallax <= 0:
        return known
    absorption = numbers.get(_plain(keys.absorption), 0.0)
    return apparent + 5 * math.log10(parallax / REFERENCE_PC_MAS) - absorption


def _numbers(data: Mapping[str, Any]) -> dict[str, float]:
    return {
        _plain(key): float(value)
        for key, value in data.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def _plain(text: str) -> str:
    return text.lower().replace("_", "")
