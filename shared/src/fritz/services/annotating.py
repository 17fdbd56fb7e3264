"""Annotations as people and scripts post, read and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fritz.errors import Conflict, Forbidden, Invalid, NotFound
from fritz.marshal.annotation import ANNOTATE, Annotation, checked_data, checked_origin
from fritz.marshal.subject import Subject, SubjectKind
from fritz.marshal.visibility import Viewer, edits_own
from fritz.services.annotations import COLLECTION, AnnotationStore
from fritz.services.events import Event, Events
from fritz.services.groups import GroupStore
from fritz.services.numbering import Numbers
from fritz.services.subjects import Subjects
from fritz.services.taxonomies import own_groups

__all__ = ["Annotating"]


@dataclass(frozen=True, slots=True)
class Annotating:
    """Annotations of objects, spectra and points of photometry."""

    store: AnnotationStore
    subjects: Subjects
    groups: GroupStore
    events: Events

    def of_subject(self, viewer: Viewer, kind: SubjectKind, row_id: str) -> list[Annotation]:
        """Return the visible annotations of a subject; `NotFound` if the viewer sees none such."""
        subject = self.subjects.get(viewer, kind, row_id)
        if kind == "sources":
            return self.store.of_objects(viewer, [row_id]).get(row_id, [])
        return self.store.about(viewer, [subject.key]).get(subject.key, [])

    def get(self, viewer: Viewer, kind: SubjectKind, row_id: str, number: int) -> Annotation:
        """Return one annotation.

        Raises
        ------
        NotFound
            There is no such subject for the viewer, or it has no such annotation.
        Forbidden
            It is of groups that the viewer is not in.
        """
        subject = self.subjects.get(viewer, kind, row_id)
        found = self.store.by_id(number)
        if found is None or found.subject != subject.key:
            raise NotFound(f"no annotation {number}")
        if not viewer.sees(found.principals):
            raise Forbidden(f"annotation {number} is not accessible")
        return found

    def create(
        self,
        viewer: Viewer,
        kind: SubjectKind,
        row_id: str,
        origin: str,
        data: Mapping[str, Any],
        group_ids: Sequence[int] | None,
        now: datetime,
    ) -> Annotation:
        """Annotate a subject and return the annotation.

        Parameters
        ----------
        group_ids : who sees it; None for all of the viewer's groups.

        Raises
        ------
        Unauthorized
            The viewer may not annotate.
        NotFound
            There is no such subject for the viewer.
        Invalid
            The origin has annotated it already, or the values are none.
        """
        viewer.must(ANNOTATE)
        subject = self.subjects.get(viewer, kind, row_id)
        wanted = sorted(viewer.default_group_ids) if group_ids is None else group_ids
        made = Annotation(
            id=Numbers.of(self.store.documents).next(COLLECTION),
            obj_id=subject.obj_id,
            origin=checked_origin(origin),
            data=checked_data(data),
            group_ids=own_groups(viewer, self.groups, wanted),
            author_id=viewer.user.id,
            author_name=viewer.user.username,
            created_at=now,
            modified=now,
            bot=viewer.by_token,
            about=_about(subject),
        )
        event = _event("AnnotationPosted", made, viewer, now)
        try:
            self.store.add(made, event.write())
        except Conflict as taken:
            raise Invalid(
                f"duplicate key: an annotation of {row_id} by {origin!r} already exists: change it"
            ) from taken
        self.events.announce([event])
        return made

    def change(
        self,
        viewer: Viewer,
        found: Annotation,
        now: datetime,
        *,
        data: Mapping[str, Any] | None = None,
        group_ids: Sequence[int] | None = None,
    ) -> None:
        """Change an annotation; what is None stays.

        Raises
        ------
        Unauthorized
            The viewer may not annotate.
        Forbidden
            Somebody else wrote it.
        Invalid
            As for a new one.
        """
        self._must_edit(viewer, found)
        groups = found.group_ids
        if group_ids is not None:
            groups = own_groups(viewer, self.groups, group_ids)
        values = found.data if data is None else checked_data(data)
        new = replace(found, data=values, group_ids=groups, modified=now)
        event = _event("AnnotationChanged", new, viewer, now)
        self.store.replace(new, event.write())
        self.events.announce([event])

    def delete(self, viewer: Viewer, found: Annotation, now: datetime) -> None:
        """Remove an annotation; refused as a change is."""
        self._must_edit(viewer, found)
        event = _event("AnnotationDeleted", found, viewer, now)
        self.store.delete(found, event.write())
        self.events.announce([event])

    def _must_edit(self, viewer: Viewer, found: Annotation) -> None:
        viewer.must(ANNOTATE)
        if not edits_own(viewer, found.author_id):
            raise Forbidden(f"annotation {found.id}: only its author may")


def _event(kind: str, of: Annotation, viewer: Viewer, now: datetime) -> Event:
    return Event.about_object(
        kind, of.obj_id, of.group_ids, viewer.user.id, now, annotation_id=of.id
    )


def _about(subject: Subject) -> str:
    return "" if subject.kind == "sources" else subject.key
