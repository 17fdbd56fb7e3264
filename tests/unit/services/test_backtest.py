"""Back-tests count exactly what the evaluator does, whatever SQL prunes and however rows come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.tables import TABLES
from fritz.filters import FilterRefused, compile_filter
from fritz.services.backtest import Backtest, Page, pages
from fritz.services.backtest_report import NightCount
from tests.support.backtesting import NIGHTS, random_rows, stop_of

ROWS = [row for row in random_rows(80, seed=11) if row["programid"] == 1]
NIGHT = min(row["night"] for row in ROWS)
FILTER = [
    {"$match": {"candidate.rb": {"$gt": 0}, "candidate.magpsf": {"$gt": 0}}},
    {"$addFields": {"near": {"$size": "$prv_candidates"}}},
    {"$match": {"$expr": {"$lt": ["$candidate.distpsnr1", 50]}}},
    {"$project": {"annotations": {"rb": "$candidate.rb", "per": {"$divide": [1, "$near"]}}}},
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    engine = ParquetWarehouse(folder / "warehouse", FolderObjects(folder / "objects"), TABLES)
    engine.append("alerts", random_rows(80, seed=11))
    yield engine
    engine.close()


def run(warehouse, pipeline, **options):
    made = {name: options.pop(name) for name in ("loops", "page_rows") if name in options}
    wanted = {"nights": NIGHTS, "programids": (1,)} | options
    return Backtest(warehouse, **made).run(pipeline, **wanted)


def told(report):
    """Return what must not depend on how the report came about."""
    return (
        report.alerts,
        report.candidates,
        report.several,
        [(stage.at, stage.entered, stage.left, stage.errors) for stage in report.stages],
        report.nights,
        report.errors,
        report.first,
    )


def test_stages_nights_and_errors_are_the_evaluator_s(warehouse):
    report = run(warehouse, FILTER)
    compiled = compile_filter(FILTER)
    stops = [stop_of(compiled, row, (1,)) for row in ROWS]
    assert report.alerts == len(ROWS)
    assert report.candidates == stops.count(None) > 0
    assert report.failed == stops.count("error") > 0
    assert [s.entered - s.left - s.errors for s in report.stages] == [
        stops.count(index) for index in range(4)
    ]
    assert report.stages[3].errors == report.failed
    assert report.pass_rate == report.candidates / report.alerts
    assert sum(each.alerts for each in report.nights.values()) == report.alerts
    assert sum(each.candidates for each in report.nights.values()) == report.candidates
    [error] = report.errors
    assert (error.operator, error.alerts) == ("$divide", report.failed)
    assert report.bytes_read > 0


def test_the_first_candidates_come_with_annotations_in_order_of_time(warehouse):
    report = run(warehouse, FILTER)
    assert len(report.first) == report.candidates
    assert [each.jd for each in report.first] == sorted(each.jd for each in report.first)
    rows = {row["candid"]: row for row in ROWS}
    for each in report.first:
        assert each.annotations["rb"] == rows[each.candid]["candidate"]["rb"]


@pytest.mark.parametrize(
    "options",
    [{"pushdown": False}, {"loops": False}, {"page_rows": 1}, {"page_rows": 5, "pushdown": False}],
    ids=str,
)
def test_neither_sql_nor_paging_changes_the_result(warehouse, options):
    assert told(run(warehouse, FILTER, **options)) == told(run(warehouse, FILTER))


def test_sql_spares_reading(warehouse):
    report = run(warehouse, FILTER)
    assert report.pruned > 0
    assert run(warehouse, FILTER, pushdown=False).pruned == 0


def test_a_filter_that_makes_several_documents_passes_none(warehouse):
    report = run(warehouse, [{"$unwind": "$prv_candidates"}])
    assert report.several > 0
    assert report.stages[0].left == report.several + report.candidates


def test_only_alerts_that_the_stream_grants_are_seen(warehouse):
    everything = run(warehouse, [], programids=(1, 2)).alerts
    assert everything == 80
    assert run(warehouse, [], programids=(2,)).alerts == 80 - len(ROWS)
    assert run(warehouse, [], programids=()).alerts == 0


def test_nights_and_objects_narrow_a_back_test(warehouse):
    one = run(warehouse, [], nights=(NIGHT, NIGHT))
    assert set(one.nights) == {NIGHT}
    assert one.alerts == sum(row["night"] == NIGHT for row in ROWS)
    some = run(warehouse, [], objects=["ZTF20abc", "'; --"])
    assert some.alerts == sum(row["objectId"] == "ZTF20abc" for row in ROWS)
    assert run(warehouse, [], objects=[]).alerts == 0


def test_nights_may_be_named_one_by_one(warehouse):
    nights = sorted({row["night"] for row in ROWS})
    chosen = [nights[0], nights[-1], 20391231]
    report = run(warehouse, FILTER, only=chosen)
    whole = run(warehouse, FILTER).nights
    empty = NightCount(0, 0)
    assert report.nights == {night: whole.get(night, empty) for night in chosen}
    assert run(warehouse, FILTER, only=[]).nights == {}


def test_a_report_keeps_the_earliest_candidates_as_many_as_asked_for(warehouse):
    all_of_them = run(warehouse, FILTER)
    some = run(warehouse, FILTER, keep=2)
    assert some.candidates == all_of_them.candidates > 2
    assert some.first == all_of_them.first[:2]


def test_sql_looks_into_histories_where_the_warehouse_is_fast_at_it(warehouse, monkeypatch):
    pipeline = [
        {
            "$match": {
                "$expr": {
                    "$gt": [
                        {
                            "$size": {
                                "$ifNull": [
                                    {
                                        "$filter": {
                                            "input": "$prv_candidates",
                                            "cond": {"$gt": ["$$this.magpsf", 18]},
                                        }
                                    },
                                    [],
                                ]
                            }
                        },
                        0,
                    ]
                }
            }
        }
    ]
    assert run(warehouse, pipeline).pruned == 0
    monkeypatch.setattr(ParquetWarehouse, "searches_arrays", True)
    assert run(warehouse, pipeline).pruned > 0


def test_properties_are_there_for_filters_that_ask(warehouse):
    report = run(warehouse, [{"$match": {"properties.star": False}}])
    assert report.candidates > 0


def test_an_illegal_pipeline_is_refused(warehouse):
    with pytest.raises(FilterRefused):
        run(warehouse, [{"$lookup": {}}])


counts = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 6), st.integers(1, 9)), unique_by=lambda c: c[:2]
).map(sorted)


@given(counts, st.integers(1, 20))
@settings(deadline=None)
def test_pages_hold_each_alert_once_and_not_too_many(left, most):
    found = list(pages(left, most))
    for night, cell, _ in left:
        assert (
            sum(
                page.nights[0] <= night <= page.nights[1]
                and (page.cells is None or page.cells[0] <= cell <= page.cells[1])
                for page in found
            )
            == 1
        )
    for page in found:
        inside = [
            alerts
            for night, cell, alerts in left
            if page.nights[0] <= night <= page.nights[1]
            and (page.cells is None or page.cells[0] <= cell <= page.cells[1])
        ]
        assert sum(inside) <= most or (page.cells and page.cells[0] == page.cells[1])


def test_small_nights_share_a_page():
    assert list(pages([(1, 0, 2), (2, 5, 2)], 10)) == [Page((1, 2), None)]
