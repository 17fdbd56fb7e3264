"""What signals do to a command that has started processes: its `finally` blocks always run."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["ENDING", "ending_on_signals", "undisturbed"]

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What asks a process to end, beside Ctrl-C, which Python turns into an exception by itself."""
AGAIN_S = 0.2


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into `SystemExit` for the block; one that is ignored stays so.

    Python swallows what is raised within finalizers and other callbacks, and a handler may run
    there. So it is raised again until it is on its way through the block; what cleans up is left
    alone.
    """
    chosen = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    ending = _Ending()
    with _handlers(chosen, ending):
        try:
            yield
        finally:
            ending.rest()
        if ending.status:
            raise SystemExit(ending.status)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nothing but SIGKILL interrupt the block; for cleaning up within bounded time."""
    with _handlers([*ENDING, signal.SIGINT, signal.SIGALRM], signal.SIG_IGN):
        yield


@contextmanager
def _handlers(numbers: list[signal.Signals], handler: "signal._HANDLER") -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the main one gets signals
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


class _Ending:
    """A handler that raises `SystemExit`, and then looks after what became of it."""

    def __init__(self) -> None:
        self.status = 0
        self._before: signal._HANDLER = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if not self.status:
            self._before = signal.signal(signal.SIGALRM, self._insist)
        self.status = 128 + number
        # A timer of the system, not a thread: those take locks that the interrupted code may hold.
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S, AGAIN_S)
        raise SystemExit(self.status)

    def _insist(self, _number: int, _frame: FrameType | None) -> None:
        handled = sys.exception()
        while handled is not None:
            if isinstance(handled, SystemExit):
                return
            handled = handled.__context__
        raise SystemExit(self.status)

    def rest(self) -> None:
        """Raise nothing any more."""
        if self.status:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
