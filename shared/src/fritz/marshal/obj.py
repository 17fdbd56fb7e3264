"""An object on the sky that somebody saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fritz.errors import Invalid

__all__ = ["Obj", "checked_name", "checked_position"]

FULL_CIRCLE_DEG = 360.0
POLE_DEG = 90.0

_NAME = re.compile(r"[A-Za-z0-9_\-;:+.]{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Obj:
    """One object: its name and where it stands."""

    id: str
    ra: float
    """Degrees, ICRS."""
    dec: float
    """Degrees, ICRS."""
    created_at: datetime
    redshift: float | None = None

    def to_fields(self) -> dict[str, Any]:
        """Return the object as a document's fields."""
        return {
            "id": self.id,
            "ra": self.ra,
            "dec": self.dec,
            "created_at": self.created_at,
            "redshift": self.redshift,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Obj:
        """Return the object that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=fields["id"],
            ra=float(fields["ra"]),
            dec=float(fields["dec"]),
            created_at=fields["created_at"],
            redshift=fields.get("redshift"),
        )


def checked_name(name: str) -> str:
    """Return `name` if it may name an object.

    Raises
    ------
    Invalid
        It is empty, too long, or has characters beyond letters, digits and ``_-;:+.``.

    Examples
    --------
    >>> checked_name("ZTF18aabcdef")
    'ZTF18aabcdef'
    """
    if not _NAME.match(name):
        raise Invalid(f"object name {name[:50]!r}: only letters, digits and _-;:+. are allowed")
    return name


def checked_position(ra: float, dec: float) -> tuple[float, float]:
    """Return the position if it is one.

    Parameters
    ----------
    ra, dec : degrees.

    Raises
    ------
    Invalid
        A coordinate is out of range or NaN.
    """
    if not 0.0 <= ra < FULL_CIRCLE_DEG:
        raise Invalid(f"ra {ra} is not in [0, 360) degrees")
    if not abs(dec) <= POLE_DEG:
        raise Invalid(f"dec {dec} is not in [-90, 90] degrees")
    return ra, dec
