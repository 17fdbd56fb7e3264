from datetime import UTC, datetime

import pytest

from fritz.archive.filter_runs import _sums as sums
from fritz.archive.filter_runs import _times as times
from fritz.archive.filter_runs import counts_of, percentile_us
from fritz.archive.filter_tally import FilterTally

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def row(filter_id=1, fid="aaaaaa", night=20261123, times_ns=(), **counts):
    tally = FilterTally(**counts)
    for each in times_ns:
        tally.took(each)
    return tally.row(filter_id=filter_id, fid=fid, survey="ztf", night=night, at=NOW)


def test_batches_add_up_per_version_and_night(warehouse):
    warehouse.append("filter_runs", [
        row(seen=100, passed=3, errors=1, times_ns=[20_000] * 99 + [900_000]),
        row(seen=50, passed=1, budget_exceeded=2, saved=1, times_ns=[20_000] * 50),
        row(seen=7, night=20261124, times_ns=[1_000] * 7),
        row(seen=9, fid="bbbbbb", times_ns=[1_000]),
        row(filter_id=2, seen=5),
        row(filter_id=1, seen=5, night=20261101, times_ns=[5]),
    ])  # fmt: skip
    found = counts_of(warehouse, (20261120, 20261130), [1])
    assert [(c.night, c.fid, c.seen) for c in found] == [
        (20261124, "aaaaaa", 7), (20261123, "aaaaaa", 150), (20261123, "bbbbbb", 9),
    ]  # fmt: skip
    total = found[1]
    assert (total.passed, total.errors, total.budget_exceeded, total.saved) == (4, 1, 2, 1)
    assert total.p99_us == pytest.approx(20, rel=0.2)


def test_a_filter_that_never_ran_a_version_has_no_time(warehouse):
    warehouse.append("filter_runs", [row(seen=0)])
    assert counts_of(warehouse, (0, 99999999))[0].p99_us == 0
    assert counts_of(warehouse, (0, 99999999), []) == []


@pytest.mark.parametrize(
    ("ns", "us"), [(0, 1), (1, 1), (1_001, 2), (10_000, 10), (10**12, 28215802)]
)
def test_times_fall_below_their_bound(ns, us):
    tally = FilterTally()
    tally.took(ns)
    (bound,) = tally.times
    assert bound == pytest.approx(us, rel=0.2)
    assert bound >= min(ns / 1000, max(tally.times))


def test_percentiles_of_nothing_are_nothing():
    assert percentile_us({}, 0.99) == 0


@pytest.mark.xdist_group("googlesql")
@pytest.mark.parametrize("make", [sums, times])
def test_google_accepts_the_statements(googlesql, make):
    for statement in (make((20261120, 20261130), [1, 2]), make((20261120, 20261130), None)):
        printed = googlesql.analyse(statement)
        assert all(f"@{name}" in printed for name in statement.parameters)
