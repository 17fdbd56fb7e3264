"""Pipelines as people paste them: JSON, extended JSON, what Compass and the shell show."""

import math

import pytest

from fritz.filters import FilterRefused, compile_filter
from fritz.filters.parse.pipeline import read_pipeline

REGEX = {"$regularExpression": {"pattern": "^ZTF21", "options": "i"}}


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ('[{"$match": {"a": 1}}]', [{"$match": {"a": 1}}]),
        ("[{$match: {'a.b': 'it\\'s', c: \"d\"}},]", [{"$match": {"a.b": "it's", "c": "d"}}]),
        ("[{$match: {a: /^ZTF21/i}}]", [{"$match": {"a": REGEX}}]),
        ("[{$match: {a: {$in: [/^ZTF21/i, 5]}}}]", [{"$match": {"a": {"$in": [REGEX, 5]}}}]),
        (
            r"[{$match: {a: /x\/[/]y/}}]",
            [{"$match": {"a": {"$regularExpression": {"pattern": "x/[/]y", "options": ""}}}}],
        ),
        ("[{$match: {a: 6 /* per cent */, b: 1 // of all\n}}];", [{"$match": {"a": 6, "b": 1}}]),
        ("[{$match: {a: {$gt: -.5, $lt: 12.2e3}}}]",
         [{"$match": {"a": {"$gt": -0.5, "$lt": 12200.0}}}]),
        ("[{$match: {a: NumberLong('1803201510515015005')}}]",
         [{"$match": {"a": 1803201510515015005}}]),
        ("[{$match: {a: NumberInt(5), b: Double(2)}}]", [{"$match": {"a": 5, "b": 2.0}}]),
        ("[{$match: {a: true, b: null, c: None, d: False}}]",
         [{"$match": {"a": True, "b": None, "c": None, "d": False}}]),
        ("[{$match: {a: {$lt: Infinity, $gt: -Infinity}}}]",
         [{"$match": {"a": {"$lt": math.inf, "$gt": -math.inf}}}]),
        ('[{"$match": {"a": {"$numberLong": "5"}}}]', [{"$match": {"a": 5}}]),
        ("[{$match: {true: 1, Infinity: 2}}]", [{"$match": {"true": 1, "Infinity": 2}}]),
    ],
)  # fmt: skip
def test_text_stands_for_stages(text, stages):
    assert read_pipeline(text) == stages


@pytest.mark.parametrize(
    "text",
    [
        "[{$match: {a: undefined}}]", "[{$match: {a: new Date()}}]", "[{$match: {a: x}}]",
        '[{$match: {a: ISODate("2020-01-01")}}]', "[{$match: {a: `x`}}]", "db.x.find()",
        "[{$match:",
        "[{$match: {a: /(/}}]", "[{$match: {a: /x/q}}]", "[{$match: {a: 0x10}}]",
    ],
)  # fmt: skip
def test_other_text_is_refused_with_a_reason(text):
    with pytest.raises(FilterRefused) as caught:
        compile_filter(text)
    assert caught.value.findings[0].code in {"bad_json", "bad_regex"}
