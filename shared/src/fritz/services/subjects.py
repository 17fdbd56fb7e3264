"""Finds what a comment or an annotation is about, as far as the viewer sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fritz.errors import NotFound
from fritz.marshal.subject import Subject, SubjectKind
from fritz.marshal.visibility import Viewer
from fritz.services.objects import ObjStore

__all__ = ["Owner", "Subjects"]

LONGEST_ID: Final = 16
"""Digits; ids stay below 2^53."""

Owner = Callable[[Viewer, int], str]
"""Returns the object of a numbered row; `NotFound` if there is none that the viewer sees."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """Objects, and the rows of theirs that one may speak about."""

    objects: ObjStore
    owners: Mapping[SubjectKind, Owner]

    def get(self, viewer: Viewer, kind: SubjectKind, row_id: str) -> Subject:
        """Return a subject that the viewer sees.

        Raises
        ------
        NotFound
            There is none: no such object or row, or nothing of it is open to the viewer.
        """
        if kind == "sources":
            self.objects.get(viewer, row_id)
            return Subject(kind, row_id, row_id)
        if kind not in self.owners or not row_id.isdecimal() or len(row_id) > LONGEST_ID:
            raise NotFound(f"no {kind} {row_id[:50]}")
        number = int(row_id)  # 007 is 7: a subject has one name
        return Subject(kind, str(number), self.owners[kind](viewer, number))

    def visible(self, viewer: Viewer, subjects: Iterable[Subject]) -> set[str]:
        """Return the keys of those of the subjects that the viewer sees, objects read at once."""
        wanted = {each.key: each for each in subjects}
        objects = {each.obj_id for each in wanted.values() if each.kind == "sources"}
        seen = self.objects.visible(viewer, sorted(objects))
        return {
            key
            for key, each in wanted.items()
            if (each.obj_id in seen if each.kind == "sources" else self._sees_row(viewer, each))
        }

    def _sees_row(self, viewer: Viewer, subject: Subject) -> bool:
        try:
            self.get(viewer, subject.kind, subject.id)
        except NotFound:
            return False
        return True
