"""Reconciliation: what was published on a day against what became of it.

Published = archived + duplicates + quarantined + dead-lettered, or somebody is woken: the log entry
of each run carries `missing`, which an alert policy watches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog

from fritz.archive.accounting import Totals, run_totals
from fritz.ports import Warehouse
from fritz.services.publications import Publication, Publications

__all__ = ["Reconciled", "Reconciliation"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The books of what was published on one day."""

    day: int
    """UTC date as YYYYMMDD."""
    published: int
    archived: int
    duplicates: int
    quarantined: int
    dead_lettered: int
    missing: int
    """Packets that were published and have come to no end."""
    unbalanced: tuple[str, ...]
    """The sources whose packets these are."""


class Reconciliation:
    """Balances the books of a day."""

    def __init__(
        self, *, publications: Publications, warehouse: Warehouse, now: Callable[[], datetime]
    ) -> None:
        self._publications = publications
        self._warehouse = warehouse
        self._now = now

    def reconcile(self, day: int | None = None) -> Reconciled:
        """Compare what was published on a UTC date, today's by default, with the ledger."""
        report = self.books(day or int(f"{self._now():%Y%m%d}"))
        say = log.error if report.missing else log.info
        say("night reconciled", **asdict(report))
        return report

    def books(self, day: int) -> Reconciled:
        """Return what became of what was published on a UTC date; nobody is woken."""
        sources = self._publications.of_day(day)
        books = [(each, run_totals(self._warehouse, each.source, each.nights)) for each in sources]
        return _balance(day, books)


def _balance(day: int, books: list[tuple[Publication, Totals]]) -> Reconciled:
    # A packet that is there but was not counted as published, because the count was cut off, does
    # not make up for another source's that is missing.
    lacking = {each.source: max(0, each.packets - totals.packets) for each, totals in books}
    return Reconciled(
        day=day,
        published=sum(each.packets for each, _ in books),
        archived=sum(totals.archived for _, totals in books),
        duplicates=sum(totals.duplicates for _, totals in books),
        quarantined=sum(totals.quarantined for _, totals in books),
        dead_lettered=sum(totals.dead_lettered for _, totals in books),
        missing=sum(lacking.values()),
        unbalanced=tuple(source for source, count in lacking.items() if count),
    )
