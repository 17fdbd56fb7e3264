"""Takes the messages of one subscription to a handler, many at a time."""

import http.client
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import orjson
import structlog

from fritz.adapters.embedded.bus import SqliteBus
from fritz.adapters.embedded.bus_rows import Lease, Leased, push_body
from fritz.errors import FritzError, Transient

__all__ = ["Delivery", "Handler", "http_push"]

Handler: TypeAlias = Callable[[Mapping[str, Any]], object]
"""Takes a push body; returning acknowledges, raising retries."""

_log = structlog.get_logger()
_IDLE_S = 0.02
_FAILED_S = 1.0
_HTTP_S = 600.0


class Delivery:
    """Leases messages, runs the handler on each in a pool of threads, settles in batches.

    Parameters
    ----------
    bus : the bus
    subscription : name of the subscription
    handler : what takes each push body; it is called by several threads at once
    threads : how many calls run at once
    batch : how many messages are leased at most, running or waiting for a thread
    """

    def __init__(
        self,
        bus: SqliteBus,
        subscription: str,
        handler: Handler,
        threads: int = 32,
        batch: int | None = None,
    ) -> None:
        self._bus = bus
        self.subscription = subscription
        """Name of the subscription."""
        self._subscription = bus.subscription(subscription)
        self._handler = handler
        self._batch = batch or threads
        self._calls = ThreadPoolExecutor(threads, thread_name_prefix=f"{subscription}-")
        self._results: queue.SimpleQueue[tuple[Lease, bool]] = queue.SimpleQueue()
        self._running = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._deliver, daemon=True, name=subscription)

    @property
    def is_alive(self) -> bool:
        """Whether it delivers; one that was started ends by itself on an unforeseen error only."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Lease no more, wait for the calls that run, and settle them."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._calls.shutdown()

    def _deliver(self) -> None:
        handled: list[Lease] = []
        failed: list[Lease] = []
        while self._running or handled or failed or not self._stopping.is_set():
            ended = self._finished()
            handled += ended[0]
            failed += ended[1]
            try:
                leased = self._exchange(handled, failed)
            except FritzError:
                # Kept for the next round: forgotten, they would run again after their deadline.
                _log.exception("delivery failed", subscription=self._subscription.name)
                time.sleep(_FAILED_S)
                continue
            handled, failed = [], []
            for each in leased:
                self._running += 1
                self._calls.submit(self._call, each)

    def _exchange(self, handled: list[Lease], failed: list[Lease]) -> list[Leased]:
        free = 0 if self._stopping.is_set() else self._batch - self._running
        if not handled and not failed and not free:
            return []
        name = self._subscription.name
        leased = self._bus.settle_and_lease(name, handled, failed, free)
        if not leased and not handled and not failed and not self._running:
            self._bus.shrink()
            self._stopping.wait(_IDLE_S)
        return leased

    def _finished(self) -> tuple[list[Lease], list[Lease]]:
        """Wait briefly for a call to end; return the leases of all that did, by success."""
        ended: tuple[list[Lease], list[Lease]] = ([], [])
        try:
            lease, success = self._results.get(timeout=_IDLE_S if self._running else 0)
            while True:
                self._running -= 1
                ended[not success].append(lease)
                lease, success = self._results.get_nowait()
        except queue.Empty:
            return ended

    def _call(self, leased: Leased) -> None:
        success = False
        try:
            self._handler(push_body(leased, self._subscription, self._bus.project))
            success = True
        except Exception as error:  # noqa: BLE001 -- the entry point: whatever fails is retried
            _log.warning(
                "message failed",
                subscription=self._subscription.name,
                message=leased.lease.message,
                attempt=leased.lease.attempt,
                error=repr(error),
            )
        finally:
            self._results.put((leased.lease, success))


def http_push(endpoint: str) -> Handler:
    """Return a handler that posts each body to a URL; a status other than 2xx raises."""
    parts = urlsplit(endpoint)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    local = threading.local()

    def post(body: Mapping[str, Any]) -> None:
        try:
            status = _post(local, parts.netloc, path or "/", orjson.dumps(body))
        except (OSError, http.client.HTTPException) as e:
            local.connection = None
            raise Transient(f"no answer from {endpoint}: {e}") from e
        if not http.client.OK <= status < http.client.MULTIPLE_CHOICES:
            raise Transient(f"{endpoint} answered {status}")

    return post


def _post(local: threading.local, host: str, path: str, body: bytes) -> int:
    """Post on the thread's own connection, which it keeps."""
    if getattr(local, "connection", None) is None:
        local.connection = http.client.HTTPConnection(host, timeout=_HTTP_S)
    local.connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = local.connection.getresponse()
    answer.read()
    status: int = answer.status
    return status
