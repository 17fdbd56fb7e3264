"""Annotations in the document store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fritz.marshal.annotation import Annotation
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks

__all__ = ["COLLECTION", "AnnotationStore"]

COLLECTION = "annotations"


@dataclass(frozen=True, slots=True)
class AnnotationStore:
    """What was posted of objects, one document per object and origin."""

    documents: DocumentStore

    def of_objects(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, list[Annotation]]:
        """Return the annotations of each object that are open to the viewer, by origin.

        Whether the objects are, too, is the caller's to ask.
        """
        found: dict[str, list[Annotation]] = {}
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            query = Query(COLLECTION, (Where("obj_id", "in", list(some)),))
            for row in self.documents.query(query):
                each = Annotation.from_fields(row.data)
                if not each.about and viewer.sees(each.principals):
                    found.setdefault(each.obj_id, []).append(each)
        for said in found.values():
            said.sort(key=lambda each: (each.origin, each.id))
        return found

    def about(self, viewer: Viewer, subject: str) -> list[Annotation]:
        """Return the visible annotations of a spectrum or point, by origin."""
        rows = self.documents.query(Query(COLLECTION, (Where("about", "==", subject),)))
        found = [Annotation.from_fields(row.data) for row in rows]
        seen = [each for each in found if viewer.sees(each.principals)]
        return sorted(seen, key=lambda each: (each.origin, each.id))

    def get(self, obj_id: str, origin: str) -> Annotation | None:
        """Return what an origin says of an object, or None."""
        row = self.documents.get(COLLECTION, Annotation.key_of(obj_id, origin))
        return Annotation.from_fields(row.data) if row else None

    def by_id(self, annotation_id: int) -> Annotation | None:
        """Return the annotation of that id, or None."""
        query = Query(COLLECTION, (Where("id", "==", annotation_id),), limit=1)
        rows = self.documents.query(query)
        return Annotation.from_fields(rows[0].data) if rows else None

    def add(self, annotation: Annotation) -> None:
        """Keep a new annotation; `Conflict` if the origin has said something of the object."""
        self.documents.commit([Create(COLLECTION, annotation.key, annotation.to_fields())])

    def replace(self, annotation: Annotation) -> None:
        """Keep an annotation in place of what its origin said before."""
        self.documents.commit([Put(COLLECTION, annotation.key, annotation.to_fields())])

    def delete(self, annotation: Annotation) -> None:
        """Remove an annotation."""
        self.documents.commit([Delete(COLLECTION, annotation.key)])
