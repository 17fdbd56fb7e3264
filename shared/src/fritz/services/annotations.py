"""Annotations in the document store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fritz.marshal.annotation import Annotation
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Where, Write
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
        found = self._open(viewer, "obj_id", obj_ids)
        return _grouped((each for each in found if not each.about), lambda each: each.obj_id)

    def about(self, viewer: Viewer, subjects: Iterable[str]) -> dict[str, list[Annotation]]:
        """Return the visible annotations of spectra or points, by their keys, and each by origin.

        Whether the spectra and points are visible, too, is the caller's to ask.
        """
        return _grouped(self._open(viewer, "about", subjects), lambda each: each.about)

    def of_points(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, list[Annotation]]:
        """Return the visible annotations of objects' points, as `about` does; one read an object.

        There may be thousands of points, and few that anybody annotated.
        """
        found = self._open(viewer, "obj_id", obj_ids)
        points = (each for each in found if each.about.startswith("photometry/"))
        return _grouped(points, lambda each: each.about)

    def _open(self, viewer: Viewer, field: str, values: Iterable[str]) -> Iterator[Annotation]:
        for some in chunks(sorted(set(values)), VALUES_PER_IN):
            for row in self.documents.query(Query(COLLECTION, (Where(field, "in", list(some)),))):
                each = Annotation.from_fields(row.data)
                if viewer.sees(each.principals):
                    yield each

    def get(self, obj_id: str, origin: str) -> Annotation | None:
        """Return what an origin says of an object, or None."""
        row = self.documents.get(COLLECTION, Annotation.key_of(obj_id, origin))
        return Annotation.from_fields(row.data) if row else None

    def by_id(self, annotation_id: int) -> Annotation | None:
        """Return the annotation of that id, or None."""
        query = Query(COLLECTION, (Where("id", "==", annotation_id),), limit=1)
        rows = self.documents.query(query)
        return Annotation.from_fields(rows[0].data) if rows else None

    def add(self, annotation: Annotation, *with_it: Write) -> None:
        """Keep a new annotation; `Conflict` if the origin has said something of the object."""
        new = Create(COLLECTION, annotation.key, annotation.to_fields())
        self.documents.commit([new, *with_it])

    def replace(self, annotation: Annotation, *with_it: Write) -> None:
        """Keep an annotation in place of what its origin said before."""
        changed = Put(COLLECTION, annotation.key, annotation.to_fields())
        self.documents.commit([changed, *with_it])

    def delete(self, annotation: Annotation, *with_it: Write) -> None:
        """Remove an annotation."""
        self.documents.commit([Delete(COLLECTION, annotation.key), *with_it])


def _grouped(
    found: Iterable[Annotation], key: Callable[[Annotation], str]
) -> dict[str, list[Annotation]]:
    grouped: dict[str, list[Annotation]] = {}
    for each in sorted(found, key=lambda one: (one.origin, one.id)):
        grouped.setdefault(key(each), []).append(each)
    return grouped
