"""How much each token may ask: one bucket for all processes, from which each takes handfuls.

A bucket holds `burst` requests and fills at `per_s` a second; it is one document. A process takes
about a second's worth at a time and counts those by itself, so that a busy script costs one write a
second, whatever it asks, and a quiet one next to none. What a process has taken is its to use: over
any time t all processes together let at most ``burst + per_s * (t + processes)`` requests through.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from fritz.errors import TooMany
from fritz.ports import DocumentStore, Put, Transaction

__all__ = ["Rate", "RateLimits"]

COLLECTION = "rate_limits"

MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """What one token may ask."""

    per_s: float
    """Requests a second, for as long as it wants."""
    burst: int
    """Requests at once, after a pause."""

    @property
    def handful(self) -> int:
        """How many requests a process takes from the bucket at a time."""
        return max(1, min(int(self.per_s), self.burst // 2))


class RateLimits:
    """Counts requests by key.

    Parameters
    ----------
    documents : where the buckets stand
    rate : what each key may ask
    now : the time, UTC
    """

    def __init__(self, documents: DocumentStore, rate: Rate, now: Callable[[], datetime]) -> None:
        self._documents = documents
        self._rate = rate
        self._now = now
        self._lock = Lock()
        self._taken: dict[str, int] = {}
        self._refused: dict[str, datetime] = {}

    def spend(self, key: str) -> None:
        """Count a request.

        Raises
        ------
        TooMany
            There were too many; it says when to ask again.
        """
        if self._had(key):
            return
        now = self._now()
        again_at = self._refused.get(key)
        if again_at is not None and now < again_at:
            raise _too_many(self._rate, (again_at - now).total_seconds())
        got, wait_s = self._documents.transact(lambda transaction: self._take(transaction, key))
        with self._lock:
            self._prune()
            if got:
                self._taken[key] = self._taken.get(key, 0) + got - 1
                self._refused.pop(key, None)
                return
            self._refused[key] = now.fromtimestamp(now.timestamp() + wait_s, now.tzinfo)
        raise _too_many(self._rate, wait_s)

    def _had(self, key: str) -> bool:
        """Spend one of those that this process has taken, if there is one."""
        with self._lock:
            left = self._taken.get(key, 0)
            if left:
                self._taken[key] = left - 1
            return left > 0

    def _take(self, transaction: Transaction, key: str) -> tuple[int, float]:
        """Return how many requests were taken from the bucket; if none, when there will be one."""
        now, rate = self._now(), self._rate
        row = transaction.get(COLLECTION, key)
        level = float(rate.burst)
        if row is not None:
            passed_s = max(0.0, (now - row.data["at"]).total_seconds())
            level = min(level, row.data["level"] + passed_s * rate.per_s)
        got = min(rate.handful, int(level))
        if got:
            transaction.write(Put(COLLECTION, key, {"level": level - got, "at": now}))
        return got, (1.0 - level) / rate.per_s

    def _prune(self) -> None:
        if len(self._taken) + len(self._refused) >= MOST_KEYS:
            self._taken.clear()
            self._refused.clear()


def _too_many(rate: Rate, wait_s: float) -> TooMany:
    return TooMany(
        f"too many requests with this token: {rate.per_s:g} a second, {rate.burst} at once",
        max(1, math.ceil(wait_s)),
    )
