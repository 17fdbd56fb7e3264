"""Each person's own list of what concerns them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fritz.errors import NotFound
from fritz.marshal.notification import Notification, NotificationKind
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Delete, DocumentStore, Query, Update, Where
from fritz.services.candidates import WRITES_PER_COMMIT, chunks
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "Notifications"]

COLLECTION: Final = "notifications"


@dataclass(frozen=True, slots=True)
class Notifications:
    """All notifications, one document each; nobody but the person themselves sees one."""

    documents: DocumentStore

    def tell(
        self, user_ids: Iterable[int], kind: NotificationKind, text: str, url: str, now: datetime
    ) -> None:
        """Put a line on the lists of these people."""
        people = sorted(set(user_ids))
        if not people:
            return
        numbers = Numbers.of(self.documents).take(COLLECTION, len(people))
        lines = [
            Notification(number, user_id, text, kind, url, now)
            for number, user_id in zip(numbers, people, strict=True)
        ]
        for some in chunks(lines, WRITES_PER_COMMIT):
            self.documents.commit([Create(COLLECTION, str(n.id), n.to_fields()) for n in some])

    def of(self, viewer: Viewer) -> list[Notification]:
        """Return the viewer's own, newest first."""
        rows = self.documents.query(Query(COLLECTION, (Where("user_id", "==", viewer.user.id),)))
        found = [Notification.from_fields(row.data) for row in rows]
        return sorted(found, key=lambda each: each.id, reverse=True)

    def get(self, viewer: Viewer, number: int) -> Notification:
        """Return one of the viewer's own; `NotFound` if it is not."""
        row = self.documents.get(COLLECTION, str(number))
        found = Notification.from_fields(row.data) if row else None
        if found is None or found.user_id != viewer.user.id:
            raise NotFound(f"no notification {number}")
        return found

    def mark(self, viewer: Viewer, number: int, *, viewed: bool) -> Notification:
        """Say whether one of the viewer's own was looked at."""
        new = replace(self.get(viewer, number), viewed=viewed)
        self.documents.commit([Update(COLLECTION, str(number), {"viewed": viewed})])
        return new

    def mark_all(self, viewer: Viewer) -> None:
        """Say that all of the viewer's were looked at."""
        lines = [each for each in self.of(viewer) if not each.viewed]
        for some in chunks(lines, WRITES_PER_COMMIT):
            self.documents.commit([Update(COLLECTION, str(n.id), {"viewed": True}) for n in some])

    def delete(self, viewer: Viewer, number: int) -> None:
        """Remove one of the viewer's own."""
        self.documents.commit([Delete(COLLECTION, str(self.get(viewer, number).id))])

    def delete_all(self, viewer: Viewer) -> None:
        """Empty the viewer's list."""
        for some in chunks(self.of(viewer), WRITES_PER_COMMIT):
            self.documents.commit([Delete(COLLECTION, str(each.id)) for each in some])
