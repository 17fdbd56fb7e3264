"""Looking up objects over HTTP, embedded: ms per request against an archive of 30 nights."""

import io
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ALERTS = 400
"""Alerts of one simulated night that pass ingest; the other nights are copies of their rows."""
NIGHTS = 30
REQUESTS = 200


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for each route: median and 95th percentile of the time for a request."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    from fritz.cli.platforms import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as platform:
        names = archived(platform)
        get = client(platform)
        for route, path in ROUTES.items():
            yield {"route": route, "alerts": ALERTS * NIGHTS} | timed(get, path, names)


ROUTES: dict[str, Callable[[tuple[str, int]], str]] = {
    "alerts/{objectId}": lambda each: f"/api/alerts/{each[0]}",
    "alerts/{objectId}, all fields": lambda each: f"/api/alerts/{each[0]}?includeAllFields=1",
    "alerts_aux/{objectId}": lambda each: f"/api/alerts_aux/{each[0]}",
    "brokers/1/alerts/{candid}": lambda each: f"/api/brokers/1/alerts/{each[1]}",
    "alerts_cutouts/{objectId}, PNG": lambda each: (
        f"/api/alerts_cutouts/{each[0]}?candid={each[1]}&cutout=science"
    ),
}


def archived(platform: Any) -> list[tuple[str, int]]:
    """Fill the archive; return names and candids of public alerts that passed ingest."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    from sqlglot import exp

    from emulators.survey import simulate
    from fritz.archive.expressions import star, table
    from fritz.ports import Statement
    from fritz.services.seed import seed_demo
    from fritz.wiring import night_loading

    seed_demo(platform.documents, platform.clock())
    packets = [each.data for each in simulate(ALERTS, seed=1)]
    for _ in night_loading(platform, publish=False).load("bench", packets):
        pass
    rows = platform.warehouse.run(Statement(exp.select(star()).from_(table("alerts"))))
    keys = []
    for number in range(1, NIGHTS):
        night = 20180101 + number % 28 + 100 * (number // 28)
        copy = rows.set_column(
            rows.column_names.index("night"), "night", pa.array([night] * len(rows), pa.int64())
        )
        named = pc.binary_join_element_wise(rows.column("objectId"), str(number), "-")
        copy = copy.set_column(rows.column_names.index("objectId"), "objectId", named)
        buffer = io.BytesIO()
        pq.write_table(copy, buffer)
        platform.objects.create(f"bench/{number}", buffer.getvalue())
        keys.append(f"bench/{number}")
    platform.warehouse.load("alerts", keys)
    public = rows.filter(pc.equal(rows.column("programid"), 1))
    return [
        (row["objectId"], row["candid"])
        for row in public.select(["objectId", "candid"]).to_pylist()
    ]


def client(platform: Any) -> Callable[[str], Any]:
    """Return what asks the web app as a user who sees public data."""
    from fritz.services.groups import UserStore
    from fritz.services.tokens import TokenStore
    from webapp.app import create_app
    from webapp.settings import WebSettings

    app = create_app(
        platform, WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="bench")
    ).test_client()
    user = UserStore(platform.documents).by_name("brita")
    token = TokenStore(platform.documents).create(
        user, "bench", sorted(user.permissions), platform.clock(), bytes(32)
    )

    def get(path: str) -> Any:
        answer = app.get(path, headers={"Authorization": f"token {token}"})
        if answer.status_code != 200:
            raise AssertionError(answer.text)
        return answer

    return get


def timed(
    get: Callable[[str], Any],
    path: Callable[[tuple[str, int]], str],
    names: list[tuple[str, int]],
) -> dict[str, Any]:
    """Return how long requests take, milliseconds."""
    chosen = random.Random(5).sample(names, min(REQUESTS, len(names)))
    get(path(names[0]))
    took = []
    for each in chosen:
        began = time.perf_counter()
        get(path(each))
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "requests": len(took),
        "p50_ms": round(took[len(took) // 2], 1),
        "p95_ms": round(took[int(len(took) * 0.95)], 1),
    }
