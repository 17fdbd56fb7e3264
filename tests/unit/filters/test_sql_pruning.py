"""Whatever the pipeline, SQL stops a row only where the evaluator stops it."""

import math
import sys
from subprocess import run

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fritz.filters import FilterRefused, compile_filter
from fritz.filters.sql import Pushed, sql_prefix
from tests.support.backtesting import SCOPE, random_rows, stop_of, stops_statement
from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.random_filters import pipelines

ROWS = {row["candid"]: row for row in random_rows(60, seed=7)}
SEEN = {candid: row for candid, row in ROWS.items() if row["programid"] in SCOPE.programids}
FIELDS = st.sampled_from(
    [
        "candidate.jd",
        "candidate.magpsf",
        "candidate.drb",
        "candidate.rb",
        "candidate.exptime",
        "candidate.distpsnr1",
        "candidate.sgscore1",
        "candidate.fid",
        "candidate.ndethist",
        "candidate.candid",
        "candidate.objectidps1",
        "candidate.isdiffpos",
        "candidate.band",
        "candidate.nosuch",
        "candidate.ssnamenr",
        "coordinates.b",
        "classifications.braai",
        "cross_matches.CLU",
        "objectId",
        "schemavsn",
        "fp_hists",
        "prv_candidates",
        "x",
        "y.z",
        "nowhere",
    ]
)
NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 2.5, 0.5, 18.5, 18, 1e-70, 1e70, 2**53 + 1, -(2**62), 3.0, math.nan, math.inf]
)
CONSTANTS = st.one_of(
    NUMBERS, NUMBERS, st.none(), st.booleans(), st.sampled_from(["t", "g", "1", "ZTF20abc", ""])
)
ELEMENT = st.sampled_from(
    [
        "$$c.jd",
        "$$c.magpsf",
        "$$c.fid",
        "$$c.isdiffpos",
        "$$c.drb",
        "$$c.snr",
        "$$c.mag",
        "$$c.band",
        "$$c.forcediffimflux",
        "$$c.alert_mag",
        "$$c.candid",
        "$$c.nosuch",
        "$$c",
    ]
)


def calls(inner):
    pair = st.tuples(inner, inner).map(list)
    compare = st.sampled_from(["$lt", "$lte", "$gt", "$gte", "$eq", "$ne"])
    arithmetic = st.sampled_from(["$add", "$subtract", "$multiply", "$divide"])
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.tuples(compare, pair).map(lambda t: {t[0]: t[1]}),
        st.tuples(compare, pair).map(lambda t: {t[0]: t[1]}),
        st.tuples(arithmetic, pair).map(lambda t: {t[0]: t[1]}),
        st.tuples(st.sampled_from(["$and", "$or", "$min", "$max", "$add"]), several).map(
            lambda t: {t[0]: t[1]}
        ),
        st.tuples(st.sampled_from(["$not", "$abs", "$type", "$isArray", "$round"]), inner).map(
            lambda t: {t[0]: [t[1]]}
        ),
        st.tuples(inner, inner, inner).map(lambda t: {"$cond": list(t)}),
        pair.map(lambda t: {"$ifNull": t}),
        st.tuples(inner, inner, inner).map(
            lambda t: {"$switch": {"branches": [{"case": t[0], "then": t[1]}], "default": t[2]}}
        ),
        st.tuples(inner, st.lists(CONSTANTS, max_size=3)).map(lambda t: {"$in": list(t)}),
        st.tuples(inner, inner).map(lambda t: {"$let": {"vars": {"c": t[0]}, "in": t[1]}}),
    )


BODY = st.recursive(
    st.one_of(ELEMENT, ELEMENT, CONSTANTS, FIELDS.map("${}".format)), calls, max_leaves=4
)
HISTORY = st.sampled_from(["$prv_candidates", "$prv_candidates", "$fp_hists", "$x"]).flatmap(
    lambda name: st.sampled_from([name, {"$ifNull": [name, []]}])
)
FILTERED = st.one_of(
    HISTORY,
    st.tuples(HISTORY, BODY).map(lambda t: {"$filter": {"input": t[0], "as": "c", "cond": t[1]}}),
)
LOOPS = st.one_of(
    st.tuples(st.sampled_from(["$anyElementTrue", "$allElementsTrue"]), FILTERED, BODY).map(
        lambda t: {t[0]: {"$map": {"input": t[1], "as": "c", "in": t[2]}}}
    ),
    FILTERED.map(lambda array: {"$size": array}),
    FILTERED,
)
EXPRESSIONS = st.recursive(
    st.one_of(FIELDS.map("${}".format), FIELDS.map("${}".format), CONSTANTS, LOOPS),
    calls,
    max_leaves=5,
)
TESTS = st.one_of(
    st.tuples(st.sampled_from(["$lt", "$lte", "$gt", "$gte", "$eq", "$ne"]), CONSTANTS).map(
        lambda t: {t[0]: t[1]}
    ),
    st.lists(CONSTANTS, max_size=3).map(lambda values: {"$in": values}),
    st.booleans().map(lambda flag: {"$exists": flag}),
    st.tuples(st.sampled_from(["$lt", "$gte"]), NUMBERS).map(lambda t: {"$not": {t[0]: t[1]}}),
    st.sampled_from([{"$size": 1}, {"$type": "double"}, {"$mod": [2, 1]}]),
    CONSTANTS,
)
PATHS = st.one_of(
    FIELDS,
    FIELDS,
    st.sampled_from(
        ["prv_candidates.1", "fp_hists.0", "prv_candidates.magpsf", "fp_hists.snr", "x.jd", "x.0"]
    ),
)
QUERIES = st.recursive(
    st.one_of(
        st.dictionaries(PATHS, TESTS, min_size=1, max_size=3),
        st.tuples(
            st.sampled_from(["prv_candidates", "fp_hists"]),
            st.dictionaries(st.sampled_from(["magpsf", "fid", "snr", "jd"]), TESTS, min_size=1),
        ).map(lambda t: {t[0]: {"$elemMatch": t[1]}}),
        EXPRESSIONS.map(lambda e: {"$expr": e}),
    ),
    lambda inner: st.tuples(
        st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, min_size=1, max_size=3)
    ).map(lambda t: {t[0]: t[1]}),
    max_leaves=3,
)
NEW = st.one_of(EXPRESSIONS, FILTERED)
STAGES = st.one_of(
    QUERIES.map(lambda q: {"$match": q}),
    QUERIES.map(lambda q: {"$match": q}),
    st.tuples(NEW, NEW).map(
        lambda t: {"$project": {"candidate": 1, "prv_candidates.jd": 1, "x": t[0], "y.z": t[1]}}
    ),
    st.tuples(NEW, NEW).map(lambda t: {"$addFields": {"x": t[0], "candidate.drb": t[1]}}),
    st.sampled_from(
        [
            {"$project": {"candidate.magpsf": 1, "fp_hists": 1, "prv_candidates": {"fid": 1}}},
            {"$unset": ["candidate.drb", "fp_hists"]},
            {"$project": {"prv_candidates.jd": 0}},
            {"$replaceRoot": {"newRoot": {"x": "$candidate", "y": {"z": "$prv_candidates"}}}},
            {"$limit": 1},
            {"$count": "x"},
            {"$unwind": "$prv_candidates"},
        ]
    ),
)
LIKELY = st.lists(STAGES, min_size=1, max_size=4)


@pytest.fixture(scope="module")
def archive():
    engine = DuckdbWarehouse()
    engine.append("alerts", list(ROWS.values()))
    yield engine
    engine.close()


def disagreements(archive, pipeline, dialect, *, loops=True):
    """Return the rows that SQL stops elsewhere than the evaluator does."""
    try:
        compiled = compile_filter(pipeline, dialect=dialect)
    except FilterRefused:
        return None
    prefix = sql_prefix(compiled.stages, dialect, loops=loops)
    if prefix.stop is None:
        return {}
    found = {
        row["candid"]: row["stop"]
        for row in archive.run(stops_statement(prefix)).to_pylist()
        if row["stop"] is not None
    }
    return {
        candid: (stop, true)
        for candid, stop in found.items()
        if (true := stop_of(compiled, SEEN[candid], SCOPE.programids)) != stop
    }


quietly = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@quietly
@given(LIKELY, st.sampled_from(["kowalski", "boom"]), st.booleans())
@example([{"$match": {"candidate.drb": {"$ne": None}}}], "kowalski", True)
@example([{"$match": {"fp_hists": {"$ne": None}}}], "kowalski", True)
@example([{"$match": {"$expr": {"$gt": [{"$divide": [1, "$candidate.rb"]}, 0]}}}], "boom", False)
def test_pruning_agrees_with_the_evaluator_on_likely_filters(archive, pipeline, dialect, loops):
    assert not disagreements(archive, pipeline, dialect, loops=loops)


@quietly
@given(pipelines)
def test_pruning_agrees_with_the_evaluator_on_any_pipeline(archive, pipeline):
    assert not disagreements(archive, pipeline, "kowalski")


def test_the_rows_are_not_all_alike(archive):
    pipeline = [{"$match": {"candidate.drb": {"$gt": 0.5}}}]
    prefix = sql_prefix(compile_filter(pipeline).stages)
    stops = [row["stop"] for row in archive.run(stops_statement(prefix)).to_pylist()]
    assert 0 < stops.count(0) < len(stops)
    assert prefix.clauses[0].pushed is Pushed.EXACTLY


def test_the_stream_path_loads_no_sql_library():
    code = "import sys, fritz.filters as f; f.compile_filter([]); print('sqlglot' in sys.modules)"
    found = run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "False"
