"""The marshal's lists over HTTP: milliseconds and documents read per request.

Embedded backend, 64 groups, two gunicorn workers as `fritz up` starts them, one client; once with
a tenth of the data. ``grown`` is the ratio of the two medians. Run it on an idle machine.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
REPEATS = 120
INSIDE = 20
"""Requests of which the time of the processor is taken, within this process."""


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for each request and size."""
    from tests.support.many_groups import Size

    small: dict[str, float] = {}
    for size in (Size(10_000, 1_000, 200_000), Size(100_000, 10_000, 1_000_000)):
        with tempfile.TemporaryDirectory() as folder:
            for line in measured(Path(folder), size):
                before = small.setdefault(line["request"], line["p50_ms"])
                yield line | {"grown": round(line["p50_ms"] / before, 2)}


def measured(folder: Path, size: Any) -> Iterator[dict[str, Any]]:
    """Yield what each request takes with that much data."""
    from fritz.adapters.embedded.documents import SqliteDocuments
    from fritz.services.tokens import TokenStore
    from tests.support.counting_documents import CountingDocuments
    from tests.support.many_groups import populate

    documents = SqliteDocuments(folder / "documents.sqlite")
    began = time.perf_counter()
    user = populate(documents, size)
    filled = round(time.perf_counter() - began, 1)
    secret = TokenStore(documents).create(user, "bench", user.acls, user.created_at, bytes(32))
    counting = CountingDocuments(documents)
    inside = _inside(folder, counting, secret)
    with _Server(folder, secret) as server:
        for name, request in _requests().items():
            server.connect()
            for n in range(8):
                server.ask(*request(n))
            times = [server.ask(*request(n)) for n in range(8, 8 + REPEATS)]
            inside(*request(REPEATS + 8))
            counting.reset()
            inside(*request(REPEATS + 9))
            read, written = counting.read, counting.written
            busy = [_busy(inside, request(REPEATS + 10 + n)) for n in range(INSIDE)]
            yield {
                "request": name,
                "candidates": size.candidates,
                "sources": size.sources,
                "points": size.points,
                "p50_ms": round(statistics.median(times), 2),
                "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
                "p50_cpu_ms": round(statistics.median(busy), 2),
                "documents_read": read,
                "documents_written": written,
                "filled_s": filled,
            }
    documents.close()


def _busy(inside: Callable[[str, str, Any], None], request: tuple[str, str, Any]) -> float:
    """Return how many milliseconds of a processor a request takes, whatever else runs."""
    began = time.process_time()
    inside(*request)
    return (time.process_time() - began) * 1e3


def _requests() -> dict[str, Callable[[int], tuple[str, str, Any]]]:
    from tests.support.many_groups import NIGHT, name_of

    shown = "includePhotometry=true&includeComments=true&includeThumbnails=true"
    night = "startDate=2026-11-27T22:00:00"
    return {
        "HEAD candidate": lambda n: ("HEAD", f"/api/candidates/{name_of(n)}", None),
        "HEAD candidate that is absent": lambda n: ("HEAD", f"/api/candidates/ZTF26no{n}", None),
        "candidates, page of 25 of a night": lambda _: (
            "GET", f"/api/candidates?numPerPage=25&{night}", None,
        ),
        "candidates not saved by anybody": lambda _: (
            "GET", f"/api/candidates?numPerPage=25&{night}&savedStatus=notSavedToAnyAccessible",
            None,
        ),
        "candidates, page of 25 of everything": lambda _: (
            "GET", "/api/candidates?numPerPage=25", None,
        ),
        "sources, page of 100": lambda _: ("GET", "/api/sources", None),
        "source": lambda n: ("GET", f"/api/sources/{name_of(10 * n)}", None),
        "source with 1,000 points, comments, thumbnails": lambda n: (
            "GET",
            f"/api/sources/{name_of(10 * n)}?{shown}", None,
        ),
        "PUT of 100 points": lambda n: (
            "PUT", "/api/photometry",
            {"obj_id": name_of(10 * n), "mjd": [50000 + k / 4 for k in range(100)], "flux": 12.0,
             "fluxerr": 1.0, "zp": 25.0, "magsys": "ab", "filter": "ztfg", "instrument_id": 1,
             "group_ids": [1 + n % 64], "stream_ids": [1]},
        ),
        "POST candidate": lambda n: (
            "POST", "/api/candidates",
            {"id": f"ZTF26post{n}", "ra": n * 0.1, "dec": 1.0, "filter_ids": [1 + n % 64],
             "passed_at": NIGHT.isoformat()},
        ),
    }  # fmt: skip


class _Server:
    """The web app under gunicorn, and one connection to it."""

    def __init__(self, folder: Path, secret: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._headers = {"Authorization": f"token {secret}", "Content-Type": "application/json"}
        self._environment = {
            **os.environ,
            "FRITZ_DATA": str(folder),
            "FRITZ_INDEXES": str(ROOT / "infra/terraform/firestore.indexes.json"),
            "FRITZ_RATE_PER_S": "0",
        }

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "webapp.main:app", "--workers", "2",
                "--worker-class", "gthread", "--threads", "16", "--log-level", "error",
                "--bind", f"127.0.0.1:{self._port}", "--keep-alive", "30",
            ],
            env=self._environment, cwd=ROOT,
        )  # fmt: skip
        deadline = time.monotonic() + 300
        while True:
            try:
                self.connect()
                self.ask("GET", "/api/sysinfo", None)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait(20)

    def connect(self) -> None:
        """Open a new connection: what ran in this process may have taken longer than one lives."""
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)

    def ask(self, method: str, path: str, body: Any) -> float:
        """Return how many milliseconds a request took."""
        began = time.perf_counter()
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1e3
        if answer.status not in {200, 404}:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return took


def _inside(folder: Path, documents: Any, secret: str) -> Callable[[str, str, Any], None]:
    """Return what asks the app in this process, on a store that counts."""
    from tests.support.marshal_world import World
    from webapp.app import create_app
    from webapp.settings import WebSettings

    settings = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="bench")
    client = create_app(World(documents, None), settings).test_client()  # type: ignore[arg-type]

    def ask(method: str, path: str, body: Any) -> None:
        client.open(path, method=method, json=body, headers={"Authorization": f"token {secret}"})

    return ask
