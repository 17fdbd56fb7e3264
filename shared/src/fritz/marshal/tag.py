"""Tags: short words that groups put on objects, from a list that everybody shares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fritz.errors import Invalid

__all__ = ["ObjTag", "TagOption", "checked_color", "checked_tag_name"]

_NAME = re.compile(r"[A-Za-z0-9]{1,50}\Z")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}\Z")


@dataclass(frozen=True, slots=True)
class TagOption:
    """A tag that can be put on objects."""

    id: int
    name: str
    color: str | None
    """As ``#3a87ad``; None where it has none of its own."""
    created_at: datetime
    modified: datetime

    def to_fields(self) -> dict[str, Any]:
        """Return the tag as a document's fields."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**fields, "key": self.name.lower()}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> TagOption:
        """Return the tag that `to_fields` wrote; unknown fields are ignored."""
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class ObjTag:
    """That an object has a tag, and for whom."""

    id: int
    obj_id: str
    option_id: int
    group_ids: tuple[int, ...]
    """Whose members see it."""
    author_id: int
    created_at: datetime
    modified: datetime

    def to_fields(self) -> dict[str, Any]:
        """Return it as a document's fields."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**fields, "group_ids": list(self.group_ids)}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ObjTag:
        """Return what `to_fields` wrote; unknown fields are ignored."""
        known = {name: fields[name] for name in cls.__dataclass_fields__}
        return cls(**{**known, "group_ids": tuple(fields["group_ids"])})


def checked_tag_name(name: str) -> str:
    """Return the name of a tag if it can be one: 1 to 50 letters and digits.

    Examples
    --------
    >>> checked_tag_name("Nuclear")
    'Nuclear'
    """
    if not _NAME.match(name):
        raise Invalid(f"name {name[:60]!r}: a tag has 1 to 50 letters and digits")
    return name


def checked_color(color: str | None) -> str | None:
    """Return a colour if it is one, as ``#3a87ad``; None where none was given.

    Examples
    --------
    >>> checked_color("#3a87ad")
    '#3a87ad'
    """
    if color is not None and not _COLOR.match(color):
        raise Invalid(f"color {color[:20]!r}: six hexadecimal digits behind a #")
    return color
