"""Which catalogs are in the warehouse, and how each came there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fritz.catalogs.library import catalogs
from fritz.ports import DocumentStore, Put, Query

__all__ = ["COLLECTION", "CatalogStore", "LoadReport", "LoadedCatalogs"]

COLLECTION: Final = "catalogs"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a catalog's files."""

    catalog: str
    files: tuple[str, ...] = ()
    rows_in: int = 0
    """Rows that the files held."""
    rows: int = 0
    """Rows that the warehouse holds."""
    in_sky: int = 0
    """Those that alerts can be matched with."""
    refused: Mapping[str, int] = field(default_factory=Counter)
    """Reason -> rows that were left out."""
    misfits: Mapping[str, int] = field(default_factory=Counter)
    """Column -> values that were not of its type."""

    @property
    def whole(self) -> bool:
        """Whether every row of the files is accounted for."""
        return self.rows_in == self.rows + sum(self.refused.values())


class CatalogStore:
    """One document for each catalog that was loaded."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    def report(self, name: str) -> LoadReport | None:
        """Return how a catalog was loaded; None if it was not."""
        found = self._documents.get(COLLECTION, name)
        return None if found is None else _report(found.data)

    def reports(self) -> dict[str, LoadReport]:
        """Return how each catalog was loaded, by name."""
        found = self._documents.query(Query(COLLECTION))
        return {each.id: _report(each.data) for each in found}

    def loaded(self, report: LoadReport, at: datetime) -> None:
        """Note that a catalog has been loaded; from now on alerts are matched with it."""
        fields: dict[str, Any] = {
            "catalog": report.catalog,
            "files": list(report.files),
            "rows_in": report.rows_in,
            "rows": report.rows,
            "in_sky": report.in_sky,
            "refused": dict(report.refused),
            "misfits": dict(report.misfits),
            "loaded_at": at,
        }
        self._documents.commit([Put(COLLECTION, report.catalog, fields)])


class LoadedCatalogs:
    """The catalogs that are in the warehouse; asked for again once in a while.

    Parameters
    ----------
    store
        Which catalogs are loaded.
    refresh_s
        How long the answer is trusted.
    seconds
        A clock that never goes back.
    """

    def __init__(
        self,
        store: CatalogStore,
        refresh_s: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._refresh_s = refresh_s
        self._seconds = seconds
        self._known: frozenset[str] = frozenset()
        self._asked: float | None = None

    def names(self) -> frozenset[str]:
        """Return the names of the catalogs that are loaded."""
        now = self._seconds()
        if self._asked is None or now - self._asked > self._refresh_s:
            self._known = frozenset(self._store.reports()) & catalogs().keys()
            self._asked = now
        return self._known


def _report(data: Mapping[str, Any]) -> LoadReport:
    return LoadReport(
        catalog=data["catalog"],
        files=tuple(data["files"]),
        rows_in=data["rows_in"],
        rows=data["rows"],
        in_sky=data["in_sky"],
        refused=data["refused"],
        misfits=data["misfits"],
    )
