"""The contract of queries of `fritz.ports.DocumentStore`."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.ports import Delete, Order, Put, Query, Where
from tests.contract.subjects import fresh

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

# One value of each type and some neighbours, in Firestore's order of types and values:
# https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
IN_ORDER = [
    None,
    False,
    True,
    math.nan,
    -math.inf,
    -(2**63),
    -1.5,
    0,
    0.25,
    3,
    2**53,
    2**53 + 1,
    2**63 - 1,
    math.inf,
    NOON - timedelta(days=40_000),
    NOON,
    NOON + timedelta(microseconds=1),
    "",
    "A",
    "Z",
    "a",
    "a\x00",
    "aa",
    "é",
    "\uffff",
    "\U0001f52d",
    b"",
    b"\x00",
    b"\x00\x00",
    b"\x01",
    b"\xff",
    [],
    [1],
    [1, 1],
    [1, "a"],
    [2],
    {},
    {"a": 1},
    {"a": 1, "b": 0},
    {"a": 2},
    {"b": 0},
]


def stored(documents, rows):
    """Return a new collection holding rows: id -> fields."""
    collection = fresh("queried")
    documents.commit([Put(collection, key, fields) for key, fields in rows.items()])
    return collection


def ids(documents, collection, *where, order_by=(), **rest):
    query = Query(collection, tuple(where), tuple(order_by), **rest)
    return [document.id for document in documents.query(query)]


def matches(documents, values, op, bound):
    """Return which of the values match the condition, as their positions."""
    collection = stored(documents, {f"{n:03d}": {"v": value} for n, value in enumerate(values)})
    return sorted(int(key) for key in ids(documents, collection, Where("v", op, bound)))


def test_documents_come_by_id_without_an_order(documents):
    names = ["b", "a", "é", "A", "10", "9", "\U0001f52d", "\uffff"]
    collection = stored(documents, {name: {} for name in names})
    assert ids(documents, collection) == sorted(names, key=str.encode)


def test_a_query_of_nothing_is_empty(documents):
    assert ids(documents, fresh("nothing")) == []
    assert documents.count(Query(fresh("nothing"))) == 0


def test_the_order_goes_across_types(documents):
    shuffled = list(enumerate(IN_ORDER))
    random.Random(1).shuffle(shuffled)
    collection = stored(documents, {f"{n:03d}": {"v": value} for n, value in shuffled})
    ascending = [f"{n:03d}" for n in range(len(IN_ORDER))]
    assert ids(documents, collection, order_by=[Order("v")]) == ascending
    assert ids(documents, collection, order_by=[Order("v", descending=True)]) == ascending[::-1]


def test_a_document_without_the_sort_key_is_left_out(documents):
    collection = stored(documents, {"a": {"v": 1}, "b": {}, "c": {"v": None}, "d": {"v": {"x": 1}}})
    assert ids(documents, collection, order_by=[Order("v")]) == ["c", "a", "d"]
    assert ids(documents, collection, order_by=[Order("v.x")]) == ["d"]


def test_equal_sort_keys_come_by_id_in_the_direction_of_the_last_key(documents):
    collection = stored(documents, {key: {"v": 1, "w": key in "ab"} for key in "cabd"})
    assert ids(documents, collection, order_by=[Order("v")]) == ["a", "b", "c", "d"]
    assert ids(documents, collection, order_by=[Order("v", descending=True)]) == [
        "d",
        "c",
        "b",
        "a",
    ]
    both = [Order("w", descending=True), Order("v")]
    assert ids(documents, collection, order_by=both) == ["a", "b", "c", "d"]


def test_equality_finds_equal_values(documents):
    for n, value in enumerate(IN_ORDER):
        assert matches(documents, IN_ORDER, "==", value) == [n]


def test_an_integer_equals_its_float(documents):
    assert matches(documents, [3, 3.0, "3", -0.0, 0, True], "==", 3) == [0, 1]
    assert matches(documents, [3, 3.0, "3", -0.0, 0, False], "==", 0.0) == [3, 4]


def test_equality_with_null_needs_the_field(documents):
    collection = stored(documents, {"a": {"v": None}, "b": {}, "c": {"v": 0}})
    assert ids(documents, collection, Where("v", "==", None)) == ["a"]


@pytest.mark.parametrize(
    ("op", "bound", "expected"),
    [
        ("<", 3, [1, 2]),
        ("<=", 3, [1, 2, 3]),
        (">", 0.5, [3, 4]),
        (">=", 2**53, [4]),
        (">", "a", [6]),
        ("<", "b", [5]),
        (">=", "", [5, 6]),
        ("<", b"z", [7]),
        ("<=", True, [8, 9]),
        (">", False, [9]),
        (">=", NOON, [10]),
        ("<", [2], [11]),
        (">=", [1, 2], []),
        (">", {}, [12]),
    ],
    ids=repr,
)
def test_a_range_holds_values_of_its_type_only(documents, op, bound, expected):
    values = [None, -2, 0.5, 3, 2**60, "a", "b", b"x", False, True, NOON, [1], {"a": 1}]
    assert matches(documents, values, op, bound) == expected


def test_a_range_compares_large_integers_exactly(documents):
    values = [2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2]
    assert matches(documents, values, ">", 2**53) == [2, 3]
    assert matches(documents, values, "<=", float(2**53)) == [0, 1]


def test_two_bounds_make_an_interval(documents):
    collection = stored(documents, {f"{n}": {"v": n} for n in range(6)})
    interval = (Where("v", ">=", 2), Where("v", "<", 5))
    assert ids(documents, collection, *interval) == ["2", "3", "4"]


def test_a_range_without_an_order_comes_in_the_order_of_its_field(documents):
    collection = stored(documents, {"a": {"v": 3}, "b": {"v": 1}, "c": {"v": 2}})
    assert ids(documents, collection, Where("v", ">", 0)) == ["b", "c", "a"]


def test_unequal_means_any_other_value_but_null_or_none(documents):
    collection = stored(
        documents, {"a": {"v": 1}, "b": {"v": 2}, "c": {"v": "1"}, "d": {}, "e": {"v": None}}
    )
    assert sorted(ids(documents, collection, Where("v", "!=", 1))) == ["b", "c"]
    assert sorted(ids(documents, collection, Where("v", "!=", None))) == ["a", "b", "c"]


def test_in_finds_any_of_the_values(documents):
    assert matches(documents, [1, 2, "1", None, [1], 3.0], "in", [1, 3, "x"]) == [0, 5]


def test_not_in_leaves_out_null_and_missing(documents):
    collection = stored(
        documents, {"a": {"v": 1}, "b": {"v": 2}, "c": {}, "d": {"v": None}, "e": {"v": "x"}}
    )
    assert sorted(ids(documents, collection, Where("v", "not-in", [1, 3]))) == ["b", "e"]


def test_array_contains_looks_at_elements(documents):
    values = [[1, 2], [2.0], 2, "2", [[2]] and [{"a": 2}], None, []]
    assert matches(documents, values, "array_contains", 2) == [0, 1]
    assert matches(documents, values, "array_contains", {"a": 2}) == [4]


def test_array_contains_any_looks_for_any(documents):
    values = [[1, 2], ["x"], [3], 3, []]
    assert matches(documents, values, "array_contains_any", [1, 3]) == [0, 2]


def test_conditions_reach_into_maps(documents):
    collection = stored(
        documents,
        {
            "a": {"candidate": {"magpsf": 18.0, "more": {"rb": 1}}},
            "b": {"candidate": {"magpsf": 20.0}},
            "c": {"candidate": 5},
            "d": {"candidate.magpsf": 18.0},
        },
    )
    assert ids(documents, collection, Where("candidate.magpsf", "<", 19)) == ["a"]
    assert ids(documents, collection, Where("candidate.more.rb", "==", 1)) == ["a"]


def test_all_conditions_hold_together(documents):
    rows = {f"{n:02d}": {"a": n % 2, "b": n % 3, "c": [n % 5], "n": n} for n in range(30)}
    collection = stored(documents, rows)
    found = ids(
        documents,
        collection,
        Where("a", "==", 1),
        Where("b", "in", [0, 1]),
        Where("c", "array_contains", 2),
        Where("n", ">", 7),
        order_by=[Order("n", descending=True)],
    )
    assert found == ["27"]


def test_a_limit_keeps_the_first(documents):
    collection = stored(documents, {f"{n}": {"v": -n} for n in range(5)})
    assert ids(documents, collection, order_by=[Order("v")], limit=2) == ["4", "3"]


def test_a_count_is_the_number_of_results(documents):
    collection = stored(documents, {f"{n}": {"v": n} for n in range(7)})
    assert documents.count(Query(collection)) == 7
    assert documents.count(Query(collection, (Where("v", ">", 2),))) == 4
    assert documents.count(Query(collection, limit=3)) == 3


@pytest.mark.parametrize("descending", [False, True])
def test_pages_meet_without_gap_or_overlap(documents, descending):
    rows = {f"{n:02d}": {"group": n % 2, "at": NOON + timedelta(days=n // 6)} for n in range(30)}
    collection = stored(documents, rows)
    order = (Order("at", descending=descending),)
    where = (Where("group", "==", 1),)
    whole = ids(documents, collection, *where, order_by=order)
    assert len(whole) == 15
    paged, cursor = [], None
    while page := documents.query(Query(collection, where, order, 4, cursor)):
        paged += [document.id for document in page]
        cursor = (page[-1].data["at"], page[-1].id)
    assert paged == whole


def test_pages_of_two_keys_in_opposite_directions_meet(documents):
    rows = {f"{n:02d}": {"a": n % 3, "b": n % 4} for n in range(24)}
    collection = stored(documents, rows)
    order = (Order("a", descending=True), Order("b"))
    whole = ids(documents, collection, order_by=order)
    paged, cursor = [], None
    while page := documents.query(Query(collection, (), order, 5, cursor)):
        paged += [document.id for document in page]
        cursor = (page[-1].data["a"], page[-1].data["b"], page[-1].id)
    assert paged == whole


def test_pages_by_id_alone_meet(documents):
    collection = stored(documents, {f"{n}": {} for n in range(10)})
    assert ids(documents, collection, limit=3, start_after=("4",)) == ["5", "6", "7"]


def test_a_cursor_without_an_id_skips_all_equals(documents):
    collection = stored(documents, {"a": {"v": 1}, "b": {"v": 1}, "c": {"v": 2}})
    assert ids(documents, collection, order_by=[Order("v")], start_after=(1,)) == ["c"]


def test_a_cursor_may_be_of_another_type(documents):
    collection = stored(documents, {"a": {"v": 1}, "b": {"v": "x"}, "c": {"v": None}})
    assert ids(documents, collection, order_by=[Order("v")], start_after=(5,)) == ["b"]


def test_what_was_deleted_is_not_found(documents):
    collection = stored(documents, {"a": {"v": 1}, "b": {"v": 1}})
    documents.commit([Delete(collection, "a")])
    assert ids(documents, collection, Where("v", "==", 1)) == ["b"]


def test_a_large_collection_answers_alike(documents):
    """Indexes made on the way change nothing."""
    rows = {f"{n:04d}": {"k": n % 7, "v": (n * 37) % 400} for n in range(400)}
    collection = stored(documents, rows)
    for _ in range(2):
        found = ids(documents, collection, Where("k", "==", 3), order_by=[Order("v")], limit=5)
        expected = sorted((f["v"], key) for key, f in rows.items() if f["k"] == 3)[:5]
        assert found == [key for _, key in expected]
    documents.commit([Put(collection, "new", {"k": 3, "v": -1}), Delete(collection, found[0])])
    again = ids(documents, collection, Where("k", "==", 3), order_by=[Order("v")], limit=3)
    assert again == ["new", *found[1:3]]


@pytest.mark.parametrize(
    "conditions",
    [
        (Where("a", "in", list(range(31))),),
        (Where("a", "in", list(range(6))), Where("b", "in", list(range(6)))),
        (Where("a", "not-in", list(range(11))),),
        (Where("a", "in", []),),
        (Where("a", "array_contains", 1), Where("b", "array_contains", 2)),
        (Where("a", "array_contains", 1), Where("b", "array_contains_any", [2])),
        (Where("a", "!=", 1), Where("b", "!=", 2)),
        (Where("a", "not-in", [1]), Where("b", "!=", 2)),
        (Where("a", "not-in", [1]), Where("b", "in", [2])),
        (Where("a..b", "==", 1),),
        (Where("a", "==", 2**63),),
        (Where("a", "in", 5),),
    ],
    ids=lambda conditions: " and ".join(f"{w.op} {w.value}"[:20] for w in conditions),
)
def test_a_query_beyond_firestore_is_refused(documents, conditions):
    with pytest.raises(Invalid):
        documents.query(Query("things", conditions))


def test_thirty_alternatives_are_allowed(documents):
    collection = stored(documents, {f"{n:02d}": {"v": n, "w": n % 2} for n in range(40)})
    assert len(ids(documents, collection, Where("v", "in", list(range(30))))) == 30
    both = (Where("v", "in", list(range(15))), Where("w", "in", [0, 1]))
    assert len(ids(documents, collection, *both)) == 15


@pytest.mark.parametrize(
    ("order", "cursor"),
    [((), ()), ((), ("a", "b")), ((Order("v"), Order("w")), (1,)), ((Order("v"),), (1, "a", "b"))],
)
def test_a_cursor_of_the_wrong_length_is_refused(documents, order, cursor):
    with pytest.raises(Invalid):
        documents.query(Query("things", (), order, 5, cursor))


# --- against a plain reading of the rules ---------------------------------------------------------

SCALARS = [None, False, True, -1, 0, 1, 1.0, 2.5, "a", "b", ""]
FIELDS = st.dictionaries(
    st.sampled_from("abc"),
    st.sampled_from(SCALARS) | st.lists(st.sampled_from([0, 1, "a"]), max_size=2),
    max_size=3,
)
ORDERED = [value for value in SCALARS if value is not None]
CONDITIONS = st.one_of(
    st.builds(Where, st.sampled_from("abc"), st.just("=="), st.sampled_from(SCALARS)),
    st.builds(
        Where,
        st.sampled_from("abc"),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.sampled_from(ORDERED),
    ),
    st.builds(
        Where,
        st.sampled_from("abc"),
        st.just("in"),
        st.lists(st.sampled_from(ORDERED), min_size=1, max_size=3, unique_by=repr),
    ),
    st.builds(Where, st.sampled_from("abc"), st.just("array_contains"), st.sampled_from([0, "a"])),
)


def rank(value):
    """Return a key for Python's own sort."""
    if value is None:
        return (0,)
    if isinstance(value, bool):
        return (1, value)
    if isinstance(value, int | float):
        return (2, value)
    return (3, value) if isinstance(value, str) else (4, [rank(v) for v in value])


def holds(where, fields):
    if where.field not in fields:
        return False
    value = fields[where.field]
    if where.op == "in":
        return any(rank(value) == rank(v) for v in where.value)
    if where.op == "array_contains":
        return isinstance(value, list) and any(rank(v) == rank(where.value) for v in value)
    left, right = rank(value), rank(where.value)
    outcomes = {"==": left == right, "<": left < right, ">": left > right}
    outcomes |= {"<=": left <= right, ">=": left >= right}
    return left[0] == right[0] and outcomes[where.op]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(FIELDS, max_size=8),
    where=st.lists(CONDITIONS, max_size=3).filter(
        lambda conditions: sum(w.op == "array_contains" for w in conditions) <= 1
    ),
    sort=st.sampled_from("abc"),
    descending=st.booleans(),
    limit=st.integers(1, 5),
)
def test_a_query_finds_what_the_rules_say(documents, rows, where, sort, descending, limit):
    named = {f"{n}": fields for n, fields in enumerate(rows)}
    collection = fresh("reference")
    documents.commit([Put(collection, key, fields) for key, fields in named.items()])
    # Firestore drops a sort key that an equality fixes, and adds those that a range names.
    ranged = sorted({w.field for w in where if w.op in {"<", "<=", ">", ">="}} - {sort})
    keys = [sort, *ranged]
    expected = sorted(
        (
            ([rank(fields[k]) for k in keys], key)
            for key, fields in named.items()
            if all(k in fields for k in keys) and all(holds(w, fields) for w in where)
        ),
        reverse=descending,
    )
    query = Query(collection, tuple(where), (Order(sort, descending),), limit)
    assert [d.id for d in documents.query(query)] == [key for _, key in expected][:limit]
