"""Classifications in the document store, as far as the viewer may see and change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.classification import CLASSIFY, Classification, checked_probability
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.visibility import (
    Viewer,
    edits_classification,
    sees_classification,
)
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.candidates import VALUES_PER_IN, WRITES_PER_COMMIT, chunks
from fritz.services.events import Event
from fritz.services.numbering import Numbers
from fritz.services.objects import ObjStore
from fritz.services.sources import Sources
from fritz.services.taxonomies import COLLECTION as TAXONOMIES
from fritz.services.taxonomies import Taxonomies, own_groups

__all__ = ["COLLECTION", "ClassificationPage", "Classifications", "NewClassification"]

COLLECTION = "classifications"
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class NewClassification:
    """What somebody posts."""

    obj_id: str
    taxonomy_id: int
    classification: str
    probability: float | None = None
    ml: bool = False
    origin: str | None = None
    version: str | None = None
    group_ids: Sequence[int] | None = None
    """None for the public group."""
    vote: bool = True
    """Whether the author votes for it."""


@dataclass(frozen=True, slots=True)
class ClassificationPage:
    """One page of classifications, with the taxonomies that they name."""

    rows: tuple[Classification, ...]
    taxonomies: dict[int, Taxonomy]
    total_matches: int


@dataclass(frozen=True, slots=True)
class Classifications:
    """All classifications, one document each, votes and edits within."""

    documents: DocumentStore
    taxonomies: Taxonomies
    sources: Sources

    def get(self, viewer: Viewer, classification_id: int) -> Classification:
        """Return one; `NotFound` if there is none that the viewer sees."""
        row = self.documents.get(COLLECTION, str(classification_id))
        found = [Classification.from_fields(row.data)] if row else []
        seen = self._visible(viewer, found)
        if not seen:
            raise NotFound(f"no classification {classification_id}")
        return seen[0]

    def of_objects(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, list[Classification]]:
        """Return what the viewer sees of each object's classifications, oldest first."""
        found: list[Classification] = []
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            found += self._query(Where("obj_id", "in", list(some)))
        by_object: dict[str, list[Classification]] = {}
        for each in self._visible(viewer, found):
            by_object.setdefault(each.obj_id, []).append(each)
        return by_object

    def of_object(self, viewer: Viewer, obj_id: str) -> list[Classification]:
        """Return an object's classifications; `NotFound` if the viewer sees no such object."""
        self.sources.get(viewer, obj_id)
        return self.of_objects(viewer, [obj_id]).get(obj_id, [])

    def page(
        self,
        viewer: Viewer,
        number: int,
        per_page: int,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ClassificationPage:
        """Return a page of what the viewer sees, newest first; past the end it is empty.

        Parameters
        ----------
        number : of the page, from 1.
        start, end : bounds of `created_at`, both inclusive; None for no bound.
        """
        found = [
            each
            for each in self._of_groups(viewer)
            if (start is None or each.created_at >= start)
            and (end is None or each.created_at <= end)
        ]
        seen = sorted(self._visible(viewer, found), key=lambda c: (c.created_at, c.id))[::-1]
        shown = tuple(seen[(number - 1) * per_page : number * per_page])
        named = self.taxonomies.get_many({each.taxonomy_id for each in shown})
        return ClassificationPage(shown, named, len(seen))

    def create(
        self, viewer: Viewer, given: Sequence[NewClassification], now: datetime
    ) -> list[int]:
        """Post classifications, all or none, and return their ids in order.

        Raises
        ------
        Unauthorized
            The viewer may not classify.
        Invalid
            The object or the taxonomy is not there for the viewer, the class is not in the
            taxonomy, the probability is none, or no group is the viewer's.
        """
        viewer.must(CLASSIFY)
        if not 0 < len(given) <= MOST_AT_ONCE:
            raise Invalid(f"1 to {MOST_AT_ONCE} classifications at once")
        missing = {each.obj_id for each in given} - self._open(viewer, {e.obj_id for e in given})
        if missing:
            raise Invalid(f"no object {min(missing)[:50]}")
        made = [self._new(viewer, each, now) for each in given]
        ids = Numbers.of(self.documents).take(COLLECTION, len(made))
        rows = [replace(each, id=number) for each, number in zip(made, ids, strict=True)]
        told = self._events(rows)

        def body(transaction: Transaction) -> None:
            _must_stand(transaction, {each.taxonomy_id for each in rows})
            transaction.write(
                *(Create(COLLECTION, str(each.id), each.to_fields()) for each in rows),
                *(each.write() for each in told),
            )

        self.documents.transact(body)
        self.sources.announce([each.message() for each in told])
        return ids

    def _events(self, rows: Sequence[Classification]) -> list[Event]:
        """Return what tells of new ones those who are in a group of them and of their taxonomy.

        Who is in one group of each sees the classification, too, but is not told: the feed asks
        for one group at a time.
        """
        trees = self.taxonomies.get_many({each.taxonomy_id for each in rows})
        return [
            Event.about_object(
                "ClassificationPosted",
                each.obj_id,
                set(each.group_ids) & set(trees[each.taxonomy_id].group_ids),
                each.author_id,
                each.created_at,
                classification_id=each.id,
            )
            for each in rows
        ]

    def _new(self, viewer: Viewer, given: NewClassification, now: datetime) -> Classification:
        user = viewer.user
        made = Classification(
            id=0,
            obj_id=given.obj_id,
            taxonomy_id=given.taxonomy_id,
            classification=self._class(viewer, given.taxonomy_id, given.classification),
            group_ids=own_groups(viewer, self.taxonomies.groups, given.group_ids),
            author_id=user.id,
            author_name=user.username,
            created_at=now,
            modified=now,
            probability=checked_probability(given.probability),
            ml=given.ml,
            origin=given.origin,
            version=given.version,
        )
        return made.voted(user.id, 1, now) if given.vote else made

    def _class(self, viewer: Viewer, taxonomy_id: int, name: str) -> str:
        try:
            taxonomy = self.taxonomies.get(viewer, taxonomy_id)
        except NotFound as unknown:
            raise Invalid(str(unknown)) from unknown
        if name not in taxonomy.classes:
            raise Invalid(f"{name[:50]!r} is not in taxonomy {taxonomy_id}, {taxonomy.name}")
        return name

    def change(self, viewer: Viewer, classification_id: int, now: datetime, **changed: Any) -> None:
        """Change fields of `NewClassification`, object and vote apart; the rest stays.

        Raises
        ------
        Unauthorized
            The viewer may not classify.
        NotFound
            There is none that the viewer sees.
        Forbidden
            The viewer neither wrote it nor decides for a group of it.
        Invalid
            As for a new one.
        """
        old = self._editable(viewer, classification_id)
        checked_probability(changed.get("probability"))
        if changed.keys() & {"classification", "taxonomy_id"}:
            taxonomy_id = changed.get("taxonomy_id", old.taxonomy_id)
            self._class(viewer, taxonomy_id, changed.get("classification", old.classification))
        if "group_ids" in changed:
            changed["group_ids"] = own_groups(viewer, self.taxonomies.groups, changed["group_ids"])
        user = viewer.user

        def body(transaction: Transaction) -> None:
            _must_stand(transaction, {changed.get("taxonomy_id", old.taxonomy_id)})
            new = _standing(transaction, old.id).edited(user.id, user.username, now, **changed)
            transaction.write(Put(COLLECTION, str(old.id), new.to_fields()))

        self.documents.transact(body)

    def vote(self, viewer: Viewer, classification_id: int, vote: int | None, now: datetime) -> None:
        """Vote 1 or -1 for a classification, in place of an earlier vote; None takes it back.

        Raises
        ------
        Unauthorized
            The viewer may not classify.
        NotFound
            There is none that the viewer sees.
        Invalid
            It is another number.
        """
        viewer.must(CLASSIFY)
        seen = self.get(viewer, classification_id)
        voter = viewer.user.id

        def body(transaction: Transaction) -> None:
            old = _standing(transaction, seen.id)
            new = old.unvoted(voter) if vote is None else old.voted(voter, vote, now)
            transaction.write(Put(COLLECTION, str(old.id), new.to_fields()))

        self.documents.transact(body)

    def delete(self, viewer: Viewer, classification_id: int) -> None:
        """Remove one; refused as a change is."""
        self._editable(viewer, classification_id)
        self.documents.commit([Delete(COLLECTION, str(classification_id))])

    def delete_of_object(self, viewer: Viewer, obj_id: str) -> None:
        """Remove those of an object's classifications that the viewer may."""
        viewer.must(CLASSIFY)
        seen = self.of_object(viewer, obj_id)
        gone = [
            Delete(COLLECTION, str(each.id)) for each in seen if edits_classification(viewer, each)
        ]
        for some in chunks(gone, WRITES_PER_COMMIT):
            self.documents.commit(some)

    def _editable(self, viewer: Viewer, classification_id: int) -> Classification:
        viewer.must(CLASSIFY)
        found = self.get(viewer, classification_id)
        if not edits_classification(viewer, found):
            raise Forbidden(
                f"classification {found.id}: only its author or an admin of its groups may"
            )
        return found

    def _of_groups(self, viewer: Viewer) -> list[Classification]:
        if viewer.is_admin:
            return self._query()
        found: dict[int, Classification] = {}
        for some in chunks(sorted(viewer.group_ids), VALUES_PER_IN):
            rows = self._query(Where("group_ids", "array_contains_any", list(some)))
            found |= {each.id: each for each in rows}
        return list(found.values())

    def _query(self, *where: Where) -> list[Classification]:
        rows = self.documents.query(Query(COLLECTION, where))
        found = [Classification.from_fields(row.data) for row in rows]
        return sorted(found, key=lambda each: each.id)

    def _visible(self, viewer: Viewer, found: Sequence[Classification]) -> list[Classification]:
        named = self.taxonomies.get_many({each.taxonomy_id for each in found})
        seen = [c for c in found if sees_classification(viewer, c, named.get(c.taxonomy_id))]
        objects = self._open(viewer, {each.obj_id for each in seen})
        return [each for each in seen if each.obj_id in objects]

    def _open(self, viewer: Viewer, obj_ids: set[str]) -> set[str]:
        """Return those of the objects that `Sources.get` would show, by their keys."""
        return set(ObjStore(self.documents).visible(viewer, obj_ids))


def _standing(transaction: Transaction, classification_id: int) -> Classification:
    row = transaction.get(COLLECTION, str(classification_id))
    if row is None:
        raise NotFound(f"no classification {classification_id}")
    return Classification.from_fields(row.data)


def _must_stand(transaction: Transaction, taxonomy_ids: set[int]) -> None:
    """Read the taxonomies with the write, so that none is deleted under it."""
    standing = transaction.get_many(TAXONOMIES, [str(each) for each in taxonomy_ids])
    for each in taxonomy_ids:
        if str(each) not in standing:
            raise Invalid(f"no taxonomy {each}")
