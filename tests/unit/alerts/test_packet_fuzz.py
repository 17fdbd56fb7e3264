"""Whatever bytes come, reading ends in a packet or in Poison, and what was read can be used."""

import io
import random
import tracemalloc
from collections import Counter

import fastavro
import numpy as np
import pytest

from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.packet import Packet, read_packet
from fritz.alerts.schemas import alert_schema
from fritz.alerts.stamps import read_stamp
from fritz.alerts.surveys import survey
from fritz.errors import Poison
from tests.plugins.must_run import kit
from tests.support.packets import fp_point, prv_point, ztf_packet, ztf_packets, ztf_record

ZTF = survey("ztf")
MUTATIONS = 2_000


def seeds() -> list[bytes]:
    history = [prv_point(2458990.5 + i, 18.0 if i % 3 else None) for i in range(8)]
    forced = [fp_point(2458990.5 + i, 300.0 - 50 * i) for i in range(5)]
    records = [ztf_record(prv=history, fp=forced), ztf_record(candid=7, prv=None, drb=None)]
    return [
        ztf_packet(prv=history, fp=forced),
        ztf_packets(records),
        ztf_packets(records, codec="deflate"),
    ]


def flipped(data, dice):
    broken = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        broken[_place(data, dice)] ^= 1 << dice.randrange(8)
    return bytes(broken)


def truncated(data, dice):
    return data[: _place(data, dice)]


def spliced(data, dice):
    a, b = sorted((_place(data, dice), _place(data, dice)))
    part = dice.choice((b"", data[b : b + dice.randrange(200)], dice.randbytes(dice.randrange(40))))
    return data[:a] + part + data[b if dice.random() < 0.5 else a :]


def forged(data, dice):
    """Write an enormous length where another number stood."""
    place = _place(data, dice)
    number = dice.choice((2**31, 2**40, 2**62, -(2**62), 10**6, -1))
    out, zigzag = bytearray(), (number << 1) ^ (number >> 63)
    while zigzag > 127:
        out.append(zigzag & 127 | 128)
        zigzag >>= 7
    return data[:place] + bytes([*out, zigzag]) + data[place + dice.randrange(3) :]


def reencoded(data, dice):
    """Leave a field out of the schema, or put a value there that makes no sense."""
    record = next(fastavro.reader(io.BytesIO(data)))
    schema = alert_schema()
    if dice.random() < 0.5:
        fields = schema["fields"]
        if dice.random() < 0.7:
            fields = fields[4]["type"]["fields"]
        gone = dice.randrange(len(fields))
        if fields[gone]["name"] != "cutoutScience":  # its type is used further down
            fields.pop(gone)
    else:
        wild = dice.choice((float("nan"), float("inf"), -1e300, 1e30, 361.0))
        field = dice.choice(("jd", "ra", "dec", "magpsf", "sigmapsf", "xpos", "scorr"))
        record["candidate"][field] = wild if field in {"jd", "ra", "dec"} else min(wild, 1e30)
        if record.get("prv_candidates") and dice.random() < 0.3:
            record["prv_candidates"][0] |= {"jd": wild, "programid": dice.choice((0, 9, -1))}
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), [record])
    return out.getvalue()


def _place(data, dice):
    """Choose a byte; half of the time in what is neither schema nor stamps."""
    start = data.find(b"ZTF")
    if dice.random() < 0.5 and start > 0:
        return min(start + int(dice.expovariate(1 / 1500)), len(data) - 1)
    return dice.randrange(len(data))


WAYS = (flipped, flipped, truncated, spliced, forged, reencoded)


def use(packet: Packet) -> None:
    """Do with every good record what ingest does."""
    for record in packet.records:
        history = History.empty("ztf", record.object_id).merged(record, "p")
        assert History.decode(history.encode()).encode() == history.encode()
        view = history.view(record.jd, record.candid)
        document = enrich(record, view, survey=ZTF, classifications={}, cross_matches={})
        assert document["candid"] == record.candid
        for kind in ZTF.stamps:
            data = record.stamp(kind)
            try:
                stamp = read_stamp(data) if data else np.zeros((1, 1))
                assert stamp.ndim == 2
            except Poison:
                pass


def outcome(data: bytes) -> str:
    try:
        packet = read_packet(data)
    except Poison as poison:
        return poison.reason
    assert packet.records or packet.failures
    use(packet)
    return packet.failures[0].poison.reason if packet.failures else "read"


@pytest.mark.parametrize("way", sorted(set(WAYS), key=lambda way: way.__name__))
def test_mutated_packets_read_or_are_poison(way):
    dice = random.Random(f"fritz {way.__name__}")
    originals = seeds()
    share = MUTATIONS * WAYS.count(way) // len(WAYS)
    outcomes = Counter(outcome(way(dice.choice(originals), dice)) for _ in range(share))
    assert set(outcomes) - {"read"}, "nothing was broken"


def test_mutated_real_packets_read_or_are_poison():
    files = sorted(kit("alerts/ztf").glob("*.avro"))[::20]
    dice = random.Random(20260722)
    outcomes = Counter()
    for _ in range(400):
        data = dice.choice(files).read_bytes()
        way = dice.choice((flipped, truncated, spliced, forged))
        outcomes[outcome(way(data, dice))] += 1
    assert outcomes["truncated"]


def test_forged_lengths_allocate_little():
    dice, data = random.Random(3), seeds()[0]
    tracemalloc.start()
    try:
        for _ in range(150):
            outcome(forged(data, dice))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000
