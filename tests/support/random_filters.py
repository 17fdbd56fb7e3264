"""Random alerts and random pipelines for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["alerts", "expressions", "pipelines"]

_NUMBERS = st.one_of(
    st.integers(-3, 5),
    st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.5, 18.5, 99.0, float("nan"), float("inf"), 2**53 + 1]),
)
_SCALARS = st.one_of(
    _NUMBERS, _NUMBERS, st.none(), st.booleans(), st.sampled_from(["", "t", "f", "ZTF", "1"])
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["x", "y", "jd"]), inner, max_size=2),
    ),
    max_leaves=4,
)
_MAGNITUDE = st.one_of(st.floats(15, 22), st.floats(15, 22), st.none(), _VALUES)
_JD = st.floats(2459000.0, 2459010.0)
_DETECTION = st.fixed_dictionaries(
    {"jd": st.one_of(_JD, _JD, _JD, _JD, _VALUES)},
    optional={
        "magpsf": _MAGNITUDE,
        "fid": st.one_of(st.integers(1, 3), _SCALARS),
        "isdiffpos": st.sampled_from(["t", "f", "1", True, None]),
    },
)
_HISTORY = st.one_of(
    st.lists(_DETECTION, max_size=4),
    st.lists(_DETECTION, max_size=4),
    st.lists(st.one_of(_DETECTION, _VALUES), max_size=3),
    _VALUES,
)
_CANDIDATE = st.one_of(
    st.fixed_dictionaries(
        {"jd": _JD, "magpsf": st.floats(15, 22)},
        optional={
            "drb": _MAGNITUDE,
            "fid": st.integers(1, 3),
            "isdiffpos": st.sampled_from(["t", "f", "1", True]),
            "sgscore1": _MAGNITUDE,
        },
    ),
    _DETECTION,
    _VALUES,
)
alerts = st.fixed_dictionaries(
    {"objectId": st.sampled_from(["ZTF20abc", "ZTF21xyz"])},
    optional={
        "_id": st.integers(1, 3),
        "candidate": _CANDIDATE,
        "prv_candidates": _HISTORY,
        "fp_hists": _HISTORY,
        "cross_matches": st.one_of(
            st.fixed_dictionaries({"CLU": st.lists(_VALUES, max_size=2)}), _VALUES
        ),
        "a": _VALUES,
        "b": _VALUES,
    },
)
"""Alert documents, mostly as they should be and often not."""

_PATHS = st.sampled_from(
    [
        "a",
        "b",
        "a.x",
        "b.x.y",
        "objectId",
        "candidate",
        "candidate.jd",
        "candidate.magpsf",
        "candidate.drb",
        "candidate.fid",
        "candidate.isdiffpos",
        "candidate.sgscore1",
        "prv_candidates",
        "prv_candidates",
        "prv_candidates.jd",
        "prv_candidates.magpsf",
        "fp_hists",
        "cross_matches.CLU",
        "cross_matches.CLU.x",
        "k",
        "k.x",
        "m",
        "nowhere",
    ]
)
_CONSTANTS = st.one_of(
    _NUMBERS, st.none(), st.booleans(), st.sampled_from(["t", "ZTF20abc", ""]), _VALUES
).map(lambda value: value if not isinstance(value, dict) else {"$literal": value})
_LEAVES = st.one_of(
    _PATHS.map(lambda path: f"${path}"), _PATHS.map(lambda path: f"${path}"), _CONSTANTS
)
_IN_LOOP = st.sampled_from(["$$c", "$$c.jd", "$$c.magpsf", "$$c.fid", "$$c.isdiffpos", "$$c.x"])
_CARRIED = st.sampled_from(["$$this", "$$this.jd", "$$value", "$$value.x"])

_ONE = ["$abs", "$floor", "$size", "$first", "$last", "$isArray", "$isNumber", "$type", "$toBool"]
_ONE += ["$not", "$anyElementTrue", "$allElementsTrue", "$sum", "$avg", "$min", "$max", "$round"]
_ONE += ["$toString", "$toDouble", "$sin", "$objectToArray", "$reverseArray", "$strLenCP", "$ceil"]
_TWO = ["$lt", "$lte", "$gt", "$gte", "$eq", "$ne", "$cmp", "$subtract", "$divide", "$mod", "$in"]
_TWO += ["$arrayElemAt", "$lt", "$gt", "$eq", "$subtract", "$indexOfArray", "$pow", "$ifNull"]
_MANY = ["$add", "$multiply", "$and", "$or", "$and", "$or", "$concat", "$concatArrays", "$max"]
_MANY += ["$min", "$sum", "$mergeObjects", "$setUnion"]


def _operators(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def call(names: list[str], least: int, most: int) -> st.SearchStrategy[Any]:
        args = st.lists(inner, min_size=least, max_size=most)
        return st.tuples(st.sampled_from(names), args).map(lambda pair: {pair[0]: pair[1]})

    history = st.sampled_from(["$prv_candidates", "$prv_candidates", "$fp_hists", "$k", "$a"])
    array = st.one_of(history, history, inner)
    body = st.one_of(inner, _in_body(inner, _IN_LOOP))
    loops = st.tuples(array, body)
    return st.one_of(
        call(_ONE, 1, 1),
        call(_TWO, 2, 2),
        call(_TWO, 2, 2),
        call(_MANY, 1, 3),
        st.tuples(inner, inner, inner).map(lambda t: {"$cond": list(t)}),
        st.tuples(inner, inner, inner).map(
            lambda t: {"$switch": {"branches": [{"case": t[0], "then": t[1]}], "default": t[2]}}
        ),
        loops.map(lambda p: {"$map": {"input": p[0], "as": "c", "in": p[1]}}),
        loops.map(lambda p: {"$anyElementTrue": {"$map": {"input": p[0], "as": "c", "in": p[1]}}}),
        loops.map(lambda p: {"$filter": {"input": p[0], "as": "c", "cond": p[1]}}),
        st.tuples(array, inner, _in_body(inner, _CARRIED)).map(
            lambda t: {"$reduce": {"input": t[0], "initialValue": t[1], "in": t[2]}}
        ),
        st.tuples(inner, _in_body(inner, _IN_LOOP)).map(
            lambda p: {"$let": {"vars": {"c": p[0]}, "in": p[1]}}
        ),
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2),
        inner.map(lambda e: {"$convert": {"input": e, "to": "int", "onError": "$a"}}),
        inner.map(lambda e: {"$sortArray": {"input": e, "sortBy": {"jd": 1}}}),
    )


def _in_body(inner: st.SearchStrategy[Any], names: st.SearchStrategy[str]) -> Any:
    item = st.one_of(names, names, inner)
    pair = st.tuples(st.sampled_from(["$lt", "$gt", "$eq", "$subtract", "$add", "$in"]), item, item)
    call = pair.map(lambda t: {t[0]: [t[1], t[2]]})
    size = st.tuples(call, item).map(lambda t: {"$lt": [{"$abs": t[0]}, t[1]]})
    return st.one_of(
        names,
        call,
        size,
        st.lists(st.one_of(call, size), min_size=1, max_size=3).map(lambda c: {"$and": c}),
        st.tuples(call, item, item).map(lambda t: {"$cond": list(t)}),
    )


expressions: st.SearchStrategy[Any] = st.recursive(_LEAVES, _operators, max_leaves=8)
"""Expressions over `alerts`, most of them legal."""

_TESTS = st.one_of(
    st.tuples(st.sampled_from(["$lt", "$lte", "$gt", "$gte", "$eq", "$ne"]), _VALUES).map(
        lambda p: {p[0]: p[1]}
    ),
    st.lists(_SCALARS, max_size=3).map(lambda values: {"$in": values}),
    st.booleans().map(lambda flag: {"$exists": flag}),
    st.sampled_from(["int", "double", "number", "array", "null"]).map(lambda t: {"$type": t}),
    st.tuples(st.sampled_from(["$lt", "$gte"]), _NUMBERS).map(lambda p: {"$not": {p[0]: p[1]}}),
    _SCALARS,
)
_FIELDS = st.one_of(
    _PATHS,
    st.sampled_from(["prv_candidates.0", "prv_candidates.0.jd", "cross_matches.CLU.0", "f", "f.x"]),
)
_QUERY: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(_FIELDS, _TESTS, min_size=1, max_size=2),
    lambda inner: st.tuples(
        st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, min_size=1, max_size=3)
    ).map(lambda p: {p[0]: p[1]}),
    max_leaves=3,
)
_NAMES = st.sampled_from(["f", "g", "k", "m", "a", "annotations", "prv_candidates"])
_KEYS = st.one_of(
    _NAMES, st.sampled_from(["annotations.x", "a.x", "b.x.y", "prv_candidates.jd", "candidate.fid"])
)
_COMPUTED = st.dictionaries(_KEYS, expressions, min_size=1, max_size=3)
_KEPT = st.dictionaries(st.one_of(_FIELDS, _KEYS), st.just(1), min_size=1, max_size=3)
_STAGES = st.one_of(
    _QUERY.map(lambda q: {"$match": q}),
    expressions.map(lambda e: {"$match": {"$expr": e}}),
    st.tuples(_KEPT, _COMPUTED).map(lambda p: {"$project": {**p[0], **p[1]}}),
    st.tuples(_KEPT, _COMPUTED).map(lambda p: {"$project": {**p[0], **p[1]}}),
    _COMPUTED.map(lambda c: {"$addFields": c}),
    st.dictionaries(_KEYS, st.just(0), min_size=1, max_size=2).map(lambda k: {"$project": k}),
    expressions.map(lambda e: {"$replaceRoot": {"newRoot": e}}),
    st.sampled_from(
        [
            {"$unwind": "$prv_candidates"},
            {"$unwind": {"path": "$a", "preserveNullAndEmptyArrays": True}},
            {"$sort": {"prv_candidates.jd": -1}},
            {"$limit": 2},
            {"$count": "n"},
            {"$group": {"_id": "$a", "n": {"$sum": 1}, "l": {"$push": "$b"}}},
        ]
    ),
)
pipelines = st.lists(_STAGES, min_size=1, max_size=4)
"""Pipelines over `alerts`, most of them legal."""
