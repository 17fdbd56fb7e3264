"""A report of a scan: which candidates some groups saved in a time, and what was said of each.

It remembers what was saved to whom, not what is known of the objects: that is read when somebody
reads the report, as far as it is open to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid

__all__ = ["MOST_ITEMS", "Save", "ScanReport", "ScanReportItem", "Span", "checked_remark"]

MOST_ITEMS: Final = 400
"""Objects of one report, which is written whole or not at all."""
LONGEST_REMARK: Final = 2000


@dataclass(frozen=True, slots=True)
class Span:
    """A time between two moments, both included."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Invalid(f"a range ends at {self.end.isoformat()}, before it begins")

    def holds(self, at: datetime) -> bool:
        """Return whether a moment lies within."""
        return self.start <= at <= self.end


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Whose report it is, and what it was made of."""

    id: int
    author_id: int
    group_ids: tuple[int, ...]
    """Whose saves it lists; their members see it."""
    passed: Span
    """When filters of these groups passed the candidates."""
    saved: Span
    """When the candidates were saved."""
    created_at: datetime

    @property
    def options(self) -> dict[str, dict[str, str]]:
        """What it was made of, by SkyPortal's names."""
        return {
            "passed_filters_range": {
                "start_date": self.passed.start.isoformat(),
                "end_date": self.passed.end.isoformat(),
            },
            "saved_candidates_range": {
                "start_saved_date": self.saved.start.isoformat(),
                "end_saved_date": self.saved.end.isoformat(),
            },
        }

    @property
    def question(self) -> str:
        """The groups and times as a text: two reports of the same question would be one."""
        times = (self.passed.start, self.passed.end, self.saved.start, self.saved.end)
        groups = ",".join(map(str, self.group_ids))
        return " ".join((groups, *(each.isoformat() for each in times)))

    def to_fields(self) -> dict[str, Any]:
        """Return the report as a document's fields."""
        return {
            "id": self.id,
            "author_id": self.author_id,
            "group_ids": list(self.group_ids),
            "passed": [self.passed.start, self.passed.end],
            "saved": [self.saved.start, self.saved.end],
            "created_at": self.created_at,
            "question": self.question,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ScanReport:
        """Return the report that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            author_id=int(fields["author_id"]),
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            passed=Span(*fields["passed"]),
            saved=Span(*fields["saved"]),
            created_at=fields["created_at"],
        )


@dataclass(frozen=True, slots=True)
class Save:
    """That a group saved an object."""

    group_id: int
    saved_at: datetime
    saved_by: int
    """Id of the user."""


@dataclass(frozen=True, slots=True)
class ScanReportItem:
    """One object of a report."""

    id: int
    report_id: int
    obj_id: str
    saves: tuple[Save, ...]
    remark: str | None
    """What is said of it in the report."""
    created_at: datetime
    modified: datetime

    def to_fields(self) -> dict[str, Any]:
        """Return the item as a document's fields."""
        return {
            "id": self.id,
            "report_id": self.report_id,
            "obj_id": self.obj_id,
            "saves": [
                {"group_id": each.group_id, "saved_at": each.saved_at, "saved_by": each.saved_by}
                for each in self.saves
            ],
            "remark": self.remark,
            "created_at": self.created_at,
            "modified": self.modified,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ScanReportItem:
        """Return the item that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            report_id=int(fields["report_id"]),
            obj_id=fields["obj_id"],
            saves=tuple(Save(**each) for each in fields["saves"]),
            remark=fields["remark"],
            created_at=fields["created_at"],
            modified=fields["modified"],
        )


def checked_remark(text: str | None) -> str | None:
    """Return a remark without the space around it; None for an empty one.

    Raises
    ------
    Invalid
        It is too long.

    Examples
    --------
    >>> checked_remark("  young? ")
    'young?'
    """
    remark = (text or "").strip()
    if len(remark) > LONGEST_REMARK:
        raise Invalid(f"comment: at most {LONGEST_REMARK} characters")
    return remark or None
