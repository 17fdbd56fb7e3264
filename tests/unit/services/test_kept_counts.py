"""Counts of walks: old rows are counted once for a while, new ones each time."""

from datetime import UTC, datetime, timedelta

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.ports import Delete, Put
from fritz.services import kept_counts
from fritz.services.kept_counts import KeptCounts
from fritz.services.walking import Walk
from tests.support.counting_documents import CountingDocuments

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    documents = CountingDocuments(SqliteDocuments(tmp_path / "documents.sqlite"))
    yield documents
    documents.close()


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def count(store, clock, monkeypatch):
    """Return the count of all rows, of which more than five are many."""
    monkeypatch.setattr(kept_counts, "COUNTED_ANEW", 5)
    counts = KeptCounts(lambda: clock[0])
    return lambda: counts.of(Walk(store, "rows", "owner", (1,), "name"), "at")


def add(store, *numbers, ago=timedelta(days=1)):
    row = {"owner": 1, "at": NOW - ago, "name": "n", "obj_id": "o"}
    store.commit([Put("rows", str(n), row) for n in numbers])


def test_few_rows_are_counted_each_time(store, count):
    add(store, 1, 2)
    assert count() == 2
    add(store, 3)
    assert count() == 3


def test_what_is_new_counts_at_once(store, count):
    add(store, *range(10))
    assert count() == 10
    add(store, 20, ago=timedelta(0))
    add(store, 21, ago=timedelta(minutes=14))
    assert count() == 12
    store.commit([Delete("rows", "20")])
    assert count() == 11


def test_what_is_old_counts_after_five_minutes(store, count, clock):
    add(store, *range(10))
    assert count() == 10
    add(store, 20)
    assert count() == 10
    clock[0] += timedelta(minutes=5, seconds=1)
    assert count() == 11


def test_old_rows_are_not_counted_again(store, count):
    for start in range(0, 2000, 500):
        add(store, *range(start, start + 500))
    count()
    store.reset()
    assert count() == 2000
    assert store.read == 1
