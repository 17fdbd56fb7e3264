"""Queries of collections: SQL and evaluator together answer as the evaluator alone does."""

import math

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fritz.alerts.rights import grant
from fritz.archive.collections import COLLECTIONS
from fritz.archive.documents import document_from_row
from fritz.errors import Invalid
from fritz.filters import FilterError, FilterRefused
from fritz.filters.bson_order import identity
from fritz.filters.queries import CompiledQuery, parse_query_pipeline
from fritz.services.collection_queries import CollectionQueries
from tests.support.backtesting import random_rows
from tests.support.duckdb_warehouse import DuckdbWarehouse
from tests.support.fakes import NoHistories
from tests.support.random_filters import pipelines

ALERTS = COLLECTIONS["ZTF_alerts"]
ROWS = random_rows(80, seed=11)
PUBLIC, PARTNERS = frozenset({1}), frozenset({1, 2})
quietly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def warehouse():
    engine = DuckdbWarehouse()
    engine.append("alerts", ROWS)
    engine.append("alerts", ROWS[:20])
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def public_only():
    """An archive that never held anything that is not public."""
    engine = DuckdbWarehouse()
    engine.append("alerts", [stripped(row) for row in ROWS if row["programid"] == 1])
    yield engine
    engine.close()


def stripped(row):
    kept = {
        name: [each for each in row[name] if each["programid"] == 1]
        for name in ("prv_candidates", "fp_hists")
    }
    kept["fp_hists"] = [
        each for each in kept["fp_hists"] if each.get("alert_programid", 1) in {1, None}
    ]
    return row | kept


def documents(programids):
    """Return the alerts as queries see them, in the order of their time."""
    rows = sorted(ROWS, key=lambda row: (row["candidate"]["jd"], row["candid"]))
    for row in rows:
        visible = grant(document_from_row(row), programids)
        if visible is not None:
            for name in ("prv_candidates", "fp_hists", "cross_matches"):
                visible.pop(name, None)
            yield {"_id": row["candid"], **visible}


class NoStamps:
    """Stamps that are gone."""

    def cutouts(self, candid, place, survey):
        return {}


def asked(warehouse, pipeline, programids):
    queries = CollectionQueries(warehouse, NoHistories(), NoStamps())
    return queries.run(ALERTS, parse_query_pipeline(pipeline), programids)


def outcome(ask):
    try:
        return [_plain(each) for each in ask()]
    except FilterError as e:
        return ("error", e.operator)


def _plain(value):
    """Return a value that compares as MongoDB's do, sums to some digits."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else float(f"{value:.12g}")
    return value


FIELDS = st.sampled_from(
    ["_id", "candid", "objectId", "schemavsn", "candidate.fid", "candidate.magpsf", "candidate.drb",
     "candidate.jd", "candidate.ndethist", "candidate.isdiffpos", "classifications.braai",
     "prv_candidates", "nowhere"]
)  # fmt: skip
VALUES = st.sampled_from([0, 1, 3, 17.5, 0.25, None, "ZTF20abc", "t", "3.3", 1e70, -1])
TEST = st.one_of(
    VALUES,
    st.tuples(st.sampled_from(["$gt", "$gte", "$lt", "$lte", "$ne", "$eq"]), VALUES).map(
        lambda p: {p[0]: p[1]}
    ),
    st.lists(VALUES, max_size=3).map(lambda v: {"$in": v}),
    st.booleans().map(lambda b: {"$exists": b}),
)
MATCH = st.dictionaries(FIELDS, TEST, max_size=2).map(lambda q: {"$match": q})
SORT = st.dictionaries(FIELDS, st.sampled_from([1, -1]), min_size=1, max_size=2).map(
    lambda s: {"$sort": s | {"_id": 1}}
)
CUT = st.one_of(
    st.integers(1, 30).map(lambda n: {"$limit": n}), st.integers(0, 20).map(lambda n: {"$skip": n})
)
KEY = st.one_of(
    FIELDS.map(lambda f: f"${f}"),
    st.none(),
    st.dictionaries(st.sampled_from(["a", "b"]), FIELDS.map(lambda f: f"${f}"), min_size=1),
)
ACCUMULATED = st.one_of(
    st.just({"$sum": 1}),
    st.just({"$count": {}}),
    st.tuples(st.sampled_from(["$sum", "$avg", "$min", "$max", "$addToSet"]), FIELDS).map(
        lambda p: {p[0]: f"${p[1]}"}
    ),
)
GROUP = st.tuples(KEY, st.dictionaries(st.sampled_from(["n", "m"]), ACCUMULATED, max_size=2)).map(
    lambda p: {"$group": {"_id": p[0], **p[1]}}
)
QUERIES = st.one_of(
    st.tuples(MATCH, SORT, CUT, CUT).map(list),
    st.tuples(MATCH, CUT, MATCH).map(list),
    st.tuples(MATCH, st.just({"$count": "n"})).map(list),
    st.tuples(MATCH, MATCH, GROUP, st.just({"$sort": {"_id": 1}})).map(list),
    st.tuples(MATCH, GROUP, st.just({"$sort": {"_id": 1}}), CUT).map(list),
    st.tuples(MATCH, st.just({"$unwind": "$classifications"}), CUT).map(list),
)


def compare(pipeline, found, expected):
    """Compare results; groups of equal keys may come in any order, sets too."""
    group = any("$group" in stage for stage in pipeline)
    if group and isinstance(found, list) and isinstance(expected, list):
        found, expected = (_as_groups(each) for each in (found, expected))
    assert found == expected


def _as_groups(made):
    for each in made:
        for name, value in each.items():
            if isinstance(value, list):
                each[name] = sorted(value, key=repr)
    return {repr(identity(each["_id"])): each for each in made}


@quietly
@given(QUERIES, st.sampled_from([PUBLIC, PARTNERS]))
@example([{"$match": {"candidate.magpsf": {"$gt": 0}}}, {"$count": "n"}], PUBLIC)
@example(
    [{"$match": {}}, {"$group": {"_id": "$candidate.magpsf"}}, {"$sort": {"_id": 1}}], PARTNERS
)
def test_sql_and_evaluator_answer_as_the_evaluator_alone(warehouse, pipeline, programids):
    stages = parse_query_pipeline(pipeline).stages
    expected = outcome(lambda: CompiledQuery(stages).over(documents(programids)))
    found = outcome(lambda: asked(warehouse, pipeline, programids))
    compare(pipeline, found, expected)


@settings(quietly, max_examples=20)
@given(pipelines)
def test_so_they_do_for_pipelines_of_every_kind(warehouse, pipeline):
    try:
        parsed = parse_query_pipeline(pipeline)
        expected = outcome(lambda: CompiledQuery(parsed.stages).over(documents(PUBLIC)))
        found = outcome(lambda: asked(warehouse, pipeline, PUBLIC))
    except FilterRefused:
        return
    # Where one document raises the query ends; which document that is depends on the order.
    if isinstance(expected, tuple):
        assert isinstance(found, tuple)
    else:
        compare(pipeline, found, expected)


@quietly
@given(QUERIES)
def test_no_query_tells_that_there_is_anything_restricted(warehouse, public_only, pipeline):
    found = outcome(lambda: asked(warehouse, pipeline, PUBLIC))
    compare(pipeline, found, outcome(lambda: asked(public_only, pipeline, PUBLIC)))


def test_who_may_see_nothing_gets_nothing(warehouse):
    assert asked(warehouse, [{"$match": {}}, {"$count": "n"}], frozenset()) == []


def test_a_limit_reads_no_more_than_it_needs(warehouse):
    pipeline = [{"$match": {}}, {"$sort": {"candid": -1}}, {"$limit": 3}]
    found = asked(warehouse, pipeline, PARTNERS)
    assert [each["candid"] for each in found] == [80, 79, 78]


@pytest.mark.parametrize(
    ("pipeline", "said"),
    [
        ([{"$match": {"cutoutScience": {"$exists": True}}}], "cutoutScience"),
        ([{"$addFields": {"x": "$cutoutScience"}}], "cutoutScience"),
        ([{"$lookup": {}}], r"\$lookup"),
        ([{"$match": {"x": {"$geoWithin": {}}}}], r"\$geoWithin"),
        ([{"$sample": {"size": 1}}], r"\$sample"),
        ([{"$match": {"$expr": {"$function": {}}}}], r"\$function"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(warehouse, pipeline, said):
    with pytest.raises(Invalid, match=said):
        asked(warehouse, pipeline, PUBLIC)
