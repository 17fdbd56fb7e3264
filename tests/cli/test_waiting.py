"""What a replay waits for: its own packets, and nobody else's."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from fritz.adapters.embedded.bus import SqliteBus
from fritz.alerts.packet import MAX_BYTES
from fritz.archive.tables import TABLES
from fritz.cli import replay
from fritz.cli.supervisor import prepare_bus
from fritz.errors import Transient
from fritz.ports import Message
from fritz.services.replay import Replay
from tests.support.fakes import MemoryObjects, UnwrittenPublications

EVENING = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
STAGES = ("ztf-alerts-ingest", "alerts-filter")


class Clock:
    def __init__(self):
        self.now = EVENING

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bus(tmp_path, clock):
    prepare_bus(tmp_path).close()
    opened = SqliteBus(tmp_path / "bus.sqlite", clock=lambda: clock().timestamp())
    yield opened
    opened.close()


@pytest.fixture
def run(bus, clock):
    return Replay(
        run="mine", bus=bus, publisher=None, warehouse=None, candidates=Candidates(),
        stages=STAGES, seconds=lambda: 0.0, now=clock,
    )  # fmt: skip


class Candidates:
    def count(self):
        return 0


def send(bus, topic, name):
    bus.publish(topic, [Message(name.encode())])


def handle(bus, subscription):
    bus.acknowledge(subscription, [each.lease for each in bus.lease(subscription, 1)])


def test_a_mirror_that_goes_on_publishing_does_not_keep_a_replay_waiting(bus, run):
    send(bus, "ztf-alerts", "mine")
    assert not run.is_through()
    send(bus, "ztf-alerts", "another's, later")
    assert not run.is_through()
    handle(bus, STAGES[0])
    send(bus, "ztf-alerts", "another's, later still")
    assert run.is_through()


def test_what_ingest_sent_on_before_it_acknowledged_is_waited_for(bus, run):
    send(bus, "ztf-alerts", "mine")
    assert not run.is_through()
    send(bus, "alerts", "mine, enriched")
    handle(bus, STAGES[0])
    assert not run.is_through()
    send(bus, "alerts", "another's")
    handle(bus, STAGES[1])
    assert run.is_through()
    assert run.is_through()


def test_a_bus_that_cannot_tell_is_not_waited_for(clock):
    class Silent:
        def backlog(self, subscription):
            return None

    run = Replay(
        run="mine", bus=Silent(), publisher=None, warehouse=None, candidates=Candidates(),
        stages=STAGES, seconds=lambda: 0.0, now=clock,
    )  # fmt: skip
    assert run.is_through()


class Watch:
    """Workers that are there for a number of looks."""

    def __init__(self, looks):
        self.looks = looks

    def check(self):
        self.looks -= 1
        if self.looks < 0:
            raise Transient("the workers are gone")


class Unsettled:
    published = 3

    def settled(self):
        return 2


@pytest.fixture
def slept(monkeypatch):
    """What is slept, on a clock that only sleeping moves."""
    found = []
    monkeypatch.setattr(replay.time, "sleep", found.append)
    monkeypatch.setattr(replay.time, "monotonic", lambda: sum(found))
    return found


def test_waiting_ends_when_the_workers_are_gone(slept):
    with pytest.raises(Transient, match="gone"):
        replay._wait(Unsettled(), Watch(3), lambda settled: None)


@pytest.mark.parametrize("rate", [0.5, 2, 10])
def test_a_rate_is_kept_from_the_first_packets_on(slept, rate):
    seen = [(sum(slept), packet) for packet in replay._paced(range(6), rate, Watch(100))]
    assert [packet for _, packet in seen] == list(range(6))
    for at_s, number in seen:
        assert number <= at_s * rate + 1e-9
    assert seen[-1][0] == pytest.approx(5 / rate)


def test_the_workers_are_watched_while_packets_are_paced(slept):
    with pytest.raises(Transient, match="gone"):
        list(replay._paced(range(2), 0.01, Watch(5)))


class Publisher:
    def __init__(self):
        self.sent = []

    def publish(self, messages):
        self.sent.append(messages)


def test_what_was_read_in_part_says_so():
    publisher = Publisher()
    run = Replay(
        run="mine", bus=None, publisher=publisher, warehouse=None, candidates=Candidates(),
        stages=(), seconds=lambda: 0.0, now=lambda: EVENING,
    )  # fmt: skip
    assert list(run.publish([b"a", bytes(MAX_BYTES + 1), b"c"], chunk=2)) == [2, 1]
    (a, huge), (c,) = publisher.sent
    assert "only the first 10000001 bytes" in huge.attributes["truncated"]
    assert "truncated" not in {**a.attributes, **c.attributes}


def test_the_quarantine_says_that_it_keeps_but_the_beginning():
    from fritz.services.publishing import TRUNCATED  # noqa: PLC0415 -- beside its one use
    from fritz.services.publishing import Publisher as RealPublisher  # noqa: PLC0415 -- as above

    class Bus:
        def publish(self, topic, messages):
            assert topic == "quarantine"

    class Warehouse:
        def __init__(self):
            self.rows = defaultdict(list)

        def append(self, table, rows):
            assert table in TABLES
            self.rows[table] += rows

    objects, warehouse = MemoryObjects(), Warehouse()
    RealPublisher(
        bus=Bus(), objects=objects, warehouse=warehouse,
        publications=UnwrittenPublications(), now=lambda: EVENING,
    ).publish(
        [Message(bytes(MAX_BYTES + 1), {TRUNCATED: "only the beginning", "packet_id": "a/1"})]
    )  # fmt: skip
    (row,) = warehouse.rows["ledger"]
    assert row["reason"] == "too_large"
    assert row["detail"].endswith("; only the beginning")
