from datetime import UTC, datetime, timedelta
from itertools import islice, product

import pytest

from fritz.adapters.embedded.composite import check_served, read_indexes
from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.ports import Order, Put, Query, Where
from fritz.services.source_request import SORT_KEYS
from fritz.services.walking import Walk
from tests.support.marshal_world import INDEXES

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WINDOWS = [(), (Where("passed_at", ">=", NOW),), (Where("passed_at", "<=", NOW),)]


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite", INDEXES)
    yield store
    store.close()


class Counting:
    """Counts the rows that a store hands out."""

    def __init__(self, documents):
        self.documents, self.read = documents, 0

    def query(self, query):
        rows = self.documents.query(query)
        self.read += len(rows)
        return rows

    def count(self, query):
        return self.documents.count(query)


def walk(documents, owners, **more):
    return Walk(documents, "scan_entries", "filter_id", owners, "passed_at", True, **more)


def fill(documents, count, filters=64):
    documents.commit([
        Put("scan_entries", f"{n % filters}-o{n:04d}", {
            "filter_id": n % filters, "obj_id": f"o{n:04d}",
            "passed_at": NOW - timedelta(minutes=n // 3),
        })
        for n in range(count)
    ])  # fmt: skip


def test_rows_of_any_number_of_owners_come_in_one_order(documents):
    fill(documents, 400)
    names = [row.data["obj_id"] for row in walk(documents, range(64)).rows(None, 10)]
    assert names == [f"o{n:04d}" for n in range(400)]
    assert walk(documents, range(64)).count() == 400
    assert walk(documents, ()).count() == 0
    assert list(walk(documents, ()).rows(None, 10)) == []


def test_walk_goes_on_where_it_stood(documents):
    fill(documents, 400)
    one = walk(documents, range(64))
    (*_, last) = islice(one.rows(None, 7), 100)
    rest = [row.data["obj_id"] for row in one.rows(one.place(last), 7)]
    assert rest == [f"o{n:04d}" for n in range(100, 400)]


def test_a_page_costs_what_it_shows_whatever_there_is(documents):
    read = []
    for count in (400, 500):
        fill(documents, count)
        counting = Counting(documents)
        assert len(list(islice(walk(counting, range(64)).rows(None, 26), 26))) == 26
        read.append(counting.read)
    assert max(read) <= 3 * 26, read


def candidates_lists():
    order = (Order("passed_at", True), Order("obj_id"))
    owned = (Where("filter_id", "in", [1, 2]),)
    for collection, window in product(("scan_entries", "candidates"), WINDOWS):
        yield Query(collection, owned + window, order, 10)


def sources_lists():
    for (key, down), owned, listed in product(
        product(SORT_KEYS.values(), (True, False)),
        ((), (Where("group_id", "in", [1, 2]),)),
        ((Where("active", "==", True),), ()),
    ):
        order = (Order(key, down),) if key == "obj_id" else (Order(key, down), Order("obj_id"))
        if listed or owned:
            yield Query("sources", owned + listed, order, 10)
    pending = (Where("group_id", "in", [1, 2]), Where("requested", "==", True))
    yield Query("sources", pending, (Order("saved_at", True), Order("obj_id")), 10)


@pytest.mark.parametrize("query", [*candidates_lists(), *sources_lists()], ids=str)
def test_every_query_of_a_list_has_its_composite_index(query):
    check_served(query, read_indexes(INDEXES))
