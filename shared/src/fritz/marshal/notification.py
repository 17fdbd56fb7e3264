"""A notification: a line for one person that something concerns them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

__all__ = ["Notification", "NotificationKind"]

NotificationKind = Literal["mention", "source", "group_admission_request", "facility_transactions"]


@dataclass(frozen=True, slots=True)
class Notification:
    """One line in a person's list."""

    id: int
    user_id: int
    text: str
    kind: NotificationKind
    url: str
    """Where it leads, within the marshal."""
    created_at: datetime
    viewed: bool = False

    def to_fields(self) -> dict[str, Any]:
        """Return the notification as a document's fields."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Notification:
        """Return the notification that `to_fields` wrote; unknown fields are ignored."""
        return cls(**{name: fields[name] for name in cls.__dataclass_fields__})
