"""Lists of objects that stay as they are while somebody pages through them.

What was found for a query is kept for two hours under its `queryID`, with the place where the
search stopped: a later page shows what is kept, and only what is missing is searched for. The list
grows at its end; it never changes above.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeAlias

from fritz.ports import DocumentStore, Put
from fritz.services.walking import Place

__all__ = ["COLLECTION", "COUNTED_EXACTLY", "MOST_PINNED", "Match", "PinStore", "PinnedList"]

COLLECTION: Final = "pinned_lists"
MOST_PINNED: Final = 30_000
"""Names of objects that one document takes: below 1 MiB with names of 30 characters."""
KEPT: Final = timedelta(hours=2)
COUNTED_EXACTLY: Final = 400
"""Rows up to which all are read for an exact count at once; above, the count is an upper bound
until a page shows the end. It is exact there, too, unless an object has several rows."""

Match: TypeAlias = tuple[str, Place]
"""An object's name, and the place of its row."""
Matches: TypeAlias = Callable[[Place | None, set[str], int], Iterator[Match]]


@dataclass(frozen=True, slots=True)
class PinnedList:
    """What was found so far for a query."""

    id: str
    """The `queryID`."""
    names: tuple[str, ...] = ()
    """Of objects, in order."""
    place: Place | None = None
    """Where the search stopped; None if it did not start, or has ended."""
    ended: bool = False
    """Whether nothing more is to be found."""
    at_most: int = 0
    """How many objects there can be, where the search has not ended."""

    @property
    def total(self) -> int:
        """How many objects there are; at most so many while the search has not ended."""
        return len(self.names) if self.ended else max(self.at_most, len(self.names))

    def grown(self, wanted: int, matches: Matches) -> PinnedList:
        """Return the list with at least so many objects, or with all there are.

        Parameters
        ----------
        matches : what fits after a place, without these names, read so many rows at a time.
        """
        if self.ended or len(self.names) >= wanted:
            return self
        everything = self.at_most <= COUNTED_EXACTLY
        lacking = None if everything else wanted - len(self.names)
        size = COUNTED_EXACTLY if everything else (lacking or 0) + 1
        found = list(islice(matches(self.place, set(self.names), size), lacking))
        ended = lacking is None or len(found) < lacking
        place = None if ended or not found else found[-1][1]
        names = (*self.names, *(name for name, _ in found))
        return replace(self, names=names, place=place, ended=ended)


@dataclass(frozen=True, slots=True)
class PinStore:
    """Pinned lists, one document each, for whoever asked."""

    documents: DocumentStore

    def new(self) -> PinnedList:
        """Return an empty list under a new id."""
        return PinnedList(secrets.token_hex(12))

    def load(
        self, query_id: str | None, user_id: int, asked: str, now: datetime
    ) -> PinnedList | None:
        """Return the list that the same person got for the same question; None if it is gone.

        Parameters
        ----------
        asked : what was asked for, without the page.
        """
        row = self.documents.get(COLLECTION, query_id) if _is_id(query_id) and query_id else None
        if row is None or row.data["user_id"] != user_id or row.data["asked"] != asked:
            return None
        return _read(row.data, row.id) if row.data["expires_at"] > now else None

    def save(self, pinned: PinnedList, user_id: int, asked: str, now: datetime) -> None:
        """Keep a list."""
        fields = {
            "user_id": user_id,
            "asked": asked,
            "names": list(pinned.names[:MOST_PINNED]),
            "place": None if pinned.place is None else list(pinned.place),
            "ended": pinned.ended,
            "at_most": pinned.at_most,
            "expires_at": now + KEPT,
        }
        self.documents.commit([Put(COLLECTION, pinned.id, fields)])


def _is_id(query_id: str | None) -> bool:
    return query_id is not None and query_id.isalnum() and query_id.isascii()


def _read(fields: Mapping[str, Any], query_id: str) -> PinnedList:
    place = fields["place"]
    read = PinnedList(query_id, tuple(fields["names"]), None, fields["ended"], fields["at_most"])
    return replace(read, place=None if place is None else (place[0], place[1]))
