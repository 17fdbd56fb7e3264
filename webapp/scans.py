"""The use cases of scanning together, wired together: decisions, who is where, reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fritz.ports import DocumentStore
from fritz.services.events import Events
from fritz.services.presence import Presence
from fritz.services.scan_decisions import Scans
from fritz.services.scan_reports import ScanReports
from webapp.objects import ObjectCases

__all__ = ["ScanCases"]


@dataclass(frozen=True, slots=True)
class ScanCases:
    """What people do with candidates."""

    decisions: Scans
    presence: Presence
    reports: ScanReports

    @classmethod
    def on(
        cls,
        documents: DocumentStore,
        cases: ObjectCases,
        events: Events,
        now: Callable[[], datetime],
    ) -> ScanCases:
        """Return the use cases on a document store."""
        return cls(
            decisions=Scans(documents, cases.directory, cases.sources, events, now),
            presence=Presence(documents, now),
            reports=cases.scan_reports,
        )
