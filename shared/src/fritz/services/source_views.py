"""Which sources are looked at most: views counted by day, at most one a person and hour.

A script that asks for a source every second would make its count a hot document, and would say
little of interest; so each process remembers for an hour whom it has counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fritz.marshal.obj import Obj
from fritz.marshal.visibility import Viewer
from fritz.ports import DocumentStore, Increment, Merge, Order, Query, Where
from fritz.services.kept import Kept
from fritz.services.objects import ObjStore

__all__ = ["COLLECTION", "MOST_DAYS", "SourceViews", "Viewed"]

COLLECTION: Final = "source_views"
MOST_DAYS: Final = 31
COUNTED_ONCE_IN_S: Final = 3600.0
READ_PER_DAY: Final = 5
"""So many times as many as are wanted are read of each day: some are closed to the viewer."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """An object, and how often it was looked at."""

    obj: Obj
    views: int


class SourceViews:
    """All counts, one document per object and day."""

    def __init__(self, documents: DocumentStore, now: Callable[[], datetime]) -> None:
        self._documents = documents
        self._now = now
        self._counted: Kept[tuple[int, str], bool] = Kept(
            COUNTED_ONCE_IN_S, lambda: now().timestamp()
        )

    def count(self, viewer: Viewer, obj_id: str) -> None:
        """Count that the viewer looks at an object, which is known to be open to them."""
        key = (viewer.user.id, obj_id)
        if self._counted.get(key):
            return
        self._counted.put(key, True)
        today = self._now().date()
        row = {
            "obj_id": obj_id,
            "day": today.isoformat(),
            "views": Increment(1),
            "expires_at": self._now() + timedelta(days=MOST_DAYS + 1),
        }
        self._documents.commit([Merge(COLLECTION, f"{today:%Y%m%d}-{obj_id}", row)])

    def top(self, viewer: Viewer, days: float, most: int) -> list[Viewed]:
        """Return which objects that the viewer sees were looked at most, by anybody.

        Parameters
        ----------
        days : how far back, at most `MOST_DAYS`; a day counts whole. Of each day only the objects
            that were looked at most are counted.
        """
        views: Counter[str] = Counter()
        for day in self._days(days):
            by_views = (Order("views", descending=True),)
            where = (Where("day", "==", day.isoformat()),)
            query = Query(COLLECTION, where, by_views, READ_PER_DAY * most)
            for row in self._documents.query(query):
                views[row.data["obj_id"]] += int(row.data["views"])
        ranked = sorted(views.items(), key=lambda each: (-each[1], each[0]))[: READ_PER_DAY * most]
        seen = ObjStore(self._documents).visible(viewer, [name for name, _ in ranked])
        return [Viewed(seen[name], number) for name, number in ranked if name in seen][:most]

    def _days(self, days: float) -> Iterator[date]:
        day, now = (self._now() - timedelta(days=min(days, MOST_DAYS))).date(), self._now().date()
        while day <= now:
            yield day
            day += timedelta(days=1)
