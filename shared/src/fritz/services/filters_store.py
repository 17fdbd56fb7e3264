"""Filters in the document store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fritz.marshal.filter import Filter
from fritz.ports import DocumentStore, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks

__all__ = ["COLLECTION", "FilterStore"]

COLLECTION = "filters"


@dataclass(frozen=True, slots=True)
class FilterStore:
    """All filters, one document each."""

    documents: DocumentStore

    def active(self, survey: str) -> list[Filter]:
        """Return the filters that run on a survey's alerts, by id."""
        return self._query(Where("survey", "==", survey), Where("active", "==", True))

    def all(self) -> list[Filter]:
        """Return every filter, by id."""
        return self._query()

    def of_groups(self, group_ids: Sequence[int]) -> list[Filter]:
        """Return the filters of these groups, by id."""
        found: list[Filter] = []
        for some in chunks(sorted(set(group_ids)), VALUES_PER_IN):
            found += self._query(Where("group_id", "in", list(some)))
        return sorted(found, key=lambda each: each.id)

    def get_many(self, filter_ids: Iterable[int]) -> list[Filter]:
        """Return those of the filters that exist, by id."""
        rows = self.documents.get_many(COLLECTION, [str(each) for each in filter_ids])
        return sorted((Filter.from_fields(r.data) for r in rows.values()), key=lambda f: f.id)

    def _query(self, *where: Where) -> list[Filter]:
        rows = self.documents.query(Query(COLLECTION, where))
        return sorted((Filter.from_fields(row.data) for row in rows), key=lambda each: each.id)
