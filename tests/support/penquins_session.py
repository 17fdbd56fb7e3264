"""A session of penquins with the archive, printed: ``python -m tests.support.penquins_session``."""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from fritz.cli.platforms import opened
from tests.support.archive_world import FIRST, filled, served, token_of

__all__ = ["SESSION", "main"]

SESSION: list[tuple[str, dict[str, Any]]] = [
    ("info", {"command": "db_info"}),
    ("estimated_document_count", {"catalog": "ZTF_alerts"}),
    ("count_documents", {"catalog": "ZTF_alerts", "filter": {"candidate.drb": {"$gt": 0.5}}}),
    ("find_one", {"catalog": "ZTF_alerts", "filter": {"candid": FIRST},
                  "projection": {"objectId": 1, "candidate.magpsf": 1, "_id": 0}}),
    ("find", {"catalog": "ZTF_alerts_aux", "filter": {"_id": "ZTF26aaaaaaa"},
              "projection": {"prv_candidates.programid": 1}}),
    ("aggregate", {"catalog": "ZTF_alerts", "pipeline": [
        {"$group": {"_id": "$objectId", "n": {"$sum": 1}}}, {"$sort": {"n": -1, "_id": 1}},
        {"$limit": 3}]}),
    ("aggregate", {"catalog": "ZTF_alerts", "pipeline": [{"$lookup": {"from": "x"}}]}),
    ("cone_search", {
        "object_coordinates": {"cone_search_radius": 2, "cone_search_unit": "arcsec",
                               "radec": {"here": [150.0, 20.0]}},
        "catalogs": {"ZTF_alerts": {"filter": {}, "projection": {"_id": 0, "candid": 1}}}}),
    ("near", {
        "max_distance": 60, "distance_units": "arcsec", "radec": {"here": [150.1, 20.0]},
        "catalogs": {"ZTF_alerts": {"filter": {}, "projection": {"_id": 0, "objectId": 1}}}}),
]  # fmt: skip


def main() -> None:
    """Print what is asked and what is answered, by somebody with public rights and one with all."""
    from penquins import Kowalski  # noqa: PLC0415 - only the session needs it

    say = sys.stdout.write
    say(f"penquins {version('penquins')}\n")
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as platform:
        filled(platform)
        with served(platform) as port:
            for username in ("brita", "nuria"):
                client = Kowalski(
                    username=username, password=token_of(platform, username), protocol="http",
                    host="127.0.0.1", port=port, timeout=60, max_retries=0,
                )  # fmt: skip
                say(f"\n# {username}: ping {client.ping()}\n")
                for kind, query in SESSION:
                    say(f"> {kind} {orjson.dumps(query).decode()}\n")
                    answer = client.query({"query_type": kind, "query": query})["default"]
                    say(f"{answer['status']}: {_shown(answer)}\n")
                batch = [_counting({"candidate.fid": fid}) for fid in (1, 2)]
                found = client.query(queries=batch, use_batch_query=True, max_n_threads=2)
                say(f"> two counts, in two threads\n{[a['data'] for a in found['default']]}\n")
                client.close_all()


def _counting(condition: dict[str, Any]) -> dict[str, Any]:
    query = {"catalog": "ZTF_alerts", "filter": condition}
    return {"query_type": "count_documents", "query": query}


def _shown(answer: dict[str, Any]) -> str:
    data = answer.get("data")
    return orjson.dumps(data, default=str).decode() if data is not None else answer["message"]


if __name__ == "__main__":
    main()
