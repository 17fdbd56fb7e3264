import io
import json
import zlib

import fastavro
import pytest
from fastavro.utils import generate_one

from fritz.alerts import packet as packets
from fritz.alerts.avro import MAX_SCHEMA_BYTES, compile_schema
from fritz.alerts.avro_values import Data
from fritz.alerts.packet import MAX_BYTES, read_packet
from fritz.errors import Invalid, Poison
from tests.plugins.must_run import kit
from tests.support.packets import (
    fits_stamp,
    fp_point,
    prv_point,
    retyped_packet,
    ztf_packet,
    ztf_packets,
    ztf_record,
)


def poison_of(data):
    with pytest.raises(Poison) as caught:
        read_packet(data)
    return caught.value


def failure_of(**overrides):
    """The reason for which a record is refused whose candidate has these values."""
    packet = read_packet(ztf_packet(**overrides))
    assert not packet.records
    return packet.failures[0].poison


def container(schema, body, *, count=1, codec=b"null", size=None):
    """An Avro file by hand, for what fastavro would refuse to write."""
    out = io.BytesIO()

    def put(*values):
        for value in values:
            if isinstance(value, bytes):
                put(len(value))
                out.write(value)
                continue
            zigzag = (value << 1) ^ (value >> 63)
            while zigzag > 127:
                out.write(bytes([zigzag & 127 | 128]))
                zigzag >>= 7
            out.write(bytes([zigzag]))

    out.write(b"Obj\x01")
    put(2, b"avro.schema", json.dumps(schema).encode(), b"avro.codec", codec, 0)
    out.write(b"S" * 16)
    put(count, len(body) if size is None else size)
    out.write(body + b"S" * 16)
    return out.getvalue()


def test_a_packet_reads_as_fastavro_reads_it():
    data = ztf_packet(
        prv=[prv_point(2459000.1), prv_point(2459000.2, 19.5)], fp=[fp_point(2459000.3)]
    )
    packet = read_packet(data)
    [record] = packet.records
    assert not packet.failures
    assert repr(record.data) == repr(next(fastavro.reader(io.BytesIO(data))))


def test_a_record_says_who_it_is():
    packet = read_packet(ztf_packet(17, "ZTF26abcdefg", 2461000.75, 12.5, -5.25, 2))
    [record] = packet.records
    assert (record.survey, record.candid, record.object_id) == ("ztf", 17, "ZTF26abcdefg")
    assert (record.jd, record.ra, record.dec, record.programid) == (2461000.75, 12.5, -5.25, 2)
    assert record.candidate is record.data["candidate"]


def test_a_record_hands_out_its_stamps():
    stamps = (fits_stamp(seed=4), fits_stamp(seed=5), fits_stamp(seed=6))
    [record] = read_packet(ztf_packet(stamps=stamps)).records
    assert [record.stamp(kind) for kind in ("science", "template", "difference")] == list(stamps)


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_every_record_of_a_packet_is_read(codec):
    data = ztf_packets([ztf_record(candid=n) for n in (11, 12, 13)], codec)
    assert [(r.index, r.candid) for r in read_packet(data).records] == [(0, 11), (1, 12), (2, 13)]


def test_a_bad_record_costs_no_good_one():
    records = [ztf_record(candid=1), ztf_record(candid=2, ra=361.0), ztf_record(candid=3)]
    packet = read_packet(ztf_packets(records))
    assert [record.candid for record in packet.records] == [1, 3]
    assert [(f.index, f.poison.reason) for f in packet.failures] == [(1, "bad_position")]


def test_records_before_the_damage_are_kept():
    data = ztf_packets([ztf_record(candid=1), ztf_record(candid=2)])
    publisher = data.rindex(b"Fritz tests")
    packet = read_packet(data[:publisher] + b"\xff" * 40 + data[publisher + 40 :])
    assert [record.candid for record in packet.records] == [1]
    assert [failure.index for failure in packet.failures] == [1]


@pytest.mark.parametrize(
    ("overrides", "reason", "detail"),
    [
        ({"ra": float("nan")}, "bad_position", "candidate.ra"),
        ({"ra": -0.1}, "bad_position", "candidate.ra"),
        ({"dec": 90.5}, "bad_position", "candidate.dec"),
        ({"dec": float("inf")}, "bad_position", "candidate.dec"),
        ({"jd": float("nan")}, "bad_time", "candidate.jd"),
        ({"jd": 59000.0}, "bad_time", "candidate.jd"),
        ({"programid": 4}, "bad_programid", "candidate.programid"),
        ({"programid": -1}, "bad_programid", "candidate.programid"),
        ({"fid": 9}, "bad_band", "candidate.fid"),
        ({"candid": 0}, "bad_value", "candid"),
        ({"object_id": ""}, "bad_name", "objectId"),
        ({"object_id": "a/b"}, "bad_name", "objectId"),
        ({"object_id": "x" * 65}, "bad_name", "objectId"),
        (
            {"prv": [prv_point(2459000.5) | {"jd": float("nan")}]},
            "bad_time",
            "prv_candidates[0].jd",
        ),
        ({"fp": [fp_point(2459000.5), fp_point(-1.0, pid=1)]}, "bad_time", "fp_hists[1].jd"),
    ],
)
def test_a_refusal_names_the_field_and_its_value(overrides, reason, detail):
    poison = failure_of(**overrides)
    assert poison.reason == reason
    assert detail in poison.detail


INTS = {"type": "array", "items": "int"}
MISTYPED = [
    ("", "publisher", "bytes", b"x"),
    ("candidate", "candid", "string", "17"),
    ("candidate", "fid", "string", "1"),
    ("candidate", "programid", "boolean", True),
    ("candidate", "magpsf", "string", "18.5"),
    ("candidate", "magpsf", "boolean", True),
    ("candidate", "isdiffpos", "bytes", b"t"),
    ("candidate", "ranr", "bytes", b"1"),
    ("candidate", "ssnamenr", "long", 4),
    ("candidate", "new_in_5", "bytes", b"x"),
    ("prv_candidates", "candid", "string", "17"),
    ("prv_candidates", "candid", "double", 17.0),
    ("prv_candidates", "programid", "string", "1"),
    ("prv_candidates", "fid", "double", 1.0),
    ("prv_candidates", "magpsf", "string", "18.5"),
    ("prv_candidates", "diffmaglim", "string", "20.5"),
    ("prv_candidates", "isdiffpos", "double", 1.0),
    ("prv_candidates", "field", INTS, [1, 2]),
    ("fp_hists", "programid", "boolean", True),
    ("fp_hists", "fid", "string", "1"),
    ("fp_hists", "forcediffimflux", "string", "500"),
    ("fp_hists", "forcediffimfluxunc", "bytes", b"50"),
    ("fp_hists", "magzpsci", "string", "26.2"),
    ("fp_hists", "procstatus", "int", 0),
    ("fp_hists", "new_in_5", INTS, [1]),
]
HISTORY = {"prv": [prv_point(2459000.5, 19.0)], "fp": [fp_point(2459000.5)]}


@pytest.mark.parametrize(("section", "field", "kind", "value"), MISTYPED)
def test_a_field_of_a_wrong_type_is_refused_by_its_name(section, field, kind, value):
    packet = read_packet(retyped_packet(section, field, kind, value, **HISTORY))
    [failure] = packet.failures
    assert not packet.records
    assert failure.poison.reason == "bad_type"
    assert f"{field} is" in failure.poison.detail
    assert failure.poison.detail.startswith(section)


@pytest.mark.parametrize(
    ("section", "field", "kind", "value"),
    [
        ("candidate", "magpsf", "long", 18),
        ("candidate", "nbad", "double", 0.0),
        ("candidate", "isdiffpos", "boolean", True),
        ("prv_candidates", "isdiffpos", "int", 1),
        ("prv_candidates", "magpsf", "double", None),
        ("prv_candidates", "new_in_5", "string", "fine"),
        ("fp_hists", "new_in_5", "boolean", True),
    ],
)
def test_numbers_of_another_kind_and_new_plain_fields_are_fine(section, field, kind, value):
    [record] = read_packet(retyped_packet(section, field, kind, value, **HISTORY)).records
    found = record.data[section]
    assert (found[0] if isinstance(found, list) else found)[field] == value


def test_a_candidate_of_another_candid_than_its_alert_is_refused():
    record = ztf_record(candid=17)
    record["candidate"]["candid"] = 18
    [failure] = read_packet(ztf_packets([record])).failures
    assert failure.poison.reason == "candid_mismatch"
    assert "17" in failure.poison.detail
    assert "18" in failure.poison.detail


def without(*path):
    """A packet whose schema lacks a field."""
    data = io.BytesIO(ztf_packet())
    reader = fastavro.reader(data)
    record, schema = next(reader), json.loads(json.dumps(reader.writer_schema))
    record.pop(path[0]) if len(path) == 1 else record[path[0]].pop(path[1])
    fields = schema["fields"]
    if len(path) == 2:
        fields = next(f for f in fields if f["name"] == path[0])["type"]["fields"]
    fields[:] = [field for field in fields if field["name"] != path[-1]]
    out = io.BytesIO()
    fastavro.writer(
        out, fastavro.parse_schema({k: v for k, v in schema.items() if "__" not in k}), [record]
    )
    return out.getvalue()


@pytest.mark.parametrize(
    "path",
    [("candid",), ("objectId",), ("candidate",)]
    + [("candidate", field) for field in ("jd", "ra", "dec", "fid", "programid")],
)
def test_a_required_field_must_be_there(path):
    if path == ("candidate",):
        data = container(
            {"type": "record", "name": "a", "fields": [{"name": "candid", "type": "long"}]}, b"\x02"
        )
    else:
        data = without(*path)
    [failure] = read_packet(data).failures
    assert failure.poison.reason == "missing_field"
    assert path[-1] in failure.poison.detail


def test_other_fields_may_be_missing():
    assert read_packet(without("fp_hists")).records
    assert read_packet(without("candidate", "drb")).records


def test_a_field_of_another_type_is_refused():
    schema = {"type": "record", "name": "a", "fields": [
        {"name": "candid", "type": "string"},
        {"name": "objectId", "type": "string"},
        {"name": "candidate", "type": {"type": "record", "name": "c", "fields": [
            {"name": "fid", "type": "int"}, {"name": "programid", "type": "int"},
            {"name": "jd", "type": "double"}, {"name": "ra", "type": "double"},
            {"name": "dec", "type": "double"}]}},
    ]}  # fmt: skip
    record = {"candid": "17", "objectId": "ZTF1", "candidate": {
        "fid": 1, "programid": 1, "jd": 2459000.5, "ra": 1.0, "dec": 1.0}}  # fmt: skip
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), [record])
    [failure] = read_packet(out.getvalue()).failures
    assert failure.poison.reason == "bad_type"
    assert "candid is str" in failure.poison.detail


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "bad_magic"),
        (b"GIF89a", "bad_magic"),
        (b"Obj\x01", "truncated"),
        (b"Obj\x01\x00" + b"S" * 16, "bad_schema"),
        (ztf_packet()[:-20], "truncated"),
        (ztf_packet()[:5000], "truncated"),
        (ztf_packets([]), "empty"),
        (bytes(MAX_BYTES + 1), "too_large"),
    ],
)
def test_a_packet_that_is_none_is_poison(data, reason):
    assert poison_of(data).reason == reason


LONG = {"type": "record", "name": "a", "fields": [{"name": "x", "type": "long"}]}


@pytest.mark.parametrize(
    "schema",
    [
        "long long",
        {"type": "record", "name": "a", "fields": []},
        {"type": "record", "fields": []},
        {"type": "record", "name": "a", "fields": [{"name": "next", "type": ["null", "a"]}]},
        {"type": "record", "name": "a", "fields": [{"name": "x", "type": "null"}]},
        {"type": "array"},
        {"type": "fixed", "name": "f", "size": 0},
        {"type": "record", "name": "a", "fields": "xyz"},
        [],
        17,
        None,
    ],
)
def test_a_schema_that_no_survey_has_is_poison(schema):
    poison = poison_of(container(schema, b"\x02"))
    assert poison.reason in {"bad_schema", "bad_type"}


def test_a_schema_that_doubles_with_every_line_is_poison():
    inner: object = "long"
    for depth in range(30):
        fields = [
            {"name": "l", "type": inner},
            {"name": "r", "type": f"t{depth - 1}" if depth else "long"},
        ]
        inner = {"type": "record", "name": f"t{depth}", "fields": fields}
    assert poison_of(container(inner, b"\x02")).reason == "bad_schema"


def test_a_schema_nested_without_end_is_poison():
    with pytest.raises(Poison, match="bad_schema"):
        compile_schema(b'{"type":' * 20_000 + b'"int"' + b"}" * 20_000)
    with pytest.raises(Poison, match="bad_schema"):
        compile_schema(b" " * (MAX_SCHEMA_BYTES + 1))


def test_a_bomb_is_not_inflated():
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"".join(squeezer.compress(bytes(1_000_000)) for _ in range(100)) + squeezer.flush()
    assert len(body) < MAX_BYTES
    assert poison_of(container(LONG, body, codec=b"deflate")).reason == "bomb"


def test_blocks_that_do_not_inflate_are_poison():
    assert poison_of(container(LONG, b"\xff\xfe", codec=b"deflate")).reason == "bad_stream"
    assert poison_of(container(LONG, b"\x02", codec=b"snappy")).reason == "bad_codec"


def test_announced_counts_are_not_believed():
    array = {"type": "record", "name": "a", "fields": [
        {"name": "x", "type": {"type": "array", "items": LONG | {"name": "b"}}}]}  # fmt: skip
    huge = bytes([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F])
    [failure] = read_packet(container(array, huge + bytes(50))).failures
    assert failure.poison.reason == "too_large"
    assert poison_of(container(LONG, b"\x02", count=2**40)).reason == "too_large"
    assert poison_of(container(LONG, b"\x02", count=-1)).reason == "too_large"
    assert poison_of(container(LONG, b"\x02", size=2**40)).reason == "truncated"


def test_arrays_cannot_multiply_a_small_packet():
    """Forty megabytes of nulls, deflated to forty kilobytes, would be gigabytes of dictionaries."""
    item = {"type": "record", "name": "b", "fields": [{"name": "x", "type": ["null", "long"]}]}
    fields = [{"name": "a0", "type": {"type": "array", "items": item}}]
    fields += [{"name": f"a{n}", "type": {"type": "array", "items": "b"}} for n in range(1, 20)]
    many = b"\x80\xea\x30" + bytes(400_000) + b"\0"  # 400,000 elements in one block
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeezer.compress(many * 20) + squeezer.flush()
    data = container({"type": "record", "name": "a", "fields": fields}, body, codec=b"deflate")
    [failure] = read_packet(data).failures
    assert failure.poison.reason == "too_large"


def test_five_thousand_points_of_history_are_no_excess():
    history = [prv_point(2458000.5 + n / 20) for n in range(5_000)]
    [record] = read_packet(ztf_packet(prv=history)).records
    assert len(record.data["prv_candidates"]) == 5_000


def test_bytes_left_over_are_noticed():
    with pytest.raises(Poison, match="bad_block"):
        list(packets._block(Data(b"\x02\x02\x02"), 1, compile_schema(json.dumps(LONG).encode()), 0))


def test_an_unknown_survey_is_invalid():
    with pytest.raises(Invalid, match="no survey 'xyz'"):
        read_packet(ztf_packet(), "xyz")


def test_the_survey_may_be_named_in_capitals():
    assert read_packet(ztf_packet(), "ZTF").records[0].survey == "ztf"


# --- the real thing ---------------------------------------------------------------------------


def test_every_real_packet_reads_as_fastavro_reads_it():
    for path in sorted(kit("alerts/ztf").glob("*.avro")):
        data = path.read_bytes()
        packet = read_packet(data)
        assert not packet.failures, path
        expected = list(fastavro.reader(io.BytesIO(data)))
        assert repr([record.data for record in packet.records]) == repr(expected), path


@pytest.mark.parametrize("survey", ["pgir", "winter", "decam"])
def test_the_decoder_reads_other_surveys_too(survey):
    for path in sorted(kit(f"alerts/other/{survey}").rglob("*.avro")):
        data = path.read_bytes()
        expected = list(fastavro.reader(io.BytesIO(data)))
        assert repr([datum for _, datum in packets._data(data)]) == repr(expected), path


@pytest.mark.parametrize("version", ["1.8", "1.9", "2.0", "3.0", "3.1", "3.2", "3.3", "4.02"])
def test_each_schema_version_is_read(version):
    text = kit(f"schemas/ztf_ampel/schema_{version}.json").read_text()
    schema = fastavro.parse_schema(json.loads(text))
    wide = _values(schema, 0), _values(schema, 1)
    out = io.BytesIO()
    fastavro.writer(out, schema, wide)
    found = [datum for _, datum in packets._data(out.getvalue())]
    assert repr(found) == repr(list(fastavro.reader(io.BytesIO(out.getvalue()))))


def _values(schema, null):
    """A datum of a schema; every other nullable field, or each but those, is null."""
    datum = generate_one(schema)
    names = [f["name"] for f in schema["fields"] if isinstance(f["type"], list)]
    return datum | dict.fromkeys(names[null::2])
