"""Tokens at work: what they are trusted for, and how long."""

from datetime import timedelta

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import Forbidden, Unauthorized
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.ports import Create, Delete, Put
from fritz.services.access import TRUSTED_S, Access
from fritz.services.tokens import TokenStore
from tests.support.marshal_world import NOW, FakeIdentity


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Counting:
    """A store that counts the documents that are read."""

    def __init__(self, store):
        self.store, self.read = store, 0

    def __getattr__(self, name):
        return getattr(self.store, name)

    def get(self, collection, doc_id):
        self.read += 1
        return self.store.get(collection, doc_id)

    def get_many(self, collection, ids):
        wanted = list(ids)
        self.read += len(wanted)
        return self.store.get_many(collection, wanted)


USER = User(7, "someone", NOW, roles=("Full user",), group_ids=(2,), stream_ids=(1, 2))


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite")
    streams = [Stream(n, f"stream {n}", "ztf", (n,)) for n in (1, 2)]
    store.commit(
        [
            Create("users", "7", USER.to_fields()),
            *(Create("streams", str(s.id), s.to_fields()) for s in streams),
        ]
    )
    yield Counting(store)
    store.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def access(documents, clock):
    return Access(documents, FakeIdentity(), clock)


def token(documents, *acls, **more):
    secret = TokenStore(documents).create(USER, "t", acls, NOW, bytes(32), **more)
    return f"token {secret}"


def test_a_token_gives_what_it_was_given_of_what_its_owner_may_now(documents, access):
    header = token(documents, "Comment", "Upload data")
    assert access.by_header(header).acls == {"Comment", "Upload data"}
    lesser = USER.to_fields() | {"roles": [], "acls": ["Comment"]}
    documents.commit([Put("users", "7", lesser)])
    assert access.by_header(header).acls == {"Comment"}


def test_a_request_costs_the_read_of_its_user_alone(documents, access):
    header = token(documents, "Comment")
    access.by_header(header)
    documents.read = 0
    for _ in range(10):
        assert len(access.by_header(header).streams) == 2
    assert documents.read == 10


def test_an_ended_token_is_refused_here_at_once_and_elsewhere_within_a_minute(
    documents, access, clock
):
    header = token(documents, "Comment")
    elsewhere = Access(documents, FakeIdentity(), clock)
    access.by_header(header)
    elsewhere.by_header(header)
    (found,) = TokenStore(documents).of_user(7)
    TokenStore(documents).end(found.id)
    access.forget(found.id)
    with pytest.raises(Unauthorized):
        access.by_header(header)
    clock.now += timedelta(seconds=TRUSTED_S)
    with pytest.raises(Unauthorized):
        elsewhere.by_header(header)


def test_a_group_is_left_at_once(documents, access):
    header = token(documents)
    assert access.by_header(header).group_ids == {2}
    documents.commit([Put("users", "7", USER.to_fields() | {"group_ids": []})])
    assert access.by_header(header).group_ids == frozenset()


def test_a_token_ends_when_it_was_to(documents, access, clock):
    header = token(documents, expires_at=NOW + timedelta(days=1))
    access.by_header(header)
    clock.now += timedelta(days=1)
    with pytest.raises(Unauthorized):
        access.by_header(header)


def test_the_day_of_the_last_use_is_noted_once(documents, access, clock):
    header = token(documents)
    store = TokenStore(documents)
    assert store.of_user(7)[0].last_used is None
    access.by_header(header)
    version = documents.get("tokens", store.of_user(7)[0].id).version
    access.by_header(header)
    assert documents.get("tokens", store.of_user(7)[0].id).version == version
    clock.now += timedelta(days=3)
    access.by_header(header)
    assert store.of_user(7)[0].last_used == (NOW + timedelta(days=3)).date()


def test_an_expired_account_is_told_so(documents, access):
    header = token(documents)
    ended = USER.to_fields() | {"expiration_date": NOW}
    documents.commit([Put("users", "7", ended)])
    with pytest.raises(Forbidden, match="someone expired on 2026-11-23"):
        access.by_header(header)


def test_a_token_without_its_owner_is_nobodys(documents, access):
    header = token(documents)
    documents.commit([Delete("users", "7")])
    with pytest.raises(Unauthorized):
        access.by_header(header)
