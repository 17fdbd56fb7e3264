"""What ingest and filter take, as `fritz/load/measured.toml` states it: processor time, one core.

A batch takes a part that does not depend on its size and a part for each alert; both follow from
batches of two sizes. The part that waits for the disk is left out: the model has its own for
Google's stores.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

SMALL, LARGE = 16, 128
ROUNDS = 5


def bench() -> Iterator[dict[str, Any]]:
    """Yield `batch_s` and `alert_s` of both stages."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    took = measured()
    for stage in ("ingest", "filter"):
        small, large = (statistics.median(took[stage, size]) for size in (SMALL, LARGE))
        alert_s = (large - small) / (LARGE - SMALL)
        yield {
            "stage": stage,
            "batch_s": round(max(0.0, small - SMALL * alert_s), 4),
            "alert_s": round(alert_s, 5),
        }


def measured() -> dict[tuple[str, int], list[float]]:
    """Return the processor seconds of each batch, by stage and size."""
    from emulators.survey import simulate
    from fritz.cli.platforms import furnished, opened
    from fritz.services.envelopes import Envelope
    from fritz.wiring import filter_service, ingest_service
    from tests.bench.bench_ingest import Tee

    found: dict[tuple[str, int], list[float]] = {}
    packets = iter([each.data for each in simulate(ROUNDS * (SMALL + LARGE) + LARGE, seed=3)])
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as platform:
        furnished(platform)
        tee = Tee(platform.bus)
        ingest, run = ingest_service(replace(platform, bus=tee)), filter_service(platform)
        now = platform.clock()

        def take(size: int, number: int) -> tuple[float, float]:
            batch = [
                Envelope(next(packets), {"packet_id": f"b/{number}-{n}"}, "", now)
                for n in range(size)
            ]
            began = time.process_time()
            ingest.ingest(batch)
            between = time.process_time()
            run.run([Envelope(m.data, m.attributes, "", now) for m in tee.alerts])
            tee.alerts.clear()
            return between - began, time.process_time() - between

        take(LARGE, 0)  # imports and the start of the models
        for number in range(1, ROUNDS + 1):
            for size in (SMALL, LARGE):
                for stage, spent in zip(("ingest", "filter"), take(size, number), strict=True):
                    found.setdefault((stage, size), []).append(spent)
    return found
