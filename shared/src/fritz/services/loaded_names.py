"""The names of the catalogs that are in the warehouse, asked for again once in a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fritz.services.catalog_store import CatalogStore

__all__ = ["LoadedNames"]

_REFRESH_S: Final = 30.0


class LoadedNames:
    """Remembers which catalogs are loaded.

    Parameters
    ----------
    store : where it is written
    seconds : a clock that never goes back
    """

    def __init__(self, store: CatalogStore, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._known: frozenset[str] = frozenset()
        self._asked: float | None = None

    def __call__(self) -> frozenset[str]:
        """Return the names."""
        now = self._seconds()
        if self._asked is None or now - self._asked > _REFRESH_S:
            self._known = frozenset(self._store.reports())
            self._asked = now
        return self._known
