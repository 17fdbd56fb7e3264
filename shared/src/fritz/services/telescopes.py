"""Telescopes in the document store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Conflict, NotFound
from fritz.marshal.telescope import MANAGE_TELESCOPES, Telescope, checked_telescope
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "Telescopes"]

COLLECTION: Final = "telescopes"


@dataclass(frozen=True, slots=True)
class Telescopes:
    """All telescopes, one document each; there are few, and everybody sees them."""

    documents: DocumentStore

    def all(self) -> list[Telescope]:
        """Return every telescope, by id."""
        rows = self.documents.query(Query(COLLECTION))
        return sorted((Telescope.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get_many(self, telescope_ids: Iterable[int]) -> dict[int, Telescope]:
        """Return those of the telescopes that exist, by id."""
        rows = self.documents.get_many(COLLECTION, {str(each) for each in telescope_ids})
        found = [Telescope.from_fields(row.data) for row in rows.values()]
        return {each.id: each for each in found}

    def get(self, telescope_id: int) -> Telescope:
        """Return one telescope; `NotFound` if there is none."""
        found = self.get_many([telescope_id]).get(telescope_id)
        if found is None:
            raise NotFound(f"no telescope {telescope_id}")
        return found

    def create(self, now: datetime, **given: Any) -> Telescope:
        """Write a new telescope.

        Raises
        ------
        Invalid
            It can be none.
        """
        number = Numbers.of(self.documents).next(COLLECTION)
        made = checked_telescope(Telescope(number, created_at=now, modified=now, **given))
        self.documents.commit([Create(COLLECTION, str(number), made.to_fields())])
        return made

    def change(self, viewer: Viewer, telescope_id: int, now: datetime, **given: Any) -> None:
        """Change what is known of a telescope.

        Raises
        ------
        Unauthorized
            The viewer does not manage telescopes.
        NotFound, Invalid
            There is none, or it could be none afterwards.
        """
        viewer.must(MANAGE_TELESCOPES)

        def body(transaction: Transaction) -> None:
            row = transaction.get(COLLECTION, str(telescope_id))
            if row is None:
                raise NotFound(f"no telescope {telescope_id}")
            new = replace(Telescope.from_fields(row.data), modified=now, **given)
            transaction.write(Put(COLLECTION, row.id, checked_telescope(new).to_fields()))

        self.documents.transact(body)

    def delete(self, viewer: Viewer, telescope_id: int) -> None:
        """Remove a telescope that has no instrument.

        Raises
        ------
        Unauthorized
            The viewer does not manage telescopes.
        NotFound
            There is none.
        Conflict
            It has instruments.
        """
        viewer.must(MANAGE_TELESCOPES)

        def body(transaction: Transaction) -> None:
            if transaction.get(COLLECTION, str(telescope_id)) is None:
                raise NotFound(f"no telescope {telescope_id}")
            used = Query("instruments", (Where("telescope_id", "==", telescope_id),), limit=1)
            if transaction.query(used):
                raise Conflict(f"telescope {telescope_id} has instruments")
            transaction.write(Delete(COLLECTION, str(telescope_id)))

        self.documents.transact(body)
