"""Reports of scans: made of what was saved, seen by the groups, remarked on."""

from datetime import timedelta

import pytest

from fritz.ports import Query
from tests.support.marshal_world import NOW

PATH = "/api/candidates/scan_reports"
LATELY = {"passed_filters_window_hours": 24, "saved_candidates_window_hours": 24}


@pytest.fixture
def ask(client, world):
    def send(username, method, path, body=None, acls=()):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        answer = client.open(path, method=method, json=body, headers=headers)
        return answer.status_code, answer.json["data"] or answer.json.get("message")

    return send


@pytest.fixture
def reported(world, ask):
    """A report to BTS and Fast of three objects: one of each, one of both."""
    for name, filter_id, groups in (
        ("ZTF26both", 1, (2, 4)), ("ZTF26bts", 1, (2,)), ("ZTF26fast", 3, (4,)),
        ("ZTF26old", 1, ()), ("ZTF26posted", 2, (2,)),
    ):  # fmt: skip
        at = NOW - timedelta(days=3 if name == "ZTF26old" else 0)
        world.candidate(name, filter_id=filter_id, passed_at=at)
        world.save(name, *(groups or (2,)))
    status, made = ask("admin", "POST", PATH, {"group_ids": [4, 2], **LATELY})
    assert status == 200, made
    return made["id"]


def test_each_group_sees_its_own_saves_of_a_report_and_others_see_none(ask, reported):
    def seen(username):
        status, items = ask(username, "GET", f"{PATH}/{reported}/items")
        return status if status != 200 else {
            item["obj_id"]: [save["group"] for save in item["data"]["saved_info"]]
            for item in items
        }  # fmt: skip

    bts, fast = "Bright Transient Survey", "Fast Transients"
    assert seen("admin") == {"ZTF26both": [bts, fast], "ZTF26bts": [bts], "ZTF26fast": [fast]}
    assert seen("brita") == {"ZTF26both": [bts], "ZTF26bts": [bts]}
    assert seen("vera") == 404
    assert ask("vera", "GET", PATH)[1]["reports"] == []
    assert ask("vera", "PATCH", f"{PATH}/{reported}/items/1", {"comment": "x"})[0] == 404
    (row,) = ask("brita", "GET", PATH)[1]["reports"]
    assert ([group["id"] for group in row["groups"]], row["author"]) == ([2], "admin")
    assert set(row["options"]) == {"passed_filters_range", "saved_candidates_range"}


def test_remarks_are_the_author_s_comments_until_somebody_changes_them(ask, world):
    world.candidate("ZTF26a")
    world.save("ZTF26a", 2)
    for text, groups in (("first", [2]), ("to all", [2]), ("to few", [11])):
        ask("admin", "POST", "/api/sources/ZTF26a/comments", {"text": text, "group_ids": groups})
    for row in world.documents.query(Query("comments")):  # said by a person, not by a script
        world.set("comments", row.id, row.data | {"bot": False})
    _, made = ask("admin", "POST", PATH, {"group_ids": [2], **LATELY})
    path = f"{PATH}/{made['id']}/items"
    ((item,), said) = ask("brita", "GET", path)[1], {"comment": " young "}
    assert item["data"]["comment"] == "to all"
    assert ask("brita", "PATCH", f"{path}/{item['id']}", said)[0] == 200
    assert ask("nuria", "GET", path)[1][0]["data"]["comment"] == "young"
    assert ask("brita", "PATCH", f"{path}/{item['id']}", {})[0] == 200
    assert ask("nuria", "GET", path)[1][0]["data"]["comment"] is None
    assert ask("brita", "PATCH", f"{path}/99", said)[0] == 404
    assert ask("brita", "PATCH", f"{path}/{item['id']}", {"comment": "x" * 2001})[0] == 400
    assert ask("brita", "PATCH", f"{path}/{item['id']}", said, ["Upload data"])[0] == 401


def test_what_makes_no_report_is_told(ask, world):
    ask_for = {"group_ids": [2], **LATELY}
    assert "nothing was saved" in ask("brita", "POST", PATH, ask_for)[1]
    world.candidate("ZTF26a")
    world.save("ZTF26a", 2)
    assert ask("brita", "POST", PATH, ask_for)[0] == 200
    for wrong, words in (
        ({}, "there is a report"), ({"group_ids": []}, "1 to 30"), ({"group_ids": [3]}, "no group"),
        ({"saved_candidates_window_hours": None}, "saved_candidates_range is required"),
        ({"gcn_event_dateobs": "2026-11-01T00:00:00"}, "not served"),
        ({"passed_filters_range": {"start_date": "2026-11-02", "end_date": "2026-11-01"}}, "ends"),
    ):  # fmt: skip
        status, said = ask("brita", "POST", PATH, ask_for | wrong)
        assert (status, words in said) == (400, True), said
    assert ask("brita", "POST", PATH, ask_for, ["Comment"])[0] == 401


def test_pages_make_show_and_remark_on_a_report(browse, world):
    world.candidate("ZTF26a")
    world.save("ZTF26a", 2)
    client = browse("brita")
    token = client.get("/scan/reports").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "group_ids": 2, "hours": "24"}
    assert client.post("/scan/reports", data=form | {"hours": "7"}).status_code == 400
    there = client.post("/scan/reports", data=form).headers["Location"]
    shown = client.get(there).text
    assert "ZTF26a" in shown
    said = {"csrf_token": token, "comment": "<b>young</b>"}
    path = shown.split('action="/scan/reports')[1].split('"')[0]
    assert client.post(f"/scan/reports{path}", data=said).status_code == 303
    assert 'value="&lt;b&gt;young&lt;/b&gt;"' in client.get(there).text
    assert there in client.get("/scan/reports").text
