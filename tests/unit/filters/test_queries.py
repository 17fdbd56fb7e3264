"""`$match`: comparisons within a type, arrays by any element, null like missing."""

import math

import pytest

from fritz.filters import FilterError, FilterRefused, compile_filter

DOCUMENT = {
    "n": None,
    "i": 5,
    "f": 2.5,
    "s": "ZTF20abc",
    "t": True,
    "nan": math.nan,
    "arr": [1, 2, 3],
    "empty": [],
    "o": {"x": 1, "y": {"z": 2}},
    "rows": [{"x": 1, "y": "a"}, {"x": 5}, {"y": "b"}],
    "nest": [{"p": [{"q": 1}, {"q": 2}]}, {"p": []}],
    "candidate": {"drb": 0.9, "fid": 1, "isdiffpos": "t", "ssmagnr": None},
    "prv_candidates": [{"jd": 1.0, "magpsf": 19.0}, {"jd": 2.0}],
    "cross_matches": {"CLU": [{"z": 0.01}], "none": []},
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, True),
        ({"i": 5.0}, True),
        ({"t": 1}, False),
        ({"i": {"$gt": 4, "$lt": 6}}, True),
        ({"s": {"$lt": 5}}, False),
        ({"n": {"$lt": 5}}, False),
        ({"q": {"$lt": 5}}, False),
        ({"q": {"$not": {"$lt": 5}}}, True),
        ({"q": None}, True),
        ({"n": None}, True),
        ({"q": {"$ne": None}}, False),
        ({"q": {"$gte": None}}, True),
        ({"n": {"$gt": None}}, False),
        ({"nan": {"$lt": 5}}, False),
        ({"nan": math.nan}, True),
        ({"nan": {"$gte": math.nan}}, True),
        ({"arr": 2}, True),
        ({"arr": [1, 2, 3]}, True),
        ({"arr": {"$gt": 2, "$lt": 2}}, True),
        ({"arr": {"$elemMatch": {"$gt": 2, "$lt": 2}}}, False),
        ({"arr": {"$ne": 2}}, False),
        ({"arr.1": 2}, True),
        ({"arr.7": {"$exists": False}}, True),
        ({"rows.x": 5}, True),
        ({"rows.x": None}, True),
        ({"rows.x": {"$exists": True}}, True),
        ({"rows.1.x": 5}, True),
        ({"rows": {"x": 5}}, True),
        ({"rows": {"$elemMatch": {"x": 1, "y": "a"}}}, True),
        ({"rows": {"$elemMatch": {"x": 5, "y": "a"}}}, False),
        ({"nest.p.q": 2}, True),
        ({"nest.p.0.q": 1}, True),
        ({"arr.x": None}, False),
        ({"i.x": None}, True),
        ({"o": {"x": 1}}, False),
        ({"o.y.z": 2}, True),
        ({"i": {"$in": [4, 5]}}, True),
        ({"q": {"$in": [None]}}, True),
        ({"arr": {"$nin": [9]}}, True),
        ({"t": {"$in": [1, "1"]}}, False),
        ({"i": {"$type": "number"}}, True),
        ({"arr": {"$type": "array"}}, True),
        ({"arr": {"$type": ["string", "int"]}}, True),
        ({"q": {"$type": "null"}}, False),
        ({"i": {"$mod": [3, 2]}}, True),
        ({"f": {"$mod": [2, 0]}}, True),
        ({"s": {"$regex": "^ztf", "$options": "i"}}, True),
        ({"arr": {"$size": 3}}, True),
        ({"i": {"$size": 1}}, False),
        ({"arr": {"$all": [1, 3]}}, True),
        ({"arr": {"$all": []}}, False),
        ({"rows": {"$all": [{"$elemMatch": {"x": 1}}, {"$elemMatch": {"x": 5}}]}}, True),
        ({"$or": [{"i": 4}, {"f": 2.5}]}, True),
        ({"$nor": [{"i": 4}, {"f": 2.5}]}, False),
        ({"$and": [{"i": 5}, {"$or": [{"s": "x"}, {"t": True}]}]}, True),
        ({"$expr": {"$lt": ["$q", 0]}}, True),
        ({"$expr": {"$lt": ["$candidate.ssmagnr", 0]}, "candidate.ssmagnr": None}, True),
        ({"candidate.drb": {"$gt": 0.5}, "candidate.fid": {"$lte": 1}}, True),
        ({"candidate.isdiffpos": {"$in": ["1", "t"]}}, True),
        ({"candidate.isdiffpos": True}, False),
        ({"candidate.ssmagnr": {"$lt": 20}}, False),
        ({"prv_candidates.1": {"$exists": True}}, True),
        ({"prv_candidates.2": {"$exists": True}}, False),
        ({"prv_candidates.magpsf": {"$lt": 20}}, True),
        ({"cross_matches.CLU.0": {"$exists": True}}, True),
        ({"cross_matches.none.0": {"$exists": True}}, False),
        ({"cross_matches.other.0": {"$exists": False}}, True),
    ],
)
def test_query(query, expected):
    compiled = compile_filter([{"$match": query}])
    assert (compiled.run(DOCUMENT) is not None) is expected


@pytest.mark.parametrize(
    "query",
    [
        {"$and": []},
        {"$nor": {"i": 1}},
        {"i": {"$in": 5}},
        {"i": {"$not": 5}},
        {"i": {"$not": {}}},
        {"i": {"$size": -1}},
        {"i": {"$size": 1.5}},
        {"i": {"$mod": [0, 1]}},
        {"i": {"$mod": [2]}},
        {"i": {"$type": "foo"}},
        {"i": {"$options": "i"}},
        {"i": {"$regex": "("}},
        {"i": {"$regex": "a", "$options": "q"}},
        {"i": {"$gt": 1, "x": 2}},
        {"i": {"$foo": 1}},
        {"$where": "true"},
        {"$jsonSchema": {}},
        {"rows": {"$elemMatch": {"$expr": True}}},
        5,
    ],
)
def test_query_that_mongodb_refuses(query):
    with pytest.raises(FilterRefused):
        compile_filter([{"$match": query}])


def test_an_error_in_an_expression_names_operator_and_place():
    compiled = compile_filter([{"$match": {"$expr": {"$gt": [{"$size": "$q"}, 0]}}}])
    with pytest.raises(FilterError, match="missing") as caught:
        compiled.run(DOCUMENT)
    assert caught.value.operator == "$size"
    assert caught.value.path == "0.$match.$expr.$gt.0.$size"
