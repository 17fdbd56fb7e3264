"""Rate limits: one bucket, several processes that take handfuls of it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import TooMany
from fritz.services.rate_limits import Rate, RateLimits
from tests.support.marshal_world import NOW


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Counting:
    """A store that counts transactions."""

    def __init__(self, store):
        self.store, self.transactions = store, 0

    def transact(self, body):
        self.transactions += 1
        return self.store.transact(body)


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite")
    yield store
    store.close()


def passes(limits, key="token"):
    try:
        limits.spend(key)
    except TooMany:
        return False
    return True


def test_burst_then_refusal_that_says_when_to_ask_again(documents):
    clock = Clock()
    limits = RateLimits(documents, Rate(0.25, 4), clock)
    assert [passes(limits) for _ in range(6)] == [True] * 4 + [False] * 2
    with pytest.raises(TooMany, match="4 at once") as refusal:
        limits.spend("token")
    assert refusal.value.retry_after_s == 4
    clock.now += timedelta(seconds=4)
    assert [passes(limits) for _ in range(2)] == [True, False]
    assert passes(limits, "another token")


def test_a_busy_script_costs_one_write_a_second(documents):
    clock, store = Clock(), Counting(documents)
    limits = RateLimits(store, Rate(100.0, 1000), clock)
    for _ in range(10):
        clock.now += timedelta(seconds=1)
        assert all(passes(limits) for _ in range(100))
    assert store.transactions == 10


def test_what_is_refused_asks_the_store_once_a_wait(documents):
    store = Counting(documents)
    limits = RateLimits(store, Rate(1.0, 1), Clock())
    assert passes(limits)
    assert not any(passes(limits) for _ in range(100))
    assert store.transactions == 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 0.5)), min_size=20, max_size=80))
def test_processes_together_stay_within_the_stated_bound(tmp_path_factory, calls):
    folder = tmp_path_factory.mktemp("limits")
    documents, clock, rate = SqliteDocuments(folder / "d.sqlite"), Clock(), Rate(5.0, 10)
    processes = [RateLimits(documents, rate, clock) for _ in range(3)]
    passed = elapsed_s = 0.0
    for process, pause_s in calls:
        clock.now += timedelta(seconds=pause_s)
        elapsed_s += pause_s
        passed += passes(processes[process])
        assert passed <= rate.burst + rate.per_s * (elapsed_s + len(processes))
    documents.close()


def test_a_paced_loop_over_several_processes_never_fails(documents):
    clock = Clock()
    processes = [RateLimits(documents, Rate(5.0, 10), clock) for _ in range(2)]
    for n in range(200):
        clock.now += timedelta(seconds=0.2)
        assert passes(processes[n * n % 3 % 2])
