"""The pages of filters: written, tried on past nights, let loose; whole for members alone."""

import json
import re

import pytest

from fritz.marshal.allocation import Allocation
from fritz.ports import Put
from tests.api.test_filters import BRIGHT, FAINT, archive
from tests.support.marshal_world import JD_NOW, NOW
from tests.unit.services.test_filtering import alert

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browse(client, world):
    """Sign in as a user and return the client and the CSRF token."""

    def go(username):
        client.get("/signin", query_string={"credential": world.credential(username)})
        page = client.get("/filters").text
        return client, re.search(r'name="csrf-token" content="([^"]+)"', page)[1]

    return go


@pytest.fixture
def mine(browse, world):
    """Brita, administrator of group 2, who made a filter on its page; a night to try it on."""
    archive(world, *(
        alert(n, f"ZTF26n{n:03}", programid=2 if n % 10 == 0 else 1, magpsf=16 + n * 0.04,
              jd=JD_NOW - n / 1000, pid=n, rfid=1)
        for n in range(100)
    ))  # fmt: skip
    row = world.documents.get("users", "2")
    world.documents.commit([Put("users", "2", row.data | {"admin_group_ids": [2]})])
    client, token = browse("brita")
    made = client.post("/filters", data={"csrf_token": token, "name": "mine", "where": "2:1"})
    there = made.headers["Location"].partition("?")[0]

    def send(part, headers=HTMX, **form):
        data = form | {"csrf_token": token}
        return client.post(f"{there}/{part}", data=data, headers=headers)

    return client, there, send


def test_filters_of_my_groups_are_listed_and_no_others_exist(browse):
    client, token = browse("brita")
    page = client.get("/filters").text
    assert "Bright transients" in page
    assert "Nuclear variability" not in page
    assert client.get("/filters/1").status_code == 200
    for part in ("", "/runs", "/diff?old=nuclei&new=nuclei"):
        assert client.get(f"/filters/2{part}").status_code == 400
    for part in ("try", "explain", "versions", "activate", "stop", "must", "settings"):
        data = {"csrf_token": token, "pipeline": json.dumps(FAINT), "what": "1"}
        assert client.post(f"/filters/2/{part}", data=data).status_code == 400, part
    assert client.post("/filters/1/stop", data={"csrf_token": token}).status_code == 403
    assert client.post("/filters/1/stop").status_code == 400  # no token: a forgery


def test_a_pipeline_is_tried_with_a_waterfall_and_the_first_that_pass(mine):
    _, _, send = mine
    shown = send("try", pipeline=json.dumps([*BRIGHT, {"$match": {"candidate.fid": 1}}])).text
    assert "22 of 90 alerts pass" in shown
    assert re.findall(r"<code>(\d\.\$match)</code>", shown) == ["0.$match", "1.$match"]
    assert shown.count("passed-card") == 22
    assert "Too many" in shown
    refused = send("try", pipeline='[{"$match": {"candidate.magpfs": 1}}]')
    assert refused.status_code == 400
    assert "Did you mean candidate.magpsf?" in refused.text
    assert "0.$match.candidate.magpfs" in refused.text


def test_each_clause_of_a_match_is_counted_by_itself(mine):
    _, _, send = mine
    both = {"candidate.magpsf": {"$lt": 17}, "$and": [{"candidate.fid": 1}, {"candid": {"$gt": 5}}]}
    shown = send("try", pipeline=json.dumps([{"$match": both}, *BRIGHT])).text
    places = ("candidate.magpsf", "$and.0.candidate.fid", "$and.1.candid")
    assert re.findall(r"<code>([^<]+)</code>", shown)[:4] == [
        *(f"0.$match.{each}" for each in places), "1.$match",
    ]  # fmt: skip
    left = [int(n) for n in re.findall(r'<td class="number">(\d+)</td>', shown)[1::2]]
    assert len(left) == 4
    assert left == sorted(left, reverse=True)
    broken = [
        {"$match": {"candidate.fid": {"$gt": 0}, "$expr": {"$gt": [{"$add": ["$objectId", 1]}, 0]}}}
    ]
    assert "<code>0.$match.$expr" in send("try", pipeline=json.dumps(broken)).text


def test_what_it_does_by_itself_is_set_on_its_page(mine, world):
    client, there, send = mine
    saved = send("autosave", active="1", comment="by itself", pipeline="", ignore_group_ids="5")
    assert "HX-Redirect" in saved.headers
    page = client.get(there).text
    assert "Saves sources: yes" in page
    assert 'value="by itself"' in page
    assert re.search(r'<option value="5" selected>', page)
    refused = send("autosave", active="1", pipeline='[{"$match": {"candidate.magpfs": 1}}]')
    assert "Did you mean candidate.magpsf?" in refused.text
    assert "None of your groups has an allocation" in page
    assert send("followup", active="1", allocation_id="99").status_code == 404
    send("autosave", comment="by itself")
    assert "Saves sources: no" in client.get(there).text


def test_follow_up_is_asked_for_of_ones_own_allocations(mine, world):
    client, there, send = mine
    fields = Allocation(7, 2, 1, NOW, NOW, pi="Brita").to_fields()
    world.set("allocations", "7", fields)
    world.set("allocations", "8", fields | {"id": 8, "group_id": 3})
    page = client.get(there).text
    assert '<option value="7"' in page
    assert '<option value="8"' not in page
    asked = {"active": "1", "pipeline": json.dumps(BRIGHT), "validity_days": "3"}
    assert "needs autosave" in send("followup", allocation_id="7", **asked).text
    send("autosave", active="1")
    assert send("followup", allocation_id="8", **asked).status_code == 404
    assert (
        "valid for up to"
        in send("followup", allocation_id="7", **asked | {"validity_days": "-1"}).text
    )
    assert "HX-Redirect" in send("followup", allocation_id="7", **asked).headers
    page = client.get(there).text
    assert "Asks for follow-up: yes" in page
    assert 'value="3"' in page


def test_an_object_is_explained_by_name_and_by_candid(mine):
    _, _, send = mine
    for what in ("ZTF26n099", "99"):
        told = send("explain", pipeline=json.dumps(BRIGHT), what=what).text
        assert f"{what} does not pass" in told
        assert "candidate.magpsf = 19.96" in told
    assert send("explain", pipeline=json.dumps(BRIGHT), what="ZTF26n010").status_code == 404
    assert "say which" in send("explain", pipeline=json.dumps(BRIGHT)).text


def test_versions_are_compared_and_let_loose_within_the_rate(mine):
    client, there, send = mine
    fids = []
    for stages in (BRIGHT, FAINT):
        saved = send("versions", pipeline=json.dumps(stages), mode="text")
        fids.append(re.search(r"fid=(\w{6})", saved.headers["HX-Redirect"])[1])
    told = client.get(f"{there}/diff", query_string={"old": fids[0], "new": fids[1]}).text
    assert "22 kept" in told
    assert "+ gained 57" in told
    refused = send("activate", fid=fids[0])
    assert refused.status_code == 400
    assert "at most 5.0% may" in refused.text
    assert send("settings", name="mine", max_pass_rate="30").status_code == 200
    assert send("must", must_pass="ZTF26n099", must_not_pass="").status_code == 200
    assert "must pass and does not" in send("activate", fid=fids[0]).text
    send("must", must_pass="", must_not_pass="")
    assert send("activate", fid=fids[0]).status_code == 200
    page = client.get(there).text
    assert f"runs version <code>{fids[0]}</code>" in page
    send("stop")
    assert "stopped" in client.get(there).text


def test_cuts_become_a_pipeline_and_come_back_as_cuts(mine):
    client, there, send = mine
    cuts = {"brighter_than": "17", "min_detections": "", "brightened": "1", "mode": "form"}
    assert "23 of 90 alerts pass" in send("try", **cuts).text
    saved = send("versions", **cuts)
    page = client.get(saved.headers["HX-Redirect"]).text
    assert re.search(r'name="brighter_than" step="any" value="17.0"', page)
    assert re.search(r'name="brightened" value="1" checked', page)
    assert '{"candidate.magpsf": {"$lte": 17.0}}' in client.get(there).text.replace("&#34;", '"')
    assert "at least one cut" in send("try", brighter_than="").text
    assert "is no number" in send("try", brighter_than="bright").text
    assert client.get(f"{there}?fid=nothere").status_code == 200
