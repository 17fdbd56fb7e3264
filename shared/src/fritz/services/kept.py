"""What was read a moment ago, so that each request need not read it again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Kept"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 10_000


class Kept(Generic[K, V]):
    """Values by key, each trusted for a while; what is not there is asked for again.

    Parameters
    ----------
    seconds : how long a value is trusted
    clock : seconds, of any beginning
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._values: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        """Return the value if one is still to be trusted."""
        until, value = self._values.get(key, (0.0, None))
        return value if value is not None and self._clock() < until else None

    def put(self, key: K, value: V) -> V:
        """Keep a value, and return it."""
        with self._lock:
            if len(self._values) >= MOST:
                self._values.clear()
            self._values[key] = (self._clock() + self._seconds, value)
        return value

    def made(self, key: K, make: Callable[[], V]) -> V:
        """Return the value, made anew unless one is still to be trusted."""
        known = self.get(key)
        return self.put(key, make()) if known is None else known

    def forget(self, key: K) -> None:
        """Trust no value of the key any more."""
        with self._lock:
            self._values.pop(key, None)
