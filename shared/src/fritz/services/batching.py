"""Micro-batches inside a push function.

Pub/Sub pushes one message per request, many requests at once. The requests that arrive together
are run as one batch, and each gets its own answer.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

import structlog

from fritz.errors import Transient

__all__ = ["Batcher"]

T = TypeVar("T")
log = structlog.get_logger()


class Batcher(Generic[T]):
    """Collects items from many threads and runs them in batches on one thread of its own.

    A batch starts when `max_size` items wait or the first has waited `max_wait_s`. An item on which
    the run fails, fails alone: the batch is halved until the culprit stands by itself, so `run`
    must be idempotent. A `Transient` error speaks of the stores, not of an item, and fails all.
    """

    def __init__(
        self, run: Callable[[Sequence[T]], object], *, max_size: int, max_wait_s: float
    ) -> None:
        self._run = run
        self._max_size = max_size
        self._max_wait_s = max_wait_s
        self._waiting: deque[tuple[T, Future[None], float]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
        self._thread.start()

    def submit(self, item: T) -> None:
        """Return when the item's batch has been run; raise what the item failed with."""
        answer: Future[None] = Future()
        with self._changed:
            if self._closed:
                raise Transient("the function is shutting down")
            self._waiting.append((item, answer, time.monotonic()))
            if len(self._waiting) == 1 or len(self._waiting) >= self._max_size:
                self._changed.notify()
        answer.result()

    def close(self) -> None:
        """Run what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next():
            self._settle(batch)

    def _next(self) -> list[tuple[T, Future[None]]]:
        """Wait for a batch; an empty one means that the batcher is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            while self._waiting and not self._closed and len(self._waiting) < self._max_size:
                left = self._waiting[0][2] + self._max_wait_s - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            count = min(self._max_size, len(self._waiting))
            return [self._waiting.popleft()[:2] for _ in range(count)]

    def _settle(self, batch: list[tuple[T, Future[None]]]) -> None:
        try:
            self._run([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - the boundary: whatever it was, each request gets it
            self._fail(batch, error)
        else:
            for _, answer in batch:
                answer.set_result(None)

    def _fail(self, batch: list[tuple[T, Future[None]]], error: Exception) -> None:
        if len(batch) == 1 or isinstance(error, Transient):
            log.error("batch failed", size=len(batch), error=repr(error))
            for _, answer in batch:
                answer.set_exception(error)
            return
        middle = len(batch) // 2
        self._settle(batch[:middle])
        self._settle(batch[middle:])
