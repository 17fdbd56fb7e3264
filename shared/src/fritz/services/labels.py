"""Labels on sources, "I looked at it", in the document store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fritz.errors import Invalid
from fritz.marshal.source_label import SourceLabel
from fritz.marshal.visibility import Viewer, sees_group
from fritz.ports import Delete, DocumentStore, Put, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.objects import ObjStore

__all__ = ["COLLECTION", "LabelStore", "Labels"]

COLLECTION = "source_labels"


@dataclass(frozen=True, slots=True)
class LabelStore:
    """All labels, one document per person, group and object."""

    documents: DocumentStore

    def of_objects(self, obj_ids: Iterable[str]) -> dict[str, list[SourceLabel]]:
        """Return the labels of each object, oldest first."""
        found: dict[str, list[SourceLabel]] = {}
        for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
            query = Query(COLLECTION, (Where("obj_id", "in", list(some)),))
            for row in self.documents.query(query):
                label = SourceLabel.from_fields(row.data)
                found.setdefault(label.obj_id, []).append(label)
        for labels in found.values():
            labels.sort(key=lambda each: (each.created_at, each.id))
        return found


@dataclass(frozen=True, slots=True)
class Labels:
    """Labelling for the groups that one belongs to."""

    store: LabelStore
    objects: ObjStore
    now: Callable[[], datetime]

    def visible(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, list[SourceLabel]]:
        """Return the labels of each object for the viewer's groups."""
        return {
            name: [each for each in labels if sees_group(viewer, each.group_id)]
            for name, labels in self.store.of_objects(obj_ids).items()
        }

    def label(self, viewer: Viewer, obj_id: str, group_ids: Sequence[int]) -> None:
        """Say that the viewer has looked at an object; saying so again changes nothing.

        Raises
        ------
        NotFound
            The viewer sees no such object.
        Invalid
            A group is not the viewer's.
        """
        new = self._labels(viewer, obj_id, group_ids)
        standing = self.store.documents.get_many(COLLECTION, [each.id for each in new])
        lacking = [each for each in new if each.id not in standing]
        self.store.documents.commit([Put(COLLECTION, e.id, e.to_fields()) for e in lacking])

    def unlabel(self, viewer: Viewer, obj_id: str, group_ids: Sequence[int]) -> None:
        """Take the viewer's labels back; refused as above."""
        gone = self._labels(viewer, obj_id, group_ids)
        self.store.documents.commit([Delete(COLLECTION, each.id) for each in gone])

    def _labels(self, viewer: Viewer, obj_id: str, group_ids: Sequence[int]) -> list[SourceLabel]:
        self.objects.get(viewer, obj_id)
        if foreign := [each for each in group_ids if not sees_group(viewer, each)]:
            raise Invalid(f"not a member of group {foreign[0]}")
        now = self.now()
        return [SourceLabel(obj_id, each, viewer.user.id, now) for each in sorted(set(group_ids))]
