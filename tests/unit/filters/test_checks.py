"""What the checks say of a pipeline before it runs."""

import pytest

from fritz.filters import FilterRefused, check_filter, compile_filter, schema_for

REAL = {"$match": {"candidate.drb": {"$gt": 0.5}}}


def findings(*stages, dialect="kowalski"):
    return {
        (finding.code, finding.severity): finding
        for finding in check_filter(list(stages), dialect=dialect)
    }


def projected(expression):
    return findings(REAL, {"$project": {"objectId": 1, "x": expression}})


def test_a_sound_filter_has_no_findings():
    found = check_filter(
        [
            REAL,
            {"$project": {"objectId": 1, "age": {"$subtract": ["$candidate.jd", 2459000.5]}}},
            {"$match": {"age": {"$lt": 5}}},
        ]
    )
    assert found == ()


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("candidate.magspf", "candidate.magpsf"),
        ("candidte.drb", "candidate.drb"),
        ("objectID", "objectId"),
        ("classification.braai", "classifications.braai"),
        ("prv_candidate.magpsf", "prv_candidates.magpsf"),
        ("cross_matches.Gaia_EDR", "cross_matches.Gaia_EDR3"),
        ("candidate.srmag", ("candidate.srmag1", "candidate.srmag2", "candidate.srmag3")),
    ],
)
def test_an_unknown_field_is_an_error_that_names_what_was_meant(path, meant):
    (finding,) = check_filter([{"$match": {path: {"$gt": 0.5}}}])
    assert (finding.code, finding.severity) == ("unknown_field", "error")
    assert finding.did_you_mean == meant


def test_an_unknown_field_in_one_branch_is_a_warning():
    found = projected({"$and": ["$candidate.drb", {"$gt": ["$candidate.srmag", 0]}]})
    assert ("unknown_field", "warning") in found


def test_a_field_of_a_loop_s_element_is_known():
    loop = {"input": "$prv_candidates", "as": "c", "cond": {"$gt": ["$$c.magpf", 19]}}
    assert projected({"$filter": loop})["unknown_field", "error"].did_you_mean == "magpsf"


def test_a_dropped_field_says_which_stage_dropped_it():
    keep = {"$project": {"objectId": 1, "m": "$candidate.magpsf"}}
    found = findings(keep, REAL)["dropped_field", "error"]
    assert "stage 0" in found.message
    assert ("dropped_field", "warning") in findings(REAL, keep, {"$project": {"candid": 1}})


def test_a_field_that_nothing_defines():
    keep = {"$project": {"objectId": 1, "age": "$candidate.jd"}}
    assert findings(keep, {"$match": {"ages": 1}})["unknown_field", "error"].did_you_mean == "age"
    assert ("undefined_field", "warning") in findings(REAL, keep, {"$project": {"ages": 1}})


@pytest.mark.parametrize(
    "query",
    [
        {"candidate.drb": "0.5"},
        {"candidate.isdiffpos": True},
        {"candidate.fid": {"$in": ["1", "2"]}},
        {"candidate.magpsf": {"$gt": 20, "$lt": 18}},
        {"$and": [{"candidate.fid": 1}, {"candidate.fid": 2}]},
        {"candidate.magpsf": {"$gt": 18, "$lte": 18}},
    ],
)
def test_a_condition_that_is_never_true(query):
    assert ("never_matches", "warning") in findings({"$match": query})


@pytest.mark.parametrize(
    "query",
    [
        {"candidate.isdiffpos": {"$in": [1, "1", "t", True]}},
        {"candidate.ssmagnr": None},
        {"candidate.magpsf": {"$gte": 18, "$lte": 18}},
        {"prv_candidates.magpsf": {"$gt": 20, "$lt": 18}},
        {"prv_candidates.0": {"$exists": True}},
        {"cross_matches.CLU_20190625.0": {"$exists": True}},
        {"cross_matches.CLU_20190625.0.z": {"$lt": 0.05}},
    ],
)
def test_a_condition_that_may_be_true(query):
    assert findings({"$match": query}) == {}


def test_the_dialects_differ_in_isdiffpos_and_band():
    query = {"$match": {"candidate.isdiffpos": True, "candidate.band": "r"}}
    assert findings(query, dialect="boom") == {}
    assert {code for code, _ in findings(query)} == {"never_matches", "unknown_field"}


def test_a_comparison_that_null_passes_is_pointed_out():
    assert ("null_sensitive", "warning") in projected({"$lt": ["$candidate.sgscore1", 0.5]})
    assert ("null_sensitive", "warning") in projected({"$gt": [20, {"$abs": "$candidate.ssmagnr"}]})
    assert projected({"$gt": ["$candidate.sgscore1", 0.5]}) == {}
    assert projected({"$lt": ["$candidate.magpsf", 19]}) == {}
    assert projected({"$lt": [{"$ifNull": ["$candidate.sgscore1", 1]}, 0.5]}) == {}
    guarded = {"$and": [{"$gt": ["$candidate.srmag1", 0]}, {"$lt": ["$candidate.srmag1", 15]}]}
    assert projected(guarded) == {}


def test_two_constants_compared():
    finding = projected({"$gt": ["candidate.drb", 0.5]})["constant_comparison", "warning"]
    assert finding.did_you_mean == "$candidate.drb"
    assert "always true" in finding.message


def test_what_may_raise_is_pointed_out():
    rate = {"$divide": ["$candidate.magpsf", {"$subtract": ["$candidate.jd", 2459000.5]}]}
    assert ("unguarded_divide", "warning") in projected(rate)
    test = {"$ne": [rate["$divide"][1], 0]}
    assert projected({"$cond": [test, rate, None]}) == {}
    assert ("raises_on_null", "warning") in projected({"$size": "$fp_hists"})
    assert projected({"$size": {"$ifNull": ["$fp_hists", []]}}) == {}
    assert projected({"$size": "$prv_candidates"}) == {}
    assert projected({"$cond": [{"$isArray": "$fp_hists"}, {"$size": "$fp_hists"}, 0]}) == {}


def test_types_that_cannot_work():
    assert ("type_error", "error") in projected({"$abs": "$candidate.isdiffpos"})
    assert ("type_error", "error") in projected({"$size": "$candidate.magpsf"})
    assert ("type_mismatch", "warning") in projected({"$gt": ["$candidate.magpsf", "19"]})


def test_work_without_bound_is_refused():
    assert ("cost", "error") in projected({"$sum": {"$range": [0, 2_000_000_000]}})


def test_a_pipeline_that_all_alerts_pass():
    assert ("empty_pipeline", "error") in findings()
    assert ("no_match", "warning") in findings({"$project": {"objectId": 1}})


@pytest.mark.parametrize(
    ("stage", "code", "meant"),
    [
        ({"$matc": {}}, "unknown_stage", "$match"),
        ({"match": {}}, "unknown_stage", "$match"),
        ({"$project": {"x": {"$substract": [1, 2]}}}, "unknown_operator", "$subtract"),
        ({"$match": {"candid": {"$gtt": 1}}}, "unknown_operator", "$gt"),
        ({"$match": {"candid": {"$abs": 1}}}, "unknown_operator", None),
        ({"$project": {"x": {"$abs": [1, 2]}}}, "wrong_arity", None),
        ({"$project": {"x": {"$map": {"input": "$a", "inn": 1}}}}, "bad_arguments", "in"),
        ({"$project": {"x": "$$can"}}, "undefined_variable", None),
        ({"$project": {"x": "$$NOW"}}, "forbidden_operator", None),
        ({"$project": {"x": {"$function": {}}}}, "forbidden_operator", None),
        ({"$match": {"$or": [{"candid": 1}, {"$where": "1"}]}}, "forbidden_operator", None),
        ({"$facet": {"a": []}}, "forbidden_stage", None),
        ({"$out": "x"}, "forbidden_stage", None),
        ({"$match": {"objectId": {"$regex": "(?<=a)b"}}}, "bad_regex", None),
    ],
)
def test_a_pipeline_that_cannot_be_read(stage, code, meant):
    (finding,) = check_filter([stage])
    assert (finding.code, finding.severity, finding.did_you_mean) == (code, "error", meant)
    assert finding.path.startswith("0")


def test_every_bad_stage_is_reported_at_once():
    codes = [finding.code for finding in check_filter([{"$out": "x"}, REAL, {"$foo": 1}])]
    assert codes == ["forbidden_stage", "unknown_stage"]


def test_compiling_with_a_schema_refuses_errors_and_keeps_warnings():
    schema = schema_for("kowalski")
    with pytest.raises(FilterRefused) as caught:
        compile_filter([{"$match": {"candidate.magspf": {"$lt": 19}}}], schema=schema)
    assert caught.value.findings[0].did_you_mean == "candidate.magpsf"
    sensitive = {"$match": {"$expr": {"$lt": ["$candidate.sgscore1", 0.5]}}}
    compiled = compile_filter([sensitive], schema=schema)
    assert [finding.code for finding in compiled.findings] == ["null_sensitive"]
