"""The model of load, part by part; `tests.bench prediction` holds it against a real run."""

from dataclasses import replace

import pytest

from fritz.load.arrivals import SCENARIOS, burst
from fritz.load.engine import Clock, Documents, Service, Stage, Window
from fritz.load.simulation import cloud_services, cost_lines, simulated, waiting_line

LOCAL = Service("ingest", 256, 1, 32, 0.05, 0.1, 0.01)
NOTHING = Service("filter", 10**6, 1, 10**6, 0.0, 0.0, 0.0)


def run(service, ticks, *, window=None, documents=None, warm=1):
    clock, done = Clock(), []
    stage = Stage(
        clock, service, window or Window(), documents or Documents(),
        lambda origin, number: done.append((clock.now - origin, number)),
    )  # fmt: skip
    stage.warm(warm)
    for moment, number in ticks:
        clock.at(moment, lambda moment=moment, number=number: stage.publish(moment, number))
    clock.run()
    assert sum(number for _, number in done) == sum(number for _, number in ticks)
    return stage, done, clock.now


def test_what_comes_together_is_one_batch():
    stage, done, _ = run(LOCAL, [(0.0, 10), (0.01, 10)])
    assert stage.batches == 1
    assert max(late for late, _ in done) == pytest.approx(0.05 + 0.1 + 20 * 0.01)


def test_a_full_batch_does_not_wait():
    stage, _, ended = run(LOCAL, [(0.0, 64)])
    assert stage.batches == 2
    assert ended == pytest.approx(2 * (0.1 + 32 * 0.01))
    assert stage.active_s == pytest.approx(ended)


def test_an_instance_that_must_start_is_waited_for():
    cold = replace(LOCAL, cold_start_s=6.0)
    _, done, _ = run(cold, [(0.0, 1)], warm=0)
    assert done[0][0] == pytest.approx(6.0 + 0.05 + 0.11)


def test_more_instances_start_when_those_there_are_full():
    service = replace(LOCAL, concurrency=32, max_instances=5, target=1.0)
    stage, _, _ = run(service, [(0.0, 320)], warm=0)
    assert stage.most_instances == 5


def test_the_push_window_holds_back_and_opens_as_messages_are_acknowledged():
    narrow, _, slow = run(LOCAL, [(0.0, 320)], window=Window(4, 3000, 1.0))
    _, _, fast = run(LOCAL, [(0.0, 320)])
    assert slow > fast
    assert narrow.batches > 10


def test_slow_answers_keep_the_window_at_its_lower_limit():
    window = Window(3000, 3000, 1.0)
    window.acknowledged(1000, 0.5)
    assert window.size > 3000
    window.acknowledged(1000, 2.5)
    assert window.size == 3000


def test_new_traffic_of_firestore_grows_by_half_every_five_minutes():
    documents = Documents(500, 1.5, 300, 10_000)
    assert documents.take(0.0, 1000) == pytest.approx(2.0)
    assert documents.take(0.0, 500) == pytest.approx(3.0)
    assert documents.take(600.0, 1125) == pytest.approx(1.0)


def test_scenarios_are_those_that_were_asked_for():
    packets = {name: each.packets for name, each in SCENARIOS.items()}
    assert packets == {"ztf-3e5": 300_000, "ztf-1e6": 1_000_000, "burst": 80_000, "lsst": 970_000}
    assert SCENARIOS["burst"].ticks[-1][0] < 60


def test_a_scenario_has_latency_instances_and_dollars():
    outcome = simulated(
        burst("a small rush", alerts=3000, over_s=30),
        cloud_services({"ingest": (256, 100), "filter": (256, 50)}),
    )
    assert outcome.latency_s[0.5] <= outcome.latency_s[0.99] <= outcome.latency_s[1.0]
    assert 1 <= outcome.instances["ingest"] <= 100
    lines = cost_lines(outcome, [], {"ingest": 2, "filter": 2})
    assert {"instances", "published", "packets kept"} <= {line.what for line in lines}
    assert all(line.dollars >= 0 for line in lines)


def test_what_holds_up_a_burst_is_told_apart():
    """Starts, the push window, Firestore: each is taken away in turn."""
    rush, rows = (
        burst("a rush", alerts=12_000, over_s=10),
        {"ingest": (256, 100), "filter": (256, 50)},
    )
    ingest, filters = cloud_services(rows)
    small = replace(ingest, concurrency=64), replace(filters, concurrency=64)
    late = [
        simulated(rush, services, warm=warm, documents_per_s=documents).latency_s[0.99]
        for services, warm, documents in (
            ((ingest, filters), 0, 0.0),
            ((ingest, filters), 12, 0.0),
            (small, 12, 0.0),
            (small, 12, 5000.0),
        )
    ]
    assert late == sorted(late, reverse=True)
    assert late[-1] < 0.6 * late[0]


def test_instances_that_wait_cost_what_google_asks_for_idle_ones():
    line = waiting_line(12, {"ingest": 2, "filter": 2})
    assert line.dollars == pytest.approx(12 * 4 * 36_000 * 5e-6)
    assert waiting_line(0, {"ingest": 2, "filter": 2}).dollars == 0
