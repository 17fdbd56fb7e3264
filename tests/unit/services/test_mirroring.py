"""The mirror loses nothing, changes nothing, and repeats under the same packet id."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.errors import Transient
from fritz.services.mirroring import Mirror
from fritz.services.publishing import Publisher
from tests.support.fakes import (
    FailingOnce,
    MemoryBus,
    MemoryObjects,
    MemoryWarehouse,
    UnwrittenPublications,
)
from tests.support.packets import ztf_packet

TOPIC = "ztf_20260801_programid1"
NOW = datetime(2026, 8, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class LoggedPacket:
    data: bytes
    topic: str = TOPIC
    partition: int = 0
    offset: int = 0


class FakeLog:
    """One partition of packets; a reader starts where the last commit stands."""

    def __init__(self, *packets, batch=2):
        self.packets = [LoggedPacket(data, offset=n) for n, data in enumerate(packets)]
        self.batch = batch
        self.committed = 0

    def reader(self):
        return FakeSource(self)


class FakeSource:
    def __init__(self, log):
        self._log = log
        self._position = log.committed
        self.closed = False

    def poll(self, timeout_s):
        found = self._log.packets[self._position : self._position + self._log.batch]
        self._position += len(found)
        return found

    def commit(self):
        self._log.committed = self._position

    def close(self):
        self.closed = True


def mirror(source, bus, objects=None, warehouse=None):
    publisher = Publisher(
        bus=bus,
        objects=objects or MemoryObjects(),
        warehouse=warehouse or MemoryWarehouse(),
        publications=UnwrittenPublications(),
        now=lambda: NOW,
    )
    return Mirror(source=source, publisher=publisher)


def ids(bus):
    return [message.attributes["packet_id"] for message in bus.published["ztf-alerts"]]


def test_a_packet_travels_unchanged_with_what_it_is_about():
    packet = ztf_packet(candid=2**60 + 1, object_id="ZTF26abcdefg", programid=2)
    bus = MemoryBus()
    assert mirror(FakeLog(packet).reader(), bus).step() == 1
    (message,) = bus.published["ztf-alerts"]
    assert message.data == packet
    assert message.attributes == {
        "survey": "ztf",
        "candid": str(2**60 + 1),
        "objectId": "ZTF26abcdefg",
        "programid": "2",
        "night": "20200531",
        "kafka.topic": TOPIC,
        "kafka.partition": "0",
        "kafka.offset": "0",
        "packet_id": f"{TOPIC}/0/0",
    }


@pytest.mark.parametrize("packet", [b"", b"no Avro", b"Obj\x01 but no more"])
def test_an_unreadable_packet_travels_too(packet):
    bus = MemoryBus()
    mirror(FakeLog(packet).reader(), bus).step()
    (message,) = bus.published["ztf-alerts"]
    assert message.data == packet
    assert message.attributes["packet_id"] == f"{TOPIC}/0/0"
    assert "candid" not in message.attributes


def test_nothing_is_committed_before_the_bus_has_confirmed():
    log, bus = FakeLog(b"a", b"b", b"c"), MemoryBus()
    failing = mirror(log.reader(), FailingOnce(bus, "publish"))
    with pytest.raises(Transient):
        failing.step()
    assert log.committed == 0
    assert failing.step() == 2
    assert log.committed == 2
    assert ids(bus) == [f"{TOPIC}/0/0", f"{TOPIC}/0/1"]


def test_a_failed_batch_is_repeated_before_anything_later():
    log, bus = FakeLog(b"a", b"b", b"c"), MemoryBus()
    failing = mirror(log.reader(), FailingOnce(bus, "publish"))
    waits = []
    clock = iter(range(100))
    done = list(failing.run(until_idle_s=5, seconds=lambda: next(clock), wait=waits.append))
    assert sum(done) == 3
    assert waits == [1.0]
    assert [message.data for message in bus.published["ztf-alerts"]] == [b"a", b"b", b"c"]


def test_a_crash_after_publishing_repeats_the_packet_under_the_same_id():
    log, bus = FakeLog(b"a", b"b"), MemoryBus()
    crashing = log.reader()
    crashing.commit = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        mirror(crashing, bus).step()
    mirror(log.reader(), bus).step()
    assert ids(bus) == [f"{TOPIC}/0/0", f"{TOPIC}/0/1"] * 2


def test_offsets_that_could_not_be_committed_are_covered_by_the_next_commit():
    log, bus = FakeLog(b"a", b"b", b"c"), MemoryBus()
    carrier = mirror(FailingOnce(log.reader(), "commit"), bus)
    assert carrier.step() == 2
    assert log.committed == 0
    assert carrier.step() == 1
    assert log.committed == 3
    assert len(ids(bus)) == 3


def test_a_packet_too_large_for_the_bus_is_kept_and_accounted_for():
    objects, warehouse, bus = MemoryObjects(), MemoryWarehouse(), MemoryBus()
    huge = b"x" * 10_000_001
    log = FakeLog(b"a", huge)
    assert mirror(log.reader(), bus, objects, warehouse).step() == 2
    assert [message.data for message in bus.published["ztf-alerts"]] == [b"a"]
    (row,) = warehouse.tables["ledger"]
    assert (row["outcome"], row["reason"]) == ("quarantined", "too_large")
    assert row["packet_id"] == f"{TOPIC}/0/1"
    assert objects.get(row["object_key"]) == huge
    assert len(bus.published["quarantine"]) == 1
    assert log.committed == 2


def test_the_mirror_stops_only_after_a_quiet_time():
    log, bus = FakeLog(), MemoryBus()
    clock = iter(range(100))
    steps = mirror(log.reader(), bus).run(
        until_idle_s=4, seconds=lambda: next(clock), wait=lambda _: None
    )
    assert list(steps) == [0, 0, 0]


@given(
    st.lists(st.binary(max_size=5), max_size=12),
    st.lists(st.sampled_from(["publish", "commit", "crash", "fine"]), max_size=20),
    st.integers(1, 4),
)
def test_every_packet_arrives_whatever_fails(packets, faults, batch):
    log, bus = FakeLog(*packets, batch=batch), MemoryBus()
    carrier = mirror(log.reader(), bus)
    for fault in [*faults, *["fine"] * (len(packets) + 1)]:
        if fault == "crash":
            carrier = mirror(log.reader(), bus)
            continue
        port = "_publisher" if fault == "publish" else "_source"
        whole = getattr(carrier, port)
        if fault != "fine":
            setattr(carrier, port, FailingOnce(whole, fault))
        try:
            carrier.step()
        except Transient:
            assert fault == "publish"
        setattr(carrier, port, whole)
    arrived = {}
    for message in bus.published["ztf-alerts"]:
        arrived.setdefault(message.attributes["packet_id"], set()).add(message.data)
    assert arrived == {f"{TOPIC}/0/{n}": {data} for n, data in enumerate(packets)}
