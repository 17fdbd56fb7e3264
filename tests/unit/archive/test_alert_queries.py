"""What statements on alerts return, and that they return nothing beyond the asker's rights."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.pruning import nights_read
from fritz.archive.alert_queries import (
    alert_by_candid,
    alerts_of_nights,
    alerts_of_object,
    packet_location,
)
from fritz.archive.rights import constant_gate
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.ports import Statement
from tests.support.duckdb_warehouse import DuckdbWarehouse

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
CANDID = 2**60 + 1


def alert(candid=CANDID, programid=1, *, history=(), forced=(), **changes):
    """Return a row; `history` and `forced` are (jd, programid) pairs."""
    row = {
        "candid": candid,
        "objectId": "ZTF26aaaaaaa",
        "survey": "ztf",
        "night": 20260801,
        "healpix": 7,
        "programid": programid,
        "candidate": {"jd": 2461254.0, "candid": candid, "programid": programid},
        "prv_candidates": [{"jd": jd, "programid": right} for jd, right in history],
        "fp_hists": [{"jd": jd, "programid": right} for jd, right in forced],
        "packet": {"pack": "a.pack", "offset": 0, "length": 5},
        "ingested_at": NOON,
    }
    return row | changes


def history_of(row, name="prv_candidates"):
    return [(element["jd"], element["programid"]) for element in row[name]]


def test_an_alert_is_found_by_its_candid(warehouse):
    warehouse.append("alerts", [alert(), alert(candid=5)])
    (row,) = warehouse.run(alert_by_candid(CANDID, {1})).to_pylist()
    assert row["candid"] == CANDID
    assert row["candidate"]["jd"] == 2461254.0


def test_a_column_of_every_kind_comes_back_under_its_own_name(warehouse):
    warehouse.append("alerts", [alert()])
    found = warehouse.run(alert_by_candid(CANDID, {1}))
    assert found.column_names == list(warehouse.run(Statement(VIEWS["alerts_once"])).column_names)


def test_an_alert_beyond_the_asker_s_rights_is_not_found(warehouse):
    warehouse.append("alerts", [alert(programid=3)])
    for statement in (
        alert_by_candid(CANDID, {1, 2}),
        alerts_of_object("ZTF26aaaaaaa", {1, 2}),
        alerts_of_nights((20260801, 20260801), {1, 2}),
        packet_location(CANDID, {1, 2}),
        alert_by_candid(CANDID, set()),
    ):
        assert warehouse.run(statement).num_rows == 0


def test_history_beyond_the_asker_s_rights_is_cut_out(warehouse):
    row = alert(history=[(3.0, 1), (1.0, 2), (2.0, 1)], forced=[(1.0, 3), (2.0, 1)])
    warehouse.append("alerts", [row])
    (public,) = warehouse.run(alert_by_candid(CANDID, {1})).to_pylist()
    assert history_of(public) == [(2.0, 1), (3.0, 1)]
    assert history_of(public, "fp_hists") == [(2.0, 1)]
    (partner,) = warehouse.run(alert_by_candid(CANDID, {1, 2})).to_pylist()
    assert history_of(partner) == [(1.0, 2), (2.0, 1), (3.0, 1)]


def test_history_without_a_programid_is_nobody_s(warehouse):
    warehouse.append("alerts", [alert(history=[(1.0, None), (2.0, 1)])])
    (row,) = warehouse.run(alert_by_candid(CANDID, {0, 1, 2, 3})).to_pylist()
    assert history_of(row) == [(2.0, 1)]


def test_an_alert_written_twice_is_read_once_as_first_ingested(warehouse):
    later = alert(ingested_at=NOON + timedelta(hours=1), publisher="later")
    warehouse.append("alerts", [later, alert(publisher="first"), alert(publisher="first")])
    (row,) = warehouse.run(alert_by_candid(CANDID, {1})).to_pylist()
    assert row["publisher"] == "first"
    (viewed,) = warehouse.run(Statement(VIEWS["alerts_once"])).to_pylist()
    assert viewed["publisher"] == "first"


def test_an_object_s_alerts_come_in_order_of_time(warehouse):
    early = alert(candid=9, candidate={"jd": 2461253.0, "programid": 1})
    other = alert(candid=10, objectId="ZTF26bbbbbbb")
    warehouse.append("alerts", [alert(), early, other])
    rows = warehouse.run(alerts_of_object("ZTF26aaaaaaa", {1})).to_pylist()
    assert [row["candid"] for row in rows] == [9, CANDID]


def test_surveys_do_not_mix(warehouse):
    warehouse.append("alerts", [alert(), alert(survey="winter", publisher="winter")])
    (row,) = warehouse.run(alert_by_candid(CANDID, {1}, survey="winter")).to_pylist()
    assert row["publisher"] == "winter"


def test_nights_bound_what_is_read(warehouse):
    warehouse.append("alerts", [alert(), alert(candid=9, night=20260802)])
    nights = (20260802, 20260803)
    rows = warehouse.run(alerts_of_nights(nights, {1})).to_pylist()
    assert [row["candid"] for row in rows] == [9]
    assert warehouse.run(alert_by_candid(CANDID, {1}, nights=nights)).num_rows == 0


def test_a_packet_is_located_where_it_was_first_packed(warehouse):
    again = alert(
        packet={"pack": "b.pack", "offset": 1, "length": 5}, ingested_at=NOON + timedelta(1)
    )
    warehouse.append("alerts", [again, alert()])
    rows = warehouse.run(packet_location(CANDID, {1})).to_pylist()
    assert rows == [{"pack": "a.pack", "offset": 0, "length": 5}]


def test_values_are_bound_and_never_written_into_the_statement(warehouse):
    hostile = "' OR 1 = 1 --"
    statement = alerts_of_object(hostile, {1})
    warehouse.append("alerts", [alert()])
    for dialect in ("bigquery", "duckdb"):
        assert hostile not in statement.tree.sql(dialect)
    assert warehouse.run(statement).num_rows == 0


def test_a_view_needs_rights():
    with pytest.raises(ValueError, match="at least one"):
        constant_gate(())


rights = st.sampled_from([None, 0, 1, 2, 3])
histories = st.lists(st.tuples(st.floats(1, 9), rights), max_size=4)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 2, 3]), histories, histories), max_size=4),
    st.sets(st.sampled_from([0, 1, 2, 3])),
)
def test_no_statement_shows_anything_beyond_the_rights(alerts, asked):
    warehouse = DuckdbWarehouse()
    rows = [
        alert(candid=number, programid=right, history=history, forced=forced)
        for number, (right, history, forced) in enumerate(alerts)
    ]
    warehouse.append("alerts", rows)
    found = warehouse.run(alerts_of_nights((20260801, 20260801), asked)).to_pylist()
    assert {row["candid"] for row in found} == {
        row["candid"] for row in rows if row["programid"] in asked
    }
    for row in found:
        for name in ("prv_candidates", "fp_hists"):
            expected = [pair for pair in history_of(rows[row["candid"]], name) if pair[1] in asked]
            assert sorted(history_of(row, name)) == sorted(expected)
    warehouse.close()


def test_the_public_view_is_public_throughout(warehouse):
    warehouse.append("alerts", [alert(history=[(1.0, 1), (2.0, 2)]), alert(9, programid=2)])
    (row,) = warehouse.run(Statement(VIEWS["alerts_public"])).to_pylist()
    assert row["candid"] == CANDID
    assert history_of(row) == [(1.0, 1)]


@pytest.mark.parametrize(
    "statement",
    [
        alert_by_candid(5, {1}),
        alerts_of_object("ZTF26aaaaaaa", {1}),
        alerts_of_nights((20260801, 20260802), {1}),
        packet_location(5, {1}),
    ],
)
def test_statements_name_nights_even_if_they_want_all(statement):
    assert TABLES["alerts"].needs_partition
    assert nights_read(statement.tree, "alerts", "night", statement.parameters) is not None
