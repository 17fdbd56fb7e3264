"""Cone searches and look-ups over HTTP, as Kowalski's clients ask them: 50 a second, for a while.

The catalog has 10^7 rows (``BENCH_ROWS`` sets another size) and is made once, in a folder that goes
away; the web app runs as in production, gunicorn with two workers. Requests are sent when they are
due, whether or not earlier ones have been answered, and times count from when they were due.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

PER_S = 50
SECONDS = int(os.environ.get("BENCH_SECONDS", "20"))
THREADS = 16
OBJECTS = 500
PORT = 5999


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for cone searches and one for each look-up."""
    from tests.bench.bench_catalogs import ROWS, Sky

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sky = Sky(folder, ROWS)
        sky.shelve()
        token, objects = furnished(folder, ROWS)
        served = Served(folder)
        with served as base:
            ask = asking(base, token)
            for line in measured(sky, ask, objects, served.cpu_s):
                yield {"catalog_rows": ROWS, "per_s": PER_S, "load": os.getloadavg()[0], **line}


def furnished(folder: Path, rows: int) -> tuple[str, list[str]]:
    """Make a user's token, mark the catalog as loaded, and ingest alerts of some objects."""
    import secrets

    from fritz.cli.platforms import furnished as furnish
    from fritz.cli.platforms import opened
    from fritz.services.catalog_store import CatalogStore, LoadReport
    from fritz.services.tokens import TokenStore
    from tests.support.backtesting import ingested
    from tests.support.packets import prv_point, ztf_packet

    names = [f"ZTF26bench{n:04d}" for n in range(OBJECTS)]
    past = [prv_point(2461360.0 - day, 18.0 + day / 50) for day in range(1, 60)]
    packets = [
        ztf_packet(3247253560115015000 + n, name, 2461367.75, 10.0 + n / 10, 5.0, prv=past)
        for n, name in enumerate(names)
    ]
    with opened(folder) as platform:
        world = furnish(platform)
        CatalogStore(platform.documents).loaded(
            LoadReport("Gaia_DR3", rows_in=rows, rows=rows), datetime.now(UTC)
        )
        ingested(platform, packets)
        token = TokenStore(platform.documents).replace(
            world.admin, "bench", world.admin.acls, platform.clock(), secrets.token_bytes(32)
        )
    return token, names


class Served:
    """The web app under gunicorn, for a block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> str:
        environment = {
            **os.environ,
            "FRITZ_DATA": str(self._folder),
            "FRITZ_RATE_PER_S": "0",
            "FRITZ_LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{PORT}", "-w", "2"]
        command += ["--threads", "4", "--log-level", "error", "webapp.main:app"]
        self._process = subprocess.Popen(command, env=environment)
        base = f"http://127.0.0.1:{PORT}"
        for _ in range(300):
            if answers(base):
                return base
            time.sleep(0.2)
        raise RuntimeError("the web app did not start")

    def cpu_s(self) -> float:
        """Return the processor time that the workers have used, seconds."""
        pid = self._process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ticks = 0
        for worker in workers:
            fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)


def answers(base: str) -> bool:
    """Return whether the web app is there."""
    import requests

    try:
        return requests.get(f"{base}/api/sysinfo", timeout=2).ok
    except requests.RequestException:
        return False


def asking(base: str, token: str) -> Callable[[dict[str, Any]], Any]:
    """Return what sends a query, over a connection of each thread's own, and returns its data."""
    import requests

    local = threading.local()

    def ask(query: dict[str, Any]) -> Any:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers["Authorization"] = token
        answer = local.session.post(f"{base}/api/queries", json=query, timeout=60)
        answer.raise_for_status()
        return answer.json()["data"]

    return ask


def measured(
    sky: Any,
    ask: Callable[[dict[str, Any]], Any],
    objects: list[str],
    cpu_s: Callable[[], float],
) -> Iterator[dict[str, Any]]:
    """Yield what each kind of query takes."""
    rng = np.random.default_rng(7)
    ra, dec = sky.near(rng, rng.integers(0, len(sky.ra), PER_S * SECONDS))
    cones = [
        {
            "query_type": "cone_search",
            "query": {
                "object_coordinates": {
                    "cone_search_radius": 5,
                    "cone_search_unit": "arcsec",
                    "radec": {"o": [float(ra[n]), float(dec[n])]},
                },
                "catalogs": {"Gaia_DR3": {"projection": {"_id": 1, "phot_g_mean_mag": 1}}},
            },
        }
        for n in range(PER_S * SECONDS)
    ]
    yield {"query": "cone_search", **timed(ask, cones, lambda data: data["Gaia_DR3"]["o"], cpu_s)}
    for catalog, key in (("ZTF_alerts_aux", "_id"), ("ZTF_alerts", "objectId")):
        looked_up = [
            {
                "query_type": "find",
                "query": {
                    "catalog": catalog,
                    "filter": {key: objects[n % len(objects)]},
                    "projection": {"cutoutScience": 0, "cutoutTemplate": 0, "cutoutDifference": 0},
                },
            }
            for n in range(PER_S * SECONDS)
        ]
        yield {"query": f"find {catalog} by object", **timed(ask, looked_up, bool, cpu_s)}


def timed(
    ask: Callable[[dict[str, Any]], Any],
    queries: list[dict[str, Any]],
    found: Callable[..., Any],
    cpu_s: Callable[[], float],
) -> dict[str, Any]:
    """Send queries when they are due; return how long answers took and how many found something."""
    for query in queries[:THREADS]:
        ask(query)
    used = cpu_s()
    began = time.perf_counter() + 0.5

    def one(number: int) -> tuple[float, bool]:
        due = began + number / PER_S
        time.sleep(max(due - time.perf_counter(), 0))
        hit = bool(found(ask(queries[number])))
        return time.perf_counter() - due, hit

    with ThreadPoolExecutor(THREADS) as pool:
        answered = list(pool.map(one, range(len(queries))))
    cpu_ms = (cpu_s() - used) * 1e3 / len(queries)
    took = np.array([each[0] for each in answered]) * 1e3
    p50, p95, p99 = (round(float(np.percentile(took, share)), 1) for share in (50, 95, 99))
    share = sum(hit for _, hit in answered) / len(answered)
    times = {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "cpu_ms": round(cpu_ms, 1)}
    return {"queries": len(queries), **times, "found": share}
