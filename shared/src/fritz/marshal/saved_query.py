"""A query that somebody keeps to ask it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

__all__ = ["QueryLanguage", "SavedQuery"]

QueryLanguage = Literal["sql", "kowalski"]


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """What is asked, by whom, and which groups may ask it, too; each within their own rights."""

    id: int
    owner_id: int
    name: str
    language: QueryLanguage
    text: str
    """SQL, or the JSON body of a query."""
    group_ids: tuple[int, ...]
    created_at: datetime
    modified: datetime

    def to_fields(self) -> dict[str, Any]:
        """Return the query as a document's fields."""
        return {
            "id": self.id,
            "owner_id": self.owner_id,
            "name": self.name,
            "language": self.language,
            "text": self.text,
            "group_ids": list(self.group_ids),
            "created_at": self.created_at,
            "modified": self.modified,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> SavedQuery:
        """Return the query that `to_fields` wrote."""
        return cls(
            id=int(fields["id"]),
            owner_id=int(fields["owner_id"]),
            name=fields["name"],
            language=fields["language"],
            text=fields["text"],
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            created_at=fields["created_at"],
            modified=fields["modified"],
        )
