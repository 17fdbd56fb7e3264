"""The mirror on librdkafka's own mock of a Kafka cluster: real protocol, real consumer groups."""

import json
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from typer.testing import CliRunner

from fritz.adapters.kafka import KafkaPackets
from fritz.cli.commands import app
from fritz.errors import Transient
from fritz.services.mirroring import Mirror
from fritz.services.publishing import Publisher
from fritz.settings import Settings
from fritz.wiring import platform_from_settings
from tests.support.fakes import (
    FailingOnce,
    MemoryBus,
    MemoryObjects,
    MemoryWarehouse,
    UnwrittenPublications,
)
from tests.support.packets import ztf_packet

pytestmark = pytest.mark.xdist_group("kafka")

PATIENCE_S = 60.0
QUICK = {"session.timeout.ms": 6000, "topic.metadata.refresh.interval.ms": 500}


class MockCluster:
    """A broker inside this process, which lasts as long as the producer that holds it."""

    def __init__(self):
        quiet = {"log_level": 3, "bootstrap.servers": "localhost:1"}
        self._producer = Producer(quiet | {"test.mock.num.brokers": 1})
        (broker,) = self._producer.list_topics(timeout=30).brokers.values()
        self.servers = f"{broker.host}:{broker.port}"

    def publish(self, topic, *packets, partition=0):
        for packet in packets:
            self._producer.produce(topic, packet, partition=partition)
        assert self._producer.flush(30) == 0

    def committed(self, group, topic, partition=0):
        """Return the offset at which a group would go on; negative if it never committed."""
        asker = Consumer({"bootstrap.servers": self.servers, "group.id": group, "log_level": 3})
        (found,) = asker.committed([TopicPartition(topic, partition)], timeout=30)
        asker.close()
        return found.offset


@pytest.fixture(scope="module")
def cluster():
    return MockCluster()


@contextmanager
def mirror(cluster, topics, group, bus, source_of=lambda source: source, settings=QUICK):
    source = KafkaPackets(cluster.servers, topics, group, settings)
    try:
        publisher = Publisher(
            bus=bus,
            objects=MemoryObjects(),
            warehouse=MemoryWarehouse(),
            publications=UnwrittenPublications(),
            now=lambda: datetime.now(UTC),
        )
        yield Mirror(source=source_of(source), publisher=publisher)
    finally:
        source.close()


def carry(carrier, number):
    """Step until `number` packets came over; joining a group takes a few seconds."""
    deadline = time.monotonic() + PATIENCE_S
    done = 0
    while done < number:
        assert time.monotonic() < deadline, f"{done} of {number} packets came"
        done += carrier.step(0.2)
    return done


def messages(bus):
    return {
        message.attributes["packet_id"]: message.data for message in bus.published["ztf-alerts"]
    }


def test_packets_cross_unchanged_and_a_restart_goes_on_where_the_last_commit_stands(cluster):
    topic, bus = "ztf_20260801_programid1", MemoryBus()
    packet = ztf_packet(candid=5, programid=2)
    cluster.publish(topic, packet, b"unreadable")
    cluster.publish(topic, b"elsewhere", partition=1)
    with mirror(cluster, [topic], "restart", bus) as carrier:
        carry(carrier, 3)
    assert messages(bus) == {
        f"{topic}/0/0": packet,
        f"{topic}/0/1": b"unreadable",
        f"{topic}/1/0": b"elsewhere",
    }
    (first,) = (m for m in bus.published["ztf-alerts"] if m.data == packet)
    assert first.attributes["candid"] == "5"
    assert first.attributes["kafka.partition"] == "0"
    assert cluster.committed("restart", topic) == 2

    cluster.publish(topic, b"later")
    again = MemoryBus()
    with mirror(cluster, [topic], "restart", again) as carrier:
        carry(carrier, 1)
    assert messages(again) == {f"{topic}/0/2": b"later"}
    assert cluster.committed("restart", topic) == 3


def test_a_crash_between_publish_and_commit_repeats_the_same_packet_ids(cluster):
    topic, bus = "ztf_20260802_programid1", MemoryBus()
    cluster.publish(topic, b"one", b"two")

    class Killed(Exception):
        pass

    class CrashingBeforeCommit:
        def __init__(self, source):
            self.poll = source.poll

        def commit(self):
            raise Killed

    with (
        mirror(cluster, [topic], "crash", bus, CrashingBeforeCommit) as carrier,
        suppress(Killed),
    ):
        carry(carrier, 2)
    before = list(bus.published["ztf-alerts"])
    assert before
    assert cluster.committed("crash", topic) < 0

    with mirror(cluster, [topic], "crash", bus) as carrier:
        carry(carrier, 2)
    ids = [message.attributes["packet_id"] for message in bus.published["ztf-alerts"]]
    assert ids == [f"{topic}/0/{n}" for n in range(len(before))] + [f"{topic}/0/0", f"{topic}/0/1"]
    assert messages(bus) == {f"{topic}/0/0": b"one", f"{topic}/0/1": b"two"}


def test_offsets_stand_still_while_the_bus_fails(cluster):
    topic, bus = "ztf_20260803_programid1", MemoryBus()
    cluster.publish(topic, b"one")
    with mirror(cluster, [topic], "failing", FailingOnce(bus, "publish")) as carrier:
        with pytest.raises(Transient):
            carry(carrier, 1)
        assert cluster.committed("failing", topic) < 0
        carry(carrier, 1)
    assert cluster.committed("failing", topic) == 1
    assert messages(bus) == {f"{topic}/0/0": b"one"}


def test_a_bus_that_is_away_longer_than_kafka_waits_loses_nothing(cluster):
    topic, bus = "ztf_20260807_programid1", MemoryBus()
    cluster.publish(topic, b"before")
    hasty = QUICK | {"max.poll.interval.ms": 6000}
    with mirror(cluster, [topic], "outage", bus, settings=hasty) as carrier:
        carry(carrier, 1)
        time.sleep(7.5)
        cluster.publish(topic, b"after")
        carry(carrier, 1)
    assert messages(bus) == {f"{topic}/0/0": b"before", f"{topic}/0/1": b"after"}


def test_a_pattern_finds_topics_that_appear_later(cluster):
    bus = MemoryBus()
    cluster.publish("winter_20260801", b"another survey's")
    with mirror(cluster, ["^pattern_[0-9]+_programid1$"], "pattern", bus) as carrier:
        assert carrier.step(0.2) == 0
        cluster.publish("pattern_20260804_programid1", b"late")
        carry(carrier, 1)
    assert messages(bus) == {"pattern_20260804_programid1/0/0": b"late"}


def test_the_command_fills_the_local_bus_and_ends_when_the_topic_is_quiet(cluster, tmp_path):
    topic = "ztf_20260805_programid1"
    cluster.publish(topic, ztf_packet(candid=5), b"unreadable")
    options = ["--group", "command", "--until-idle-s", "12", "--data", str(tmp_path), "--json"]
    arguments = ["mirror", "--kafka", cluster.servers, "--topic", topic, *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1]) == {"published": 2}
    assert cluster.committed("command", topic) == 2
    platform = platform_from_settings(Settings(data=tmp_path))
    waiting = platform.bus.backlog("ztf-alerts-ingest")
    platform.close()
    assert waiting is not None
    assert waiting.messages == 2


def test_the_command_refuses_settings_that_are_no_pairs(tmp_path):
    arguments = ["mirror", "--kafka", "localhost:1", "--topic", "a", "--data", str(tmp_path)]
    result = CliRunner().invoke(app, [*arguments, "--setting", "nonsense"])
    assert result.exit_code == 2
    assert "KEY=VALUE" in result.output
