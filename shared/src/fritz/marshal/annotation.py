"""An annotation: what somebody, or a program, says of an object under a name of its own."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.visibility import open_to

__all__ = ["ANNOTATE", "Annotation", "checked_data", "checked_origin"]

ANNOTATE: Final = "Annotate"
LONGEST_ORIGIN: Final = 200
LARGEST_DATA: Final = 200_000
"""Bytes, as JSON."""
DEEPEST: Final = 15


@dataclass(frozen=True, slots=True)
class Annotation:
    """A flat map of an object's properties; one per object and origin."""

    id: int
    obj_id: str
    origin: str
    """Who says so: a catalogue, a pipeline, a person."""
    data: Mapping[str, Any]
    group_ids: tuple[int, ...]
    """Whose members see it."""
    author_id: int
    author_name: str
    created_at: datetime
    modified: datetime
    bot: bool = field(default=False)
    """Whether it was posted by a token."""
    about: str = ""
    """What of the object it is about, as ``spectra/12``; empty for the object itself."""

    @property
    def subject(self) -> str:
        """What it is about, by the key that no other subject has."""
        return self.about or f"sources/{self.obj_id}"

    @property
    def key(self) -> str:
        """The document id: one per subject and origin."""
        return self.key_of(self.about or self.obj_id, self.origin)

    @staticmethod
    def key_of(subject: str, origin: str) -> str:
        """Return the document id of what an origin says of a subject; any text may be an origin."""
        named = subject.replace("/", "-")
        return f"{named}:{hashlib.sha256(origin.encode()).hexdigest()[:24]}"

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom it is open to, if the object is."""
        return open_to(self.group_ids)

    def to_fields(self) -> dict[str, Any]:
        """Return the annotation as a document's fields."""
        return {
            "id": self.id,
            "obj_id": self.obj_id,
            "origin": self.origin,
            "data": json.dumps(self.data, allow_nan=False),  # any key, lists within lists
            "about": self.about,
            "group_ids": list(self.group_ids),
            "author_id": self.author_id,
            "author_name": self.author_name,
            "created_at": self.created_at,
            "modified": self.modified,
            "bot": self.bot,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Annotation:
        """Return the annotation that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            obj_id=fields["obj_id"],
            origin=fields["origin"],
            data=json.loads(fields["data"]),
            about=fields.get("about", ""),
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            author_id=int(fields["author_id"]),
            author_name=fields["author_name"],
            created_at=fields["created_at"],
            modified=fields["modified"],
            bot=bool(fields.get("bot", False)),
        )


def checked_origin(origin: str) -> str:
    """Return an origin if it is a name; `Invalid` if not."""
    if not 0 < len(origin.strip()) <= LONGEST_ORIGIN:
        raise Invalid(f"origin: 1 to {LONGEST_ORIGIN} letters")
    return origin


def checked_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an annotation's values; NaN and infinity, which JSON does not know, become None.

    Raises
    ------
    Invalid
        There are none, or they are too deep or too large.

    Examples
    --------
    >>> checked_data({"age": 3.5, "peak": float("nan")})
    {'age': 3.5, 'peak': None}
    """
    if not data:
        raise Invalid("data: an annotation has at least one value")
    kept: dict[str, Any] = _finite(data, 0)
    if len(json.dumps(kept)) > LARGEST_DATA:
        raise Invalid(f"data: at most {LARGEST_DATA} bytes")
    return kept


def _finite(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise Invalid(f"data: at most {DEEPEST} levels")
    if isinstance(value, Mapping):
        return {str(key): _finite(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item, depth + 1) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
