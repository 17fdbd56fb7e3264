"""Thumbnails: rows in the document store, pictures in the object store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.alerts.stamp_images import padded, stamp_png
from fritz.alerts.stamps import read_stamp
from fritz.errors import Invalid, NotFound, Poison
from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.thumbnail import Thumbnail, ThumbnailType, checked_png
from fritz.marshal.visibility import EVERYBODY, Viewer, sees_thumbnail
from fritz.ports import Create, Delete, DocumentStore, ObjectStore, Query, Update, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.numbering import Numbers
from fritz.services.objects import ObjStore

__all__ = ["COLLECTION", "NewThumbnail", "Thumbnails", "painted"]

COLLECTION: Final = "thumbnails"


@dataclass(frozen=True, slots=True)
class NewThumbnail:
    """A picture to keep."""

    obj_id: str
    type: ThumbnailType
    png: bytes
    survey: str | None = None
    origin: str | None = None
    principals: Sequence[str] = (EVERYBODY,)
    """Who may see the exposure that it was cut from."""


def painted(fits: bytes, kind: ThumbnailType) -> bytes:
    """Return a gzipped FITS stamp as a PNG image.

    Raises
    ------
    Invalid
        It is no stamp.
    """
    try:
        return stamp_png(padded(read_stamp(fits)), "linear" if kind == "sub" else "asinh")
    except Poison as e:
        raise Invalid(f"data: {e}") from e


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """All thumbnails, one document each; of each type an object shows the newest that one sees."""

    documents: DocumentStore
    files: ObjectStore
    objects: ObjStore

    def of_objects(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, list[Thumbnail]]:
        """Return the newest visible picture of each type, for objects known to be visible."""
        newest: dict[tuple[str, str], Thumbnail] = {}
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            query = Query(COLLECTION, (Where("obj_id", "in", list(some)),))
            rows = [Thumbnail.from_fields(row.data) for row in self.documents.query(query)]
            for each in sorted(rows, key=lambda row: (row.created_at, row.id)):
                if viewer.sees(each.principals):
                    newest[each.obj_id, each.type] = each
        found: dict[str, list[Thumbnail]] = {}
        for (obj_id, _), each in sorted(newest.items()):
            found.setdefault(obj_id, []).append(each)
        return found

    def get(self, viewer: Viewer, number: int) -> Thumbnail:
        """Return one; `NotFound` if there is none that the viewer sees."""
        row = self.documents.get(COLLECTION, str(number))
        found = Thumbnail.from_fields(row.data) if row else None
        if found is None or not self._sees(viewer, found):
            raise NotFound(f"no thumbnail {number}")
        return found

    def _sees(self, viewer: Viewer, found: Thumbnail) -> bool:
        obj = self.objects.get_many([found.obj_id]).get(found.obj_id)
        return obj is not None and sees_thumbnail(viewer, obj.principals, found.principals)

    def png(self, found: Thumbnail) -> bytes:
        """Return a picture's bytes."""
        return self.files.get(found.key)

    def create(self, viewer: Viewer, given: NewThumbnail, now: datetime) -> Thumbnail:
        """Keep a picture of an object; the same one again stands once.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such object for the viewer.
        Invalid
            It is no PNG image of 16 to 500 pixels on a side.
        """
        viewer.must(UPLOAD_DATA)
        self.objects.get(viewer, given.obj_id)
        digest = hashlib.sha256(checked_png(given.png)).hexdigest()
        key = f"thumbnails/{digest[:2]}/{digest}.png"
        if standing := self._standing(given, key):
            return standing
        number = Numbers.of(self.documents).next(COLLECTION)
        made = Thumbnail(
            number, given.obj_id, given.type, key, tuple(given.principals), viewer.user.id, now,
            now, given.origin, given.survey,
        )  # fmt: skip
        self.files.create(key, given.png)
        self.documents.commit([Create(COLLECTION, str(number), made.to_fields())])
        return made

    def _standing(self, given: NewThumbnail, key: str) -> Thumbnail | None:
        query = Query(COLLECTION, (Where("obj_id", "==", given.obj_id), Where("key", "==", key)))
        for row in self.documents.query(query):
            found = Thumbnail.from_fields(row.data)
            if (found.type, found.principals) == (given.type, tuple(given.principals)):
                return found
        return None

    def change(self, viewer: Viewer, number: int, now: datetime, **changed: Any) -> None:
        """Change what is said of a picture: `type`, `origin`, `is_grayscale`, `obj_id`.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        NotFound
            There is no such picture, or no such object, for the viewer.
        """
        viewer.must(MANAGE_SOURCES)
        found = self.get(viewer, number)
        if "obj_id" in changed:
            self.objects.get(viewer, changed["obj_id"])
        new = replace(found, modified=now, **changed)
        self.documents.commit([Update(COLLECTION, str(number), new.to_fields())])

    def delete(self, viewer: Viewer, number: int) -> None:
        """Remove a picture; refused as a change is. Its bytes stay: others may show the same."""
        viewer.must(MANAGE_SOURCES)
        self.documents.commit([Delete(COLLECTION, str(self.get(viewer, number).id))])
