"""Whatever bytes come, reading ends in a packet or in Poison, and what was read can be used."""

import io
import json
import random
import tracemalloc
from collections import Counter
from datetime import UTC, datetime

import fastavro
import numpy as np
import orjson
import pytest

from fritz.alerts.document import enrich
from fritz.alerts.history import History
from fritz.alerts.packet import Packet, read_packet
from fritz.alerts.properties import with_properties
from fritz.alerts.stamps import read_stamp
from fritz.alerts.surveys import survey
from fritz.archive.rows import alert_row
from fritz.errors import Poison
from fritz.marshal.light_curve import light_curve
from fritz.photometry.lightcurve import lightcurve
from tests.plugins.must_run import KIT
from tests.support.packets import (
    fields_of,
    fp_point,
    prv_point,
    retyped,
    ztf_packet,
    ztf_packets,
    ztf_record,
)

ZTF = survey("ztf")
MUTATIONS, MANY = 640, 20_000
"""In `make test`, and in `make chaos`."""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERY_PROGRAM = frozenset({0, 1, 2, 3})


def seeds() -> list[bytes]:
    history = [prv_point(2458990.5 + i, 18.0 if i % 3 else None) for i in range(8)]
    forced = [fp_point(2458990.5 + i, 300.0 - 50 * i) for i in range(5)]
    records = [ztf_record(prv=history, fp=forced), ztf_record(candid=7, prv=None, drb=None)]
    return [
        ztf_packet(prv=history, fp=forced),
        ztf_packets(records),
        ztf_packets(records, codec="deflate"),
    ]


def originals() -> list[bytes]:
    """Return real packets of every schema version where they are at hand, and made-up ones."""
    files = sorted((KIT / "data/alerts/ztf").glob("*.avro"))
    return [path.read_bytes() for path in files[::25]] + seeds()


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


def opened(data):
    """Return a packet's schema and its first alert, both to be changed."""
    reader = fastavro.reader(io.BytesIO(data))
    return json.loads(reader.metadata["avro.schema"]), next(reader)


def closed(schema, record):
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), [record])
    return out.getvalue()


def stripped(data, dice):
    """Leave fields out of the schema."""
    schema, record = opened(data)
    for _ in range(dice.choice((1, 1, 5))):
        section = dice.choice(("", "candidate", "candidate", "prv_candidates"))
        fields = fields_of(schema, section)
        gone = dice.randrange(len(fields))
        if fields[gone]["name"] not in {"cutoutScience", *SECTIONS}:
            fields.pop(gone)
    return closed(schema, record)


def wild(data, dice):
    """Put numbers there that make no sense."""
    schema, record = opened(data)
    for _ in range(dice.choice((1, 1, 4))):
        section = dice.choice(SECTIONS)
        points = record.get(section) or [record["candidate"]]
        point = points if isinstance(points, dict) else dice.choice(points)
        field = dice.choice([name for name in point if type(point[name]) in {int, float}])
        if type(point[field]) is int:
            point[field] = dice.choice((0, -1, 9, 2**31 - 1))
        else:
            point[field] = dice.choice((float("nan"), float("inf"), -3e38, 1e-44, 0.0, 361.0))
    return closed(schema, record)


def mistyped(data, dice):
    """Give fields another type, in all their records, or a name that no schema knows."""
    schema, record = opened(data)
    for _ in range(dice.choice((1, 1, 2))):
        section = dice.choice(("", *SECTIONS, *SECTIONS))
        names = ["candid", "objectId", "publisher", "schemavsn"]
        if section and section in record:
            names = [*USED, *(each["name"] for each in fields_of(schema, section)), "novel"]
        elif section:
            continue
        kind, value = dice.choice(VALUES)
        retyped(schema, record, section, dice.choice(names), kind, value)
    return closed(schema, record)


SECTIONS = ("candidate", "prv_candidates", "fp_hists")
USED = ("jd", "fid", "programid", "candid", "magpsf", "isdiffpos", "diffmaglim", "magzpsci")
VALUES = (
    ("string", "x"), ("string", "18.5"), ("bytes", b"\0"), ("boolean", True), ("long", 7),
    ("long", 2**62), ("double", 18.0), ("double", float("nan")), ("double", 1e300),
    ({"type": "array", "items": "int"}, [1, 2]), ({"type": "map", "values": "int"}, {"a": 1}),
    ("double", None),
)  # fmt: skip


def _place(data, dice):
    """Choose a byte; half of the time in what is neither schema nor stamps."""
    start = data.find(b"ZTF")
    if dice.random() < 0.5 and start > 0:
        return min(start + int(dice.expovariate(1 / 1500)), len(data) - 1)
    return dice.randrange(len(data))


WAYS = (flipped, truncated, spliced, forged, stripped, wild, mistyped, mistyped)


def use(packet: Packet, known: History) -> None:
    """Do with every good record what ingest, archive and marshal do; leave its object unharmed."""
    for record in packet.records:
        history = History.empty("ztf", record.object_id).merged(record, "p")
        assert History.decode(history.encode()).encode() == history.encode()
        view = history.view(record.jd, record.candid)
        document = enrich(record, view, survey=ZTF, classifications={}, cross_matches={})
        row = alert_row(document, healpix=0, packet={}, ingested_at=NOW, night=20260301)
        assert row["candid"] == orjson.loads(orjson.dumps(document))["candid"] == record.candid
        lightcurve(with_properties(document), ZTF.bands)
        together = known.union(history)
        assert History.decode(together.encode()).encode() == together.encode()
        light_curve(together, EVERY_PROGRAM)
        for kind in ZTF.stamps:
            data = record.stamp(kind)
            try:
                stamp = read_stamp(data) if data else np.zeros((1, 1))
                assert stamp.ndim == 2
            except Poison:
                pass


def outcome(data: bytes, known: History) -> str:
    try:
        packet = read_packet(data)
    except Poison as poison:
        return poison.reason
    assert packet.records or packet.failures
    use(packet, known)
    return packet.failures[0].poison.reason if packet.failures else "read"


def known_of(data: bytes) -> History:
    record = read_packet(data).records[0]
    return History.empty("ztf", record.object_id).merged(record, "p")


def outcomes_of(way, originals, count):
    dice = random.Random(f"fritz {way.__name__}")
    known = [(data, known_of(data)) for data in originals]
    outcomes = Counter()
    for _ in range(count):
        data, history = dice.choice(known)
        outcomes[outcome(way(data, dice), history)] += 1
    return outcomes


@pytest.mark.parametrize("way", sorted(set(WAYS), key=lambda way: way.__name__))
def test_mutated_packets_read_or_are_poison(way):
    outcomes = outcomes_of(way, originals(), MUTATIONS * WAYS.count(way) // len(WAYS))
    assert set(outcomes) - {"read"}, "nothing was broken"


@pytest.mark.chaos
@pytest.mark.parametrize("way", sorted(set(WAYS), key=lambda way: way.__name__))
def test_many_mutated_packets_read_or_are_poison(way):
    assert outcomes_of(way, originals(), MANY * WAYS.count(way) // len(WAYS)).keys() - {"read"}


def test_forged_lengths_allocate_little():
    dice, data = random.Random(3), seeds()[0]
    known = known_of(data)
    tracemalloc.start()
    try:
        for _ in range(150):
            outcome(forged(data, dice), known)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000
