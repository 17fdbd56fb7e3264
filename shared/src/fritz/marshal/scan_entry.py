"""What one filter has passed of one object: the row that lists of candidates read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.marshal.candidate import Candidate

__all__ = ["REMEMBERED", "PassedAlert", "ScanEntry"]

REMEMBERED: Final = 200
"""Alerts of an object that an entry names; all of them stand among the candidates."""


@dataclass(frozen=True, slots=True, order=True)
class PassedAlert:
    """One alert that passed, and when."""

    passed_at: datetime
    candid: int | None


@dataclass(frozen=True, slots=True)
class ScanEntry:
    """One object as one filter has passed it: once, or again and again."""

    latest: Candidate
    """What passed last."""
    first: Candidate
    """What passed first."""
    alerts: tuple[PassedAlert, ...]
    """What passed, newest first, at most `REMEMBERED`."""

    @classmethod
    def of(cls, candidate: Candidate) -> ScanEntry:
        """Return the entry of an object that passed once."""
        return cls(candidate, candidate, (PassedAlert(candidate.passed_at, candidate.candid),))

    @property
    def id(self) -> str:
        """The document id, one per filter and object."""
        return self.id_of(self.filter_id, self.obj_id)

    @staticmethod
    def id_of(filter_id: int, obj_id: str) -> str:
        """Return the document id of what a filter has passed of an object."""
        return f"{filter_id}-{obj_id}"

    @property
    def obj_id(self) -> str:
        """The object."""
        return self.latest.obj_id

    @property
    def filter_id(self) -> int:
        """The filter."""
        return self.latest.filter_id

    @property
    def group_id(self) -> int:
        """The filter's group."""
        return self.latest.group_id

    @property
    def passed_at(self) -> datetime:
        """When the filter last fired."""
        return self.latest.passed_at

    def within(self, start: datetime | None, end: datetime | None) -> datetime | None:
        """Return when the filter last fired in a window, bounds included; None if it did not."""
        for alert in self.alerts:
            if end is None or alert.passed_at <= end:
                return alert.passed_at if start is None or alert.passed_at >= start else None
        return None

    def with_candidate(self, new: Candidate) -> ScanEntry:
        """Return the entry after one more alert passed, whichever order they come in."""
        alert = PassedAlert(new.passed_at, new.candid)
        alerts = sorted({alert, *self.alerts}, key=_moment, reverse=True)
        return replace(
            self,
            latest=max(self.latest, new, key=_age),
            first=min(self.first, new, key=_age),
            alerts=tuple(alerts[:REMEMBERED]),
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the entry as a document's fields: the latest candidate's, and what it adds."""
        once = self.first.id == self.latest.id
        return {
            **self.latest.to_fields(),
            "first": None if once else self.first.to_fields(),
            "alerts": [{"at": each.passed_at, "candid": each.candid} for each in self.alerts],
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ScanEntry:
        """Return the entry that `to_fields` wrote; unknown fields are ignored."""
        latest = Candidate.from_fields(fields)
        return cls(
            latest,
            Candidate.from_fields(fields["first"]) if fields["first"] else latest,
            tuple(PassedAlert(each["at"], each["candid"]) for each in fields["alerts"]),
        )


def _age(candidate: Candidate) -> tuple[datetime, float, str]:
    return candidate.passed_at, candidate.jd, candidate.id


def _moment(alert: PassedAlert) -> tuple[datetime, int]:
    return alert.passed_at, alert.candid or 0
