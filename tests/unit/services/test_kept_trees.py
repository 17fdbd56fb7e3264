"""Trees that are kept by shape answer as trees made anew, whoever asks in whatever order."""

import itertools

import pytest
from sqlglot import exp, parse_one

from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.pruning import Reading
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.alert_queries import alert_by_candid, alerts_of_object
from fritz.archive.collections import COLLECTIONS
from fritz.archive.kept_trees import Kept, shape
from fritz.archive.tables import TABLES
from fritz.filters.queries import parse_query_pipeline
from fritz.filters.sql import selections
from fritz.filters.sql.selections import select_rows
from fritz.services.collection_queries import CollectionQueries
from tests.support.backtesting import random_rows
from tests.support.fakes import NoHistories

ALERTS = COLLECTIONS["ZTF_alerts"]
ROWS = random_rows(12, seed=3)
LEVELS = [frozenset({1}), frozenset({1, 2}), frozenset({0, 1, 2, 3}), frozenset({2})]
PIPELINES = [
    lambda row: [{"$match": {"objectId": row["objectId"]}}],
    lambda row: [{"$match": {"_id": row["candid"]}}],
    lambda row: [{"$match": {"candidate.jd": {"$gte": row["candidate"]["jd"]}}}, {"$count": "n"}],
    lambda row: [{"$match": {"objectId": row["objectId"]}}, {"$sort": {"_id": -1}}, {"$limit": 1}],
]


class NoStamps:
    """Stamps that are gone."""

    def cutouts(self, candid, place, survey):
        return {}


@pytest.fixture
def queries(tmp_path):
    warehouse = ParquetWarehouse(
        tmp_path / "warehouse", FolderObjects(tmp_path / "objects"), TABLES
    )
    warehouse.append("alerts", ROWS)
    yield CollectionQueries(warehouse, NoHistories(), NoStamps())
    warehouse.close()


def forget():
    for kept in (selections._BASES, selections._TREES):
        kept._found.clear()


def test_people_of_different_levels_in_turn_get_what_they_get_alone(queries):
    asked = list(itertools.product(PIPELINES, ROWS[:2], LEVELS))

    def answer(pipeline, row, programids):
        return queries.run(ALERTS, parse_query_pipeline(pipeline(row)), programids)

    alone = []
    for each in asked:
        forget()
        queries.warehouse._readings._found.clear()
        alone.append(answer(*each))
    forget()
    first = [answer(*each) for each in asked]
    again = [answer(*each) for each in reversed(asked)][::-1]
    assert first == again == alone
    shown = {level: set() for level in LEVELS}
    for (_, _, level), found in zip(asked, alone, strict=True):
        shown[level] |= {each["candid"] for each in found if "candid" in each}
    programid = {row["candid"]: row["programid"] for row in ROWS}
    for level, candids in shown.items():
        assert {programid[candid] for candid in candids} <= level
    assert shown[LEVELS[2]]


def test_other_values_of_the_same_shape_share_a_tree_and_keep_their_values():
    def statement(name, programids):
        stages = parse_query_pipeline([{"$match": {"objectId": name}}]).stages
        return select_rows(ALERTS, programids, stages).rows(10)

    one, other = statement("ZTF20a", frozenset({1})), statement("ZTF20b", frozenset({1, 2}))
    assert one.recurs
    assert one.tree is other.tree
    assert (one.parameters["programids"], other.parameters["programids"]) == ([1], [1, 2])
    assert "ZTF20a" in one.parameters.values()
    assert "ZTF20a" not in other.parameters.values()
    assert "ZTF20a" not in Reading.of(one.tree).sql


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "a = 2"),
        ("a = 'x'", "a = 'X'"),
        ("a = 1", "a = '1'"),
        ("a", "A"),
        ("a IN (1, 2)", "a IN (1)"),
        ("a AND (b OR c)", "(a AND b) OR c"),
        ("@p = a", "@q = a"),
        ("a BETWEEN 1 AND 2", "a BETWEEN 2 AND 1"),
    ],
)
def test_shapes_are_equal_for_equal_trees_and_no_others(one, other):
    first, second = (parse_one(each, dialect="bigquery") for each in (one, other))
    assert shape(first) == shape(first.copy())
    assert shape(first) != shape(second)
    assert shape(first, second) != shape(second, first)


def test_very_large_trees_have_no_shape():
    assert shape(exp.or_(*(f"a = {n}" for n in range(2000)))) is None


def test_only_the_latest_are_kept():
    kept, made = Kept(2), []

    def make(key):
        return kept.get(key, lambda: made.append(key) or key)

    assert [make(key) for key in ("a", "b", "a", "c", "a", "b")] == ["a", "b", "a", "c", "a", "b"]
    assert made == ["a", "b", "c", "b"]


def test_look_ups_of_other_objects_share_a_tree_and_keep_their_values():
    one = alerts_of_object("ZTF20a", {1}, nights=(20260101, 20260102))
    other = alerts_of_object("ZTF20b", {2, 1}, survey="lsst")
    assert one.tree is other.tree
    assert one.parameters == {
        "programids": [1],
        "survey": "ztf",
        "objectId": "ZTF20a",
        "first_night": 20260101,
        "last_night": 20260102,
    }
    assert (other.parameters["programids"], other.parameters["survey"]) == ([1, 2], "lsst")
    assert alert_by_candid(7, {1}).tree is not one.tree
