"""Candidates in the document store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fritz.errors import Conflict
from fritz.marshal.candidate import Candidate
from fritz.ports import Create, Delete, DocumentStore, Order, Query, Where

__all__ = ["COLLECTION", "CandidateStore", "chunks"]

COLLECTION = "candidates"

WRITES_PER_COMMIT = 500
VALUES_PER_IN = 30

T = TypeVar("T")


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield `values` in order, at most `size` at a time.

    Examples
    --------
    >>> list(chunks([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    for start in range(0, len(values), size):
        yield values[start : start + size]


@dataclass(frozen=True, slots=True)
class CandidateStore:
    """All candidates, one document per filter and alert."""

    documents: DocumentStore

    def add_new(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Write those candidates that are not there yet and return them.

        Calling it again with the same candidates, or at the same time from elsewhere, changes
        nothing and returns nothing: each candidate is returned by one call only.
        """
        distinct = list({candidate.id: candidate for candidate in candidates}.values())
        added: list[Candidate] = []
        for batch in chunks(distinct, WRITES_PER_COMMIT):
            added += self._add_batch(batch)
        return added

    def _add_batch(self, batch: Sequence[Candidate]) -> list[Candidate]:
        while absent := self._absent(batch):
            try:
                self.documents.commit([Create(COLLECTION, c.id, c.to_fields()) for c in absent])
            except Conflict:  # another worker wrote one of them meanwhile: look again
                continue
            return absent
        return []

    def _absent(self, batch: Sequence[Candidate]) -> list[Candidate]:
        present = self.documents.get_many(COLLECTION, [candidate.id for candidate in batch])
        return [candidate for candidate in batch if candidate.id not in present]

    def delete(self, candidates: Sequence[Candidate]) -> None:
        """Remove candidates."""
        for batch in chunks(candidates, WRITES_PER_COMMIT):
            self.documents.commit([Delete(COLLECTION, candidate.id) for candidate in batch])

    def get(self, candidate_id: str) -> Candidate | None:
        """Return the candidate of that id, or None."""
        found = self.documents.get(COLLECTION, candidate_id)
        return Candidate.from_fields(found.data) if found else None

    def count(self) -> int:
        """Return how many candidates there are."""
        return self.documents.count(Query(COLLECTION))

    def count_by_filter(self, filter_ids: Sequence[int]) -> dict[int, int]:
        """Return how many candidates each filter has passed."""
        return {
            filter_id: self.documents.count(
                Query(COLLECTION, (Where("filter_id", "==", filter_id),))
            )
            for filter_id in filter_ids
        }

    def passed(
        self,
        group_ids: Sequence[int] | None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[Candidate]:
        """Return what the filters of groups passed from `start` to `end`, newest first.

        Parameters
        ----------
        group_ids : any number of them; None for every group.
        start, end : bounds of `passed_at`, both inclusive; None for no bound.
        """
        bounds: tuple[Where, ...] = (Where("passed_at", ">=", start),) if start else ()
        bounds += (Where("passed_at", "<=", end),) if end else ()
        if group_ids is None:
            found = self._newest(bounds)
        else:
            found = []
            for some in chunks(sorted(set(group_ids)), VALUES_PER_IN):
                found += self._newest((Where("group_id", "in", list(some)), *bounds))
        return sorted(found, key=lambda c: (-c.passed_at.timestamp(), c.obj_id, -c.jd, c.id))

    def _newest(self, where: tuple[Where, ...]) -> list[Candidate]:
        query = Query(COLLECTION, where, (Order("passed_at", descending=True),))
        return [Candidate.from_fields(row.data) for row in self.documents.query(query)]

    def of_object(self, obj_id: str) -> list[Candidate]:
        """Return every candidate of an object, newest first."""
        query = Query(COLLECTION, (Where("obj_id", "==", obj_id),))
        found = [Candidate.from_fields(row.data) for row in self.documents.query(query)]
        return sorted(found, key=lambda c: (-c.passed_at.timestamp(), -c.jd, c.id))

    def of_alert(self, candid: int) -> list[Candidate]:
        """Return every candidate that the alert `candid` became."""
        query = Query(COLLECTION, (Where("candid", "==", candid),))
        return [Candidate.from_fields(row.data) for row in self.documents.query(query)]
