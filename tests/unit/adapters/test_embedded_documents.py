"""What only the embedded document store has: indexes, declared composites, several processes."""

import json
import math
import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.adapters.embedded.codec import decode, encode, normal, size_bytes
from fritz.adapters.embedded.composite import check_served, read_indexes
from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.ordering import sort_key
from fritz.adapters.embedded.query_sql import select
from fritz.errors import Invalid
from fritz.ports import Increment, Merge, Order, Put, Query, Update, Where
from tests.support.killing import killed_after

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = Query(
    "candidates",
    (Where("filter_id", "==", 3),),
    (Order("passed_at", descending=True),),
    limit=5,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "documents.sqlite"


@pytest.fixture
def documents(path):
    store = SqliteDocuments(path)
    yield store
    store.close()


def test_a_range_is_one_for_sqlite():
    """Of several lower bounds it would take any, and read the index from there."""
    within = (Where("at", ">=", 3), Where("at", ">", 4), Where("at", "<", 9))
    selection = select(Query("rows", within, (Order("at", descending=True),), None, (7,)))
    key = "fritz_key(data, 'at')"
    assert f"{key} > ? AND {key} <= ?" in selection.condition
    assert {sort_key(4), sort_key(7)} < set(selection.parameters)
    assert sort_key(3) not in selection.parameters


# --- the order of values --------------------------------------------------------------------------

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)


@given(left=NUMBERS, right=NUMBERS)
def test_keys_of_numbers_order_exactly(left, right):
    keys = sort_key(left), sort_key(right)
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (left < right, left == right)


@given(left=st.text(), right=st.text())
def test_keys_of_texts_order_by_code_point(left, right):
    assert (sort_key(left) < sort_key(right)) == (left.encode() < right.encode())


@given(left=st.lists(st.binary()), right=st.lists(st.binary()))
def test_keys_of_lists_order_by_element_then_length(left, right):
    assert (sort_key(left) < sort_key(right)) == (left < right)


def test_not_a_number_stands_below_all_numbers():
    assert sort_key(True) < sort_key(math.nan) < sort_key(-math.inf)


# --- the codec ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "size"),
    [(None, 1), (True, 1), (7, 8), (0.5, 8), (NOON, 8), ("abc", 4), ("é", 3), (b"abc", 3)],
)
def test_sizes_are_counted_as_firestore_documents_them(value, size):
    # https://firebase.google.com/docs/firestore/storage-size
    assert size_bytes(value) == size
    assert size_bytes({"name": [value, value]}) == 5 + 2 * size


def test_maps_that_look_like_our_marks_survive():
    fields = normal({"a": {"$bytes": "eA=="}, "$map": {"$time": 1}, "b": {"$float": {"$map": {}}}})
    assert decode(encode(fields)) == fields


# --- indexes of SQLite ----------------------------------------------------------------------------


def put_many(documents, count, collection="candidates"):
    for start in range(0, count, 500):
        documents.commit(
            [
                Put(collection, f"c{n}", {"filter_id": n % 7, "passed_at": NOON + timedelta(0, n)})
                for n in range(start, min(count, start + 500))
            ]
        )


def plan(documents, query):
    selection = select(query)
    with documents._pool.connection() as connection:
        rows = connection.execute(
            f"EXPLAIN QUERY PLAN {selection.rows('id')}", selection.parameters
        )
        return " ".join(row[-1] for row in rows)


def test_a_page_of_a_large_collection_comes_from_an_index_without_sorting(documents):
    put_many(documents, 600)
    first = documents.query(PAGE)
    following = Query(
        PAGE.collection, PAGE.where, PAGE.order_by, 5, (first[-1].data["passed_at"], first[-1].id)
    )
    assert len(documents.query(following)) == 5
    for query in (PAGE, following):
        assert "USING INDEX documents_" in plan(documents, query)
        assert "TEMP B-TREE" not in plan(documents, query)


def test_a_count_by_an_equal_field_comes_from_an_index(documents):
    put_many(documents, 600)
    query = Query("candidates", (Where("filter_id", "==", 3),))
    assert documents.count(query) == 86
    assert "USING INDEX documents_" in plan(documents, query)
    assert "<expr>=?" in plan(documents, query)


def test_a_small_collection_gets_no_index(documents):
    put_many(documents, 20)
    documents.query(PAGE)
    assert "<expr>" not in plan(documents, PAGE)


def test_other_collections_do_not_pay_for_an_index(documents):
    put_many(documents, 600)
    documents.query(PAGE)
    put_many(documents, 300, "histories")
    with documents._pool.connection() as connection:
        index = select(PAGE).index.split()[5]
        rows = connection.execute(
            f"SELECT count(*) FROM documents INDEXED BY {index} WHERE grp = 'candidates'"
        )
        [(entries,)] = rows
    assert entries == 600


# --- declared composite indexes -------------------------------------------------------------------

DECLARED = {
    "indexes": [
        {
            "collectionGroup": "candidates",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "filter_id", "order": "ASCENDING"},
                {"fieldPath": "passed_at", "order": "DESCENDING"},
            ],
        },
        {
            "collectionGroup": "candidates",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "obj_id", "order": "ASCENDING"},
                {"fieldPath": "passed_at", "order": "DESCENDING"},
            ],
        },
        {
            "collectionGroup": "sources",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "groups", "arrayConfig": "CONTAINS"},
                {"fieldPath": "saved_at", "order": "ASCENDING"},
                {"fieldPath": "__name__", "order": "ASCENDING"},
            ],
        },
    ]
}
FILTER, OBJECT = Where("filter_id", "==", 1), Where("obj_id", "==", "x")
NEWEST, OLDEST = Order("passed_at", descending=True), Order("passed_at")


@pytest.fixture
def declared(tmp_path):
    file = tmp_path / "firestore.indexes.json"
    file.write_text(json.dumps(DECLARED))
    return file


@pytest.mark.parametrize(
    "query",
    [
        Query("candidates", (FILTER,), (NEWEST,)),
        Query("candidates", (FILTER,), (OLDEST,)),
        Query("candidates", (FILTER, Where("passed_at", ">", NOON)), (NEWEST,)),
        Query("candidates", (FILTER, OBJECT), (NEWEST,)),
        Query("candidates", (FILTER, OBJECT, Where("programid", "==", 1))),
        Query("candidates", (Where("filter_id", "in", [1, 2]),), (NEWEST,)),
        Query("candidates", (Where("rb", ">", 0.5), Where("rb", "<", 0.9))),
        Query("candidates", (), (Order("rb"),)),
        Query("candidates", (FILTER,), (Order("filter_id"),)),
        Query("candidates", (FILTER, Where("tags", "array_contains", "x"))),
        Query("groups/1/sources", (Where("groups", "array_contains", 1),), (Order("saved_at"),)),
        Query("nothing"),
    ],
    ids=repr,
)
def test_a_query_with_its_index_is_served(declared, query):
    check_served(query, read_indexes(declared))


@pytest.mark.parametrize(
    "query",
    [
        Query("candidates", (FILTER,), (Order("rb"),)),
        Query("candidates", (FILTER, Where("rb", ">", 0.5))),
        Query("candidates", (FILTER, Where("programid", "==", 1)), (NEWEST,)),
        Query("candidates", (), (NEWEST, Order("rb"))),
        Query("candidates", (Where("rb", ">", 0.5),), (NEWEST,)),
        Query("candidates", (Where("tags", "array_contains", "x"),), (NEWEST,)),
        Query("sources", (Where("groups", "==", 1),), (Order("saved_at"),)),
        Query("other", (FILTER,), (NEWEST,)),
    ],
    ids=repr,
)
def test_a_query_without_its_index_is_refused_and_the_index_named(path, declared, query):
    documents = SqliteDocuments(path, declared)
    with pytest.raises(Invalid, match="needs the composite index") as refusal:
        documents.query(query)
    entry = json.loads(str(refusal.value).split("composite index ")[1])
    declared.write_text(json.dumps({"indexes": [*DECLARED["indexes"], entry]}))
    assert SqliteDocuments(path.with_name("again.sqlite"), declared).query(query) == []


# --- several processes ----------------------------------------------------------------------------


def count_up(path, times):
    documents = SqliteDocuments(path)

    def body(transaction):
        number = transaction.get("shared", "read").data["n"]
        transaction.write(Put("shared", "read", {"n": number + 1}))

    for _ in range(times):
        documents.commit([Merge("shared", "blind", {"n": Increment(1)})])
        documents.transact(body)
    documents.close()


def test_processes_lose_no_writes_of_each_other(path, documents):
    documents.commit([Put("shared", "read", {"n": 0})])
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=count_up, args=(path, 20)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert documents.get("shared", "blind").data == {"n": 40}
    assert documents.get("shared", "read").data == {"n": 40}


def test_a_forked_child_may_use_its_parents_store(documents):
    documents.commit([Put("shared", "one", {"n": 0})])
    child = multiprocessing.get_context("fork").Process(
        target=documents.commit, args=([Update("shared", "one", {"n": 1})],)
    )
    child.start()
    child.join()
    assert child.exitcode == 0
    assert documents.get("shared", "one").data == {"n": 1}


def write_pairs(path):
    documents = SqliteDocuments(path)
    n = 0
    while True:
        n += 1
        documents.commit([Put("pair", side, {"n": n, "text": "x" * 20_000}) for side in "ab"])


def test_a_kill_leaves_whole_commits(path, documents):
    documents.commit([Put("pair", side, {"n": 0, "text": ""}) for side in "ab"])
    for _ in range(2):
        before = documents.get("pair", "a").version
        killed_after(
            write_pairs,
            path,
            ready=lambda before=before: documents.get("pair", "a").version != before,
        )
        left = documents.get_many("pair", "ab")
        assert left["a"].data == left["b"].data
        assert left["a"].version == left["b"].version
