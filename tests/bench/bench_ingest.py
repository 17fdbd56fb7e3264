"""Ingest and filter on the embedded backend, one process: alerts/s and ms per alert and stage."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BATCH = 256


def packets() -> tuple[str, list[bytes]]:
    """Return the real packets where they are at hand, else simulated ones."""
    from tests.plugins.must_run import KIT

    real = sorted((KIT / "data/alerts/ztf").glob("*.avro"))
    if real:
        return "610 real packets", [path.read_bytes() for path in real]
    from emulators.survey import simulate

    return "600 simulated packets", [each.data for each in simulate(600, seed=1)]


def bench() -> Iterator[dict[str, Any]]:
    """Yield one line: everything from packet to candidate, stores included."""
    from fritz.cli.platforms import opened
    from fritz.services.envelopes import Envelope
    from fritz.services.seed import seed_demo
    from fritz.wiring import filter_service, ingest_service

    source, data = packets()
    stages: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as platform:
        seed_demo(platform.documents, platform.clock())
        ingest, run = ingest_service(platform), filter_service(platform)
        now = platform.clock()
        published: list[Envelope] = []
        platform.bus.publish = _keeping(platform.bus.publish, published, now)
        began = time.perf_counter()
        for start in range(0, len(data), BATCH):
            batch = [
                Envelope(packet, {"survey": "ztf", "packet_id": f"bench/{n}"}, str(n), now)
                for n, packet in enumerate(data[start : start + BATCH], start)
            ]
            for stage, ms in ingest.ingest(batch).milliseconds.items():
                stages[f"ingest: {stage}"] += ms
        for start in range(0, len(published), BATCH):
            for stage, ms in run.run(published[start : start + BATCH]).milliseconds.items():
                stages[f"filter: {stage}"] += ms
        took = time.perf_counter() - began
    yield {
        "source": source,
        "alerts": len(data),
        "alerts_per_s_one_process": round(len(data) / took, 1),
        "ms_per_alert": {stage: round(ms / len(data), 3) for stage, ms in stages.items()},
    }


def _keeping(publish: Any, kept: list[Any], now: Any) -> Any:
    """Publish as before, and keep what goes to the filters."""
    from fritz.services.envelopes import Envelope

    def wrapped(topic: str, messages: Any) -> list[str]:
        ids: list[str] = publish(topic, messages)
        if topic == "alerts":
            kept.extend(
                Envelope(message.data, message.attributes, number, now)
                for number, message in zip(ids, messages, strict=True)
            )
        return ids

    return wrapped
