"""A stream: the data right that a survey's owners grant to people and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Stream"]


@dataclass(frozen=True, slots=True)
class Stream:
    """Access to the alerts of some programs of one survey."""

    id: int
    name: str
    survey: str
    programids: tuple[int, ...]
    """The programs whose exposures a holder may see."""
    auto_join: bool = False
    """Whether anybody may take it for themselves."""

    def to_fields(self) -> dict[str, Any]:
        """Return the stream as a document's fields."""
        return {
            "id": self.id,
            "name": self.name,
            "survey": self.survey,
            "programids": list(self.programids),
            "auto_join": self.auto_join,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Stream:
        """Return the stream that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            name=fields["name"],
            survey=fields["survey"],
            programids=tuple(int(each) for each in fields["programids"]),
            auto_join=bool(fields.get("auto_join", False)),
        )
