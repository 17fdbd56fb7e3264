from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.filters import check_filter, compile_filter
from fritz.filters.cuts import Cuts, cuts_of, pipeline_of
from fritz.filters.vocabulary import vocabulary

FLAGS = ("brightened", "no_star", "not_moving")
NUMBERS = [each.name for each in fields(Cuts) if each.name not in FLAGS]
SUPERNOVA = {
    "candidate": {
        "drb": 0.9, "magpsf": 18.0, "ndethist": 3, "jd": 10.0, "jdstarthist": 6.0,
        "isdiffpos": "t", "sgscore1": 0.1, "distpsnr1": 1.0, "ssdistnr": -999.0,
    },
    "coordinates": {"l": 10.0, "b": -30.0},
}  # fmt: skip

cuts = st.builds(
    Cuts,
    **dict.fromkeys(NUMBERS, st.none() | st.floats(-30, 30) | st.integers(0, 100)),
    **dict.fromkeys(FLAGS, st.booleans()),
).filter(lambda each: each != Cuts())


def passes(match, document):
    return compile_filter([{"$match": match}]).run(document) is not None


@settings(max_examples=30)
@given(cuts)
def test_a_pipeline_of_cuts_is_right_and_tells_its_cuts(made):
    pipeline = pipeline_of(made)
    assert {each.code for each in check_filter(pipeline)} <= {"never_matches"}
    assert cuts_of(pipeline) == made


@pytest.mark.parametrize(
    ("name", "holds", "fails"),
    [
        ("min_score", 0.9, 0.91), ("brighter_than", 18.0, 17.9), ("fainter_than", 18.0, 18.1),
        ("min_detections", 3, 4), ("max_detections", 3, 2), ("min_age_days", 4.0, 4.1),
        ("max_age_days", 4.0, 3.9), ("min_latitude_deg", 30.0, 30.1),
    ],
)  # fmt: skip
def test_each_number_is_a_bound_that_belongs_to_what_passes(name, holds, fails):
    assert passes(pipeline_of(Cuts(**{name: holds}))[0]["$match"], SUPERNOVA)
    assert not passes(pipeline_of(Cuts(**{name: fails}))[0]["$match"], SUPERNOVA)


@pytest.mark.parametrize(
    ("flag", "changed"),
    [("brightened", {"isdiffpos": "f"}), ("no_star", {"sgscore1": 0.9}),
     ("not_moving", {"ssdistnr": 3.0})],
)  # fmt: skip
def test_each_flag_keeps_one_kind_out(flag, changed):
    match = pipeline_of(Cuts(**{flag: True}))[0]["$match"]
    assert passes(match, SUPERNOVA)
    assert not passes(match, SUPERNOVA | {"candidate": SUPERNOVA["candidate"] | changed})


def test_what_has_no_age_is_not_young():
    unknown = SUPERNOVA | {"candidate": SUPERNOVA["candidate"] | {"jdstarthist": None}}
    for cut in (Cuts(max_age_days=100.0), Cuts(min_age_days=0.0)):
        assert not passes(pipeline_of(cut)[0]["$match"], unknown)


def test_what_cuts_cannot_say_is_no_cuts():
    one = pipeline_of(Cuts(min_score=0.5, brightened=True))
    for other in (
        [], one[:1], [*one, {"$limit": 1}], [{"$match": {"candidate.drb": {"$gte": 0.5}}}],
        [{"$match": {"$and": [{"candidate.rb": {"$gte": 0.5}}]}}, one[1]],
        [{"$match": {"$and": [{"candidate.drb": {"$gte": 0.5}}] * 2}}, one[1]],
    ):  # fmt: skip
        assert cuts_of(other) is None
    with pytest.raises(Invalid, match="at least one cut"):
        pipeline_of(replace(Cuts(), no_star=False))


def test_vocabulary_has_the_fields_of_each_dialect_and_every_operator():
    words = {word.text: word.what for word in vocabulary("kowalski")}
    assert words["candidate.magpsf"] == "double"
    assert words["candidate.isdiffpos"] == "string"
    assert words["prv_candidates"] == "array"
    assert "prv_candidates.magpsf" in words
    assert "cross_matches.Gaia_EDR3.parallax" in words
    assert (words["$match"], words["$gte"], words["$subtract"]) == (
        "stage", "condition", "operator",
    )  # fmt: skip
    assert {word.text: word.what for word in vocabulary("boom")}["candidate.isdiffpos"] == "bool"
