"""Packets by reference and documents compressed: what comes out is what went in, for less."""

from base64 import b64encode
from datetime import UTC, datetime

import orjson
import pytest

from fritz.errors import NotFound
from fritz.ports import Message
from fritz.services.carriage import CompressingBus, opened, referred
from fritz.services.counting import CountingObjects, Counts
from fritz.services.envelopes import Envelope
from fritz.services.packs import packet_of, read_place, write_pack
from fritz.services.publishing import packet_message
from tests.support.fakes import MemoryBus, MemoryObjects
from tests.support.packets import ztf_packet

NOW = datetime(2026, 3, 19, 12, tzinfo=UTC)
JD = 2461100.5


def envelopes(messages):
    return [Envelope(m.data, m.attributes, str(n), NOW) for n, m in enumerate(messages)]


def packets(number):
    return [ztf_packet(candid=n + 1, object_id=f"ZTF26a{n}", jd=JD + n % 2) for n in range(number)]


def test_packets_by_reference_are_read_back_whole_in_any_order_by_few_reads():
    objects, counts, sent = MemoryObjects(), Counts(), packets(20)
    messages = referred(objects, [packet_message(p, packet_id=str(p[-9:])) for p in sent])
    assert {each.data for each in messages} == {b""}
    nights = {each.attributes["night"] for each in messages}
    assert len(list(objects.list("packs/ztf/"))) == len(nights) == 2
    asked = envelopes(messages)[::-1]
    got = opened(CountingObjects(objects, counts), asked)
    assert sorted(each.data for each in got) == sorted(sent)
    assert all(read_place(objects, each.place) == each.data for each in got)
    assert [each.message_id for each in got] == [each.message_id for each in asked]
    assert counts.object_reads == 2


def test_what_cannot_be_read_and_what_is_whole_travels_as_it_is():
    objects = MemoryObjects()
    broken = packet_message(b"no packet", packet_id="1")
    assert referred(objects, [broken]) == [broken]
    whole = envelopes([broken, Message(ztf_packet(), {"pack": "packs/x", "offset": "0"})])
    assert opened(objects, whole) == whole


@pytest.mark.parametrize(
    "place",
    [{"pack": "secrets/x"}, {"pack": "packs/x"}, {"pack": "packs/x", "offset": "a", "length": "1"}],
)
def test_a_place_that_is_none_is_no_packet(place):
    (got,) = opened(MemoryObjects(), envelopes([Message(b"", place)]))
    assert got.data == b""
    assert got.place is None


def test_a_pack_that_is_gone_is_said_to_be():
    lost = Message(b"", {"pack": "packs/x", "offset": "0", "length": "9"})
    with pytest.raises(NotFound, match="packs/x"):
        opened(MemoryObjects(), envelopes([lost]))


def test_packets_take_less_in_a_pack_and_older_packs_are_read_too():
    objects, packet = MemoryObjects(), ztf_packet()
    (place,) = write_pack(objects, "ztf", 20260319, [packet])
    assert place.length < len(packet)
    assert read_place(objects, place) == packet == packet_of(packet)
    half = objects.get(place.pack)[: place.length // 2]
    assert packet_of(half) == half


def test_documents_travel_compressed_and_arrive_whole():
    inner = MemoryBus()
    bus = CompressingBus(inner, {"alerts"})
    document = orjson.dumps({"prv_candidates": [{"jd": JD, "magpsf": 18.5}] * 50})
    for topic in ("alerts", "events"):
        bus.publish(topic, [Message(document, {"candid": "1"})])
    (small,), (whole,) = inner.published["alerts"], inner.published["events"]
    assert whole.data == document
    assert len(small.data) < len(document) / 5
    assert small.attributes == {"candid": "1", "content-encoding": "gzip"}


def test_an_envelope_undoes_the_compression_and_keeps_what_is_spoilt(pushed):
    inner = MemoryBus()
    CompressingBus(inner, {"alerts"}).publish("alerts", [Message(b"{}" * 99, {})])
    (message,) = inner.published["alerts"]
    assert Envelope.from_event(pushed(message)).data == b"{}" * 99
    for spoilt in (message.data[:20], b"no gzip"):
        assert Envelope.from_event(pushed(Message(spoilt, message.attributes))).data == spoilt


@pytest.fixture
def pushed():
    def body(message):
        data = b64encode(message.data).decode()
        return {"message": {"data": data, "attributes": message.attributes, "messageId": "1"}}

    return body
