from datetime import timedelta

import pytest

from fritz.ports import Put
from tests.support.marshal_world import NOW


def names(answer):
    assert answer.status_code == 200, answer.json
    return [row["id"] for row in answer.json["data"]["candidates"]]


def test_row_has_the_shape_that_scripts_read(get, world):
    candidate = world.candidate("ZTF26aaaaaaa", passed_at=NOW)
    data = get("brita", "/api/candidates").json["data"]
    assert {k: data[k] for k in ("totalMatches", "pageNumber", "numPerPage")} == {
        "totalMatches": 1, "pageNumber": 1, "numPerPage": 25,
    }  # fmt: skip
    (row,) = data["candidates"]
    assert row["id"] == "ZTF26aaaaaaa"
    assert (row["ra"], row["dec"]) == (candidate.ra, candidate.dec)
    assert row["passing_alerts"] == [
        {"filter_id": 1, "passing_alert_id": candidate.candid, "passed_at": "2026-11-23T06:00:00"}
    ]
    assert (row["filter_ids"], row["passing_group_ids"]) == ([1], [2])
    assert row["is_source"] is False
    assert row["saved_groups"] == []
    (annotation,) = row["annotations"]
    assert annotation["origin"] == "BTS:Bright transients"
    assert annotation["data"] == {"age_days": 12.4, "mag": 17.9, "detections": 14}
    assert row["last_detected_at"].startswith("2026-11-23T06:00")


def test_one_row_per_object_newest_passed_first(get, world):
    world.candidate("ZTF26old", passed_at=NOW - timedelta(hours=3))
    world.candidate("ZTF26twice", passed_at=NOW - timedelta(hours=4))
    world.candidate("ZTF26twice", passed_at=NOW - timedelta(hours=1))
    answer = get("brita", "/api/candidates")
    assert names(answer) == ["ZTF26twice", "ZTF26old"]
    assert len(answer.json["data"]["candidates"][0]["passing_alerts"]) == 2


def test_pages_hold_everything_once(get, world):
    for hours in range(7):
        world.candidate(f"ZTF26{hours}", passed_at=NOW - timedelta(hours=hours))
    pages = [get("brita", "/api/candidates", numPerPage=3, pageNumber=n) for n in (1, 2, 3)]
    assert [names(page) for page in pages] == [
        ["ZTF260", "ZTF261", "ZTF262"], ["ZTF263", "ZTF264", "ZTF265"], ["ZTF266"],
    ]  # fmt: skip
    assert all(page.json["data"]["totalMatches"] == 7 for page in pages)


def test_page_past_the_end_is_out_of_range(get, world):
    world.candidate()
    answer = get("brita", "/api/candidates", pageNumber=2)
    assert answer.status_code == 400
    assert "Page number out of range" in answer.json["message"]
    assert get("vera", "/api/candidates").json["data"]["totalMatches"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"numPerPage": "x"}, {"numPerPage": 0}, {"numPerPage": 501}, {"pageNumber": 0},
        {"groupIDs": "a,b"}, {"startDate": "yesterday"}, {"savedStatus": "perhaps"},
    ],
)  # fmt: skip
def test_invalid_arguments_are_400(get, query):
    answer = get("brita", "/api/candidates", **query)
    assert (answer.status_code, answer.json["status"]) == (400, "error")


def test_empty_strings_are_as_if_not_given_and_unknown_keys_are_ignored(get, world):
    world.candidate("ZTF26aaaaaaa")
    unset = dict.fromkeys(
        ("groupIDs", "savedStatus", "listNameReject", "startDate", "endDate", "queryID"), ""
    )
    assert names(get("brita", "/api/candidates", **unset, whatever="x")) == ["ZTF26aaaaaaa"]


def test_window_is_inclusive_and_takes_times_with_and_without_zone(get, world):
    world.candidate("ZTF26a", passed_at=NOW)
    world.candidate("ZTF26b", passed_at=NOW - timedelta(days=2))
    since = (NOW - timedelta(days=1)).replace(tzinfo=None).isoformat()
    assert names(get("brita", "/api/candidates", startDate=since)) == ["ZTF26a"]
    assert names(get("brita", "/api/candidates", startDate=f"{since}Z")) == ["ZTF26a"]
    assert names(get("brita", "/api/candidates", startDate=f"{since}+00:00")) == ["ZTF26a"]
    assert names(get("brita", f"/api/candidates?endDate={since}+00:00")) == ["ZTF26b"]
    at = NOW.replace(tzinfo=None).isoformat()
    assert names(get("brita", "/api/candidates", startDate=at, endDate=at)) == ["ZTF26a"]


def test_groups_and_filters_narrow_the_list(get, world):
    world.candidate("ZTF26bright", filter_id=1)
    world.candidate("ZTF26moving", filter_id=4)
    assert set(names(get("brita", "/api/candidates"))) == {"ZTF26bright", "ZTF26moving"}
    assert names(get("brita", "/api/candidates", groupIDs="5")) == ["ZTF26moving"]
    assert names(get("brita", "/api/candidates?groupIDs=5&groupIDs=1")) == ["ZTF26moving"]
    assert names(get("brita", "/api/candidates", filterIDs="1,3")) == ["ZTF26bright"]


def test_group_of_others_is_refused(get):
    assert get("brita", "/api/candidates", groupIDs="3").status_code == 400


def test_saved_status(get, world):
    world.candidate("ZTF26saved", filter_id=1)
    world.candidate("ZTF26new", filter_id=1)
    world.save("ZTF26saved", 2)
    listed = {
        status: set(names(get("brita", "/api/candidates", savedStatus=status, groupIDs="2,5")))
        for status in (
            "all", "savedToAllSelected", "savedToAnySelected", "savedToAnyAccessible",
            "notSavedToAnyAccessible", "notSavedToAnySelected", "notSavedToAllSelected",
        )
    }  # fmt: skip
    saved, new = {"ZTF26saved"}, {"ZTF26new"}
    assert listed == {
        "all": saved | new, "savedToAllSelected": set(), "savedToAnySelected": saved,
        "savedToAnyAccessible": saved, "notSavedToAnyAccessible": new,
        "notSavedToAnySelected": new, "notSavedToAllSelected": saved | new,
    }  # fmt: skip
    assert names(get("farid", "/api/candidates", savedStatus="notSavedToAnyAccessible")) == [
        "ZTF26new"
    ]


def test_group_and_stream_are_both_needed(get, world):
    """Vera holds every stream but is in no group; Brita is in the group, without the stream."""
    world.candidate("ZTF26partners", filter_id=2)
    user = world.documents.get("users", "2")
    world.documents.commit([Put("users", "2", user.data | {"group_ids": [1, 2, 3, 5]})])
    for username in ("brita", "vera"):
        assert names(get(username, "/api/candidates")) == []
        for path in ("/api/candidates/ZTF26partners", "/api/sources/ZTF26partners"):
            assert get(username, path).status_code == 404
    assert names(get("nuria", "/api/candidates")) == ["ZTF26partners"]
    assert names(get("admin", "/api/candidates")) == ["ZTF26partners"]


def test_head_tells_whether_there_is_a_candidate(client, world):
    world.candidate("ZTF26aaaaaaa")
    headers = {"Authorization": f"token {world.token('brita')}"}
    assert client.head("/api/candidates/ZTF26aaaaaaa", headers=headers).status_code == 200
    assert client.head("/api/candidates/ZTF26nothing", headers=headers).status_code == 404


def test_invisible_and_absent_answer_alike(get, world):
    world.candidate("ZTF26hidden", filter_id=2)
    hidden = get("brita", "/api/candidates/ZTF26hidden")
    absent = get("brita", "/api/candidates/ZTF26absent")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json == absent.json


def test_candid_stays_an_integer_in_json(get, world):
    world.candidate(candid=3247253560115015017)
    assert b'"passing_alert_id":3247253560115015017' in get("brita", "/api/candidates").data
