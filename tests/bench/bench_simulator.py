"""How many alerts a second the survey simulator makes on one core."""

import time
from collections.abc import Iterator
from typing import Any

from emulators.survey import simulate

ALERTS = 500


def bench() -> Iterator[dict[str, Any]]:
    """Yield the rate by the processor's clock and by the wall's."""
    next(simulate(1, 1))
    processor, wall = time.process_time(), time.perf_counter()
    size = sum(len(packet.data) for packet in simulate(ALERTS, 2))
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    yield {
        "alerts": ALERTS,
        "alerts_per_core_s": round(ALERTS / processor, 1),
        "alerts_per_s": round(ALERTS / wall, 1),
        "mean_bytes": round(size / ALERTS),
    }
