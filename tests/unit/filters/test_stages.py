"""Stages: projections over sub-documents and arrays, and stages that see several documents."""

import copy

import pytest

from fritz.filters import FilterError, FilterRefused, compile_filter

DOCUMENT = {
    "_id": 1,
    "a": 1,
    "b": {"c": 2, "d": {"e": 3, "f": 4}},
    "l": [{"x": 1, "y": 2}, 7, {"x": 3}, [{"x": 5, "y": 6}]],
    "n": None,
    "e": [],
}


def outputs(*stages):
    before = copy.deepcopy(DOCUMENT)
    found = compile_filter(list(stages)).outputs(DOCUMENT)
    assert before == DOCUMENT
    return found


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ({"a": 1}, {"_id": 1, "a": 1}),
        ({"_id": 0, "a": True, "q": 1}, {"a": 1}),
        ({"b.d.e": 1}, {"_id": 1, "b": {"d": {"e": 3}}}),
        ({"b": {"c": 1}}, {"_id": 1, "b": {"c": 2}}),
        ({"b": {"c": 1, "w": {"$add": ["$a", 1]}}}, {"_id": 1, "b": {"c": 2, "w": 2}}),
        ({"l.x": 1}, {"_id": 1, "l": [{"x": 1}, {"x": 3}, [{"x": 5}]]}),
        ({"_id": 0, "l.z": "$a"}, {"l": [{"z": 1}, {"z": 1}, {"z": 1}, [{"z": 1}]]}),
        ({"a.x": 1}, {"_id": 1}),
        ({"a.x": "$b.c"}, {"_id": 1, "a": {"x": 2}}),
        ({"_id": 0, "k": "$b", "z": "$k"}, {"k": {"c": 2, "d": {"e": 3, "f": 4}}}),
        ({"_id": 0, "k": {"x": "$q", "y": "$a"}}, {"k": {"y": 1}}),
        ({"_id": 0, "k": "text", "m": None}, {"k": "text", "m": None}),
        ({"_id": "$a"}, {"_id": 1}),
        ({"l": 0, "b": 0, "n": 0, "e": 0}, {"_id": 1, "a": 1}),
        ({"_id": 0, "l": 0, "b.d": 0, "e": 0}, {"a": 1, "b": {"c": 2}, "n": None}),
        ({"_id": 0, "e.x": {"$divide": [1, 0]}, "a": 1}, {"e": [], "a": 1}),
    ],
)
def test_project(specification, expected):
    assert outputs({"$project": specification}) == [expected]


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ({"k": 1}, {**DOCUMENT, "k": 1}),
        ({"a": "$b.c", "n": "$a"}, {**DOCUMENT, "a": 2, "n": 1}),
        ({"a": "$$REMOVE"}, {key: DOCUMENT[key] for key in DOCUMENT if key != "a"}),
        ({"b": {"z": 1}}, {**DOCUMENT, "b": {**DOCUMENT["b"], "z": 1}}),
        ({"n.x": 1, "q.y.z": "$a"}, {**DOCUMENT, "n": {"x": 1}, "q": {"y": {"z": 1}}}),
        ({"e.x": 1}, DOCUMENT),
        ({"q.x": "$nowhere"}, {**DOCUMENT, "q": {}}),
    ],
)
@pytest.mark.parametrize("name", ["$addFields", "$set"])
def test_add_fields(name, specification, expected):
    assert outputs({name: specification}) == [expected]


def test_what_a_projection_drops_is_gone():
    assert outputs({"$project": {"a": 1}}, {"$match": {"n": {"$exists": True}}}) == []
    assert outputs({"$project": {"l.x": 1}}, {"$project": {"_id": 0, "y": "$l.y"}}) == [{"y": []}]
    assert outputs({"$project": {"l.x": 1}}, {"$match": {"l.y": 2}}) == []


def test_a_chain_of_projections_reads_through():
    stages = (
        {"$project": {"k": "$b", "l.x": 1}},
        {"$project": {"m": "$k.d", "xs": "$l.x"}},
        {"$match": {"m.e": 3}},
        {"$project": {"_id": 0, "e": "$m.e", "xs": 1}},
    )
    assert outputs(*stages) == [{"e": 3, "xs": [1, 3]}]


def test_unset():
    found = outputs({"$unset": ["b.c", "l.x", "e", "n"]})
    assert found == [
        {"_id": 1, "a": 1, "b": {"d": {"e": 3, "f": 4}}, "l": [{"y": 2}, 7, {}, [{"y": 6}]]}
    ]


def test_replace_root():
    assert outputs({"$replaceRoot": {"newRoot": "$b.d"}}) == [{"e": 3, "f": 4}]
    assert outputs({"$replaceWith": {"$mergeObjects": ["$b.d", {"e": "$a"}]}}) == [{"e": 1, "f": 4}]
    for bad in ("$a", "$n", "$nowhere", "$l"):
        with pytest.raises(FilterError, match="new root"):
            outputs({"$replaceRoot": {"newRoot": bad}})


def test_stages_that_count_documents():
    assert outputs({"$sort": {"a": -1}}, {"$limit": 3}, {"$project": {"a": 1}}) == [
        {"_id": 1, "a": 1}
    ]
    assert outputs({"$skip": 1}) == []
    assert outputs({"$count": "n"}) == [{"n": 1}]
    assert outputs({"$match": {"a": 2}}, {"$count": "n"}) == []


def test_unwind_sort_group():
    assert outputs({"$unwind": "$e"}) == []
    assert outputs({"$unwind": "$n"}) == []
    kept = {"$unwind": {"path": "$e", "preserveNullAndEmptyArrays": True}}
    assert outputs(kept, {"$project": {"e": 1}}) == [{"_id": 1}]
    found = outputs(
        {"$unwind": {"path": "$l", "includeArrayIndex": "i"}},
        {"$match": {"l.x": {"$exists": True}}},
        {"$sort": {"l.x": -1}},
        {"$project": {"_id": 0, "i": 1, "x": "$l.x"}},
    )
    assert found == [{"i": 3, "x": [5]}, {"i": 2, "x": 3}, {"i": 0, "x": 1}]
    found = outputs(
        {"$unwind": "$l"},
        {"$group": {"_id": {"$type": "$l"}, "n": {"$sum": 1}, "xs": {"$push": "$l.x"}}},
        {"$sort": {"n": -1, "_id": 1}},
    )
    assert found == [
        {"_id": "object", "n": 2, "xs": [1, 3]},
        {"_id": "array", "n": 1, "xs": [[5]]},
        {"_id": "int", "n": 1, "xs": []},
    ]


def test_an_alert_passes_if_exactly_one_document_comes_out():
    assert compile_filter([{"$unwind": "$l"}]).run(DOCUMENT) is None
    assert compile_filter([{"$unwind": "$l"}, {"$limit": 1}]).run(DOCUMENT) is not None


def test_a_field_that_raises_raises_though_nothing_needs_it():
    stages = [{"$project": {"f": {"$size": "$n"}, "a": 1}}, {"$match": {"a": 99}}]
    with pytest.raises(FilterError):
        compile_filter(stages).run(DOCUMENT)


@pytest.mark.parametrize(
    "stage",
    [
        {"$project": {}},
        {"$project": {"a": 1, "n": 0}},
        {"$project": {"a": 0, "r": {"$add": [1, 1]}}},
        {"$project": {"b": 1, "b.c": 1}},
        {"$project": {"a.": 1}},
        {"$project": {"$a": 1}},
        {"$addFields": {"$k": 1}},
        {"$addFields": {"b.c": 1, "b": 2}},
        {"$unset": []},
        {"$unset": "$a"},
        {"$replaceRoot": {}},
        {"$sort": {}},
        {"$sort": {"a": 2}},
        {"$limit": 0},
        {"$count": "$n"},
        {"$unwind": "l"},
        {"$unwind": {}},
        {"$group": {"n": {"$sum": 1}}},
        {"$group": {"_id": None, "n": "$a"}},
        {"$group": {"_id": None, "n": {"$foo": 1}}},
        {"$lookup": {"from": "users", "as": "u"}},
        {},
        {"$match": {}, "$limit": 1},
        "$match",
    ],
)
def test_stage_that_cannot_be(stage):
    with pytest.raises(FilterRefused):
        compile_filter([stage])
