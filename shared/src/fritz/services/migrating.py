"""Migration: tables and documents as this release writes them, a small part at a time.

Each part is done whole or not at all, and what is done is known by what stands: a table's columns,
a document's version. So a migration that was cut off goes on when it is started again, and may run
while the platform does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from fritz.archive.evolution import Evolution, TableSchemas, evolution
from fritz.archive.schema import Table
from fritz.errors import Conflict, Invalid
from fritz.marshal.versions import STEPS, Step, current, upgraded
from fritz.ports import Document, DocumentStore, Put, Query, Transaction

__all__ = ["COLLECTION", "Migration", "Progress"]

COLLECTION = "migrations"
PAGE = 200
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Progress:
    """One part that is done."""

    subject: str
    """The table, or the collection."""
    done: str


class Migration:
    """Brings a platform's stores to this release."""

    def __init__(
        self,
        *,
        documents: DocumentStore,
        schemas: TableSchemas,
        tables: Mapping[str, Table],
        now: Callable[[], datetime],
        steps: Sequence[Step] = STEPS,
    ) -> None:
        self._documents = documents
        self._schemas = schemas
        self._tables = tables
        self._now = now
        self._steps = steps

    def plan(self) -> list[Evolution]:
        """Return what tables lack, or have too much; nothing is changed."""
        found = [evolution(each, self._schemas.found(each)) for each in self._tables.values()]
        return [each for each in found if each.is_needed or each.refused or each.left]

    def pending(self, *, again: bool = False) -> list[Step]:
        """Return the steps that some document may not have made yet."""
        return [each for each in self._steps if again or not self._is_done(each)]

    def run(self, *, again: bool = False) -> Iterator[Progress]:
        """Migrate, yielding after each part; start it anew to go on.

        Parameters
        ----------
        again
            Whether to look at every document once more: the release before may have written some
            since the last time.

        Raises
        ------
        Invalid
            A table would have to change in a way that none can; nothing was done.
        """
        plan = self.plan()
        if refused := [f"{each.table}.{why}" for each in plan for why in each.refused]:
            raise Invalid("; ".join(refused))
        for each in plan:
            if each.is_needed:
                for done in self._schemas.extend(self._tables[each.table]):
                    yield Progress(each.table, done)
        for collection in dict.fromkeys(each.collection for each in self.pending(again=again)):
            yield from self._collection(collection)

    def _is_done(self, step: Step) -> bool:
        row = self._documents.get(COLLECTION, step.collection)
        return row is not None and row.data["done"] >= step.version

    def _collection(self, collection: str) -> Iterator[Progress]:
        """Upgrade a collection in the order of its ids, from where it was left."""
        wanted = current(collection, self._steps)
        row = self._documents.get(COLLECTION, collection)
        known = row.data if row else {"done": 1}
        after = known.get("after") if known.get("towards") == wanted else None
        while page := self._documents.query(
            Query(collection, limit=PAGE, start_after=None if after is None else (after,))
        ):
            changed = self._upgrade(page)
            after = page[-1].id
            self._note(collection, {"done": known["done"], "towards": wanted, "after": after})
            yield Progress(collection, f"{changed} of {len(page)} documents, up to {after}")
        self._note(collection, {"done": wanted})
        log.info("collection migrated", collection=collection, version=wanted)

    def _upgrade(self, page: Sequence[Document]) -> int:
        old = [
            Put(each.collection, each.id, fields, if_version=each.version)
            for each in page
            if (fields := upgraded(each.collection, each.data, self._steps)) is not None
        ]
        try:
            self._documents.commit(old)
        except Conflict:  # somebody wrote one of them meanwhile: each by itself
            for each in old:
                self._documents.transact(
                    lambda transaction, each=each: self._one(transaction, each)  # type: ignore[misc]
                )
        return len(old)

    def _one(self, transaction: Transaction, put: Put) -> None:
        row = transaction.get(put.collection, put.id)
        fields = upgraded(put.collection, row.data, self._steps) if row else None
        if fields is not None:
            transaction.write(Put(put.collection, put.id, fields))

    def _note(self, collection: str, fields: dict[str, Any]) -> None:
        self._documents.commit([Put(COLLECTION, collection, {**fields, "at": self._now()})])
