"""An explanation names the clause that stopped an alert, and agrees with the filter itself."""

import json
import random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fritz.filters import Budget, compile_filter
from fritz.filters.explain import explain

ALERT = {
    "objectId": "ZTF26abc",
    "candid": 5,
    "candidate": {
        "drb": 0.42, "magpsf": 18.5, "jd": 2461367.7, "jdstarthist": 2461300.2, "isdiffpos": "t",
        "sgscore1": 0.9, "ssdistnr": None, "fid": 1, "programid": 1,
    },
    "prv_candidates": [{"jd": 2461360.5, "magpsf": 19.0}, {"jd": 2461361.5}],
}  # fmt: skip


def explained(*stages, alert=ALERT, **options):
    return explain(compile_filter(list(stages), **options), alert)


def stopper(found):
    """Return the conditions that stopped the alert."""
    return [leaf for clause in found.stopped_by.clauses for leaf in clause.conditions()]


def test_the_failing_clause_is_named_with_its_value():
    found = explained({"$match": {"candidate.magpsf": {"$lt": 19}, "candidate.drb": {"$gt": 0.9}}})
    assert not found.passed
    (clause,) = stopper(found)
    assert clause.text == "candidate.drb > 0.9"
    assert clause.at == "0.$match.candidate.drb"
    assert [(v.name, v.value) for v in clause.values] == [("candidate.drb", 0.42)]
    assert found.reason == (
        "stage 0 ($match): candidate.drb > 0.9 is not so (candidate.drb = 0.42)"
    )


def test_of_alternatives_all_are_named():
    found = explained(
        {"$match": {"$or": [{"candidate.drb": {"$gt": 0.9}}, {"candidate.nothing": 1}]}}
    )
    assert [clause.text for clause in stopper(found)] == [
        "candidate.drb > 0.9", "candidate.nothing = 1",
    ]  # fmt: skip
    assert stopper(found)[1].values[0].missing


def test_of_what_must_not_hold_the_one_that_holds_is_named():
    found = explained({"$match": {"$nor": [{"candidate.drb": {"$gt": 0.9}}, {"candidate.fid": 1}]}})
    assert [(clause.text, clause.held) for clause in stopper(found)] == [
        ("candidate.fid = 1", True)
    ]


def test_the_stage_is_the_one_that_stopped_it():
    found = explained(
        {"$match": {"candidate.fid": 1}},
        {"$project": {"age": {"$subtract": ["$candidate.jd", "$candidate.jdstarthist"]}}},
        {"$match": {"age": {"$lt": 10}}},
        {"$project": {"annotations.age": "$age"}},
    )
    assert [step.stopped for step in found.steps] == [False, False, True]
    (clause,) = stopper(found)
    assert clause.values[0].value == pytest.approx(67.5)
    (origin,) = clause.because
    assert origin.text == "age = candidate.jd - candidate.jdstarthist"
    assert {v.name: v.value for v in origin.values} == {
        "candidate.jd": 2461367.7, "candidate.jdstarthist": 2461300.2,
    }  # fmt: skip


def test_a_condition_computed_earlier_is_taken_apart():
    found = explained(
        {"$project": {"sg": "$candidate.sgscore1", "drb": "$candidate.drb"}},
        {"$project": {"good": {"$not": [{"$or": [
            {"$gt": ["$sg", 0.76]}, {"$lt": ["$drb", 0.1]}]}]}}},
        {"$match": {"good": True}},
    )  # fmt: skip
    (clause,) = stopper(found)
    text = found.as_text()
    assert clause.values[0].value is False
    assert "sg > 0.76" in text
    assert "drb < 0.1" not in text


def test_null_sensitive_comparison_shows_the_null():
    found = explained({"$match": {"$expr": {"$gt": ["$candidate.ssdistnr", 12]}}})
    (clause,) = stopper(found)
    assert clause.text == "candidate.ssdistnr > 12"
    (value,) = clause.values
    assert (value.value, value.missing) == (None, False)


def test_boom_filter_is_explained_in_boom_s_view():
    stages = ({"$match": {"candidate.isdiffpos": True, "candidate.band": "r"}},)
    found = explained(*stages, dialect="boom")
    (clause,) = stopper(found)
    assert (clause.text, clause.values[0].value) == ('candidate.band = "r"', "g")


def test_a_filter_that_fails_says_where():
    found = explained({"$project": {"x": {"$divide": ["$candidate.drb", "$candidate.isdiffpos"]}}})
    assert not found.passed
    assert "$divide" in (found.error or "")
    assert found.steps[-1].error is not None


def test_several_documents_are_no_candidate():
    found = explained({"$unwind": "$prv_candidates"}, {"$match": {"candid": 5}})
    assert not found.passed
    assert found.reason == "2 documents came out; exactly one makes a candidate"


def test_what_passes_says_so():
    found = explained({"$match": {"candidate.fid": 1}}, {"$project": {"candid": 1}})
    assert found.passed
    assert found.stopped_by is None
    assert found.as_dict()["stages"][0]["clauses"][0]["held"] is True


def test_json_of_it_is_plain_and_short():
    alert = ALERT | {"prv_candidates": [{"jd": float(i), "deep": {"a": [[1]]}} for i in range(500)]}
    found = explained({"$match": {"prv_candidates": {"$size": 3}}}, alert=alert)
    assert len(orjson.dumps(found.as_dict())) < 3000
    assert json.loads(orjson.dumps(found.as_dict()))["stopped_at"] == 0


def test_a_huge_filter_is_explained_in_part():
    clauses = [{"candidate.drb": {"$gt": 1 + i}} for i in range(3000)]
    found = explained({"$match": {"$or": clauses}})
    assert found.truncated
    assert not found.passed
    assert len(found.as_text()) < 2000


def test_users_text_is_never_code():
    hostile = "x'); import os; ("
    found = explained(
        {"$project": {"a": {"$concat": ["$objectId", hostile]}}}, {"$match": {"a": '"""'}}
    )
    assert hostile in found.as_text()


def test_work_stays_within_the_filter_s_budget():
    loop = {"$map": {"input": {"$range": [0, 50_000]}, "as": "i", "in": "$$i"}}
    found = explained(
        {"$match": {"$expr": {"$gt": [{"$size": loop}, 1]}}}, budget=Budget(steps=1000)
    )
    assert "1000 steps" in (found.error or "")


def _condition(pick: random.Random, depth: int):
    if depth == 0 or pick.random() < 0.4:
        name = pick.choice(["drb", "magpsf", "ssdistnr", "absent", "isdiffpos"])
        return {f"candidate.{name}": pick.choice([{"$gt": 0.5}, {"$lt": 19}, None, "t"])}
    return {
        pick.choice(["$and", "$or", "$nor"]): [
            _condition(pick, depth - 1) for _ in range(pick.randint(1, 3))
        ]
    }


@given(st.integers(0, 10**9))
def test_explanation_agrees_with_the_filter(seed):
    compiled = compile_filter([{"$match": _condition(random.Random(seed), 3)}])
    found = explain(compiled, ALERT)
    assert found.passed is (compiled.run(ALERT) is not None)
    assert all(clause.held is found.passed for clause in found.steps[0].clauses)
