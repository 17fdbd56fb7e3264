"""The books of a day: what was published against what became of it."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.archive.rows import ledger_row
from fritz.errors import Invalid
from fritz.services.publications import Publications
from fritz.services.reconciling import Reconciliation
from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.marshal_world import INDEXES
from tests.unit.services.test_mirroring import NOW

DAY, NIGHT = int(f"{NOW:%Y%m%d}"), 20260318


@pytest.fixture
def publications(tmp_path):
    documents = SqliteDocuments(tmp_path / "documents.sqlite")
    yield Publications(documents, lambda: NOW)
    documents.close()


@pytest.fixture
def warehouse():
    return DuckdbWarehouse()


@pytest.fixture
def books(publications, warehouse):
    return Reconciliation(publications=publications, warehouse=warehouse, now=lambda: NOW)


def accepted(packet_id, candid, night=NIGHT):
    return ledger_row(
        packet_id=packet_id, record=0, survey="ztf", night=night, candid=candid,
        outcome="accepted", at=NOW,
    )  # fmt: skip


def test_packets_published_again_after_a_crash_count_once(publications):
    first = [("night/0/5", NIGHT), ("night/1/9", NIGHT), ("night/0/6", NIGHT)]
    publications.note(first)
    publications.note([*first, ("night/0/8", None)])
    (found,) = publications.of_day(DAY)
    assert (found.source, found.packets) == ("night", 4)
    assert found.nights == (min(DAY, NIGHT), max(DAY, NIGHT))


def test_an_id_that_cannot_be_counted_is_refused(publications):
    for bad in ("night", "night/x", "/7"):
        with pytest.raises(Invalid, match=f"packet id '{bad}'"):
            publications.note([(bad, NIGHT)])


def test_a_balanced_day_misses_nothing(publications, warehouse, books):
    publications.note([("night/0/0", NIGHT), ("night/0/1", NIGHT), ("night/0/2", None)])
    warehouse.append("ledger", [accepted("night/0/0", 1), accepted("night/0/1", 1)])
    quarantined = accepted("night/0/2", None, DAY) | {"outcome": "quarantined"}
    warehouse.append("ledger", [quarantined, quarantined])
    with capture_logs() as logs:
        found = books.reconcile()
    assert (found.published, found.archived, found.duplicates, found.quarantined) == (3, 1, 1, 1)
    assert (found.missing, found.unbalanced) == (0, ())
    assert [(each["event"], each["log_level"]) for each in logs] == [("night reconciled", "info")]


def test_a_lost_packet_is_missing_whatever_another_source_has_too_many(
    publications, warehouse, books
):
    publications.note([("a/0/0", NIGHT), ("a/0/1", NIGHT), ("b/0/0", NIGHT)])
    warehouse.append("ledger", [accepted("a/0/0", 1), accepted("b/0/0", 2), accepted("b/0/1", 3)])
    with capture_logs() as logs:
        found = books.reconcile(DAY)
    assert (found.missing, found.unbalanced) == (1, ("a",))
    assert (logs[0]["missing"], logs[0]["log_level"]) == (1, "error")


def test_latest_days_of_publishing_come_newest_first(tmp_path):
    documents = SqliteDocuments(tmp_path / "documents.sqlite", INDEXES)
    days = [NOW - timedelta(days=back) for back in (9, 4, 4, 1, 0)]
    for number, day in enumerate(days):
        Publications(documents, lambda day=day: day).note([(f"night{number}/0/1", NIGHT)])
    found = Publications(documents, lambda: NOW).days(3)
    assert found == [int(f"{day:%Y%m%d}") for day in (days[4], days[3], days[1])]
    assert len(Publications(documents, lambda: NOW).days(9)) == 4
    documents.close()


def test_a_day_on_which_nothing_was_published_balances(books):
    assert books.reconcile(20200101).published == 0
