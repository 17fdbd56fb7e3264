"""Tells listeners when the result of their query may have changed."""

import threading
from collections.abc import Callable

import structlog

__all__ = ["Listeners"]

_POLL_S = 0.05
_log = structlog.get_logger()


class _Listener:
    def __init__(self, group: str, refresh: Callable[[], None]) -> None:
        self.group = group
        self.refresh = refresh
        self.seen: int | None = None
        self.stopped = False


class Listeners:
    """Polls the change counters of collections in one thread and refreshes what is behind.

    Parameters
    ----------
    counters : returns the number of the last change of each collection group
    """

    def __init__(self, counters: Callable[[], dict[str, int]]) -> None:
        self._counters = counters
        self._listeners: list[_Listener] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, group: str, refresh: Callable[[], None]) -> Callable[[], None]:
        """Call `refresh` now and after changes of the group, until the returned stop is called."""
        listener = _Listener(group, refresh)
        with self._lock:
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._poll, daemon=True, name="listeners")
                self._thread.start()

        def stop() -> None:
            listener.stopped = True
            with self._lock:
                self._listeners = [known for known in self._listeners if known is not listener]

        return stop

    def close(self) -> None:
        """Stop the thread."""
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _poll(self) -> None:
        while not self._closing.is_set():
            try:
                self._refresh()
            except Exception:  # noqa: BLE001 -- a thread's entry point; other listeners go on
                _log.exception("listener failed")
            self._closing.wait(_POLL_S)

    def _refresh(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        if not listeners:
            return
        counters = self._counters()
        for listener in listeners:
            now = counters.get(listener.group, 0)
            if listener.seen != now and not listener.stopped:
                listener.seen = now
                listener.refresh()
