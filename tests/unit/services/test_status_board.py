"""The status board counts once in a while, however many look, within what was published."""

import pytest

from fritz.archive.rows import ledger_row
from fritz.services.publications import Publications
from fritz.services.reconciling import Reconciliation
from fritz.services.status_board import StatusBoard
from tests.support.marshal_world import NOW, make_world

NIGHT, DAY = 20261122, 20261123


class Counting:
    """A warehouse that says how often it was asked."""

    def __init__(self, inner):
        self.inner, self.asked = inner, 0

    def run(self, statement):
        self.asked += 1
        return self.inner.run(statement)


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path)
    yield made
    made.documents.close()


def row(packet_id, outcome, night=NIGHT, **more):
    return ledger_row(
        packet_id=packet_id, record=0, survey="ztf", night=night, candid=None, outcome=outcome,
        at=NOW, **more,
    )  # fmt: skip


def test_counts_are_kept_and_older_nights_are_left_out(world):
    publications = Publications(world.documents, lambda: NOW)
    warehouse, passed = Counting(world.warehouse), [0.0]
    board = StatusBoard(
        publications=publications,
        reconciliation=Reconciliation(
            publications=publications, warehouse=warehouse, now=lambda: NOW
        ),
        warehouse=warehouse, documents=world.documents, clock=lambda: passed[0],
    )  # fmt: skip
    assert (board.books(), board.rejections(), board.unfiltered()) == ((), (), 0)
    passed[0] = 1000.0
    publications.note([("night/0/0", NIGHT), ("night/0/1", NIGHT)])
    world.warehouse.append("ledger", [
        row("night/0/0", "quarantined", reason="magic"),
        row("night/0/1", "dead_lettered", reason="delivery_failed", night=DAY),
        row("long-ago/0/1", "quarantined", night=20200101, reason="truncated"),
    ])  # fmt: skip
    (book,) = board.books()
    assert (book.day, book.published, book.quarantined, book.dead_lettered) == (DAY, 2, 1, 1)
    assert {each.reason for each in board.rejections()} == {"magic", "delivery_failed"}
    asked = warehouse.asked
    board.books(), board.rejections()
    assert warehouse.asked == asked
    passed[0] = 2000.0
    board.books()
    assert warehouse.asked > asked
