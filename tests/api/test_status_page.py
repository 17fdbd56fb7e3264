"""The status page: numbers for everybody, filters of one's own groups, faults for admins."""

import pytest

from fritz.archive.rows import ledger_row
from fritz.services.publications import Publications
from tests.support.asteroid import asteroid_alert, asteroid_rows
from tests.support.marshal_world import NOW

NIGHT = 20261123
DETAIL = "magic bytes are missing"


@pytest.fixture
def night(world):
    """Publish four packets, of which one came twice and one was broken; run two filters."""
    Publications(world.documents, world.clock).note([(f"night/0/{n}", NIGHT) for n in range(4)])
    ended = {"record": 0, "survey": "ztf", "night": NIGHT, "at": NOW}
    world.warehouse.append("ledger", [
        ledger_row(packet_id="night/0/0", candid=1, outcome="accepted", **ended),
        ledger_row(packet_id="night/0/1", candid=1, outcome="accepted", **ended),
        ledger_row(packet_id="night/0/2", candid=None, outcome="quarantined", reason="magic",
                   detail=DETAIL, object_key="quarantine/1", **ended),
    ])  # fmt: skip
    runs = {"fid": "x", "survey": "ztf", "night": NIGHT, "errors": 0, "budget_exceeded": 0,
            "saved": 0, "times": [{"us": 50, "alerts": 9}], "at": NOW}  # fmt: skip
    world.warehouse.append("filter_runs", [
        runs | {"filter_id": 1, "seen": 1234, "passed": 7},
        runs | {"filter_id": 2, "seen": 9876, "passed": 5},
    ])  # fmt: skip
    world.warehouse.append("alerts", asteroid_rows())


def test_page_says_what_runs_here_and_which_of_my_filters(browse, night):
    page = browse("brita").get("/status").text
    assert "files on this machine" in page
    assert "ZTF (ztfg, ztfr, ztfi)" in page
    assert "Bright transients" in page
    assert "Nuclear variability" not in page
    assert "What was not taken" not in page
    assert "The books" not in page
    assert "None: alerts keep the survey" in page
    assert "What was not taken" in browse("admin").get("/status").text


def test_books_are_those_of_the_reconciliation(browse, night):
    assert browse("brita").get("/status/books").status_code == 403
    page = browse("admin").get("/status/books").text
    counts = "".join(f'<td class="number">{n}</td>' for n in (4, 1, 1, 1, 0))
    assert counts in page.replace("\n", "")
    assert "1 have come to no end yet" in page
    assert DETAIL not in page


def test_latest_night_counts_alerts_and_my_filters(browse, world, night):
    world.candidate("ZTF26aaaaaaa")
    page = browse("brita").get("/status/night").text
    assert "<dt>alerts archived</dt><dd>2</dd>" in page
    assert page.count("2026-11-23 06:00") == 2
    assert "<dt>last public alert observed</dt>" in page
    assert '<td class="number">1,234</td><td class="number">7</td>' in page
    assert "9,876" not in page


def test_nobody_is_told_when_something_restricted_was_observed(browse, world, night):
    world.candidate("ZTF26aaaaaaa")
    world.warehouse.append("alerts", [asteroid_alert(99, -1 / 24, programid=2)])
    assert "<dt>alerts archived</dt><dd>2</dd>" in browse("brita").get("/status/night").text
    page = browse("admin").get("/status/night").text
    assert "<dt>alerts archived</dt><dd>3</dd>" in page
    assert 'observed</dt><dd><time datetime="2026-11-23T06:00' in page
    assert 'observed</dt><dd><time datetime="2026-11-23T07' not in page


def test_what_was_not_taken_is_for_administrators(browse, client, night):
    assert client.get("/status/rejections").status_code == 303
    refused = browse("brita").get("/status/rejections")
    assert refused.status_code == 403
    assert DETAIL not in refused.text
    page = browse("admin").get("/status/rejections").text
    assert DETAIL in page
    assert "quarantine/1" in page
    assert "0 archived alerts that no filter saw" in page


def test_where_nothing_was_published_that_is_said(browse):
    client = browse("admin")
    assert "Nothing has been published here" in client.get("/status/books").text
    assert "Every packet was taken" in client.get("/status/rejections").text
    assert "<dd>none</dd>" in client.get("/status/night").text
