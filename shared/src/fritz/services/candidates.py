"""Candidates in the document store, and the rows that lists of them read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from fritz.marshal.candidate import Candidate
from fritz.marshal.obj import Obj
from fritz.marshal.scan_entry import ScanEntry
from fritz.marshal.visibility import candidate_principals
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where, Write
from fritz.services import objects

__all__ = ["COLLECTION", "ENTRIES", "VALUES_PER_IN", "CandidateStore", "chunks"]

COLLECTION = "candidates"
ENTRIES = "scan_entries"

WRITES_PER_COMMIT = 500
VALUES_PER_IN = 30
ADDED_AT_ONCE = 160
"""Candidates of one transaction: each may write itself, its entry and its object."""

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
    """All candidates, one document per filter and alert.

    With each stand two rows that lists read instead: what the filter has passed of the object
    (`ScanEntry`), and the object with whom it is open to. One transaction writes all three.
    """

    documents: DocumentStore

    def add_new(self, candidates: Sequence[Candidate], told: Sequence[Obj] = ()) -> list[Candidate]:
        """Write those candidates that are not there yet and return them.

        Calling it again with the same candidates, or at the same time from elsewhere, changes
        nothing and returns nothing: each candidate is returned by one call only.

        Parameters
        ----------
        told : objects as their first candidates' posters describe them; those that are known stay.
        """
        distinct = list({candidate.id: candidate for candidate in candidates}.values())
        described = {obj.id: obj for obj in told}
        added: list[Candidate] = []
        for batch in chunks(distinct, ADDED_AT_ONCE):
            added += self._add_batch(batch, described)
        return added

    def _add_batch(self, batch: Sequence[Candidate], described: dict[str, Obj]) -> list[Candidate]:
        def body(transaction: Transaction) -> list[Candidate]:
            present = transaction.get_many(COLLECTION, [each.id for each in batch])
            absent = [each for each in batch if each.id not in present]
            if absent:
                entries = _entries_with(transaction, absent)
                known = _objects_with(transaction, absent, described)
                transaction.write(
                    *(Create(COLLECTION, each.id, each.to_fields()) for each in absent),
                    *(Put(ENTRIES, each.id, each.to_fields()) for each in entries),
                    *known,
                )
            return absent

        return self.documents.transact(body)

    def withdraw(self, obj_id: str, filter_id: int) -> int:
        """Remove what a filter passed of an object; return how many candidates that were."""
        everything = Query(COLLECTION, (Where("obj_id", "==", obj_id),))

        def body(transaction: Transaction) -> int:
            found = [Candidate.from_fields(row.data) for row in transaction.query(everything)]
            gone = [each for each in found if each.filter_id == filter_id]
            if gone:
                left = [each for each in found if each.filter_id != filter_id]
                writes: list[Write] = [Delete(COLLECTION, each.id) for each in gone]
                writes.append(Delete(ENTRIES, ScanEntry.id_of(filter_id, obj_id)))
                row = transaction.get(objects.COLLECTION, obj_id)
                if row is not None:
                    remaining = tuple(dict.fromkeys(p for each in left for p in _principals(each)))
                    writes.append(
                        objects.put(replace(Obj.from_fields(row.data), candidate_of=remaining))
                    )
                transaction.write(*writes)
            return len(gone)

        return self.documents.transact(body)

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

    def of_object(self, obj_id: str) -> list[Candidate]:
        """Return every candidate of an object, newest first."""
        query = Query(COLLECTION, (Where("obj_id", "==", obj_id),))
        found = [Candidate.from_fields(row.data) for row in self.documents.query(query)]
        return sorted(found, key=lambda c: (-c.passed_at.timestamp(), -c.jd, c.id))

    def of_alert(self, candid: int) -> list[Candidate]:
        """Return every candidate that the alert `candid` became."""
        query = Query(COLLECTION, (Where("candid", "==", candid),))
        return [Candidate.from_fields(row.data) for row in self.documents.query(query)]

    def entries_of(self, obj_ids: Iterable[str]) -> dict[str, list[ScanEntry]]:
        """Return what filters have passed of each object, newest first."""
        found: dict[str, list[ScanEntry]] = {}
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            query = Query(ENTRIES, (Where("obj_id", "in", list(some)),))
            for row in self.documents.query(query):
                entry = ScanEntry.from_fields(row.data)
                found.setdefault(entry.obj_id, []).append(entry)
        for entries in found.values():
            entries.sort(key=lambda each: (-each.passed_at.timestamp(), each.filter_id))
        return found


def _principals(candidate: Candidate) -> tuple[str, ...]:
    return candidate_principals(candidate.group_id, candidate.stream_id)


def _entries_with(transaction: Transaction, new: Sequence[Candidate]) -> list[ScanEntry]:
    names = {ScanEntry.id_of(each.filter_id, each.obj_id) for each in new}
    rows = transaction.get_many(ENTRIES, names)
    entries = {name: ScanEntry.from_fields(row.data) for name, row in rows.items()}
    for each in new:
        name = ScanEntry.id_of(each.filter_id, each.obj_id)
        known = entries.get(name)
        entries[name] = ScanEntry.of(each) if known is None else known.with_candidate(each)
    return list(entries.values())


def _objects_with(
    transaction: Transaction, new: Sequence[Candidate], described: dict[str, Obj]
) -> list[Write]:
    """Return the writes that open the candidates' objects to those who see the candidates."""
    rows = transaction.get_many(objects.COLLECTION, {each.obj_id for each in new})
    standing = {name: Obj.from_fields(row.data) for name, row in rows.items()}
    changed = dict(standing)
    for each in new:
        known = changed.get(each.obj_id) or described.get(each.obj_id) or _object(each)
        principals = tuple(dict.fromkeys((*known.candidate_of, *_principals(each))))
        if principals != known.candidate_of or each.obj_id not in changed:
            changed[each.obj_id] = replace(known, candidate_of=principals)
    return [objects.put(obj) for name, obj in changed.items() if standing.get(name) != obj]


def _object(first: Candidate) -> Obj:
    """Return a new object, where its first candidate stands."""
    facts = {} if first.score is None else {"score": first.score}
    return Obj(first.obj_id, first.ra, first.dec, first.passed_at, facts=facts)
