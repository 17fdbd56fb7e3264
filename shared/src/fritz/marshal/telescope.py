"""A telescope, and whether it is night there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from fritz.errors import Invalid
from fritz.sky.sun import ASTRONOMICAL_TWILIGHT_DEG, sun_altitude_deg

__all__ = ["MANAGE_TELESCOPES", "Night", "Telescope", "checked_telescope", "night_at"]

MANAGE_TELESCOPES: Final = "Manage telescopes"

LONGEST_NAME: Final = 200
POLE_DEG: Final = 90.0
LON_DEG: Final = (-180.0, 360.0)
MJD_OF_1970: Final = 40587.0
MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Telescope:
    """One telescope."""

    id: int
    name: str
    nickname: str
    diameter: float
    """Metres."""
    created_at: datetime
    modified: datetime
    lat: float | None = None
    """Degrees; None, as the next two, for one in orbit."""
    lon: float | None = None
    """Degrees, east positive."""
    elevation: float | None = None
    """Metres."""
    robotic: bool = False
    fixed_location: bool = True
    skycam_link: str | None = None
    weather_link: str | None = None
    mpc_obscode: str | None = None

    def to_fields(self) -> dict[str, Any]:
        """Return the telescope as a document's fields."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def from_fields(cls, document: Mapping[str, Any]) -> Telescope:
        """Return the telescope that `to_fields` wrote; unknown fields are ignored."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in document.items() if name in known})


@dataclass(frozen=True, slots=True)
class Night:
    """Whether the sky is dark somewhere, and when that changes."""

    is_dark: bool
    morning: datetime | None
    """When the Sun next rises through -18 degrees; None if it does not within a day."""
    evening: datetime | None
    """When it next sinks below."""


def checked_telescope(telescope: Telescope) -> Telescope:
    """Return the telescope if it can be one.

    Raises
    ------
    Invalid
        A name is missing, a number is out of range, or one that stands still stands nowhere.
    """
    for what in ("name", "nickname"):
        if not 0 < len(getattr(telescope, what).strip()) <= LONGEST_NAME:
            raise Invalid(f"{what} has 1 to {LONGEST_NAME} letters")
    if not telescope.diameter > 0:
        raise Invalid("diameter must be greater than zero")
    place = (telescope.lat, telescope.lon, telescope.elevation)
    if telescope.fixed_location and None in place:
        raise Invalid("a telescope at a fixed location needs lat, lon and elevation")
    if telescope.lat is not None and not abs(telescope.lat) <= POLE_DEG:
        raise Invalid(f"lat {telescope.lat} is not in [-90, 90] degrees")
    if telescope.lon is not None and not LON_DEG[0] <= telescope.lon <= LON_DEG[1]:
        raise Invalid(f"lon {telescope.lon} is not in [-180, 360] degrees")
    return telescope


def night_at(telescope: Telescope, now: datetime) -> Night | None:
    """Return whether it is night at a telescope; None for one that has no place on Earth."""
    if telescope.lat is None or telescope.lon is None or not telescope.fixed_location:
        return None
    begin = MJD_OF_1970 + now.timestamp() / 86400
    minutes = np.arange(MINUTES + 1)
    altitudes = sun_altitude_deg(begin + minutes / MINUTES, telescope.lat, telescope.lon)
    dark = altitudes < ASTRONOMICAL_TWILIGHT_DEG
    return Night(
        bool(dark[0]),
        _first(~dark[1:] & dark[:-1], now),
        _first(dark[1:] & ~dark[:-1], now),
    )


def _first(changes: Any, now: datetime) -> datetime | None:
    found = np.flatnonzero(changes)
    return now + timedelta(minutes=int(found[0]) + 1) if len(found) else None
