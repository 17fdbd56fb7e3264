"""Decoding the kit's real packets, as a share of what fastavro takes in the same run."""

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import fastavro

from fritz.alerts.packet import read_packet
from tests.plugins.must_run import KIT

ROUNDS = 5


def bench() -> Iterator[dict[str, Any]]:
    """Yield milliseconds per packet, best of several, and their ratio."""
    packets = [path.read_bytes() for path in sorted((KIT / "data/alerts/ztf").glob("*.avro"))]
    if not packets:
        yield {"bench": "decode", "skipped": "no real-data kit beside the checkout"}
        return
    ours, theirs = _fastest(
        lambda: [read_packet(packet) for packet in packets],
        lambda: [list(fastavro.reader(io.BytesIO(packet))) for packet in packets],
    )
    yield {
        "bench": "decode",
        "packets": len(packets),
        "fritz_ms": round(ours / len(packets) * 1e3, 4),
        "fastavro_ms": round(theirs / len(packets) * 1e3, 4),
        "ratio": round(ours / theirs, 3),
        "goal": 0.7,
    }


def _fastest(*actions: Callable[[], object]) -> list[float]:
    """Return the shortest time of each action, seconds, taking turns."""
    shortest = [float("inf")] * len(actions)
    for _ in range(ROUNDS):
        for place, action in enumerate(actions):
            start = time.perf_counter()
            action()
            shortest[place] = min(shortest[place], time.perf_counter() - start)
    return shortest
