"""Queries that people keep, alone or with their groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.saved_query import QueryLanguage, SavedQuery
from fritz.marshal.visibility import Viewer, edits_query, sees_group, sees_query
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Where
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "SavedQueries"]

COLLECTION: Final = "saved_queries"
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 100_000


@dataclass(frozen=True, slots=True)
class SavedQueries:
    """All saved queries, one document each."""

    documents: DocumentStore

    def visible(self, viewer: Viewer) -> list[SavedQuery]:
        """Return the viewer's own queries and those of their groups, by id."""
        own = Query(COLLECTION, (Where("owner_id", "==", viewer.user.id),))
        rows = {row.id: row for row in self.documents.query(own)}
        for group_id in viewer.group_ids:
            shared = Query(COLLECTION, (Where("group_ids", "array_contains", group_id),))
            rows |= {row.id: row for row in self.documents.query(shared)}
        found = (SavedQuery.from_fields(row.data) for row in rows.values())
        return sorted((each for each in found if sees_query(viewer, each)), key=lambda q: q.id)

    def get(self, viewer: Viewer, query_id: int) -> SavedQuery:
        """Return one query; `NotFound` if there is none that the viewer sees."""
        row = self.documents.get(COLLECTION, str(query_id))
        found = None if row is None else SavedQuery.from_fields(row.data)
        if found is None or not sees_query(viewer, found):
            raise NotFound(f"no saved query {query_id}")
        return found

    def save(
        self,
        viewer: Viewer,
        name: str,
        language: QueryLanguage,
        text: str,
        group_ids: Collection[int],
        now: datetime,
    ) -> SavedQuery:
        """Keep a query and return it.

        Raises
        ------
        Invalid
            The name or the text is empty or too long, or a group is not the viewer's.
        """
        _check(viewer, name, text, group_ids)
        number = Numbers.of(self.documents).next(COLLECTION)
        made = SavedQuery(
            number, viewer.user.id, name, language, text, tuple(sorted(set(group_ids))), now, now
        )
        self.documents.commit([Create(COLLECTION, str(number), made.to_fields())])
        return made

    def change(
        self,
        viewer: Viewer,
        query_id: int,
        now: datetime,
        *,
        name: str | None = None,
        text: str | None = None,
        group_ids: Collection[int] | None = None,
    ) -> SavedQuery:
        """Change a query of the viewer's own and return it; None leaves a part as it is.

        Raises
        ------
        NotFound
            There is none that the viewer sees.
        Forbidden
            It is somebody else's.
        Invalid
            As `save`.
        """
        old = self._own(viewer, query_id)
        groups = old.group_ids if group_ids is None else tuple(sorted(set(group_ids)))
        made = replace(
            old, name=name or old.name, text=text or old.text, group_ids=groups, modified=now
        )
        _check(viewer, made.name, made.text, made.group_ids)
        self.documents.commit([Put(COLLECTION, str(query_id), made.to_fields())])
        return made

    def delete(self, viewer: Viewer, query_id: int) -> None:
        """Forget a query of the viewer's own; errors as `change`."""
        self._own(viewer, query_id)
        self.documents.commit([Delete(COLLECTION, str(query_id))])

    def _own(self, viewer: Viewer, query_id: int) -> SavedQuery:
        found = self.get(viewer, query_id)
        if not edits_query(viewer, found):
            raise Forbidden(f"saved query {query_id} is somebody else's")
        return found


def _check(viewer: Viewer, name: str, text: str, group_ids: Collection[int]) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid(f"a name has 1 to {LONGEST_NAME} characters")
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise Invalid(f"a query has 1 to {LONGEST_TEXT} characters")
    for group_id in group_ids:
        if not sees_group(viewer, group_id):
            raise Invalid(f"no group {group_id}")
