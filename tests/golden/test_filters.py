"""What MongoDB does: by its documentation, and by two other engines (the kit's vectors)."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from fritz.filters import FilterError, FilterRefused, check_filter, compile_filter
from tests.plugins.must_run import kit

REFUSED_ON_PURPOSE = {"facet": "$facet", "bucket": "$bucket"}
"""Vectors whose stage a deployment must refuse (`fritz.filters.refused`)."""


def decoded(value: Any) -> Any:
    """Return the value with the numbers that JSON cannot write."""
    if isinstance(value, dict):
        if set(value) == {"$numberDouble"}:
            return float(value["$numberDouble"].replace("Infinity", "inf"))
        return {key: decoded(item) for key, item in value.items()}
    return [decoded(item) for item in value] if isinstance(value, list) else value


def same(one: Any, other: Any) -> bool:
    """Return whether two results agree: doubles to twelve digits, keys in any order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        if isinstance(one, int) and isinstance(other, int):
            return one == other
        return one == other or f"{float(one):.11e}" == f"{float(other):.11e}"
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def pipeline_of(vector: dict[str, Any]) -> list[dict[str, Any]]:
    if "expression" in vector:
        return [{"$replaceRoot": {"newRoot": {"r": decoded(vector["expression"])}}}]
    return (
        [{"$match": decoded(vector["match"])}] if "match" in vector else decoded(vector["pipeline"])
    )


def outcome(vector: dict[str, Any]) -> tuple[str, Any]:
    document = decoded(vector["doc"])
    before = json.dumps(document)
    try:
        found = compile_filter(pipeline_of(vector)).outputs(document)
    except FilterRefused as e:
        codes = {finding.code for finding in e.findings}
        return ("refused" if codes & {"forbidden_stage", "forbidden_operator"} else "error"), None
    except FilterError:
        return "error", None
    assert json.dumps(document) == before
    if "match" in vector:
        return "value", bool(found)
    if "pipeline" in vector:
        return "value", found
    return ("value", found[0]["r"]) if "r" in found[0] else ("missing", None)


def test_every_operator_vector_holds():
    vectors = json.loads(kit("filters/operators.json").read_text())
    wrong, skipped = [], set()
    for vector in vectors:
        kind, value = outcome(vector)
        if kind == "refused" and vector["kind"] != "error":
            skipped.add(vector["name"])
        elif kind == "refused":
            continue
        elif kind != vector["kind"] or (
            kind == "value" and not same(value, decoded(vector["expect"]))
        ):
            wrong.append((vector["name"], kind, value))
    assert not wrong
    assert skipped == set(REFUSED_ON_PURPOSE)


def test_what_mongodb_s_documentation_says_holds():
    """Vectors of our own, written from the documented rules; no engine was asked."""
    lines = (Path(__file__).parent / "semantics.ndjson").read_text(encoding="utf-8").splitlines()
    wrong = []
    for number, line in enumerate(lines, 1):
        vector = json.loads(line)
        kind, value = outcome(vector)
        kind = "error" if kind == "refused" else kind
        agrees = kind != "value" or same(value, decoded(vector.get("expect")))
        if kind != vector["kind"] or not agrees:
            wrong.append((number, line, kind, value))
    assert not wrong
    assert len(lines) > 600


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    with gzip.open(kit("filters/documents.ndjson.gz")) as lines:
        return [json.loads(line) for line in lines]


FILTERS = [
    "boom_cats150",
    "boom_fast",
    "boom_lsst",
    "boom_ztf_prv",
    "fritz_filter_01",
    "fritz_filter_02",
    "fritz_filter_101",
    "fritz_filter_clu",
    "fritz_filter_fast",
    "fritz_filter_m31",
    "fritz_filter_rcf",
    "fritz_filter_rcf_simple",
    "fritz_guide_acai",
    "fritz_tutorial_mma_sgrb",
    "fritz_watchlist",
    "kowalski_stationary_fp",
    "kowalski_test_ztf",
]


@pytest.mark.parametrize("name", FILTERS)
def test_a_public_filter_gives_the_same_on_every_alert(name, documents):
    vector = json.loads(kit(f"filters/filters/{name}.json").read_text())
    compiled = compile_filter(vector["pipeline"])
    wrong = []
    for document in documents:
        try:
            found: Any = compiled.run(document)
        except FilterError:
            found = "error"
        expected = vector["results"][document["_id"]]
        if not same(found, expected):
            wrong.append((document["_id"], found, expected))
    assert not wrong


def as_set(near: Any) -> set[str]:
    return set() if near is None else {near} if isinstance(near, str) else set(near)


def test_every_bad_pipeline_is_refused_or_warned_about_for_the_right_reason():
    wrong = []
    vectors = sorted(kit("filters/pipelines_invalid").glob("*.json"))
    for path in vectors:
        vector = json.loads(path.read_text())
        expected = vector["expected"]
        wanted = as_set(expected.get("did_you_mean"))
        if not any(
            finding.code == expected["code"]
            and finding.severity == expected["severity"]
            and (not wanted or wanted & as_set(finding.did_you_mean))
            for finding in check_filter(vector["pipeline"])
        ):
            wrong.append(vector["name"])
    assert not wrong
    assert len(vectors) > 90


@pytest.mark.parametrize("name", [name for name in FILTERS if name != "boom_lsst"])
def test_the_public_filters_for_ztf_have_no_errors(name):
    dialect = "boom" if name.startswith("boom") else "kowalski"
    pipeline = json.loads(kit(f"filters/pipelines/{name}.json").read_text())
    findings = check_filter(pipeline, dialect=dialect)
    assert [finding for finding in findings if finding.severity == "error"] == []
