"""Filters and their versions in the document store.

Each change of a filter also counts up one document, so that whoever runs filters learns of it by
reading that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from fritz.errors import NotFound
from fritz.marshal.filter import Filter
from fritz.marshal.filter_version import FilterVersion
from fritz.ports import (
    Create,
    Delete,
    DocumentStore,
    Increment,
    Merge,
    Put,
    Query,
    Transaction,
    Where,
)
from fritz.services.candidates import VALUES_PER_IN, WRITES_PER_COMMIT, chunks
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "FilterStore", "versions_of"]

COLLECTION = "filters"

_CHANGED = Merge("changes", COLLECTION, {"number": Increment(1)})


def versions_of(filter_id: int) -> str:
    """Return the collection that holds a filter's versions."""
    return f"{COLLECTION}/{filter_id}/versions"


@dataclass(frozen=True, slots=True)
class FilterStore:
    """All filters, one document each, with the versions below."""

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

    def get(self, filter_id: int) -> Filter | None:
        """Return the filter of that id, or None."""
        found = self.documents.get(COLLECTION, str(filter_id))
        return Filter.from_fields(found.data) if found else None

    def get_many(self, filter_ids: Iterable[int]) -> list[Filter]:
        """Return those of the filters that exist, by id."""
        rows = self.documents.get_many(COLLECTION, [str(each) for each in filter_ids])
        return sorted((Filter.from_fields(r.data) for r in rows.values()), key=lambda f: f.id)

    def _query(self, *where: Where) -> list[Filter]:
        rows = self.documents.query(Query(COLLECTION, where))
        return sorted((Filter.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def revision(self) -> int:
        """Return a number that differs after each change of any filter."""
        found = self.documents.get(_CHANGED.collection, _CHANGED.id)
        return int(found.data["number"]) if found else 0

    def create(self, new: Filter) -> Filter:
        """Write a filter and return it with the id that it got."""
        made = replace(new, id=Numbers.of(self.documents).next(COLLECTION))
        self.documents.commit([Create(COLLECTION, str(made.id), made.to_fields()), _CHANGED])
        return made

    def change(self, filter_id: int, change: Callable[[Filter], Filter]) -> Filter:
        """Apply a change to a filter and return it as it is now; no other change gets lost.

        Parameters
        ----------
        change : makes the new filter of the old one; may be called several times.

        Raises
        ------
        NotFound
            There is no such filter.
        """

        def body(transaction: Transaction) -> Filter:
            found = transaction.get(COLLECTION, str(filter_id))
            if found is None:
                raise NotFound(f"no filter {filter_id}")
            changed = change(Filter.from_fields(found.data))
            transaction.write(Put(COLLECTION, str(filter_id), changed.to_fields()), _CHANGED)
            return changed

        return self.documents.transact(body)

    def delete(self, filter_id: int) -> None:
        """Remove a filter with all its versions."""
        self.documents.commit([Delete(COLLECTION, str(filter_id)), _CHANGED])
        self.delete_versions(filter_id)

    def delete_versions(self, filter_id: int) -> None:
        """Remove all versions of a filter."""
        gone = [
            Delete(versions_of(filter_id), each.id)
            for each in self.documents.query(Query(versions_of(filter_id)))
        ]
        for some in chunks(gone, WRITES_PER_COMMIT):
            self.documents.commit(some)

    def add_version(self, version: FilterVersion) -> None:
        """Keep a version; `Conflict` if the filter has one of that name."""
        where = versions_of(version.filter_id)
        self.documents.commit([Create(where, version.fid, version.to_fields())])

    def version(self, filter_id: int, fid: str) -> FilterVersion | None:
        """Return one version, or None."""
        found = self.documents.get(versions_of(filter_id), fid)
        return FilterVersion.from_fields(found.data) if found else None

    def versions(self, filter_id: int) -> list[FilterVersion]:
        """Return all versions of a filter, oldest first."""
        rows = self.documents.query(Query(versions_of(filter_id)))
        found = [FilterVersion.from_fields(row.data) for row in rows]
        return sorted(found, key=lambda each: (each.created_at, each.fid))
