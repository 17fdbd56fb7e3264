"""The actors of the contract's acceptance cases, on the demo's people.

G1 is group 2 (stream 1), G2 is group 5 (stream 1); `nuria` is in G1 only, `brita` in both, `vera`
in neither; `admin` may do everything. External filters take posts.
"""

import itertools

import pytest

from fritz.marshal.filter import Filter
from fritz.services.filters_store import FilterStore
from tests.support.marshal_world import NOW

G1, G2 = 2, 5


@pytest.fixture
def tokens(world):
    """Return each person's token with all of their verbs, made once."""
    made = {}

    def of(username, *acls):
        if (username, acls) not in made:
            made[username, acls] = world.token(username, *acls)
        return made[username, acls]

    return of


@pytest.fixture
def call(client, tokens):
    """Ask the API: ``call("brita", "POST", "/api/sources", {...})``; a list names verbs, too."""

    def ask(who, method, path, body=None, **query):
        username, *acls = [who] if isinstance(who, str) else who
        return client.open(
            path,
            method=method,
            json=body,
            query_string={k: v for k, v in query.items() if v is not None} or None,
            headers={"Authorization": f"token {tokens(username, *acls)}"},
        )

    return ask


@pytest.fixture
def ok(call):
    """Ask the API and return the data of an answer that went well."""

    def ask(*args, **query):
        answer = call(*args, **query)
        assert answer.status_code == 200, answer.json
        assert answer.json["status"] == "success"
        return answer.json["data"]

    return ask


@pytest.fixture
def refused(call):
    """Ask the API and return the message of a refusal with that status."""

    def ask(status, *args, **query):
        answer = call(*args, **query)
        assert (answer.status_code, answer.json["status"]) == (status, "error"), answer.json
        return answer.json["message"]

    return ask


@pytest.fixture
def external(world):
    """Return the id of a new external filter of a group."""
    numbers = itertools.count(1)

    def make(group_id=G1, stream_id=1, **more):
        new = Filter(
            0, f"external {next(numbers)}", group_id, stream_id, external=True, created_at=NOW,
            modified=NOW, **more,
        )  # fmt: skip
        return FilterStore(world.documents).create(new).id

    return make


@pytest.fixture
def posted(ok, external):
    """Post a candidate and return its object's name."""
    numbers, filters = itertools.count(1), {}

    def post(name=None, group_id=G1, at="2026-11-23T05:00:00", who="admin", **more):
        if group_id not in filters:
            filters[group_id] = external(group_id)
        number = next(numbers)
        name = name or f"ZTF26post{number}"
        body = {
            "id": name, "ra": 10.0 + number, "dec": 5.0, "passed_at": at,
            "filter_ids": [filters[group_id]],
        }  # fmt: skip
        ok(who, "POST", "/api/candidates", body | more)
        return name

    return post


@pytest.fixture
def saved(ok):
    """Save an object and return its name."""
    numbers = itertools.count(1)

    def save(name=None, groups=(G1,), who="admin", **more):
        number = next(numbers)
        name = name or f"ZTF26src{number}"
        body = {"id": name, "ra": 100.0 + number, "dec": -5.0, "group_ids": list(groups)}
        ok(who, "POST", "/api/sources", body | more)
        return name

    return save
