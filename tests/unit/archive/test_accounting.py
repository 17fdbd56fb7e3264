"""Packets published = archived + duplicates + quarantined + dead-lettered, whatever happens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.archive import ledger
from fritz.archive.accounting import Totals, quarantine_reasons, rejections, run_totals, totals
from fritz.archive.rows import ledger_row
from fritz.archive.tables import LEDGER
from tests.support.duckdb_warehouse import DuckdbWarehouse

START = datetime(2026, 8, 1, 5, tzinfo=UTC)
FIELDS = ("archived", "duplicates", "quarantined", "dead_lettered")


def row(packet_id, candid, *, record=0, outcome="accepted", second=0, **changes):
    return ledger_row(
        packet_id=packet_id,
        record=record,
        survey="ztf",
        night=changes.pop("night", 20260801),
        candid=candid,
        outcome=outcome,
        at=START + timedelta(seconds=second),
        **changes,
    )


def test_an_empty_ledger_has_dealt_with_nothing(warehouse):
    assert totals(warehouse) == Totals(0, 0, 0, 0)


def test_redelivery_of_a_packet_changes_nothing(warehouse):
    warehouse.append("ledger", [row("a/1", 5), row("a/1", 5, second=9)])
    assert totals(warehouse) == Totals(archived=1, duplicates=0, quarantined=0, dead_lettered=0)


def test_a_second_packet_of_the_same_alert_is_a_duplicate(warehouse):
    warehouse.append("ledger", [row("b/1", 5, second=9), row("a/1", 5)])
    outcomes = warehouse.run(ledger.packet_outcomes()).to_pylist()
    assert {each["packet_id"]: each["outcome"] for each in outcomes} == {
        "a/1": "archived",
        "b/1": "duplicate",
    }


def test_a_packet_with_one_bad_record_is_quarantined_as_a_whole(warehouse):
    bad = row("a/1", None, record=1, outcome="quarantined", reason="missing_field")
    warehouse.append("ledger", [row("a/1", 5), bad, row("a/2", 5, second=1)])
    assert totals(warehouse) == Totals(archived=0, duplicates=1, quarantined=1, dead_lettered=0)


def test_a_dead_letter_counts_only_if_nothing_else_became_of_the_packet(warehouse):
    dead = [row(f"a/{number}", None, outcome="dead_lettered", second=5) for number in (1, 2)]
    warehouse.append("ledger", [row("a/1", 5), *dead])
    assert totals(warehouse) == Totals(archived=1, duplicates=0, quarantined=0, dead_lettered=1)


def test_the_same_candid_of_two_surveys_is_two_alerts(warehouse):
    warehouse.append("ledger", [row("a/1", 5), row("w/1", 5) | {"survey": "winter"}])
    assert totals(warehouse).archived == 2


def test_a_run_counts_its_own_packets_against_all_earlier_ones(warehouse):
    warehouse.append("ledger", [row("one/1", 5), row("two/1", 5, second=1), row("two/2", 6)])
    assert run_totals(warehouse, "two") == Totals(1, 1, 0, 0)
    assert run_totals(warehouse, "tw").packets == 0
    (settled,) = warehouse.run(ledger.packets_settled("two/")).to_pylist()
    assert settled == {"settled": 2}


def test_run_names_are_no_patterns(warehouse):
    warehouse.append("ledger", [row("run/1", 5)])
    assert run_totals(warehouse, "r_n").packets == 0
    assert run_totals(warehouse, "%").packets == 0


def test_nights_add_up_to_all(warehouse):
    late = {"night": 20260802}
    warehouse.append("ledger", [row("a/1", 5), row("a/2", 6, **late), row("a/3", 6, **late)])
    first, second = totals(warehouse, 20260801), totals(warehouse, 20260802)
    assert (first.packets, second.packets) == (1, 2)
    assert totals(warehouse).packets == 3


def test_reasons_come_with_counts_and_the_latest_example(warehouse):
    def bad(packet_id, reason, second, **more):
        return row(packet_id, None, outcome="quarantined", reason=reason, second=second, **more)

    rows = [
        bad("a/1", "truncated", 1, detail="old"),
        bad("a/2", "truncated", 3, detail="new", object_key="quarantine/a2"),
        bad("a/2", "truncated", 2, detail="older"),
        bad("a/3", "magic", 9),
        row("a/4", None, outcome="dead_lettered", second=4, reason="attempts"),
        row("a/5", 7),
    ]
    warehouse.append("ledger", rows)
    assert quarantine_reasons(warehouse) == {"truncated": 2, "magic": 1}
    assert list(quarantine_reasons(warehouse)) == ["truncated", "magic"]
    example = rejections(warehouse)[0]
    assert (example.packet_id, example.detail, example.object_key) == (
        "a/2",
        "new",
        "quarantine/a2",
    )
    assert {each.outcome for each in rejections(warehouse)} == {"quarantined", "dead_lettered"}
    assert quarantine_reasons(warehouse, 20260805) == {}


def reference(rows):
    """Return the totals as the rules say them, in plain Python."""
    accepted = [each for each in rows if each["outcome"] == "accepted"]
    first = {}
    for each in sorted(accepted, key=lambda each: (each["at"], each["packet_id"])):
        first.setdefault(each["candid"], each["packet_id"])
    counts = dict.fromkeys(FIELDS, 0)
    for packet in {each["packet_id"] for each in rows}:
        outcomes = {each["outcome"] for each in rows if each["packet_id"] == packet}
        if "quarantined" in outcomes:
            counts["quarantined"] += 1
        elif packet in first.values():
            counts["archived"] += 1
        elif "accepted" in outcomes:
            counts["duplicates"] += 1
        else:
            counts["dead_lettered"] += 1
    return Totals(**counts)


record = st.tuples(st.none() | st.integers(1, 4), st.booleans())
"""A record: its candid, None where that cannot be read, and whether the rest is in order."""
packets = st.lists(st.lists(record, min_size=1, max_size=3), max_size=6)


@st.composite
def nights(draw):
    """Draw a night: the packets published and the ledger that their deliveries left.

    Deliveries come in any order and are cut off before or after the ledger is written (a crash in
    between repeats the delivery), or end in the dead-letter topic, also after a lost
    acknowledgement. No packet is left without an end: that is the bus's promise.
    """
    published = draw(packets)
    step = st.sampled_from(["crash before ledger", "ledger, then crash", "ledger", "dead letter"])
    numbers = st.integers(0, max(len(published) - 1, 0))
    deliveries = draw(st.lists(st.tuples(numbers, step), max_size=15)) if published else []
    ends = draw(st.permutations(range(len(published))))
    deliveries += [(number, draw(st.sampled_from(["ledger", "dead letter"]))) for number in ends]
    rows, second = [], 0
    for number, what in deliveries:
        second += draw(st.integers(0, 1))
        rows += _delivery(f"run/{number}", published[number], what, second)
    return len(published), draw(st.permutations(rows))


def _delivery(packet_id, records, what, second):
    if what == "crash before ledger":
        return []
    if what == "dead letter":
        return [row(packet_id, None, outcome="dead_lettered", second=second)]
    return [
        row(
            packet_id,
            candid,
            record=number,
            outcome="accepted" if candid and good else "quarantined",
            second=second,
        )
        for number, (candid, good) in enumerate(records)
    ]


@settings(max_examples=30, deadline=None)
@given(nights())
def test_the_books_balance_after_any_night(night):
    published, rows = night
    warehouse = DuckdbWarehouse()
    warehouse.append("ledger", rows)
    found = totals(warehouse)
    assert found.packets == published
    assert found == reference(rows)
    assert run_totals(warehouse, "run") == found
    warehouse.close()


@pytest.mark.xdist_group("googlesql")
@settings(max_examples=30, deadline=None)
@given(night=nights())
def test_google_s_reference_engine_agrees(googlesql, night):
    _, rows = night
    (found,) = googlesql.run(ledger.totals("run/"), {LEDGER.name: rows})
    assert Totals(*found) == reference(rows)
