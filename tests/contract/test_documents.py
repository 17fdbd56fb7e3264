"""The contract of `fritz.ports.DocumentStore`: writes, limits, values, transactions, listeners.

Queries have a suite of their own, `test_document_queries.py`.
"""

import math
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.errors import Conflict, Invalid, NotFound, TooLarge
from fritz.ports import (
    ArrayRemove,
    ArrayUnion,
    Create,
    Delete,
    Increment,
    Merge,
    Order,
    Put,
    Query,
    Update,
    Where,
)
from tests.contract.subjects import fresh

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def written(documents, *writes):
    """Commit writes of one document and return its fields."""
    documents.commit(writes)
    return documents.get(writes[0].collection, writes[0].id).data


def after(documents, before, make):
    """Return the fields that `make(collection, id)` leaves of a document with `before`."""
    place = (fresh("things"), "one")
    documents.commit([Put(*place, before)])
    return written(documents, make(*place))


# --- values ---------------------------------------------------------------------------------------


def test_values_of_every_type_read_back(documents):
    fields = {
        "none": None,
        "yes": True,
        "no": False,
        "int": 2**63 - 1,
        "least": -(2**63),
        "float": 0.1,
        "whole": 2.0,
        "text": "ξ Ursae \U0001f52d",
        "empty": "",
        "bytes": b"\x00\xff",
        "time": NOON,
        "list": [1, "a", None, {"b": [2.5]}],
        "map": {"inner": {"deep": True}, "nothing": {}},
        "$bytes": "not bytes",
        "odd names": {"a.b": 1, "$map": {"$time": 3}, "ü": 2},
    }
    data = written(documents, Put(fresh("values"), "one", fields))
    assert data == fields
    assert {k: type(v) for k, v in data.items()} == {k: type(v) for k, v in fields.items()}


def test_numbers_that_are_not_finite_read_back(documents):
    data = written(
        documents, Put(fresh("v"), "one", {"n": math.nan, "p": math.inf, "m": [-math.inf]})
    )
    assert math.isnan(data["n"])
    assert (data["p"], data["m"]) == (math.inf, [-math.inf])


def test_moments_come_back_in_utc_to_the_microsecond(documents):
    pacific = NOON.astimezone(timezone(timedelta(hours=-8)))
    data = written(documents, Put(fresh("v"), "one", {"t": pacific}))
    assert data["t"] == NOON
    assert data["t"].utcoffset() == timedelta(0)


def test_tuples_come_back_as_lists(documents):
    assert written(documents, Put(fresh("v"), "one", {"t": (1, 2)})) == {"t": [1, 2]}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20)
    | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- Hypothesis wants naive bounds
    lambda inner: (
        st.dictionaries(st.text("ab$. ü", min_size=1, max_size=5), inner, max_size=3)
        | st.lists(inner.filter(lambda value: not isinstance(value, list)), max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(value=VALUES)
def test_any_value_reads_back(documents, value):
    assert written(documents, Put("any-values", "one", {"value": value})) == {"value": value}


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        datetime(2026, 1, 1),  # noqa: DTZ001 -- the point: no time zone
        [[1]],
        {"": 1},
        object(),
        {1, 2},
        "\ud800",
        {"__name__": 1},
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],
)
def test_what_no_document_can_hold_is_refused(documents, value):
    place = (fresh("bad"), "one")
    with pytest.raises(Invalid):
        documents.commit([Put(*place, {"value": value})])
    assert documents.get(*place) is None


# --- writes ---------------------------------------------------------------------------------------


def test_a_missing_document_is_none(documents):
    assert documents.get(fresh("things"), "missing") is None


def test_a_document_knows_its_place(documents):
    collection = fresh("things")
    documents.commit([Put(collection, "one", {"a": 1})])
    document = documents.get(collection, "one")
    assert (document.collection, document.id) == (collection, "one")


def test_many_documents_are_read_at_once(documents):
    collection = fresh("things")
    documents.commit([Put(collection, f"d{n}", {"n": n}) for n in range(400)])
    documents.commit([Put(collection, f"e{n}", {"n": n}) for n in range(400)])
    ids = [f"{kind}{n}" for n in range(400) for kind in "de"]
    found = documents.get_many(collection, [*ids, "missing", "d1"])
    assert set(found) == set(ids)
    assert found["e7"].data == {"n": 7}
    assert documents.get_many(collection, []) == {}


def test_create_refuses_an_existing_document(documents):
    place = (fresh("things"), "one")
    documents.commit([Create(*place, {"a": 1})])
    with pytest.raises(Conflict):
        documents.commit([Create(*place, {"a": 2})])
    assert documents.get(*place).data == {"a": 1}


def test_put_replaces_the_whole_document(documents):
    assert after(documents, {"a": 1, "b": {"c": 2}}, lambda *p: Put(*p, {"b": 3})) == {"b": 3}


def test_a_document_may_be_empty(documents):
    assert written(documents, Put(fresh("things"), "one", {})) == {}


def test_merge_keeps_what_it_does_not_name(documents):
    before = {"a": 1, "map": {"x": 1, "y": {"z": 2}}, "list": [1]}
    data = after(documents, before, lambda *p: Merge(*p, {"map": {"y": {"w": 3}}, "list": [2]}))
    assert data == {"a": 1, "map": {"x": 1, "y": {"z": 2, "w": 3}}, "list": [2]}


def test_merge_creates_a_missing_document(documents):
    assert written(documents, Merge(fresh("things"), "one", {"a": {"b": 1}})) == {"a": {"b": 1}}


def test_merge_puts_a_map_in_place_of_a_value(documents):
    assert after(documents, {"a": 1}, lambda *p: Merge(*p, {"a": {"b": 2}})) == {"a": {"b": 2}}


def test_merge_takes_dots_in_names_as_they_are(documents):
    data = after(documents, {"a": {"b": 1}}, lambda *p: Merge(*p, {"a.b": 2}))
    assert data == {"a": {"b": 1}, "a.b": 2}


def test_update_sets_values_at_dotted_paths(documents):
    before = {"a": 1, "map": {"x": 1, "y": {"z": 2}}}
    data = after(documents, before, lambda *p: Update(*p, {"map.y.z": 5, "map.new": 6, "b.c": 7}))
    assert data == {"a": 1, "map": {"x": 1, "y": {"z": 5}, "new": 6}, "b": {"c": 7}}


def test_update_replaces_a_map_given_whole(documents):
    data = after(documents, {"map": {"x": 1, "y": 2}}, lambda *p: Update(*p, {"map": {"z": 3}}))
    assert data == {"map": {"z": 3}}


def test_update_reaches_names_that_are_numbers(documents):
    data = after(documents, {"seen": {"1": "a"}}, lambda *p: Update(*p, {"seen.250000": "b"}))
    assert data == {"seen": {"1": "a", "250000": "b"}}


def test_update_needs_a_document(documents):
    with pytest.raises(NotFound):
        documents.commit([Update(fresh("things"), "one", {"a": 1})])


def test_update_refuses_a_path_within_another(documents):
    with pytest.raises(Invalid):
        after(documents, {}, lambda *p: Update(*p, {"a": {}, "a.b": 1}))


def test_delete_removes_and_is_content_with_nothing(documents):
    place = (fresh("things"), "one")
    documents.commit([Put(*place, {})])
    documents.commit([Delete(*place)])
    documents.commit([Delete(*place)])
    assert documents.get(*place) is None


def test_a_commit_is_all_or_nothing(documents):
    collection = fresh("things")
    documents.commit([Put(collection, "taken", {"a": 1})])
    with pytest.raises(Conflict):
        documents.commit([Put(collection, "new", {}), Create(collection, "taken", {})])
    assert documents.get(collection, "new") is None
    assert documents.get(collection, "taken").data == {"a": 1}


def test_writes_of_one_commit_apply_in_order(documents):
    place = (fresh("things"), "one")
    data = written(documents, Create(*place, {"n": 1}), Update(*place, {"n": Increment(2)}))
    assert data == {"n": 3}


def test_committing_nothing_does_nothing(documents):
    assert documents.commit([]) is None


# --- transforms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "by", "expected"),
    [
        (1, 2, 3),
        (1, 0.5, 1.5),
        (1.5, 1, 2.5),
        ("text", 2, 2),
        (None, -1, -1),
        (2**63 - 1, 5, 2**63 - 1),
        (-(2**63), -1, -(2**63)),
    ],
)
def test_increment_adds_to_a_number(documents, before, by, expected):
    data = after(documents, {"n": before}, lambda *p: Update(*p, {"n": Increment(by)}))
    assert data == {"n": expected}
    assert type(data["n"]) is type(expected)


def test_increment_starts_from_zero(documents):
    assert after(documents, {}, lambda *p: Merge(*p, {"a": {"n": Increment(2)}})) == {"a": {"n": 2}}


def test_increment_works_at_a_dotted_path(documents):
    before = {"count": {"new": 2, "old": 1}}
    data = after(documents, before, lambda *p: Update(*p, {"count.new": Increment(1)}))
    assert data == {"count": {"new": 3, "old": 1}}


def test_concurrent_increments_all_count(documents):
    place = (fresh("things"), "one")
    documents.commit([Put(*place, {"n": 0})])
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(
            lambda _: documents.commit([Merge(*place, {"n": Increment(1)})]), range(20)
        ):
            pass
    assert documents.get(*place).data == {"n": 20}


def test_array_union_appends_what_is_lacking(documents):
    change = ArrayUnion((3, 1.0, {"a": 1}, 3))
    data = after(documents, {"l": [1, 2, {"a": 1}]}, lambda *p: Update(*p, {"l": change}))
    assert data == {"l": [1, 2, {"a": 1}, 3]}


def test_array_union_makes_a_list_of_what_is_none(documents):
    assert after(documents, {"l": 5}, lambda *p: Merge(*p, {"l": ArrayUnion((1,))})) == {"l": [1]}


def test_array_remove_removes_every_occurrence(documents):
    change = ArrayRemove((1, "x"))
    assert after(documents, {"l": [1, 2, 1, 3]}, lambda *p: Update(*p, {"l": change})) == {
        "l": [2, 3]
    }


def test_transforms_in_a_whole_document_start_from_nothing(documents):
    make = lambda *p: Put(*p, {"n": Increment(2), "l": ArrayUnion((1, 1)), "r": ArrayRemove((1,))})  # noqa: E731 - one line, used once
    assert after(documents, {"n": 10, "l": [5]}, make) == {"n": 2, "l": [1], "r": []}


# --- versions -------------------------------------------------------------------------------------


def test_a_version_changes_with_each_change(documents):
    place = (fresh("things"), "one")
    versions = set()
    for n in range(3):
        documents.commit([Put(*place, {"n": n})])
        versions.add(documents.get(*place).version)
    documents.commit([Delete(*place)])
    documents.commit([Put(*place, {"n": 0})])
    assert len(versions | {documents.get(*place).version}) == 4


@pytest.mark.parametrize("write", [Put, Update])
def test_a_write_with_an_old_version_conflicts(documents, write):
    place = (fresh("things"), "one")
    documents.commit([Put(*place, {"n": 1})])
    old = documents.get(*place).version
    documents.commit([write(*place, {"n": 2}, if_version=old)])
    with pytest.raises(Conflict):
        documents.commit([write(*place, {"n": 3}, if_version=old)])
    assert documents.get(*place).data == {"n": 2}


def test_a_version_of_a_deleted_document_conflicts(documents):
    place = (fresh("things"), "one")
    documents.commit([Put(*place, {"n": 1})])
    old = documents.get(*place).version
    documents.commit([Delete(*place)])
    with pytest.raises(Conflict):
        documents.commit([Put(*place, {"n": 3}, if_version=old)])


# --- places and limits ----------------------------------------------------------------------------


def test_a_collection_may_stand_below_a_document(documents):
    outer = fresh("objects")
    documents.commit(
        [
            Put(f"{outer}/ZTF18a/comments", "1", {"text": "a"}),
            Put(f"{outer}/ZTF18b/comments", "1", {"text": "b"}),
        ]
    )
    assert documents.get(f"{outer}/ZTF18a/comments", "1").data == {"text": "a"}
    assert documents.get(outer, "ZTF18a") is None
    found = documents.query(Query(f"{outer}/ZTF18b/comments"))
    assert [document.data for document in found] == [{"text": "b"}]
    assert found[0].collection == f"{outer}/ZTF18b/comments"


@pytest.mark.parametrize("doc_id", ["", "a/b", ".", "..", "__id__", "x" * 1501, "ü" * 751])
def test_an_impossible_id_is_refused(documents, doc_id):
    with pytest.raises(Invalid):
        documents.commit([Put("things", doc_id, {})])


@pytest.mark.parametrize("doc_id", ["x" * 1500, "ü" * 750, "ZTF18a b.c'd\"e%_", "...", "☃"])
def test_a_possible_id_is_taken(documents, doc_id):
    place = (fresh("things"), doc_id)
    assert written(documents, Put(*place, {"a": 1})) == {"a": 1}
    assert [document.id for document in documents.query(Query(place[0]))] == [doc_id]


def test_the_path_of_a_document_is_no_collection(documents):
    with pytest.raises(Invalid):
        documents.commit([Put("things/one", "two", {})])
    with pytest.raises(Invalid):
        documents.get("things/one", "two")
    with pytest.raises(Invalid):
        documents.query(Query("things/one"))


def test_a_document_has_at_most_a_mebibyte(documents):
    place = (fresh("big"), "one")
    documents.commit([Put(*place, {"raw": bytes(1_048_000)})])
    with pytest.raises(TooLarge):
        documents.commit([Put(*place, {"raw": bytes(1_048_577)})])
    with pytest.raises(TooLarge):
        documents.commit([Merge(*place, {"more": "x" * 2000})])
    assert set(documents.get(*place).data) == {"raw"}


def test_a_commit_has_at_most_500_writes(documents):
    collection = fresh("many")
    documents.commit([Put(collection, str(n), {}) for n in range(500)])
    with pytest.raises(Invalid):
        documents.commit([Put(collection, str(n), {}) for n in range(501)])


# --- transactions ---------------------------------------------------------------------------------


def test_a_transaction_returns_what_its_body_returns(documents):
    place = (fresh("things"), "one")

    def body(transaction):
        assert transaction.get(*place) is None
        transaction.write(Create(*place, {"n": 1}))
        return "done"

    assert documents.transact(body) == "done"
    assert documents.get(*place).data == {"n": 1}


def test_transactions_do_not_lose_each_others_writes(documents):
    place = (fresh("things"), "one")
    documents.commit([Put(*place, {"n": 0})])

    def body(transaction):
        number = transaction.get(*place).data["n"]
        transaction.write(Put(*place, {"n": number + 1}))

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda _: documents.transact(body), range(6)):
            pass
    assert documents.get(*place).data == {"n": 6}


def test_a_transaction_guards_what_it_did_not_find(documents):
    collection = fresh("unique")

    def claim(name):
        def body(transaction):
            if transaction.query(Query(collection, (Where("name", "==", "x"),))):
                return False
            transaction.write(Create(collection, name, {"name": "x"}))
            return True

        return documents.transact(body)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(claim, "abc")) == [False, False, True]


def test_an_error_in_a_transaction_writes_nothing(documents):
    place = (fresh("things"), "one")

    def body(transaction):
        transaction.write(Put(*place, {"n": 1}))
        raise NotFound("something else")

    with pytest.raises(NotFound, match="something else"):
        documents.transact(body)
    assert documents.get(*place) is None


def test_a_transaction_reads_before_it_writes(documents):
    place = (fresh("things"), "one")

    def body(transaction):
        transaction.write(Put(*place, {"n": 1}))
        transaction.get(*place)

    with pytest.raises(Invalid):
        documents.transact(body)


def test_a_transaction_reads_many_and_writes_many(documents):
    collection = fresh("things")
    documents.commit([Put(collection, str(n), {"n": n}) for n in range(5)])

    def body(transaction):
        found = transaction.get_many(collection, ["1", "3", "missing"])
        ordered = transaction.query(
            Query(collection, order_by=(Order("n", descending=True),), limit=2)
        )
        transaction.write(*(Update(collection, key, {"n": 10}) for key in found))
        transaction.write(Delete(collection, ordered[0].id))

    documents.transact(body)
    rest = {document.id: document.data["n"] for document in documents.query(Query(collection))}
    assert rest == {"0": 0, "1": 10, "2": 2, "3": 10}


def test_a_create_in_a_transaction_still_conflicts(documents):
    place = (fresh("things"), "one")
    documents.commit([Put(*place, {})])
    with pytest.raises(Conflict):
        documents.transact(lambda transaction: transaction.write(Create(*place, {})))


# --- listeners ------------------------------------------------------------------------------------


class Heard:
    """Collects what a listener is told."""

    def __init__(self, documents, query):
        self.states = queue.Queue()
        self.stop = documents.listen(query, self._hear)

    def _hear(self, found):
        self.states.put([document.id for document in found])

    def until(self, expected):
        """Wait for a state; several changes may come as one."""
        while self.states.get(timeout=60) != expected:
            pass


def test_a_listener_hears_the_state_now_and_after_each_change(documents):
    collection = fresh("heard")
    documents.commit([Put(collection, "a", {"n": 1}), Put(collection, "z", {"n": 9})])
    heard = Heard(documents, Query(collection, (Where("n", "<", 5),), (Order("n"),)))
    try:
        heard.until(["a"])
        documents.commit([Put(collection, "b", {"n": 0})])
        heard.until(["b", "a"])
        documents.commit([Update(collection, "a", {"n": 7})])
        heard.until(["b"])
        documents.commit([Delete(collection, "b")])
        heard.until([])
    finally:
        heard.stop()


def test_a_listener_hears_a_change_of_content(documents):
    collection = fresh("heard")
    documents.commit([Put(collection, "a", {"n": 1})])
    contents = queue.Queue()
    stop = documents.listen(Query(collection), lambda found: contents.put(found[0].data["n"]))
    try:
        assert contents.get(timeout=60) == 1
        documents.commit([Update(collection, "a", {"n": 2})])
        assert contents.get(timeout=60) == 2
    finally:
        stop()


def test_a_stopped_listener_hears_no_more(documents):
    collection = fresh("heard")
    stopped, going = Heard(documents, Query(collection)), Heard(documents, Query(collection))
    stopped.until([])
    going.until([])
    stopped.stop()
    documents.commit([Put(collection, "a", {})])
    going.until(["a"])
    going.stop()
    assert stopped.states.empty()


def test_listeners_of_several_threads_hear_independently(documents):
    first, second = fresh("heard"), fresh("heard")
    listeners = [Heard(documents, Query(name)) for name in (first, second)]
    for listener in listeners:
        listener.until([])
    writers = [
        threading.Thread(target=documents.commit, args=([Put(name, "a", {})],))
        for name in (first, second)
    ]
    for writer in writers:
        writer.start()
    for listener, writer in zip(listeners, writers, strict=True):
        listener.until(["a"])
        listener.stop()
        writer.join()
