from datetime import timedelta

from tests.support.asteroid import asteroid_alert
from tests.support.marshal_world import NOW


def test_board_shows_what_my_groups_saved(browse, world):
    for name, filter_id, group_id in (("ZTF26mine", 1, 2), ("ZTF26theirs", 2, 3)):
        world.candidate(name, filter_id=filter_id)
        world.save(name, group_id)
    page = browse("brita").get("/").text
    assert "ZTF26mine" in page
    assert "ZTF26theirs" not in page
    assert "BTS" in page


def test_queues_count_what_nobody_has_scanned(browse, client, world):
    for n in range(3):
        world.candidate(f"ZTF26{n}", filter_id=1)
    world.candidate("ZTF26old", filter_id=1, passed_at=NOW - timedelta(days=2))
    world.candidate("ZTF26theirs", filter_id=2)
    headers = {"Authorization": f"token {world.token('nuria')}"}
    decision = {"id": "decision-1", "obj_id": "ZTF260", "filter_ids": [1], "kind": "rejected"}
    client.post("/api/scan/decisions", json={"decisions": [decision]}, headers=headers)
    page = browse("brita").get("/board/queues").text
    assert "<strong>2</strong> BTS" in page
    assert "<strong>0</strong> Sol" in page
    assert "AGN" not in page


def test_night_counts_alerts_and_what_my_filters_passed(browse, world):
    world.candidate("ZTF26aaaaaaa", jd=2461367.70, passed_at=NOW)
    runs = {"fid": "x", "survey": "ztf", "night": 20261123, "seen": 9, "errors": 0,
            "budget_exceeded": 0, "saved": 0, "times": [], "at": NOW}  # fmt: skip
    ended = {"record": 0, "survey": "ztf", "night": 20261123, "reason": None, "detail": None,
             "object_key": None, "at": NOW}  # fmt: skip
    world.warehouse.append("filter_runs", [
        runs | {"filter_id": 1, "passed": 4}, runs | {"filter_id": 1, "passed": 3},
        runs | {"filter_id": 2, "passed": 99},
    ])  # fmt: skip
    world.warehouse.append("ledger", [
        ended | {"packet_id": "p/1", "candid": 1, "outcome": "accepted"},
        ended | {"packet_id": "p/2", "candid": 1, "outcome": "accepted"},
        ended | {"packet_id": "p/3", "candid": None, "outcome": "dead_lettered"},
    ])  # fmt: skip
    world.warehouse.append("alerts", [
        asteroid_alert(n, 0.1 + n / 100, programid=n) for n in (1, 1, 2, 3)
    ])  # fmt: skip
    page = browse("brita").get("/board/night").text
    assert "<dt>passed Bright transients</dt><dd>7</dd>" in page
    assert "99" not in page
    assert "<dt>alerts archived</dt><dd>1</dd>" in page
    assert "twice" not in page
    assert "dead letters" not in page
    assert "<dd>72.0 min</dd>" in page
    assert "<dd>2026-11-23</dd>" in page
    assert "<dt>alerts archived</dt><dd>2</dd>" in browse("nuria").get("/board/night").text
    page = browse("admin").get("/board/night").text
    assert "<dt>alerts archived</dt><dd>3</dd>" in page
    assert "<dt>packets that came twice</dt><dd>1</dd>" in page
    assert "<dt>dead letters</dt><dd>1</dd>" in page
