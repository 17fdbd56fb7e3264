"""Photometry over the web app, one process: milliseconds and documents for each kind of request."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROUNDS = 40
STANDING = 1000
"""Points of the object that is looked at."""
ROWS = 100
"""Of one upload."""


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for each kind of request, on objects with `STANDING` points."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        from fritz.services.instruments import survey_instrument
        from tests.support.marshal_world import NOW, make_world
        from webapp.app import create_app
        from webapp.settings import WebSettings

        world = make_world(Path(folder))
        app = create_app(
            world, WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="bench")
        )
        client = app.test_client()
        headers = {"Authorization": f"token {world.token('admin')}"}
        ztf = survey_instrument(world.documents, "ztf", NOW).id
        rows = {"instrument_id": ztf, "filter": "ztfg", "magsys": "ab", "flux": 12.0,
                "fluxerr": 1.0, "zp": 25.0, "group_ids": [2], "stream_ids": [1]}  # fmt: skip

        def put(name: str, first: int, count: int) -> Any:
            days = [50000 + n / 4 for n in range(first, first + count)]
            return client.put(
                "/api/photometry", json=rows | {"obj_id": name, "mjd": days}, headers=headers
            )

        for n in range(ROUNDS + 1):
            source = {"id": f"ZTF26{n:03}", "ra": 1.0, "dec": 2.0, "group_ids": [2]}
            client.post("/api/sources", json=source, headers=headers)
            assert put(source["id"], 0, STANDING).status_code == 200
        yield measured("PUT of 100 new points", lambda n: put(f"ZTF26{n:03}", STANDING, ROWS))
        yield measured("PUT of the same 100 again", lambda n: put(f"ZTF26{n:03}", STANDING, ROWS))
        yield measured(
            "a source's 1,100 points",
            lambda n: client.get(f"/api/sources/ZTF26{n:03}/photometry", headers=headers),
        )
        yield measured(
            "its statistics",
            lambda n: client.get(f"/api/sources/ZTF26{n:03}/phot_stat", headers=headers),
        )
        world.documents.close()


def measured(what: str, request: Callable[[int], Any]) -> dict[str, Any]:
    """Return median and 95th percentile of `ROUNDS` requests, and documents of one more."""
    times, busy = [], []
    for n in range(ROUNDS):
        began, working = time.perf_counter(), time.process_time()
        answer = request(n)
        times.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - working))
        assert answer.status_code == 200, answer.json
    counted = {"read": 0, "written": 0}
    with counting(counted):
        assert request(ROUNDS).status_code == 200
    return {
        "request": what,
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "p50_cpu_ms": round(statistics.median(busy), 1),
        "documents_read": counted["read"],
        "documents_written": counted["written"],
    }


def counting(counted: dict[str, int]) -> Any:
    """Return a context in which documents that the embedded store reads and writes are counted."""
    from contextlib import ExitStack

    from fritz.adapters.embedded import document_rows, documents, transactions

    def reading(*arguments: Any) -> Any:
        found = document_rows.read(*arguments)
        counted["read"] += len(found)
        return found

    def matching(*arguments: Any) -> Any:
        found = document_rows.matching(*arguments)
        counted["read"] += len(found)
        return found

    def applying(connection: Any, writes: Any) -> None:
        counted["written"] += len(writes)
        document_rows.apply(connection, writes)

    stack = ExitStack()
    for module in (documents, transactions):
        stack.enter_context(patch.object(module, "read", reading))
        stack.enter_context(patch.object(module, "matching", matching))
        stack.enter_context(patch.object(module, "apply", applying))
    return stack
