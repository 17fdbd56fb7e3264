"""What the platform knows of itself, for people: the books, what was not taken, filters at work."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from fritz.archive.accounting import Rejection, rejections
from fritz.archive.filter_runs import FilterCounts, counts_of
from fritz.ports import DocumentStore, Warehouse
from fritz.services.deadletter import count_unfiltered
from fritz.services.kept import Kept
from fritz.services.publications import Publications
from fritz.services.reconciling import Reconciled, Reconciliation

__all__ = ["DAYS", "StatusBoard"]

DAYS: Final = 5
"""Of which the books are shown."""
KEPT_S: Final = 120.0


class StatusBoard:
    """Asks the services that count; what is counted in the warehouse is trusted for two minutes.

    Parameters
    ----------
    clock : seconds, of any beginning.
    """

    def __init__(
        self,
        *,
        publications: Publications,
        reconciliation: Reconciliation,
        warehouse: Warehouse,
        documents: DocumentStore,
        clock: Callable[[], float],
    ) -> None:
        self._publications = publications
        self._reconciliation = reconciliation
        self._warehouse = warehouse
        self._documents = documents
        self._books: Kept[int, tuple[Reconciled, ...]] = Kept(KEPT_S, clock)
        self._rejections: Kept[int, tuple[Rejection, ...]] = Kept(KEPT_S, clock)
        self._runs: Kept[tuple[int, int], tuple[FilterCounts, ...]] = Kept(KEPT_S, clock)

    def books(self) -> tuple[Reconciled, ...]:
        """Return the books of the latest days on which anything was published, newest first."""
        return self._books.made(DAYS, self._balanced)

    def rejections(self) -> tuple[Rejection, ...]:
        """Return why packets of these days were not accepted, the most frequent reason first."""
        return self._rejections.made(DAYS, self._rejected)

    def _balanced(self) -> tuple[Reconciled, ...]:
        return tuple(map(self._reconciliation.books, self._publications.days(DAYS)))

    def _rejected(self) -> tuple[Rejection, ...]:
        published = [
            each for day in self._publications.days(DAYS) for each in self._publications.of_day(day)
        ]
        if not published:
            return ()
        within = (
            min(each.nights[0] for each in published),
            max(each.nights[1] for each in published),
        )
        return tuple(rejections(self._warehouse, within=within))

    def runs(self, filter_ids: Collection[int], nights: tuple[int, int]) -> list[FilterCounts]:
        """Return how filters fared in some nights, of those that whoever looks may know of."""
        every = self._runs.made(nights, lambda: tuple(counts_of(self._warehouse, nights)))
        return [each for each in every if each.filter_id in filter_ids]

    def unfiltered(self) -> int:
        """Return how many alerts were archived and given up by filtering."""
        return count_unfiltered(self._documents)
