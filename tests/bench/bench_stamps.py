"""Reading stamps, and keeping an object's history: milliseconds each, best of several."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fritz.alerts.history import History
from fritz.alerts.packet import Record, read_packet
from fritz.alerts.stamp_images import alert_strip_png
from fritz.alerts.stamps import read_stamp
from tests.plugins.must_run import KIT

ROUNDS = 3


def bench() -> Iterator[dict[str, Any]]:
    """Yield one line for stamps and one for histories."""
    files = sorted((KIT / "data/alerts/ztf").glob("*.avro"))
    if not files:
        yield {"bench": "stamps", "skipped": "no real-data kit beside the checkout"}
        return
    records = [read_packet(path.read_bytes()).records[0] for path in files]
    kinds = ("science", "template", "difference")
    stamps = [data for r in records for kind in kinds if (data := r.stamp(kind)) is not None]
    yield {
        "bench": "stamps",
        "stamps": len(stamps),
        "read_ms": _each(read_stamp, stamps),
        "goal_ms": 0.12,
        "strip_png_ms": _each(alert_strip_png, records[:100]),
    }
    yield {"bench": "history", **_histories(records), "goal_ms": 0.3}


def _histories(records: Sequence[Record]) -> dict[str, Any]:
    known = [History.empty("ztf", r.object_id).merged(r, "packet") for r in records]
    chunks = [history.encode() for history in known]
    pairs = list(zip(known, records, strict=True))
    return {
        "objects": len(known),
        "points": sum(len(h.previous) + len(h.forced) for h in known) / len(known),
        "bytes": sum(len(chunk) for parts in chunks for chunk in parts) / len(chunks),
        "decode_ms": _each(History.decode, chunks),
        "merge_ms": _each(lambda pair: pair[0].merged(pair[1], "packet"), pairs),
        "encode_ms": _each(History.encode, known),
        "view_ms": _each(lambda pair: pair[0].view(pair[1].jd, pair[1].candid), pairs),
    }


def _each(action: Callable[[Any], object], values: Sequence[Any]) -> float:
    """Return the time per value of the best round, milliseconds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for value in values:
            action(value)
        best = min(best, time.perf_counter() - start)
    return round(best / len(values) * 1e3, 4)
