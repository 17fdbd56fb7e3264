"""The real filters on the real alerts: the archive gives what the stream gave."""

import json
from dataclasses import replace

import pytest

from fritz.cli.platforms import opened
from fritz.filters import FilterError, compile_filter
from fritz.filters.sql import counts_statement, rows_statement, sql_prefix
from fritz.services.backtest import Backtest
from tests.plugins.must_run import KIT, kit
from tests.support.backtesting import NIGHTS, SCOPE, ingested, random_rows, stops_statement
from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.googlesql import googlesql

__all__ = ["googlesql"]

FILTERS = sorted(path.stem for path in (KIT / "data/filters/pipelines").glob("*.json"))
QUICK = ["boom_ztf_prv", "fritz_filter_fast", "fritz_guide_acai", "kowalski_stationary_fp"]


def dialect_of(name):
    return "boom" if name.startswith("boom") and name != "boom_ztf_prv" else "kowalski"


def compiled(name):
    text = kit(f"filters/pipelines/{name}.json").read_text(encoding="utf-8")
    return compile_filter(json.loads(text), dialect=dialect_of(name))


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """The real alerts in an archive, and as they were published."""
    packets = [path.read_bytes() for path in sorted(kit("alerts/ztf").glob("*.avro"))]
    with opened(tmp_path_factory.mktemp("platform")) as platform:
        yield platform.warehouse, ingested(platform, packets)


def evaluated(filter_, documents):
    passed, failed = {}, set()
    for candid, document in documents.items():
        try:
            output = filter_.run(document)
        except FilterError:
            failed.add(candid)
            continue
        if output is not None:
            passed[candid] = output
    return passed, failed


@pytest.mark.kit
@pytest.mark.slow
@pytest.mark.xdist_group("archive of the real alerts")
@pytest.mark.parametrize("name", FILTERS)
def test_archive_and_stream_agree(past, name):
    warehouse, documents = past
    filter_ = compiled(name)
    passed, failed = evaluated(filter_, documents)
    report = Backtest(warehouse, loops=False).run(filter_, nights=NIGHTS, programids=(1,))
    assert report.alerts == len(documents) == 610
    assert report.candidates == len(passed)
    assert report.failed == len(failed)
    assert {each.candid for each in report.first} <= passed.keys()
    for each in report.first:
        assert each.annotations == passed[each.candid].get("annotations", {})
    if name in QUICK:
        prefix = sql_prefix(filter_.stages, filter_.dialect)
        rows = warehouse.run(stops_statement(prefix)).to_pylist()
        stopped = {row["candid"] for row in rows if row["stop"] is not None}
        assert stopped == documents.keys() - passed.keys() - failed


@pytest.mark.kit
@pytest.mark.xdist_group("googlesql")
@pytest.mark.parametrize("name", FILTERS)
def test_google_s_analyser_accepts_every_filter(googlesql, name):
    filter_ = compiled(name)
    whole = sql_prefix(filter_.stages, filter_.dialect)
    rows = rows_statement(whole, SCOPE, ("prv_candidates", "fp_hists"), (1, 5))
    assert "@programids" in googlesql.analyse(rows)
    simple = sql_prefix(filter_.stages, filter_.dialect, loops=False)
    some = replace(SCOPE, only=NIGHTS)
    assert "@only_nights" in googlesql.analyse(counts_statement(simple, some))


@pytest.mark.kit
@pytest.mark.xdist_group("googlesql")
@pytest.mark.parametrize("name", QUICK)
def test_google_s_engine_stops_the_rows_that_duckdb_stops(googlesql, name):
    filter_ = compiled(name)
    rows = random_rows(15, seed=7)
    engine = DuckdbWarehouse()
    engine.append("alerts", rows)
    statement = stops_statement(sql_prefix(filter_.stages, filter_.dialect))
    ours = {row["candid"]: row["stop"] for row in engine.run(statement).to_pylist()}
    engine.close()
    assert dict(googlesql.run(statement, {"alerts": rows})) == ours
    assert set(ours.values()) - {None}
