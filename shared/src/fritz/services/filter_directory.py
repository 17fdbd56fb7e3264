"""Which filters there are, for whoever lists what they passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fritz.marshal.filter import Filter
from fritz.marshal.visibility import Viewer, sees_filter
from fritz.services.filters_store import FilterStore

__all__ = ["FilterDirectory"]


class FilterDirectory:
    """All filters without their pipelines, kept in memory until one of them changes.

    A list of candidates needs all filters of the viewer's groups. It reads one document to learn
    that none has changed.
    """

    def __init__(self, store: FilterStore) -> None:
        self._store = store
        self._known: tuple[int | None, Mapping[int, Filter]] = (None, {})

    def all(self) -> Mapping[int, Filter]:
        """Return every filter, by id."""
        revision = self._store.revision()
        known, filters = self._known
        if known != revision or revision == 0:
            filters = {each.id: replace(each, pipeline=()) for each in self._store.all()}
            self._known = revision, filters
        return filters

    def visible(self, viewer: Viewer) -> dict[int, Filter]:
        """Return the filters that the viewer sees, by id."""
        return {each.id: each for each in self.all().values() if sees_filter(viewer, each)}
