"""Alerts of every schema version fit the table, and what does not fit is counted."""

import math
from collections import Counter
from datetime import UTC, datetime

import fastavro
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.archive.arrow import arrow_table
from fritz.archive.rows import alert_row, ledger_row
from fritz.archive.tables import ALERTS, LEDGER
from fritz.errors import Invalid
from tests.plugins.must_run import kit

NOW = datetime(2026, 8, 2, 3, 4, 5, 678901, tzinfo=UTC)


def row_of(document, misfits=None):
    return alert_row(
        document,
        healpix=5,
        packet={"pack": "packs/ztf/20260801/a.pack", "offset": 10, "length": 20},
        ingested_at=NOW,
        night=20260801,
        misfits=misfits,
    )


def document(**changes):
    alert = {
        "survey": "ztf",
        "candid": 2**60 + 1,
        "objectId": "ZTF26abcdefg",
        "schemavsn": "4.02",
        "publisher": "test",
        "candidate": {"jd": 2461254.7, "programid": 1, "candid": 2**60 + 1, "ra": 1.0, "dec": 2.0},
        "prv_candidates": [{"jd": 2461250.7, "programid": 2, "magpsf": 19.5}],
        "classifications": {"braai": 0.25, "braai_version": "d6_m9"},
        "coordinates": {"l": 10.0, "b": -5.0, "radec_str": ["", ""]},
        "cross_matches": {"Gaia_EDR3": []},
    }
    return alert | changes


def test_row_carries_the_document():
    row = row_of(document())
    assert row["candid"] == 2**60 + 1
    assert row["programid"] == 1
    assert row["prv_candidates"] == [{"jd": 2461250.7, "programid": 2, "magpsf": 19.5}]
    assert row["classifications"] == [{"name": "braai", "version": "d6_m9", "score": 0.25}]
    assert row["coordinates"] == {"l": 10.0, "b": -5.0}
    assert row["packet"]["offset"] == 10


def test_missing_history_is_empty():
    row = row_of(document(prv_candidates=None))
    assert row["prv_candidates"] == []
    assert row["fp_hists"] == []


def test_known_extras_are_left_out_silently():
    misfits = Counter()
    row = row_of(document(fp_hists=[{"jd": 1.0, "programid": 1, "snr": 3.0}]), misfits)
    assert row["fp_hists"] == [{"jd": 1.0, "programid": 1}]
    assert not misfits


def test_unknown_fields_are_counted_by_path():
    misfits = Counter()
    history = [{"jd": 1.0, "newer": 1}, {"jd": 2.0, "newer": 2}]
    row = row_of(document(prv_candidates=history, brandnew=1), misfits)
    assert row["prv_candidates"] == [{"jd": 1.0}, {"jd": 2.0}]
    assert misfits == {"prv_candidates.newer unknown": 2, "brandnew unknown": 1}


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("fid", 2.0, 2),
        ("fid", 2.5, None),
        ("fid", 2**63, None),
        ("fid", "2", None),
        ("magpsf", 19, 19.0),
        ("magpsf", "19", None),
        ("isdiffpos", True, "t"),
        ("isdiffpos", 1, "1"),
        ("ssnamenr", ["a"], None),
    ],
)
def test_values_of_the_wrong_kind_are_fitted_or_null(field, value, stored):
    misfits = Counter()
    row = row_of(document(candidate={"programid": 1, field: value}), misfits)
    assert row["candidate"].get(field) == stored
    assert misfits == ({} if stored is not None else {f"candidate.{field} mistyped": 1})


def test_nan_stays_nan():
    table = arrow_table(ALERTS, [row_of(document(candidate={"programid": 1, "drb": math.nan}))])
    assert math.isnan(table["candidate"][0]["drb"].as_py())


@pytest.mark.parametrize("name", ["candid", "objectId", "survey"])
def test_an_alert_without_identity_is_refused(name):
    with pytest.raises(Invalid, match=name):
        row_of(document(**{name: None}))


def test_an_alert_without_data_rights_is_refused():
    with pytest.raises(Invalid, match="programid"):
        row_of(document(candidate={"jd": 1.0}))


def test_long_details_are_cut():
    row = ledger_row(
        packet_id="a/0/1",
        record=0,
        survey="ztf",
        night=20260801,
        outcome="quarantined",
        at=NOW,
        reason="truncated",
        detail="x" * 100_000,
        object_key="quarantine/a",
    )
    assert len(row["detail"]) == 2000
    assert arrow_table(LEDGER, [row]).to_pylist() == [row]


@pytest.mark.kit
def test_real_packets_of_all_versions_fit_without_loss():
    misfits = Counter()
    rows, packets = [], []
    for path in sorted(kit("alerts/ztf").glob("*.avro"))[::10]:
        with path.open("rb") as file:
            packets += fastavro.reader(file)
    rows = [row_of(packet | {"survey": "ztf"}, misfits) for packet in packets]
    assert not misfits
    back = arrow_table(ALERTS, rows).to_pylist()
    assert len({packet["schemavsn"] for packet in packets}) > 2
    for packet, stored in zip(packets, back, strict=True):
        assert {name: stored["candidate"][name] for name in packet["candidate"]} == packet[
            "candidate"
        ]
        assert len(stored["prv_candidates"]) == len(packet["prv_candidates"] or [])


leaf = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=5)
record = st.dictionaries(st.sampled_from(["jd", "fid", "candid", "rb", "isdiffpos", "x"]), leaf)


@given(st.lists(st.builds(dict, record), max_size=4), st.none() | st.lists(record, max_size=3))
def test_fast_arrow_conversion_equals_pyarrow_s_own(candidates, history):
    rows = [
        row_of(document(candidate={**candidate, "programid": 1}, prv_candidates=history))
        for candidate in candidates
    ]
    ours = arrow_table(ALERTS, rows)
    ours.validate(full=True)
    theirs = pa.Table.from_pylist(rows, schema=ALERTS.arrow_schema)
    assert repr(ours.to_pylist()) == repr(theirs.to_pylist())
