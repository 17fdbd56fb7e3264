"""How long each stage of a batch took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Stopwatch"]


class Stopwatch:
    """Adds up the time spent in named stages."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        """Stage -> ms so far."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block towards the stage."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - begin) * 1e3
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + spent
