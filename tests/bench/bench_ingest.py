"""Ingest and filter on the embedded backend, one process: alerts/s and ms per alert and stage."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

BATCH = 256
WARM_UP = 8
"""Alerts that go first, uncounted: they import Arrow and open the stores."""


class Tee:
    """A bus that also keeps what goes to the filters."""

    def __init__(self, bus: Any) -> None:
        self._bus = bus
        self.alerts: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    def publish(self, topic: str, messages: Any) -> list[str]:
        """Publish and keep."""
        if topic == "alerts":
            self.alerts += messages
        ids: list[str] = self._bus.publish(topic, messages)
        return ids


def sources() -> Iterator[tuple[str, list[bytes]]]:
    """Yield a simulated night, and the real packets where they are at hand."""
    from emulators.survey import simulate
    from tests.plugins.must_run import KIT

    yield "a simulated night", [each.data for each in simulate(1032, seed=1)]
    real = sorted((KIT / "data/alerts/ztf").glob("*.avro"))
    if real:
        yield "real packets of some 130 nights", [path.read_bytes() for path in real]


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for each source: everything from packet to candidate, stores included."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    for name, packets in sources():
        for catalogs in (False, True):
            yield {"source": name, "catalogs": catalogs, **measured(packets, catalogs=catalogs)}


def measured(packets: list[bytes], *, catalogs: bool) -> dict[str, Any]:
    """Return what one process took for the packets, matched with the demo's catalogs or none."""
    from fritz.cli.platforms import opened
    from fritz.cli.simulated_catalogs import load_simulated
    from fritz.services.envelopes import Envelope
    from fritz.services.seed import seed_demo
    from fritz.wiring import filter_service, ingest_service

    stages: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as platform:
        seed_demo(platform.documents, platform.clock())
        if catalogs:
            load_simulated(platform, 1032, 1)
        tee = Tee(platform.bus)
        ingest = ingest_service(replace(platform, bus=tee))
        run = filter_service(platform)
        now = platform.clock()

        def take(first: int, last: int) -> None:
            batch = [
                Envelope(data, {"survey": "ztf", "packet_id": f"bench/{n}"}, str(n), now)
                for n, data in enumerate(packets[first:last], first)
            ]
            for stage, ms in ingest.ingest(batch).milliseconds.items():
                stages[f"ingest: {stage}"] += ms
            alerts = [Envelope(m.data, m.attributes, "", now) for m in tee.alerts]
            for stage, ms in run.run(alerts).milliseconds.items():
                stages[f"filter: {stage}"] += ms
            tee.alerts.clear()

        take(0, WARM_UP)
        stages.clear()
        began = time.perf_counter()
        for first in range(WARM_UP, len(packets), BATCH):
            take(first, first + BATCH)
        took = time.perf_counter() - began
    counted = len(packets) - WARM_UP
    return {
        "alerts": counted,
        "alerts_per_s_one_process": round(counted / took, 1),
        "ms_per_alert": {stage: round(ms / counted, 3) for stage, ms in stages.items()},
    }
