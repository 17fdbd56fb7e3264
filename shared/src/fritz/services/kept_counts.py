"""How many rows a walk has, without counting those of years anew for each page.

Firestore counts a thousand index entries for the price of a read, and SQLite takes time for them.
What came some minutes ago stays as it is, nearly: that is counted once for a while, and what came
since each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fritz.ports import Where
from fritz.services.kept import Kept
from fritz.services.walking import Walk

__all__ = ["COUNTED_ANEW", "KeptCounts"]

COUNTED_ANEW: Final = 2_000
"""Rows up to which all are counted each time."""
SETTLED: Final = timedelta(minutes=15)
"""Rows that are so old are supposed to be there: filters fire, and brokers post, within it."""
TRUSTED: Final = timedelta(minutes=5)

Rows = tuple[str, tuple[int, ...] | None, tuple[Where, ...]]


class KeptCounts:
    """Counts of walks, those of settled rows kept for five minutes.

    A count may be too high by rows that went within that time, and too low by rows that came and
    are dated more than a quarter of an hour back.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: Kept[Rows, tuple[datetime, int]] = Kept(
            TRUSTED.total_seconds(), lambda: now().timestamp()
        )

    def of(self, walk: Walk, by: str) -> int:
        """Return how many rows a walk has.

        Parameters
        ----------
        by : the field that says when a row came, which an index serves in falling order.
        """
        walk = replace(walk, key=by, descending=True)
        rows = (walk.collection, walk.owners, walk.where)
        kept = self._kept.get(rows)
        if kept is not None:
            since, older = kept
            return older + _newer(walk, by, since)
        total = walk.count()
        if total > COUNTED_ANEW:
            since = self._now() - SETTLED
            self._kept.put(rows, (since, total - _newer(walk, by, since)))
        return total


def _newer(walk: Walk, by: str, since: datetime) -> int:
    return replace(walk, where=(*walk.where, Where(by, ">", since))).count()
