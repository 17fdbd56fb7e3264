"""Operators by MongoDB's documented rules; nothing here needs the kit."""

import math
from typing import Any

import pytest

from fritz.filters import FilterError, FilterRefused, compile_filter

DOCUMENT = {
    "n": None,
    "i": 5,
    "f": 2.5,
    "neg": -7,
    "s": "Zwicky",
    "t": True,
    "z": 0,
    "long": 2480088313915010007,
    "max": 2**63 - 1,
    "min": -(2**63),
    "nan": math.nan,
    "inf": math.inf,
    "arr": [3, 1, 2],
    "empty": [],
    "o": {"x": 1, "y": None},
    "rows": [{"x": 1, "y": "a"}, {"x": 4}, 7, {"y": "b"}, [{"x": 9}], {"x": None}],
}
MISSING = object()
RAISES = object()


def value(expression: Any) -> Any:
    try:
        found = compile_filter([{"$replaceWith": {"r": expression}}]).run(DOCUMENT)
    except (FilterError, FilterRefused):
        return RAISES
    assert found is not None
    return found.get("r", MISSING)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"$lt": ["$n", -(10**9)]}, True),
        ({"$lt": ["$nowhere", "$n"]}, True),
        ({"$lt": ["$nan", "$inf"]}, True),
        ({"$lt": ["$nan", {"$subtract": [0, "$inf"]}]}, True),
        ({"$lt": ["$i", "$nan"]}, False),
        ({"$gt": ["$i", "$nan"]}, True),
        ({"$lte": ["$nan", "$nan"]}, True),
        ({"$gt": ["$s", 10**12]}, True),
        ({"$gt": ["$o", "$s"]}, True),
        ({"$gt": ["$arr", "$o"]}, True),
        ({"$gt": ["$t", "$arr"]}, True),
        ({"$eq": ["$t", 1]}, False),
        ({"$eq": ["$i", 5.0]}, True),
        ({"$eq": ["$nowhere", None]}, False),
        ({"$eq": ["$long", 2480088313915010008]}, False),
        ({"$cmp": ["$long", 2480088313915010007.0]}, -1),
        ({"$eq": ["$o", {"y": None, "x": 1}]}, False),
        ({"$eq": [{"x": 1}, {"x": 1.0}]}, True),
        ({"$cmp": [[1, 2], [1, 2, None]]}, -1),
        ({"$max": [None, "$i", "$f"]}, 5),
        ({"$min": "$rows.x"}, 1),
        ({"$min": ["$nowhere", None]}, None),
        ({"$max": ["$arr", 9]}, [3, 1, 2]),
    ],
)
def test_order_is_bson_s(expression, expected):
    assert same(value(expression), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"$add": ["$i", "$n"]}, None),
        ({"$add": ["$n", "$s"]}, None),
        ({"$add": ["$s", "$n"]}, RAISES),
        ({"$add": ["$i", "$t"]}, RAISES),
        ({"$add": []}, 0),
        ({"$add": ["$max", 1]}, 2.0**63),
        ({"$add": ["$i", 2.0]}, 7.0),
        ({"$subtract": ["$min", 1]}, -(2.0**63)),
        ({"$subtract": ["$nowhere", "$s"]}, None),
        ({"$subtract": ["$i", "$s"]}, RAISES),
        ({"$multiply": ["$max", "$max"]}, float(2**63 - 1) ** 2),
        ({"$divide": ["$i", 2]}, 2.5),
        ({"$divide": [6, 2]}, 3.0),
        ({"$divide": ["$i", "$z"]}, RAISES),
        ({"$divide": ["$n", "$z"]}, None),
        ({"$divide": ["$i", -0.0]}, RAISES),
        ({"$mod": ["$neg", 4]}, -3),
        ({"$mod": [7, -4]}, 3),
        ({"$mod": ["$long", 1000]}, 7),
        ({"$mod": [-7.5, 4]}, -3.5),
        ({"$abs": "$neg"}, 7),
        ({"$abs": "$min"}, RAISES),
        ({"$abs": "$t"}, RAISES),
        ({"$round": [2.675, 2]}, 2.67),
        ({"$round": [0.5]}, 0.0),
        ({"$round": [1.5]}, 2.0),
        ({"$round": [1250, -2]}, 1200),
        ({"$round": [1350, -2]}, 1400),
        ({"$round": [15, -3]}, 0),
        ({"$round": ["$inf", 2]}, math.inf),
        ({"$round": [1.5, "$nowhere"]}, None),
        ({"$round": [1.5, 1.5]}, RAISES),
        ({"$round": [1.5, -21]}, RAISES),
        ({"$trunc": [-1.99, 1]}, -1.9),
        ({"$trunc": [199, -1]}, 190),
        ({"$floor": -2.5}, -3.0),
        ({"$floor": "$neg"}, -7),
        ({"$ceil": "$nan"}, math.nan),
        ({"$sqrt": -1}, RAISES),
        ({"$sqrt": "$n"}, None),
        ({"$ln": 0}, RAISES),
        ({"$log": [8, 2]}, 3.0),
        ({"$log": [8, 1]}, RAISES),
        ({"$log10": 1000}, 3.0),
        ({"$pow": [2, 62]}, 2**62),
        ({"$pow": [2, 64]}, 2.0**64),
        ({"$pow": [0, -1]}, RAISES),
        ({"$pow": [-1, 7]}, -1),
        ({"$pow": [2, -1]}, 0.5),
        ({"$pow": [-8, 0.5]}, math.nan),
        ({"$exp": 1000}, math.inf),
        ({"$sin": "$inf"}, RAISES),
        ({"$asin": 1.1}, RAISES),
        ({"$atanh": 1}, math.inf),
        ({"$bitAnd": [6, 3]}, 2),
        ({"$bitOr": [6, 3.0]}, RAISES),
    ],
)
def test_arithmetic(expression, expected):
    assert same(value(expression), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$rows.x", [1, 4, None]),
        ("$arr.0", []),
        ("$o.x.y", MISSING),
        ("$n.x", MISSING),
        ({"$arrayElemAt": ["$arr", -1]}, 2),
        ({"$arrayElemAt": ["$arr", 3]}, MISSING),
        ({"$arrayElemAt": ["$nowhere", 0]}, None),
        ({"$arrayElemAt": ["$arr", 0.5]}, RAISES),
        ({"$arrayElemAt": ["$i", 0]}, RAISES),
        ({"$size": "$n"}, RAISES),
        ({"$size": "$empty"}, 0),
        ({"$in": [1.0, "$arr"]}, True),
        ({"$in": [True, [1, "t"]]}, False),
        ({"$in": ["$nowhere", [None]]}, False),
        ({"$in": ["$nan", ["$nan"]]}, True),
        ({"$in": [1, "$n"]}, RAISES),
        ({"$anyElementTrue": ["$n"]}, RAISES),
        ({"$anyElementTrue": [[0, None, False]]}, False),
        ({"$allElementsTrue": [["", []]]}, True),
        ({"$map": {"input": "$rows", "in": "$$this.x"}}, [1, 4, None, None, [9], None]),
        ({"$map": {"input": "$n", "in": 1}}, None),
        ({"$map": {"input": "$i", "in": 1}}, RAISES),
        ({"$filter": {"input": "$arr", "as": "a", "cond": {"$gt": ["$$a", 1]}, "limit": 1}}, [3]),
        ({"$filter": {"input": "$arr", "cond": True, "limit": 0}}, RAISES),
        (
            {
                "$reduce": {
                    "input": "$arr",
                    "initialValue": 0,
                    "in": {"$add": ["$$this", "$$value"]},
                }
            },
            6,
        ),
        ({"$sortArray": {"input": "$arr", "sortBy": -1}}, [3, 2, 1]),
        ({"$slice": ["$arr", -2]}, [1, 2]),
        ({"$slice": ["$arr", 1, 0]}, RAISES),
        ({"$range": [0, 6, 4]}, [0, 4]),
        ({"$range": [0, 6, 0]}, RAISES),
        ({"$indexOfArray": ["$arr", 2]}, 2),
        ({"$indexOfArray": ["$arr", 3, 1]}, -1),
        ({"$zip": {"inputs": ["$arr", ["a"]]}}, [[3, "a"]]),
        (
            {"$zip": {"inputs": ["$arr", []], "useLongestLength": True, "defaults": [0, 9]}},
            [[3, 9], [1, 9], [2, 9]],
        ),
        ({"$concatArrays": ["$arr", "$n"]}, None),
        ({"$first": "$empty"}, MISSING),
        ({"$lastN": {"n": 2, "input": "$arr"}}, [1, 2]),
        ({"$maxN": {"n": 2, "input": "$arr"}}, [3, 2]),
        ({"$setUnion": [[1, 2, 1], [2, 3]]}, [1, 2, 3]),
        ({"$setDifference": [[1, 2, 3], [2.0]]}, [1, 3]),
        ({"$setEquals": [[1, 1], [1.0]]}, True),
        ({"$setIsSubset": [[1], [1, 2]]}, True),
        ({"$sum": "$rows.x"}, 5),
        ({"$sum": "$s"}, 0),
        ({"$avg": "$arr"}, 2.0),
        ({"$avg": "$s"}, None),
        ({"$stdDevPop": [[1, 3]]}, 1.0),
        ({"$stdDevSamp": [[1]]}, None),
        ({"$median": {"input": [1, 2, 3, 4], "method": "approximate"}}, 2.0),
        ({"$percentile": {"input": [1, 2, 3, 4], "p": [0.9], "method": "approximate"}}, [4.0]),
    ],
)
def test_arrays_and_accumulators(expression, expected):
    assert same(value(expression), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"$and": []}, True),
        ({"$or": []}, False),
        ({"$and": ["$nan", "", []]}, True),
        ({"$and": ["$z", {"$divide": [1, "$z"]}]}, False),
        ({"$or": ["$i", {"$size": "$n"}]}, True),
        ({"$not": ["$nowhere"]}, True),
        ({"$cond": ["$empty", "yes", "no"]}, "yes"),
        ({"$cond": {"if": "$z", "then": {"$divide": [1, "$z"]}, "else": 7}}, 7),
        ({"$cond": ["$i", "$$REMOVE", 1]}, MISSING),
        ({"$switch": {"branches": [{"case": "$n", "then": 1}]}}, RAISES),
        ({"$switch": {"branches": [{"case": "$n", "then": 1}], "default": "$nowhere"}}, MISSING),
        ({"$ifNull": ["$nowhere", "$n", "$z"]}, 0),
        ({"$ifNull": ["$n", "$nowhere"]}, MISSING),
        ({"$let": {"vars": {"a": "$i"}, "in": {"$add": ["$$a", 1]}}}, 6),
        ({"$let": {"vars": {"a": 1, "b": "$$a"}, "in": 1}}, RAISES),
        ({"$type": "$nowhere"}, "missing"),
        ({"$type": "$long"}, "long"),
        ({"$type": {"$toLong": "$i"}}, "long"),
        ({"$type": "$f"}, "double"),
        ({"$isNumber": "$t"}, False),
        ({"$toString": 3.0}, "3"),
        ({"$toString": "$long"}, "2480088313915010007"),
        ({"$toInt": "12"}, 12),
        ({"$toInt": "12.5"}, RAISES),
        ({"$toInt": 2**31}, RAISES),
        ({"$toLong": -2.9}, -2),
        ({"$toDouble": "1e3"}, 1000.0),
        ({"$toDouble": " 1"}, RAISES),
        ({"$toBool": "false"}, True),
        ({"$convert": {"input": "x", "to": "int", "onError": "$i"}}, 5),
        ({"$convert": {"input": "$n", "to": "int", "onNull": -1}}, -1),
        ({"$convert": {"input": "$n", "to": "int", "onError": -1}}, None),
        ({"$mergeObjects": ["$o", None, {"x": 2}]}, {"x": 2, "y": None}),
        ({"$mergeObjects": ["$o", "$i"]}, RAISES),
        ({"$objectToArray": "$o"}, [{"k": "x", "v": 1}, {"k": "y", "v": None}]),
        ({"$arrayToObject": [[["a", 1], ["a", 2]]]}, {"a": 2}),
        ({"$getField": {"field": "x", "input": "$o"}}, 1),
        ({"$setField": {"field": "x", "input": "$o", "value": "$$REMOVE"}}, {"y": None}),
        ({"$literal": {"$add": [1, 2]}}, {"$add": [1, 2]}),
        ({"a": "$nowhere", "b": ["$nowhere"]}, {"b": [None]}),
    ],
)
def test_conditions_conversions_and_objects(expression, expected):
    assert same(value(expression), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"$concat": ["$s", "!"]}, "Zwicky!"),
        ({"$concat": ["$s", "$n"]}, None),
        ({"$concat": ["$s", "$i"]}, RAISES),
        ({"$toUpper": "é$"}, "é$"),
        ({"$toUpper": "$s"}, "ZWICKY"),
        ({"$substrCP": ["$s", 1, 3]}, "wic"),
        ({"$substrCP": ["$s", -1, 3]}, RAISES),
        ({"$substrBytes": ["é", 1, 1]}, RAISES),
        ({"$strLenBytes": "é"}, 2),
        ({"$strLenCP": "$n"}, RAISES),
        ({"$split": ["a,b", ","]}, ["a", "b"]),
        ({"$split": ["a", ""]}, RAISES),
        ({"$indexOfCP": ["$s", "c"]}, 3),
        ({"$trim": {"input": " a\t"}}, "a"),
        ({"$trim": {"input": "xax", "chars": "x"}}, "a"),
        ({"$replaceAll": {"input": "aa", "find": "a", "replacement": "b"}}, "bb"),
        ({"$regexMatch": {"input": "$s", "regex": "^zw", "options": "i"}}, True),
        ({"$regexMatch": {"input": "$n", "regex": "x"}}, False),
        (
            {"$regexFind": {"input": "ZTF21abc", "regex": "([0-9]+)(x)?"}},
            {"match": "21", "idx": 3, "captures": ["21", None]},
        ),
        ({"$regexMatch": {"input": "a b", "regex": "a \\ b # c", "options": "x"}}, True),
        ({"$regexMatch": {"input": "a", "regex": "(?=a)"}}, RAISES),
        ({"$strcasecmp": ["abc", "ABC"]}, 0),
    ],
)
def test_strings(expression, expected):
    assert same(value(expression), expected)
