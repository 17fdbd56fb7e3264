"""Kowalski's and BOOM's ways to write a filter, over one document."""

import copy

import pytest

from fritz.filters import FilterRefused, boom_view, compile_filter

ALERT = {
    "candid": 5,
    "candidate": {"isdiffpos": "t", "fid": 2, "jd": 2459000.5},
    "prv_candidates": [{"isdiffpos": "f", "fid": 1}, {"fid": 3}],
    "fp_hists": [{"fid": 1}],
}
AUX = [
    {"$match": {"candid": 5, "candidate.programid": {"$in": [1, 2]}}},
    {"$project": {"cutoutScience": 0, "cutoutTemplate": 0, "cutoutDifference": 0}},
    {
        "$lookup": {
            "from": "ZTF_alerts_aux",
            "localField": "objectId",
            "foreignField": "_id",
            "as": "aux",
        }
    },
    {
        "$project": {
            "cross_matches": {"$arrayElemAt": ["$aux.cross_matches", 0]},
            "prv_candidates": {"$filter": {"input": "$aux.prv_candidates", "cond": True}},
            "candidate": 1,
        }
    },
]
OWN = [{"$match": {"candidate.fid": 2}}, {"$project": {"_id": 0, "candid": 1}}]


def test_boom_sees_a_flag_and_bands():
    before = copy.deepcopy(ALERT)
    view = boom_view(ALERT)
    assert view["candidate"] == {"isdiffpos": True, "fid": 2, "jd": 2459000.5, "band": "r"}
    history = [{"isdiffpos": False, "fid": 1, "band": "g"}, {"fid": 3, "band": "i"}]
    assert view["prv_candidates"] == history
    assert view["fp_hists"] == [{"fid": 1, "band": "g"}]
    assert before == ALERT
    assert boom_view(view) is view


def test_a_filter_runs_in_its_dialect():
    pipeline = [{"$match": {"candidate.isdiffpos": True, "prv_candidates.band": "g"}}]
    assert compile_filter(pipeline).run(ALERT) is None
    assert compile_filter(pipeline, dialect="boom").run(ALERT) is not None
    assert compile_filter(pipeline, dialect="boom").run(boom_view(ALERT)) is not None


def test_kowalski_s_own_stages_are_left_out():
    assert compile_filter(AUX + OWN).run(ALERT) == {"candid": 5}
    assert compile_filter(AUX[2:] + OWN).run(ALERT) == {"candid": 5}


def test_boom_s_own_stages_are_left_out():
    front = [
        {"$match": {"_id": {"$in": [5]}}},
        {"$project": {"objectId": 1, "candidate": 1, "classifications": 1, "coordinates": 1}},
        AUX[2],
        {"$addFields": {"prv_candidates": {"$arrayElemAt": ["$aux.prv_candidates", 0]}}},
    ]
    assert compile_filter(front + OWN, dialect="boom").run(ALERT) == {"candid": 5}


def test_places_count_the_stages_as_pasted():
    with pytest.raises(FilterRefused) as caught:
        compile_filter([*AUX, {"$matc": {}}])
    assert caught.value.findings[0].path == "4.$matc"


@pytest.mark.parametrize(
    "pipeline",
    [
        [*OWN, *AUX[2:]],
        [{"$lookup": {**AUX[2]["$lookup"], "from": "users"}}, AUX[3], *OWN],
        [AUX[2], *OWN],
    ],
)
def test_any_other_lookup_is_refused(pipeline):
    with pytest.raises(FilterRefused, match="another collection"):
        compile_filter(pipeline)
