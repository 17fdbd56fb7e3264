"""Generated code gives what a plain interpreter gives, whatever the filter and the alert."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fritz.filters import FilterError, FilterRefused, compile_filter
from fritz.filters.bson_order import compare
from fritz.filters.errors import OperatorError
from tests.support.random_filters import alerts, expressions, pipelines
from tests.support.reference_filters import interpret

MANY = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def alike(one: Any, other: Any) -> bool:
    """Return whether two values are the same to the type; the order of keys does not count."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return compare(one, other) == 0


def outcome(run: Any) -> Any:
    try:
        return run()
    except (FilterError, OperatorError):
        return "raises"


def check(pipeline: list[dict[str, Any]], alert: dict[str, Any]) -> None:
    try:
        compiled = compile_filter(pipeline)
    except FilterRefused:
        assume(False)
    before = copy.deepcopy(alert)
    expected = outcome(lambda: interpret(pipeline, copy.deepcopy(alert)))
    found = outcome(lambda: compiled.outputs(alert))
    assert alike(found, expected), (found, expected, compiled.source)
    assert alike(alert, before), "the alert was changed"


@MANY
@given(expression=expressions, alert=alerts)
def test_expressions_equal_the_reference(expression, alert):
    check([{"$replaceRoot": {"newRoot": {"r": expression}}}], alert)


@MANY
@given(pipeline=pipelines, alert=alerts)
def test_pipelines_equal_the_reference(pipeline, alert):
    check(pipeline, alert)


@MANY
@given(expression=expressions, flag=st.booleans(), alert=alerts)
def test_a_field_left_for_later_still_raises(expression, flag, alert):
    check([{"$project": {"f": expression, "g": "$a"}}, {"$match": {"g": flag}}], alert)


@pytest.mark.parametrize("missing", ["candidate", "prv_candidates", "fp_hists", "cross_matches"])
@settings(max_examples=80, deadline=None)
@given(expression=expressions, alert=alerts)
def test_alerts_that_lack_a_part_equal_the_reference(missing, expression, alert):
    alert.pop(missing, None)
    check([{"$addFields": {"f": expression}}, {"$match": {"f": {"$ne": 3}}}], alert)
