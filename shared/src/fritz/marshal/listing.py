"""Objects that people keep on lists of their own: favourites, what they reject, what they watch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid

__all__ = ["FAVORITES", "REJECTED", "WATCHLIST", "Listing", "checked_list_name", "checked_params"]

FAVORITES: Final = "favorites"
REJECTED: Final = "rejected_candidates"
WATCHLIST: Final = "watchlist"

WIDEST_ARCSEC: Final = 3600.0
LEAST_CADENCE: Final = 1.0

_NAME = re.compile(r"\w[\w \-.]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Listing:
    """One object on one list of one person."""

    id: int
    user_id: int
    obj_id: str
    list_name: str
    created_at: datetime
    modified: datetime
    params: Mapping[str, Any] | None = None
    """Of a watch list: `arcsec` and `cadence`."""

    @property
    def key(self) -> str:
        """The document id: an object is on a list once."""
        return self.key_of(self.user_id, self.list_name, self.obj_id)

    @staticmethod
    def key_of(user_id: int, list_name: str, obj_id: str) -> str:
        """Return the document id of an object on a list."""
        return f"{user_id}:{list_name}:{obj_id}"

    def to_fields(self) -> dict[str, Any]:
        """Return the listing as a document's fields."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "obj_id": self.obj_id,
            "list_name": self.list_name,
            "created_at": self.created_at,
            "modified": self.modified,
            "params": None if self.params is None else dict(self.params),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Listing:
        """Return the listing that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            user_id=int(fields["user_id"]),
            obj_id=fields["obj_id"],
            list_name=fields["list_name"],
            created_at=fields["created_at"],
            modified=fields["modified"],
            params=fields.get("params"),
        )


def checked_list_name(name: str) -> str:
    """Return a list's name if it is one: it starts with a letter, a digit or an underscore.

    Examples
    --------
    >>> checked_list_name("favorites")
    'favorites'
    """
    if not _NAME.match(name):
        raise Invalid(f"list_name {name[:50]!r} must start with a letter, digit or underscore")
    return name


def checked_params(name: str, params: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a listing's parameters; a watch list needs a radius and a cadence.

    Raises
    ------
    Invalid
        `arcsec` is not in [0, 3600], or `cadence` below 1, or either is missing or no number.
    """
    if name != WATCHLIST:
        return params
    given = params or {}
    for key, low, high in (("arcsec", 0.0, WIDEST_ARCSEC), ("cadence", LEAST_CADENCE, 1e9)):
        value = given.get(key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= float(value or 0.0) <= high:
            raise Invalid(f"a watchlist needs params.{key}, a number in [{low:g}, {high:g}]")
    return given
