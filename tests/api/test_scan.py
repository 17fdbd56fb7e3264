"""What the scan page asks: candidates with all that is looked at, decisions, who is where."""

from datetime import timedelta

import pytest

from tests.support.counting_documents import CountingDocuments
from tests.support.marshal_world import JD_NOW, NOW
from tests.support.packets import prv_point


@pytest.fixture
def decide(client, world):
    """Send decisions as a user: ``decide("brita", ("ZTF26a", "rejected"))``."""

    def send(username, *made, **more):
        decisions = [
            {"id": f"decision-{obj_id}-{kind}", "obj_id": obj_id, "filter_ids": [1],
             "kind": kind, **more}
            for obj_id, kind in made
        ]  # fmt: skip
        headers = {"Authorization": f"token {world.token(username)}"}
        answer = client.post("/api/scan/decisions", json={"decisions": decisions}, headers=headers)
        assert answer.status_code == 200, answer.json
        return answer.json["data"]

    return send


def cards(get, username, **query):
    answer = get(username, "/api/scan/candidates", **query)
    assert answer.status_code == 200, answer.json
    return {card["id"]: card for card in answer.json["data"]["cards"]}


def states(card):
    return [(each["kind"], each["by"], each["stands"]) for each in card["decisions"]]


def test_card_shows_all_that_is_looked_at(get, client, world):
    candidate = world.candidate("ZTF26aaaaaaa")
    world.save("ZTF26aaaaaaa", 2)
    headers = {"Authorization": f"token {world.token('nuria')}"}
    client.post("/api/sources/ZTF26aaaaaaa/comments", json={"text": "bright"}, headers=headers)
    card = cards(get, "brita")["ZTF26aaaaaaa"]
    assert card["candid"] == str(candidate.candid)
    (passing,) = card["passings"]
    assert (passing["filter"], passing["group"]) == ("Bright transients", "BTS")
    assert passing["values"] == {"age_days": 12.4, "mag": 17.9, "detections": 14}
    assert [(s["what"], s["by"]) for s in card["saved"]] == [("BTS", "Ada")]
    assert [(s["what"], s["by"]) for s in card["comments"]] == [("bright", "Nuria")]
    assert len(card["plot"]["detections"]) > 10
    assert "upper limits in g, r, i" in card["summary"]
    assert (card["band"], card["score"], card["decisions"]) == ("r", 0.987, [])


def test_groups_that_are_scanned_come_first_in_why_it_passed(get, world):
    world.candidate("ZTF26both", filter_id=4)
    world.candidate("ZTF26both", filter_id=1, passed_at=NOW + timedelta(minutes=1))
    groups = [p["group_id"] for p in cards(get, "brita", groupIDs="5,2")["ZTF26both"]["passings"]]
    assert set(groups) == {2, 5}
    first = [p["group_id"] for p in cards(get, "brita", groupIDs="5")["ZTF26both"]["passings"]]
    assert first[0] == 5


def test_decision_is_seen_by_the_group_and_counts_once(get, world, decide):
    world.candidate("ZTF26aaaaaaa")
    for _ in range(2):
        (done,) = decide("brita", ("ZTF26aaaaaaa", "rejected"), reason="  ghost ")
        assert done["done"]
    (decision,) = cards(get, "nuria")["ZTF26aaaaaaa"]["decisions"]
    assert (decision["kind"], decision["by"], decision["mine"]) == ("rejected", "Brita", False)
    assert (decision["reason"], decision["stands"], decision["filter_id"]) == ("ghost", True, 1)


def test_rejection_can_be_taken_back_by_anybody_who_sees_it_and_leaves_its_trace(
    get, client, world, decide
):
    world.candidate("ZTF26aaaaaaa")
    decide("brita", ("ZTF26aaaaaaa", "rejected"))
    for _ in range(2):
        headers = {"Authorization": f"token {world.token('nuria')}"}
        undo = {"id": "decision-ZTF26aaaaaaa-rejected", "obj_id": "ZTF26aaaaaaa",
                "filter_ids": [1], "kind": "undone"}  # fmt: skip
        sent = client.post("/api/scan/decisions", json={"decisions": [undo]}, headers=headers)
        assert sent.json["data"][0]["done"]
    assert states(cards(get, "brita")["ZTF26aaaaaaa"]) == [("rejected", "Brita", False)]


def test_save_and_its_undo_change_the_group_s_list(get, world, decide):
    world.candidate("ZTF26aaaaaaa")
    decide("brita", ("ZTF26aaaaaaa", "saved"), group_ids=[2])
    assert cards(get, "brita")["ZTF26aaaaaaa"]["saved_to"] == [2]
    (refused,) = _undo(decide, "nuria")
    assert not refused["done"]
    assert "only who saved it" in refused["message"]
    assert _undo(decide, "brita")[0]["done"]
    card = cards(get, "brita")["ZTF26aaaaaaa"]
    assert (card["saved_to"], states(card)) == ([], [("saved", "Brita", False)])


def _undo(decide, username):
    return decide(username, ("ZTF26aaaaaaa", "undone"), id="decision-ZTF26aaaaaaa-saved")


def test_undoing_a_save_leaves_what_was_saved_before(get, world, decide):
    world.candidate("ZTF26aaaaaaa")
    world.save("ZTF26aaaaaaa", 2)
    decide("brita", ("ZTF26aaaaaaa", "saved"), group_ids=[2, 5])
    assert _undo(decide, "brita")[0]["done"]
    assert cards(get, "brita")["ZTF26aaaaaaa"]["saved_to"] == [2]


@pytest.mark.parametrize(
    ("username", "changed", "says"),
    [
        ("brita", {"filter_ids": [2]}, "Candidate not found"),
        ("brita", {"obj_id": "ZTF26nothing"}, "Candidate not found"),
        ("vera", {}, "Candidate not found"),
        ("brita", {"filter_ids": []}, "at least one"),
        ("brita", {"kind": "saved", "group_ids": [3]}, "may not save to group 3"),
        ("brita", {"kind": "saved"}, "at least one for a save"),
        ("brita", {"group_ids": [2]}, "none for anything else"),
        ("brita", {"id": "x"}, "8 to 64"),
        ("brita", {"kind": "undone"}, "no decision"),
    ],
)
def test_decision_is_refused_by_itself_with_its_reason(world, decide, username, changed, says):
    world.candidate("ZTF26aaaaaaa")
    (refused,) = decide(username, ("ZTF26aaaaaaa", "rejected"), **changed)
    assert (refused["done"], says in refused["message"]) == (False, True), refused


def test_decisions_of_a_filter_that_is_closed_to_the_viewer_do_not_exist(get, world, decide):
    world.candidate("ZTF26both", filter_id=1)
    world.candidate("ZTF26both", filter_id=2)
    decide("nuria", ("ZTF26both", "rejected"), filter_ids=[1, 2], id="decision-both")
    seen = {each["filter_id"] for each in cards(get, "nuria")["ZTF26both"]["decisions"]}
    assert seen == {1, 2}
    seen = {each["filter_id"] for each in cards(get, "brita")["ZTF26both"]["decisions"]}
    assert seen == {1}


def test_list_knows_what_nobody_has_scanned(get, world, decide):
    for name in ("ZTF26new", "ZTF26rejected", "ZTF26skipped", "ZTF26undone"):
        world.candidate(name)
    decide("brita", ("ZTF26rejected", "rejected"), ("ZTF26skipped", "skipped"))
    decide("brita", ("ZTF26undone", "rejected"))
    decide("brita", ("ZTF26undone", "undone"), id="decision-ZTF26undone-rejected")

    def listed(username, status):
        found = get(username, "/api/candidates", scanStatus=status, groupIDs="2")
        return {row["id"] for row in found.json["data"]["candidates"]}

    assert listed("nuria", "unscanned") == {"ZTF26new", "ZTF26undone"}
    assert listed("nuria", "rejected") == {"ZTF26rejected"}
    assert listed("nuria", "skipped") == {"ZTF26skipped"}
    assert listed("brita", "unscannedByMe") == {"ZTF26new", "ZTF26undone"}
    assert len(listed("nuria", "unscannedByMe")) == 4


def test_shares_of_a_list_hold_each_object_once(get, world):
    names = {world.candidate(f"ZTF26{n}").obj_id for n in range(9)}
    shares = [set(cards(get, "brita", part=f"{n}/3")) for n in (1, 2, 3)]
    assert set.union(*shares) == names
    assert sum(map(len, shares)) == 9
    assert get("brita", "/api/scan/candidates", part="3/2").status_code == 400


def test_known_asteroid_is_named_unless_its_program_is_closed(get, world):
    rock = {"ssdistnr": 1.2, "ssmagnr": 19.1, "ssnamenr": "2005 AB"}
    world.candidate("ZTF26rock", prv=[prv_point(JD_NOW + 1, 18.0, programid=1) | rock])
    world.candidate("ZTF26star", prv=[prv_point(JD_NOW + 1, 18.0, programid=1)])
    world.candidate("ZTF26closed", prv=[prv_point(JD_NOW + 1, 18.0, programid=2) | rock])
    found = cards(get, "brita")
    assert found["ZTF26rock"]["moving"]["name"] == "2005 AB"
    assert found["ZTF26rock"]["moving"]["distance_arcsec"] == pytest.approx(1.2)
    assert found["ZTF26star"]["moving"] is found["ZTF26closed"]["moving"] is None


def test_people_see_each_other_scan_within_their_groups(client, world):
    def put(username, groups, position):
        headers = {"Authorization": f"token {world.token(username)}"}
        place = {"group_ids": groups, "position": position, "total": 120}
        return client.put("/api/scan/presence", json=place, headers=headers).json["data"]

    put("nuria", [2, 3], 41)
    put("vera", [6], 7)
    (nuria,) = put("brita", [2], 3)
    assert (nuria["user"], nuria["position"], nuria["groups"]) == ("Nuria", 41, ["BTS"])
    row = world.documents.get("presence", "3").data
    world.set("presence", "3", row | {"at": NOW - timedelta(minutes=2)})
    assert put("brita", [2], 3) == []


def test_page_of_candidates_reads_a_bounded_number_of_documents(world, app_of):
    for n in range(24):
        world.candidate(f"ZTF26{n:02}", passed_at=NOW - timedelta(minutes=n))
    world.documents = counting = CountingDocuments(world.documents)
    app = app_of(world)
    headers = {"Authorization": f"token {world.token('brita')}"}
    asked = {"numPerPage": 24}
    first = app.test_client().get("/api/scan/candidates", query_string=asked, headers=headers)
    assert len(first.json["data"]["cards"]) == 24
    counting.reset()
    app.test_client().get("/api/scan/candidates", query_string=asked, headers=headers)
    assert counting.read <= 24 * 5 + 30, "row, entry, object, history, decision, and little more"
