"""Messages that arrive together run as one batch, and each fails alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fritz.errors import Transient
from fritz.services.batching import Batcher


class Recorder:
    """Remembers batches; fails on the items it is told to."""

    def __init__(self, bad=(), error=ValueError):
        self.batches = []
        self.bad = set(bad)
        self.error = error

    def __call__(self, items):
        self.batches.append(list(items))
        if self.bad & set(items):
            raise self.error("bad item")


def submit_all(batcher, items):
    """Submit from one thread per item, together, and return what each came to."""
    together = threading.Barrier(len(items))

    def submit(item):
        together.wait()
        try:
            batcher.submit(item)
        except (ValueError, Transient) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(items)) as pool:
        return dict(zip(items, pool.map(submit, items), strict=True))


@pytest.fixture
def batcher_of():
    made = []

    def make(run, *, max_size=8, max_wait_s=60.0):
        made.append(Batcher(run, max_size=max_size, max_wait_s=max_wait_s))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_items_that_arrive_together_run_as_one_batch(batcher_of):
    run = Recorder()
    submit_all(batcher_of(run), list(range(8)))
    assert [sorted(batch) for batch in run.batches] == [list(range(8))]


def test_a_batch_never_exceeds_its_size(batcher_of):
    run = Recorder()
    submit_all(batcher_of(run, max_wait_s=0.1), list(range(30)))
    assert max(map(len, run.batches)) <= 8
    assert sorted(item for batch in run.batches for item in batch) == list(range(30))


def test_a_lone_item_does_not_wait_for_ever(batcher_of):
    run = Recorder()
    batcher_of(run, max_wait_s=0.01).submit("lonely")
    assert run.batches == [["lonely"]]


def test_a_bad_item_fails_alone(batcher_of):
    outcome = submit_all(batcher_of(Recorder(bad={3})), list(range(8)))
    assert outcome == {n: ValueError if n == 3 else None for n in range(8)}


def test_two_bad_items_do_not_hurt_the_others(batcher_of):
    outcome = submit_all(batcher_of(Recorder(bad={0, 7})), list(range(8)))
    assert {n for n, error in outcome.items() if error} == {0, 7}


def test_a_failing_store_fails_the_whole_batch_without_halving_it(batcher_of):
    run = Recorder(bad={3}, error=Transient)
    outcome = submit_all(batcher_of(run), list(range(8)))
    assert set(outcome.values()) == {Transient}
    assert len(run.batches) == 1


def test_closing_runs_what_waits_and_refuses_what_comes_after():
    run = Recorder()
    batcher = Batcher(run, max_size=100, max_wait_s=60)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(batcher.submit, "last")
        while not batcher._waiting:
            pass
        batcher.close()
        waiting.result(timeout=60)
    assert run.batches == [["last"]]
    with pytest.raises(Transient, match="shutting down"):
        batcher.submit("late")
