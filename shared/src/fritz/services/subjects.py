"""Finds what a comment or an annotation is about, as far as the viewer sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
