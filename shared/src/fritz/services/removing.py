"""Removing an object for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fritz.errors import Invalid
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.visibility import Viewer
from fritz.ports import Delete, DocumentStore, Query, Where, Write
from fritz.services import objects
from fritz.services.candidates import WRITES_PER_COMMIT, chunks
from fritz.services.objects import ObjStore

__all__ = ["Removing"]

HOLDING: Final = ("annotations", "classifications", "comments", "photometry", "spectra")
"""What must be removed before, by those whose it is."""
FOLLOWING: Final = (
    "candidates", "scan_entries", "sources", "source_labels", "listings", "scan_report_items",
    "obj_tags",
)  # fmt: skip
"""What goes with the object."""


@dataclass(frozen=True, slots=True)
class Removing:
    """Removes objects; only administrators may, since others' groups have rows of them."""

    documents: DocumentStore

    def remove(self, viewer: Viewer, obj_id: str) -> None:
        """Remove an object with its candidates, saves, labels and listings.

        Raises
        ------
        Unauthorized
            The viewer is no system administrator.
        NotFound
            There is no such object.
        Invalid
            Somebody's data still hang on it; the message says which.
        """
        viewer.must(SYSTEM_ADMIN)
        ObjStore(self.documents).get(viewer, obj_id)
        held = [name for name in HOLDING if self._rows(name, obj_id, 1)]
        if held:
            raise Invalid(f"{obj_id} still has {', '.join(held)}: remove them first")
        gone: list[Write] = [
            Delete(name, row) for name in FOLLOWING for row in self._rows(name, obj_id, None)
        ]
        for some in chunks(gone, WRITES_PER_COMMIT):
            self.documents.commit(some)
        self.documents.commit([Delete(objects.COLLECTION, obj_id)])

    def _rows(self, collection: str, obj_id: str, most: int | None) -> list[str]:
        query = Query(collection, (Where("obj_id", "==", obj_id),), limit=most)
        return [row.id for row in self.documents.query(query)]
