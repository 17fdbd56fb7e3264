"""The photometry of objects in the document store: read by whom it is open to, changed whole."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from fritz.errors import Invalid, NotFound, Transient
from fritz.marshal.photometry import Point
from fritz.marshal.photometry_merge import Duplicates, Merged, apply, merge, needed
from fritz.marshal.photometry_set import Chunk, Head
from fritz.ports import (
    ArrayUnion,
    DocumentStore,
    Merge,
    Put,
    Query,
    Transaction,
    Update,
    Where,
    Write,
)
from fritz.services.candidates import VALUES_PER_IN, WRITES_PER_COMMIT, chunks
from fritz.services.events import Event
from fritz.services.histories import document_id
from fritz.services.numbering import Numbers
from fritz.services.photometry_heads import HEADS, load, next_id, number_of, read_head, writes

__all__ = ["MOST_OBJECTS", "UPLOADS", "Addition", "Held", "PhotometryStore", "Upload"]

UPLOADS: Final = "photometry_uploads"
OBJECTS: Final = "objects"
ORIGINS: Final = "photometry_origins"
MOST_OBJECTS: Final = 150
"""Of one transaction; each may write a head, its object and a few chunks."""
READS: Final = 5


class Held(NamedTuple):
    """A point, and whom it is open to."""

    obj_id: str
    principals: tuple[str, ...]
    point: Point


@dataclass(frozen=True, slots=True)
class Addition:
    """Points to be added to one object."""

    obj_id: str
    points: Sequence[Point]
    principals: tuple[str, ...]
    duplicates: Duplicates


@dataclass(frozen=True, slots=True)
class Upload:
    """One request's points, open to the same people, as they can be removed together."""

    id: str
    owner_id: int
    created_at: datetime

    def write(self, obj_ids: Iterable[str]) -> Write:
        """Return the write that remembers it."""
        return Put(
            UPLOADS,
            self.id,
            {
                "owner_id": self.owner_id,
                "created_at": self.created_at,
                "obj_ids": sorted(set(obj_ids)),
            },
        )

    def event(self, principals: Iterable[str], obj_ids: Iterable[str]) -> Event:
        """Return what tells who may see its points that they are there.

        One event for all objects: a transaction has no room for one of each.
        """
        names = sorted(set(obj_ids))
        return Event(
            "PhotometryPosted",
            self.created_at,
            _ordered(principals),
            self.owner_id,
            names[0] if len(names) == 1 else None,
            {"upload_id": self.id, "obj_ids": names},
        )


@dataclass(frozen=True, slots=True)
class PhotometryStore:
    """All photometry."""

    documents: DocumentStore

    def heads(self, obj_ids: Iterable[str]) -> dict[str, Head]:
        """Return what is known of the objects' photometry, no points read; one document each."""
        return _heads(self.documents, obj_ids)

    def head_of_point(self, point_id: int) -> Head | None:
        """Return the head of the object that a point may belong to, or None."""
        by_number = Where("number", "==", number_of(point_id))
        rows = self.documents.query(Query(HEADS, (by_number,), limit=1))
        return read_head(rows[0]) if rows else None

    def read(
        self,
        head: Head,
        sees: Callable[[tuple[str, ...]], bool],
        wanted: Callable[[Chunk], bool] = lambda _: True,
    ) -> list[Held]:
        """Return those of an object's points that are open to whoever asks, by time.

        Parameters
        ----------
        sees : whether points with these principals are.
        wanted : which of the chunks matter.
        """
        for _ in range(READS):
            open_sets = [each for each in head.sets.values() if sees(each.principals)]
            try:
                load(self.documents, [(head, c) for s in open_sets for c in s.chunks if wanted(c)])
            except Transient:  # others wrote meanwhile: what they left has another head
                head = self.heads([head.obj_id])[head.obj_id]
                continue
            held = [
                Held(head.obj_id, each.principals, point)
                for each in open_sets
                for point in each.points()
            ]
            return sorted(held, key=lambda each: (each.point.mjd, each.point.id))
        raise Transient(f"the photometry of {head.obj_id} changes faster than it can be read")

    def of_instruments(
        self, instrument_ids: Sequence[int], first_mjd: float, most: int
    ) -> list[Head]:
        """Return the heads of objects that one of the instruments saw at or after a time.

        Parameters
        ----------
        instrument_ids : at most 30.
        """
        where = (
            Where("instrument_ids", "array_contains_any", list(instrument_ids)),
            Where("last_mjd", ">=", first_mjd),
        )
        return [read_head(row) for row in self.documents.query(Query(HEADS, where, limit=most))]

    def upload(self, upload_id: str) -> tuple[int, tuple[str, ...]] | None:
        """Return who made an upload, and the objects that it is of; None if there was none."""
        found = self.documents.get(UPLOADS, upload_id)
        return (found.data["owner_id"], tuple(found.data["obj_ids"])) if found else None

    def add(self, additions: Sequence[Addition], upload: Upload | None = None) -> list[Merged]:
        """Add points to at most `MOST_OBJECTS` objects, all or none, and return what came of each.

        Parameters
        ----------
        upload : None for what nobody will ask to remove together.

        Raises
        ------
        Conflict
            Some stand there already, and duplicates are refused.
        Invalid
            The objects are too many for one transaction.
        """
        if not additions:
            return []
        if len(names := {each.obj_id for each in additions}) > MOST_OBJECTS:
            raise Invalid(f"{len(names)} objects in one request; at most {MOST_OBJECTS}")
        numbers = self._numbers(each.obj_id for each in additions)
        return self.documents.transact(
            functools.partial(_add, additions=additions, upload=upload, numbers=numbers)
        )

    def change(self, held: Held, new: Point | None, principals: tuple[str, ...]) -> None:
        """Put another point in the place of one, open to these principals; None removes it.

        Raises
        ------
        NotFound
            It is gone.
        """
        principals = _ordered(principals)

        def body(transaction: Transaction) -> None:
            head = _heads(transaction, [held.obj_id]).get(held.obj_id)
            if head is None:
                raise NotFound(f"no photometry {held.point.id}")
            before = head.principals
            load(transaction, _all_chunks(head))
            if not head.take([held.point.id]):
                raise NotFound(f"no photometry {held.point.id}")
            if new is not None:
                head.append(principals, [new])
            written = writes(head)
            transaction.write(*_opened(transaction, [(head, before)]), *written)

        self.documents.transact(body)

    def objects_of_points(self, point_ids: Iterable[int]) -> list[str]:
        """Return the objects that points may belong to, by the numbers within their ids.

        Raises
        ------
        Invalid
            The objects are too many for one transaction.
        """
        numbers = sorted({number_of(each) for each in point_ids})
        if len(numbers) > MOST_OBJECTS:
            raise Invalid(f"{len(numbers)} objects in one request; at most {MOST_OBJECTS}")
        found: list[str] = []
        for some in chunks(numbers, VALUES_PER_IN):
            rows = self.documents.query(Query(HEADS, (Where("number", "in", list(some)),)))
            found += [row.data["obj_id"] for row in rows]
        return found

    def open(
        self,
        transaction: Transaction,
        obj_ids: Iterable[str],
        opened: Callable[[Held], tuple[str, ...]],
    ) -> None:
        """Say anew whom points are open to, within a transaction that has written nothing yet.

        Parameters
        ----------
        opened : returns a point's principals; the same ones to leave it.
        """
        heads = list(_heads(transaction, obj_ids).values())
        load(transaction, [pair for head in heads for pair in _all_chunks(head)])
        changed: list[tuple[Head, tuple[str, ...]]] = []
        for head in heads:
            before, moved = head.principals, _moved(head, opened)
            if not moved:
                continue
            head.take([point.id for points in moved.values() for point in points])
            for principals, points in moved.items():
                head.append(principals, points)
            changed.append((head, before))
        written = [write for head, _ in changed for write in writes(head)]
        transaction.write(*_opened(transaction, changed), *written)

    def remove(self, obj_id: str, goes: Callable[[Held], bool]) -> int:
        """Remove points of an object and return how many they were."""

        def body(transaction: Transaction) -> int:
            head = _heads(transaction, [obj_id]).get(obj_id)
            if head is None:
                return 0
            before = head.principals
            load(transaction, _all_chunks(head))
            going = [
                point.id
                for each in head.sets.values()
                for point in each.points()
                if goes(Held(obj_id, each.principals, point))
            ]
            if going:
                head.take(going)
                written = writes(head)
                transaction.write(*_opened(transaction, [(head, before)]), *written)
            return len(going)

        return self.documents.transact(body)

    def origins(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return every origin there is, with all who see a point of it."""
        rows = self.documents.query(Query(ORIGINS))
        return [(row.data["origin"], tuple(row.data["principals"])) for row in rows]

    def note_origins(self, origins: Iterable[str], principals: tuple[str, ...]) -> None:
        """Remember who sees points of these origins; written once for each, not each time."""
        ids = {hashlib.sha256(each.encode()).hexdigest()[:32]: each for each in origins}
        known = self.documents.get_many(ORIGINS, ids)
        lacking = [
            Merge(ORIGINS, key, {"origin": origin, "principals": ArrayUnion(principals)})
            for key, origin in ids.items()
            if key not in known or not set(principals) <= set(known[key].data["principals"])
        ]
        for some in chunks(lacking, WRITES_PER_COMMIT):
            self.documents.commit(some)

    def _numbers(self, obj_ids: Iterable[str]) -> dict[str, int]:
        """Return numbers for objects that have none; asked for before the transaction."""
        names = list(dict.fromkeys(obj_ids))
        known = self.heads(names)
        new = [name for name in names if name not in known]
        taken = Numbers.of(self.documents).take(HEADS, len(new)) if new else []
        return dict(zip(new, taken, strict=True))


def _heads(source: DocumentStore | Transaction, obj_ids: Iterable[str]) -> dict[str, Head]:
    keys = {document_id(name): name for name in obj_ids}
    found = source.get_many(HEADS, keys)
    return {keys[key]: read_head(row) for key, row in found.items()}


def _add(
    transaction: Transaction,
    *,
    additions: Sequence[Addition],
    upload: Upload | None,
    numbers: Mapping[str, int],
) -> list[Merged]:
    heads = _heads(transaction, [each.obj_id for each in additions])
    before = {name: head.principals for name, head in heads.items()}
    load(
        transaction,
        [
            (heads[each.obj_id], chunk)
            for each in additions
            if each.obj_id in heads
            for chunk in needed(heads[each.obj_id], each.points, _ordered(each.principals))
        ],
    )
    merged: list[Merged] = []
    touched: list[tuple[Head, tuple[str, ...]]] = []
    for each in additions:
        head = heads.setdefault(each.obj_id, Head(each.obj_id, numbers.get(each.obj_id, 0)))
        merged.append(_merged(transaction, head, each))
        if merged[-1].changes:
            touched.append((head, before.get(each.obj_id, ())))
    changed = {head.obj_id: (head, was) for head, was in touched}
    written = [write for head, _ in changed.values() for write in writes(head)]
    if written and upload is not None:
        written.append(upload.write(each.obj_id for each in additions))
        written.append(upload.event(additions[0].principals, changed).write())
    if written:
        transaction.write(*_opened(transaction, changed.values()), *written)
    return merged


def _merged(transaction: Transaction, head: Head, addition: Addition) -> Merged:
    principals = _ordered(addition.principals)
    load(transaction, ((head, each) for each in needed(head, addition.points, principals)))
    merged = merge(head, addition.points, principals, addition.duplicates, lambda: next_id(head))
    if merged.changes:
        load(transaction, ((head, c) for c in _chunks_to_change(head, merged, principals)))
        apply(head, merged, principals)
    return merged


def _moved(
    head: Head, opened: Callable[[Held], tuple[str, ...]]
) -> dict[tuple[str, ...], list[Point]]:
    """Return the points that get other principals, by these."""
    moved: dict[tuple[str, ...], list[Point]] = {}
    for each in head.sets.values():
        for point in each.points():
            principals = _ordered(opened(Held(head.obj_id, each.principals, point)))
            if principals != each.principals:
                moved.setdefault(principals, []).append(point)
    return moved


def _all_chunks(head: Head) -> list[tuple[Head, Chunk]]:
    return [(head, chunk) for each in head.sets.values() for chunk in each.chunks]


def _chunks_to_change(head: Head, merged: Merged, principals: tuple[str, ...]) -> list[Chunk]:
    """Return the chunks that must be read to move points about: their sets', and open ends."""
    changed = {*merged.moved, *merged.overwritten}
    targets = {principals, *merged.moved.values()}
    chunks: list[Chunk] = []
    for each in head.sets.values():
        if any(point.id in changed for point in each.points()):
            chunks += each.chunks
        elif each.principals in targets:
            chunks += each.chunks[-1:]
    return chunks


def _opened(
    transaction: Transaction, changed: Iterable[tuple[Head, tuple[str, ...]]]
) -> list[Write]:
    """Return the writes that tell the objects whom their photometry is open to now.

    An object that stands in the store keeps the principals of its photometry, so that one look-up
    tells who sees it.
    """
    different = {head.obj_id: (head, was) for head, was in changed if head.principals != was}
    known = transaction.get_many(OBJECTS, different) if different else {}
    made: list[Write] = []
    for name in known:
        head, was = different[name]
        fewer = set(was) - set(head.principals)
        value: Any = list(head.principals) if fewer else ArrayUnion(head.principals)
        made.append(Update(OBJECTS, name, {"data_of": value}))
    return made


def _ordered(principals: Iterable[str]) -> tuple[str, ...]:
    """Return principals in the one order that a set of them is known by."""
    return tuple(sorted(set(principals)))
