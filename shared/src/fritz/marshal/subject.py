"""What a comment or an annotation is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Subject", "SubjectKind"]

SubjectKind = Literal["sources", "spectra", "photometry"]
"""As the API's paths name them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An object, or one of its spectra or points of photometry."""

    kind: SubjectKind
    id: str
    """The object's name, or the number of the spectrum or point."""
    obj_id: str

    @property
    def key(self) -> str:
        """What no other subject has."""
        return f"{self.kind}/{self.id}"

    def to_fields(self) -> dict[str, Any]:
        """Return the fields by which a document says what it is about."""
        return {
            "subject": self.key,
            "subject_kind": self.kind,
            "subject_id": self.id,
            "obj_id": self.obj_id,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Subject:
        """Return the subject that `to_fields` wrote."""
        return cls(fields["subject_kind"], fields["subject_id"], fields["obj_id"])
