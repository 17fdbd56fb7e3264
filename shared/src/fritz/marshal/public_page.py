"""A public page: what somebody showed the world of a source, frozen as it was at that moment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import orjson

from fritz.errors import Invalid

__all__ = ["PARTS", "Choice", "Part", "PublicPage", "Release", "checked_link_name", "digest"]

Part: TypeAlias = Literal["photometry", "spectroscopy", "classifications", "summary"]
PARTS: Final[tuple[Part, ...]] = ("photometry", "spectroscopy", "classifications", "summary")

HASH_LENGTH: Final = 32
LONGEST: Final = 200
_LINK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be shown, and of whose rows."""

    parts: frozenset[Part] = frozenset()
    group_ids: tuple[int, ...] = ()
    stream_ids: tuple[int, ...] = ()
    """Rows of these groups and streams; without any, what is public."""


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One version of a source's page; its data stand in the object store."""

    id: int
    obj_id: str
    hash: str
    """Of all that it shows."""
    created_at: datetime
    by: int
    """The user who published it."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """Of each part, ``public``, ``private`` or ``no data``."""
    release_id: int | None = None
    has_stamps: bool = False

    @property
    def data_key(self) -> str:
        """Where its data stand."""
        return f"public_pages/{self.hash}.json"

    @property
    def stamps_key(self) -> str:
        """Where its stamps stand, if it has any."""
        return f"public_pages/{self.hash}.png"

    def to_fields(self) -> dict[str, Any]:
        """Return the page as a document's fields."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {"shown": dict(self.shown)}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> PublicPage:
        """Return the page that `to_fields` wrote; unknown fields are ignored."""
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__ if name in fields})


@dataclass(frozen=True, slots=True)
class Release:
    """Public pages under one name, such as those of a paper."""

    id: int
    name: str
    link_name: str
    """In its address."""
    group_ids: tuple[int, ...]
    """Whose members change it."""
    created_at: datetime
    modified: datetime
    description: str = ""
    is_visible: bool = True

    def to_fields(self) -> dict[str, Any]:
        """Return the release as a document's fields."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {"group_ids": list(self.group_ids)}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Release:
        """Return the release that `to_fields` wrote; unknown fields are ignored."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        return cls(**(known | {"group_ids": tuple(fields["group_ids"])}))


def digest(data: Mapping[str, Any]) -> str:
    """Return the hash that a page with these data goes by.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    written = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(written).hexdigest()[:HASH_LENGTH]


def checked_link_name(name: str) -> str:
    """Return a release's name in its address if it can be one.

    Raises
    ------
    Invalid
        It has other characters than letters, digits, ``-`` and ``_``, or none.

    Examples
    --------
    >>> checked_link_name("dr1-sne")
    'dr1-sne'
    """
    if not _LINK_NAME.match(name):
        raise Invalid(f"link_name {name[:50]!r}: letters, digits, - and _, at most 100")
    return name
