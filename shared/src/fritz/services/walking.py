"""Rows of a collection in the order of an index, over any number of owners, a page at a time.

An owner is a filter or a group. Firestore answers for 30 of them at once; more come from several
queries whose rows are merged as they are needed, so that a list costs what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from heapq import merge
from typing import Any, Final

from fritz.ports import Document, DocumentStore, Order, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks

__all__ = ["Place", "Walk"]

LARGEST_READ: Final = 240

Place = tuple[Any, str]
"""Where a walk stands: the sort key of the last row, and its object."""


@dataclass(frozen=True, slots=True)
class Walk:
    """An ordered walk over the rows of some owners; rows carry the field ``obj_id``."""

    documents: DocumentStore
    collection: str
    owner: str
    """The field that names the row's owner."""
    owners: tuple[int, ...] | None
    """None for all."""
    key: str
    """The field that the rows are ordered by; objects with the same one come by name."""
    descending: bool = False
    where: tuple[Where, ...] = ()

    def rows(self, after: Place | None, read_first: int) -> Iterator[Document]:
        """Yield the rows in order.

        Parameters
        ----------
        after : where to go on; None for the beginning.
        read_first : how many rows to read at first; later reads are larger.
        """
        parts = (self._part(some, after, read_first) for some in self._some())
        yield from merge(*parts, key=cmp_to_key(self._compared))

    def count(self) -> int:
        """Return how many rows there are, without reading them."""
        queries = (Query(self.collection, self._where(s), self._order) for s in self._some())
        return sum(map(self.documents.count, queries))

    def place(self, row: Document) -> Place:
        """Return where the walk stands after a row."""
        return row.data[self.key], row.data["obj_id"]

    @property
    def _order(self) -> tuple[Order, ...]:
        by_key = Order(self.key, self.descending)
        return (by_key,) if self.key == "obj_id" else (by_key, Order("obj_id"))

    def _some(self) -> Iterator[tuple[int, ...]]:
        if self.owners is None:
            return iter([()])
        return (tuple(some) for some in chunks(sorted(set(self.owners)), VALUES_PER_IN))

    def _where(self, owners: tuple[int, ...]) -> tuple[Where, ...]:
        owned = (Where(self.owner, "in", list(owners)),) if owners else ()
        return (*owned, *self.where)

    def _part(
        self, owners: tuple[int, ...], after: Place | None, read_first: int
    ) -> Iterator[Document]:
        order, size = self._order, read_first
        while True:
            start = None if after is None else after[: len(order)]
            rows = self.documents.query(
                Query(self.collection, self._where(owners), order, size, start)
            )
            yield from rows
            if len(rows) < size:
                return
            after, size = self.place(rows[-1]), min(2 * size, LARGEST_READ)

    def _compared(self, one: Document, other: Document) -> int:
        mine, theirs = one.data[self.key], other.data[self.key]
        names: tuple[str, str] = one.data["obj_id"], other.data["obj_id"]
        if mine != theirs:
            before = mine is None or (theirs is not None and mine < theirs)
            return -1 if before is not self.descending else 1
        return (names[0] > names[1]) - (names[0] < names[1])
