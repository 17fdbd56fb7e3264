"""Google's own analyser accepts every statement and view against the real tables."""

from datetime import UTC, datetime

import pytest
from sqlglot import exp
from zetasql.core.exceptions import ServerError

from fritz.archive import alert_queries, ledger, solar_system
from fritz.archive.expressions import column, table
from fritz.archive.object_features import objects_of_night
from fritz.archive.scored import scored_alerts
from fritz.archive.views import VIEWS
from fritz.ports import Statement

pytestmark = pytest.mark.xdist_group("googlesql")

NIGHTS = (20260801, 20260802)
STATEMENTS = {
    "totals": ledger.totals(),
    "totals of a run and night": ledger.totals("run/", 20260801),
    "outcomes": ledger.packet_outcomes("run/"),
    "settled": ledger.packets_settled("run/"),
    "reasons": ledger.quarantine_reasons(),
    "reasons of nights": ledger.quarantine_reasons(within=NIGHTS),
    "alerts of nights, the last": scored_alerts(NIGHTS),
    "reasons of a night": ledger.quarantine_reasons(20260801),
    "alert": alert_queries.alert_by_candid(5, {1, 2}),
    "alert within nights": alert_queries.alert_by_candid(5, {1}, nights=NIGHTS),
    "alert for nobody": alert_queries.alert_by_candid(5, ()),
    "object": alert_queries.alerts_of_object("ZTF26aaaaaaa", {1}),
    "nights": alert_queries.alerts_of_nights(NIGHTS, {1}),
    "packet": alert_queries.packet_location(5, {1}),
    "packets": alert_queries.packet_locations([5, 6], {1}, nights=NIGHTS),
    "bodies": solar_system.bodies_of_nights(NIGHTS, {1}, 10.0, starting="C/"),
    "detections of a body": solar_system.detections_of_body("7482", NIGHTS, {1}, 10.0),
    "objects of a night": objects_of_night(20260801, "ztf"),
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_statement_is_accepted(googlesql, statement):
    printed = googlesql.analyse(statement)
    for name in statement.parameters:
        assert f"@{name}" in printed


@pytest.mark.parametrize("tree", VIEWS.values(), ids=VIEWS)
def test_view_is_accepted(googlesql, tree):
    assert "@" not in googlesql.analyse(tree)


def test_unknown_column_is_refused(googlesql):
    with pytest.raises(ServerError, match="nosuch"):
        googlesql.analyse(exp.select(column("nosuch")).from_(table("ledger")))


def test_wrong_type_is_refused(googlesql):
    equal = exp.EQ(this=column("candid"), expression=exp.Literal.string("5"))
    tree = exp.select(column("outcome")).from_(table("ledger")).where(equal)
    with pytest.raises(ServerError, match="operator ="):
        googlesql.analyse(tree)


def test_undeclared_parameter_is_refused(googlesql):
    statement = ledger.totals("run/")
    with pytest.raises(ServerError, match="prefix"):
        googlesql.analyse(Statement(statement.tree))


def test_rights_cut_history_in_google_s_engine_as_in_duckdb(googlesql, warehouse):
    row = {
        "candid": 5,
        "objectId": "ZTF26aaaaaaa",
        "survey": "ztf",
        "night": 20260801,
        "healpix": 7,
        "programid": 1,
        "candidate": {"jd": 2.0, "programid": 1},
        "prv_candidates": [
            {"jd": jd, "programid": right} for jd, right in ((3.0, 1), (1.0, 2), (2.0, 1))
        ],
        "packet": {"pack": "a.pack", "offset": 0, "length": 5},
        "ingested_at": datetime(2026, 8, 1, 5, tzinfo=UTC),
    }
    statement = alert_queries.alert_by_candid(5, {1})
    (google,) = googlesql.run(statement, {"alerts": [row, row]})
    warehouse.append("alerts", [row, row])
    (duckdb,) = warehouse.run(statement).to_pylist()
    names = list(duckdb)
    history = google[names.index("prv_candidates")]
    assert [element[0] for element in history] == [2.0, 3.0]
    assert [element["jd"] for element in duckdb["prv_candidates"]] == [2.0, 3.0]
    assert google[names.index("candid")] == duckdb["candid"] == 5
    assert google[names.index("ingested_at")] == duckdb["ingested_at"]
