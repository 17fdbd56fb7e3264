"""What signals do to a command that has started processes: its `finally` blocks always run."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

__all__ = ["ENDING", "ending_on_signals", "undisturbed"]

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What asks a process to end, beside Ctrl-C, which Python turns into an exception by itself."""


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into `SystemExit` for the block; one that is ignored stays so."""
    chosen = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    with _handlers(chosen, _end):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nothing but SIGKILL interrupt the block; for cleaning up within bounded time."""
    with _handlers([*ENDING, signal.SIGINT], signal.SIG_IGN):
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


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
