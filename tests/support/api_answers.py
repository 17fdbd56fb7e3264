"""What the API of a platform answers, without what may differ between two runs of one night."""

import secrets
from urllib.parse import quote

import orjson

from fritz.ports import Query
from fritz.services.seed import seed_demo
from fritz.services.tokens import TokenStore
from webapp.app import create_app
from webapp.settings import WebSettings

__all__ = ["answers_of"]

PASSING = frozenset(
    {"passed_at", "created_at", "modified", "last_passed_at", "date", "packet", "queryID"}
)
"""Moments of writing, packs that batches happened to share, and what is new with every question."""

NUMBERED = "/photometry"
"""What this ends has ids that were given out in the order in which points came."""


def answers_of(platform):
    """Return the answers to what people ask after an evening, by path."""
    settings = WebSettings.of(platform.settings, secrets.token_bytes(32))
    client = create_app(platform, settings).test_client()
    token = _admin_token(platform)
    found = {}
    for path in _paths(platform):
        answer = client.get(path, headers={"Authorization": f"token {token}"})
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        passing = PASSING | {"id"} if path.endswith(NUMBERED) else PASSING
        found[path] = _lasting(answer.get_json()["data"], passing)
    return found


def _admin_token(platform):
    world, now = seed_demo(platform.documents, platform.clock()), platform.clock()
    rights = sorted(world.admin.permissions)
    tokens = TokenStore(platform.documents)
    return tokens.replace(world.admin, "evening", rights, now, secrets.token_bytes(32))


def _paths(platform):
    rows = platform.documents.query(Query("candidates"))
    objects = sorted({row.data["obj_id"] for row in rows})
    yield from ("/api/groups", "/api/filters", "/api/streams", "/api/sources")
    yield "/api/candidates?numPerPage=100"
    for name in map(quote, objects):
        yield f"/api/candidates/{name}"
        yield f"/api/sources/{name}/photometry"
        yield f"/api/alerts/{name}"
        yield f"/api/alerts_aux/{name}"


def _lasting(value, passing):
    """Return a value without what passes, lists in an order of their own."""
    if isinstance(value, dict):
        return {n: _lasting(each, passing) for n, each in value.items() if n not in passing}
    if isinstance(value, list):
        return sorted((_lasting(each, passing) for each in value), key=_written)
    return value


def _written(value):
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
