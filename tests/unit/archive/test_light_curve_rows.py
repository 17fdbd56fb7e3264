"""What batches add to the tables of objects and light curves: each measurement, once."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.alerts.history import History
from fritz.alerts.packet import read_packet
from fritz.archive.light_curve_rows import FirstAlert, light_curve_rows
from fritz.archive.tables import TABLES
from tests.support.packets import fp_point, prv_point, ztf_packet

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JD = 2459000.75
NAME = "ZTF20aaaaaaa"


def record(candid, jd=JD, programid=1, **more):
    packet = ztf_packet(candid=candid, jd=jd, programid=programid, object_id=NAME, **more)
    return read_packet(packet).records[0]


def first_alert(each):
    return FirstAlert(
        "ztf", NAME, each.programid, 20200531, 7, each.ra, each.dec, each.jd, each.candid
    )


def taken(records, before=None):
    """Return the rows that a batch adds, and the history after it."""
    known = before or History.empty("ztf", NAME)
    after = known
    for each in records:
        after = after.merged(each, f"p/{each.candid}")
    rows = light_curve_rows(list(map(first_alert, records)), {NAME: known}, {NAME: after}, NOW)
    return rows, after


def previous(days, candid=None, programid=1):
    if candid is None:
        return prv_point(JD - days, programid=programid)
    return prv_point(JD - days, 18.5, candid=candid, programid=programid, ra=1.0, dec=2.0)


def test_an_alert_brings_its_detection_and_those_of_its_past():
    one = record(5, prv=[previous(3), previous(2, 4), previous(1, 3, programid=2)])
    rows, _ = taken([one])
    found = {row["candid"]: row for row in rows.detections}
    assert set(found) == {3, 4, 5}
    assert [found[candid]["own_alert"] for candid in (3, 4, 5)] == [False, False, True]
    assert [found[candid]["night"] for candid in (3, 4, 5)] == [20200530, 20200529, 20200531]
    assert found[3]["programid"] == 2


def test_what_is_known_is_not_written_again():
    one = record(5, prv=[previous(2, 4)], fp=[fp_point(JD - 1)])
    _, after = taken([one])
    later = record(6, JD + 1, prv=[previous(2, 4), previous(0, 5)], fp=[fp_point(JD - 1)])
    rows, _ = taken([later], after)
    assert [row["candid"] for row in rows.detections] == [6]
    assert rows.forced_photometry == []
    assert rows.objects == []


def test_a_detection_s_own_alert_that_comes_late_is_written_too():
    _, after = taken([record(6, JD + 1, prv=[previous(0, 5)])])
    rows, _ = taken([record(5)], after)
    assert [(row["candid"], row["own_alert"]) for row in rows.detections] == [(5, True)]


def test_forced_photometry_says_which_alert_brought_it():
    rows, _ = taken([record(5, programid=2, fp=[fp_point(JD - 1, programid=1)])])
    (row,) = rows.forced_photometry
    assert (row["programid"], row["alert_programid"], row["night"]) == (1, 2, 20200530)


def test_an_object_is_new_once_for_each_programme():
    rows, after = taken([record(6, JD + 1), record(5), record(7, JD + 2, programid=2)])
    assert [(row["programid"], row["candid"]) for row in rows.objects] == [(1, 5), (2, 7)]
    rows, _ = taken([record(8, JD - 9), record(9, programid=3)], after)
    assert [(row["programid"], row["candid"]) for row in rows.objects] == [(3, 9)]


def test_rows_have_columns_only():
    one = record(5, prv=[previous(3)], fp=[fp_point(JD - 1)])
    rows, _ = taken([one])
    for name, found in rows.tables():
        columns = {column.name: column.mode for column in TABLES[name].columns}
        required = {column for column, mode in columns.items() if mode == "REQUIRED"}
        for row in found:
            assert required <= set(row) <= set(columns)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.lists(st.integers(1, 5), max_size=5))
def test_however_alerts_are_batched_the_same_detections_are_known(order, cuts):
    packets = [
        record(10 + n, JD + n, prv=[previous(-k, 10 + k) for k in range(n)]) for n in range(6)
    ]
    batches, edges = [], sorted({0, 6, *cuts})
    for first, last in pairwise(edges):
        batches.append([packets[n] for n in order[first:last]])
    known, written = None, []
    for batch in batches:
        rows, known = taken(batch, known)
        written += rows.detections
    own = [row["candid"] for row in written if row["own_alert"]]
    assert sorted(own) == [10 + n for n in range(6)]
    assert {row["candid"] for row in written} == {10 + n for n in range(6)}
