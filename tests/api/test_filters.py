"""Filters, their versions, trials on past nights, and candidates from outside."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from fritz.archive.filter_tally import FilterTally
from fritz.archive.rows import alert_row
from fritz.marshal.acls import UPLOAD_DATA
from fritz.ports import Put, Query
from fritz.services import filter_trials
from fritz.services.filters_store import FilterStore
from fritz.services.groups import UserStore
from fritz.services.posting import number_of
from tests.support.marshal_world import JD_NOW, NOW
from tests.unit.services.test_filtering import alert

BRIGHT = [{"$match": {"candidate.magpsf": {"$lt": 17}}}]
FAINT = [{"$match": {"candidate.magpsf": {"$lt": 19.5}}}]
NIGHT = 20261123


@pytest.fixture
def ask(client, world):
    """Ask as a user: ``ask("brita", "post", "/api/filters", {...}).json``."""

    def send(username, method, path, body=None, acls=()):
        token = world.token(username, *acls)
        headers = {"Authorization": f"token {token}"}
        return client.open(path, method=method.upper(), json=body, headers=headers)

    return send


@pytest.fixture
def group_admin(world):
    """Make Brita an administrator of group 2."""
    row = world.documents.get("users", "2")
    user = UserStore(world.documents).get(2)
    world.documents.commit([Put("users", "2", row.data | {"admin_group_ids": [2]})])
    return user


def data(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error"), answer.json
    return answer.json


def archive(world, *alerts, night=NIGHT):
    world.warehouse.append("alerts", [
        alert_row(each, healpix=1, packet={"pack": "p", "offset": 0, "length": 1},
                  ingested_at=NOW, night=night)
        for each in alerts
    ])  # fmt: skip


@pytest.fixture
def night(world):
    """A night of 100 alerts, magnitudes 16.0 to 19.96, every tenth of a partner's."""
    archive(world, *(
        alert(n, f"ZTF26n{n:03}", programid=2 if n % 10 == 0 else 1, magpsf=16 + n * 0.04,
              jd=JD_NOW - n / 1000, pid=n, rfid=1)
        for n in range(100)
    ))  # fmt: skip


@pytest.fixture
def mine(ask):
    """A filter that Brita made in her group."""
    body = {"name": "mine", "group_id": 2, "stream_id": 1}
    return data(ask("brita", "post", "/api/filters", body))["id"]


def saved(ask, filter_id, pipeline, username="brita", **more):
    path = f"/api/filters/{filter_id}/v"
    return data(ask(username, "post", path, {"pipeline": pipeline, **more}))


ROW = frozenset({"id", "name", "group_id", "stream_id", "broker_id", "altdata", "autosave",
           "created_at", "modified"})  # fmt: skip


class TestFilters:
    def test_rows_have_the_keys_that_strict_clients_know(self, ask, mine):
        rows = data(ask("brita", "get", "/api/filters"))
        assert [row["id"] for row in rows] == [1, 4, mine]
        assert all(set(row) == ROW for row in rows)
        assert rows[-1]["created_at"] == "2026-11-23T06:00:00"
        one = data(ask("brita", "get", f"/api/filters/{mine}"))
        assert one["stream"]["name"] == "ZTF Public"
        assert (one["name"], one["autosave"], one["altdata"]["active"]) == ("mine", False, False)

    def test_others_filters_do_not_exist(self, ask, mine):
        unseen = refused(ask("vera", "get", f"/api/filters/{mine}"))
        absent = refused(ask("vera", "get", "/api/filters/999"))
        assert unseen["message"].replace(str(mine), "999") == absent["message"]
        for method, path in (("patch", ""), ("delete", ""), ("get", "/v"), ("post", "/v")):
            refused(ask("vera", method, f"/api/filters/{mine}{path}", {"pipeline": BRIGHT}))

    def test_group_member_without_the_stream_sees_nothing(self, ask, world):
        row = world.documents.get("users", "2")
        world.documents.commit([Put("users", "2", row.data | {"group_ids": [1, 2, 3, 5]})])
        assert 2 not in {row["id"] for row in data(ask("brita", "get", "/api/filters"))}
        refused(ask("brita", "get", "/api/filters/2/v"))

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"name": "x", "group_id": 3, "stream_id": 1}, 401),
            ({"name": "x", "group_id": 2, "stream_id": 2}, 401),
            ({"name": "x", "group_id": 99, "stream_id": 1}, 401),
            ({"name": " ", "group_id": 2, "stream_id": 1}, 400),
            ({"group_id": 2, "stream_id": 1}, 400),
        ],
    )
    def test_group_and_stream_must_be_the_caller_s(self, ask, body, status):
        refused(ask("brita", "post", "/api/filters", body), status)

    def test_group_must_hold_the_stream(self, ask):
        body = {"name": "x", "group_id": 2, "stream_id": 3}
        refused(ask("admin", "post", "/api/filters", body))

    def test_view_only_tokens_change_nothing(self, ask, mine):
        read = ("Comment",)
        body = {"name": "x", "group_id": 2, "stream_id": 1}
        refused(ask("brita", "post", "/api/filters", body, read), 401)
        for method, path in (("patch", ""), ("delete", ""), ("post", "/v"), ("patch", "/v")):
            refused(
                ask("brita", method, f"/api/filters/{mine}{path}", {"pipeline": BRIGHT}, read), 401
            )

    def test_settings_are_the_group_admin_s(self, ask, mine):
        path = f"/api/filters/{mine}"
        refused(ask("brita", "patch", path, {"name": "new"}), 403)
        data(ask("admin", "patch", path, {"name": "new", "max_pass_rate": 0.2, "stream_id": 1}))
        row = data(ask("brita", "get", path))
        assert (row["name"], row["altdata"]["max_pass_rate"]) == ("new", 0.2)

    def test_group_admin_may(self, ask, mine, group_admin):
        data(ask("brita", "patch", f"/api/filters/{mine}", {"name": "new"}))
        assert group_admin.username == "brita"

    @pytest.mark.parametrize(
        "body", [{"stream_id": 2}, {"group_id": 3}, {"max_pass_rate": 0}, {"max_pass_rate": 2}]
    )
    def test_group_and_stream_never_change(self, ask, mine, body):
        refused(ask("admin", "patch", f"/api/filters/{mine}", body))

    def test_delete_is_the_owner_s_or_an_admin_s(self, ask, mine, world):
        saved(ask, mine, BRIGHT)
        refused(ask("farid", "delete", f"/api/filters/{mine}"), 403)
        data(ask("brita", "delete", f"/api/filters/{mine}"))
        refused(ask("brita", "get", f"/api/filters/{mine}"))
        assert world.documents.get("filters", str(mine)) is None


class TestVersions:
    def test_a_version_is_kept_with_what_the_checks_say(self, ask, mine):
        made = saved(ask, mine, BRIGHT)
        assert len(made["fid"]) == 6
        assert json.loads(made["pipeline"]) == BRIGHT
        shown = data(ask("brita", "get", f"/api/filters/{mine}/v"))
        assert {key: shown[key] for key in ("filter_id", "group_id", "catalog", "permissions")} == {
            "filter_id": mine, "group_id": 2, "catalog": "ZTF_alerts", "permissions": [1],
        }  # fmt: skip
        assert [version["fid"] for version in shown["fv"]] == [made["fid"]]
        assert (shown["active"], shown["active_fid"]) == (False, made["fid"])

    @pytest.mark.parametrize(
        ("pipeline", "code"),
        [
            ([{"$lookup": {"from": "x", "as": "y"}}], "forbidden_stage"),
            ([{"$match": {"$where": "sleep(1)"}}], None),
            ([{"$match": {"candidate.srmag": {"$lt": 5}}}], "unknown_field"),
            ("[{", "bad_json"),
            ([], "empty_pipeline"),
            ("not a pipeline", None),
            ([{"$match": {"x": "a" * 20_000}}], "too_large"),
        ],
    )
    def test_refused_pipelines_are_not_kept_and_say_why(self, ask, mine, pipeline, code):
        said = refused(ask("brita", "post", f"/api/filters/{mine}/v", {"pipeline": pipeline}))
        findings = said["data"]["findings"]
        assert findings
        assert code in {None, *(finding["code"] for finding in findings)}
        assert data(ask("brita", "get", f"/api/filters/{mine}/v"))["fv"] == []

    def test_did_you_mean(self, ask, mine):
        body = {"pipeline": [{"$match": {"candidate.srmag": {"$lt": 5}}}]}
        said = refused(ask("brita", "post", f"/api/filters/{mine}/v", body))
        assert "srmag1" in str(said["data"]["findings"][0]["did_you_mean"])

    def test_text_and_boom_s_dialect_are_taken(self, ask, mine):
        made = saved(ask, mine, "[{'$match': {candidate: {$exists: true}}},]", dialect="boom")
        assert (json.loads(made["pipeline"])[0], made["dialect"]) == (
            {"$match": {"candidate": {"$exists": True}}}, "boom",
        )  # fmt: skip

    def test_another_member_is_no_editor(self, ask, mine):
        refused(ask("farid", "post", f"/api/filters/{mine}/v", {"pipeline": BRIGHT}), 403)
        assert saved(ask, mine, BRIGHT, "admin")["by"] == 1

    def test_all_are_removed_by_the_system_s_admin_alone(self, ask, mine):
        saved(ask, mine, BRIGHT)
        refused(ask("brita", "delete", f"/api/filters/{mine}/v"), 401)
        data(ask("admin", "delete", f"/api/filters/{mine}/v"))
        shown = data(ask("brita", "get", f"/api/filters/{mine}/v"))
        assert (shown["fv"], shown["active"], shown["active_fid"]) == ([], False, None)

    def test_must_pass_objects_are_run_at_each_save(self, ask, mine, night):
        wanted = {"must_pass": ["ZTF26n001", "ZTF26n099"], "must_not_pass": ["ZTF26n002"]}
        data(ask("brita", "patch", f"/api/filters/{mine}/v", wanted))
        findings = saved(ask, mine, BRIGHT)["findings"]
        errors = {f["code"]: f["message"] for f in findings if f["severity"] == "error"}
        assert set(errors) == {"must_pass", "must_not_pass"}
        assert "ZTF26n099" in errors["must_pass"]
        assert "candidate.magpsf" in errors["must_pass"]
        said = refused(ask("brita", "patch", f"/api/filters/{mine}/v", {"active": True}))
        assert {"must_pass", "must_not_pass"} <= {f["code"] for f in said["data"]["findings"]}

    def test_must_pass_of_alerts_out_of_sight_is_unknown(self, ask, mine, night):
        data(ask("brita", "patch", f"/api/filters/{mine}/v", {"must_pass": ["ZTF26n010"]}))
        assert [f["code"] for f in saved(ask, mine, BRIGHT)["findings"]] == ["must_object_unknown"]


class TestActivation:
    def patch(self, ask, filter_id, body, username="brita"):
        return ask(username, "patch", f"/api/filters/{filter_id}/v", body)

    def test_what_passes_too_much_is_refused(self, ask, mine, night):
        saved(ask, mine, FAINT)
        said = refused(self.patch(ask, mine, {"active": True}))
        (finding,) = said["data"]["findings"]
        assert finding["code"] == "too_many_pass"
        assert "of 90 alerts pass" in finding["message"]
        assert not data(ask("brita", "get", f"/api/filters/{mine}/v"))["active"]

    def test_the_cap_is_the_group_admin_s(self, ask, mine, night):
        saved(ask, mine, FAINT)
        data(ask("admin", "patch", f"/api/filters/{mine}", {"max_pass_rate": 0.95}))
        shown = data(self.patch(ask, mine, {"active": True}))
        assert (shown["active"], shown["findings"]) == (True, [])

    def test_what_never_passes_is_warned_of(self, ask, mine, night):
        saved(ask, mine, [{"$match": {"candidate.magpsf": {"$lt": 5}}}])
        shown = data(self.patch(ask, mine, {"active": True}))
        assert [(f["code"], f["severity"]) for f in shown["findings"]] == [
            ("nothing_passes", "warning")
        ]

    def test_without_past_nights_there_is_a_warning(self, ask, mine):
        saved(ask, mine, BRIGHT)
        shown = data(self.patch(ask, mine, {"active": True}))
        assert [f["code"] for f in shown["findings"]] == ["no_past_nights"]

    def test_a_new_version_runs_only_when_chosen(self, ask, mine):
        first = saved(ask, mine, BRIGHT)["fid"]
        data(self.patch(ask, mine, {"active": True}))
        second = saved(ask, mine, FAINT)["fid"]
        assert data(ask("brita", "get", f"/api/filters/{mine}/v"))["active_fid"] == first
        shown = data(self.patch(ask, mine, {"active_fid": second}))
        assert (shown["active_fid"], shown["active"]) == (second, True)
        assert not data(self.patch(ask, mine, {"active": False}))["active"]

    @pytest.mark.parametrize("body", [{"active": True}, {"active_fid": "nosuch"}])
    def test_there_must_be_such_a_version(self, ask, mine, body):
        refused(self.patch(ask, mine, body))

    def test_autosave_as_flag_and_as_settings(self, ask, mine):
        shown = data(self.patch(ask, mine, {"autosave": True}))
        assert (shown["autosave"]["active"], shown["autosave"]["saver_id"]) == (True, 2)
        wanted = {"active": True, "comment": "hi", "ignore_group_ids": [3], "pipeline": BRIGHT}
        saves = data(self.patch(ask, mine, {"autosave": wanted}))["autosave"]
        assert saves == wanted | {"saver_id": 2}
        assert data(self.patch(ask, mine, {"autosave": False}))["autosave"]["comment"] == "hi"

    def test_naming_another_saver_is_for_admins(self, ask, mine):
        wanted = {"autosave": {"active": True, "saver_id": 4}}
        refused(self.patch(ask, mine, wanted), 403)
        assert data(self.patch(ask, mine, wanted, "admin"))["autosave"]["saver_id"] == 4
        refused(self.patch(ask, mine, {"autosave": {"saver_id": 5}}, "admin"))
        refused(self.patch(ask, mine, {"autosave": {"saver_id": 99}}, "admin"))

    def test_autosave_s_pipeline_is_checked(self, ask, mine):
        bad = {"autosave": {"pipeline": [{"$out": "x"}]}}
        assert refused(self.patch(ask, mine, bad))["data"]["findings"]

    def test_follow_up_needs_autosave_and_stages(self, ask, mine):
        wanted = {"allocation_id": 3, "pipeline": BRIGHT, "payload": {"filter": "g"},
                  "priority": 2, "priority_order": "desc", "not_if_classified": True}  # fmt: skip
        refused(self.patch(ask, mine, {"auto_followup": wanted}))
        refused(self.patch(ask, mine, {"autosave": True, "auto_followup": {"allocation_id": 3}}))
        unknown = {
            "autosave": True,
            "auto_followup": wanted | {"constraints": {"not_if_clasified": 1}},
        }
        assert "not_if_classified" in refused(self.patch(ask, mine, unknown))["message"]
        shown = data(self.patch(ask, mine, {"autosave": True, "auto_followup": wanted}))
        followup = shown["auto_followup"]
        assert followup["constraints"] == {"not_if_classified": True}
        assert (followup["priority_order"], followup["payload"]) == (
            "desc", {"filter": "g", "priority": 2},
        )  # fmt: skip
        assert data(self.patch(ask, mine, {"update_annotations": True}))["auto_followup"]
        assert data(self.patch(ask, mine, {"auto_followup": None}))["auto_followup"] is None

    def test_two_changes_at_once_lose_nothing(self, ask, mine, world):
        before = world.documents.get("changes", "filters")
        data(self.patch(ask, mine, {"update_annotations": True}))
        after = world.documents.get("changes", "filters")
        assert before.data["number"] + 1 == after.data["number"]


class TestRuns:
    def test_the_owner_sees_how_the_filter_fares(self, ask, mine, world):
        tally = FilterTally(seen=40, passed=2, errors=1, budget_exceeded=3, saved=1)
        tally.took(50_000)
        when = {"survey": "ztf", "night": NIGHT, "at": NOW}
        world.warehouse.append("filter_runs", [
            tally.row(filter_id=mine, fid="abcdef", **when),
            tally.row(filter_id=mine + 1, fid="abcdef", **when),
        ])  # fmt: skip
        (row,) = data(ask("brita", "get", f"/api/filters/{mine}/runs"))
        assert row.pop("p99_us") >= 50
        assert row == {
            "fid": "abcdef", "night": NIGHT, "seen": 40, "passed": 2, "errors": 1,
            "budget_exceeded": 3, "saved": 1,
        }  # fmt: skip

    def test_others_do_not(self, ask, mine):
        refused(ask("vera", "get", f"/api/filters/{mine}/runs"))
        refused(ask("brita", "get", f"/api/filters/{mine}/runs?nights=0"))


class TestTrials:
    PATH = "/api/brokers/1/filter/test"

    def test_validate_lists_findings(self, ask):
        body = {"pipeline": [{"$match": {"candidate.srmag": 5}}]}
        found = data(ask("brita", "post", self.PATH, body))
        assert found["valid"] is False
        assert found["findings"][0]["code"] == "unknown_field"
        assert data(ask("brita", "post", self.PATH, {"pipeline": BRIGHT})) == {
            "valid": True, "findings": [],
        }  # fmt: skip
        assert data(ask("brita", "post", self.PATH, {"pipeline": "[{"}))["valid"] is False

    def test_past_nights_count_stages_and_candidates(self, ask, night):
        stages = [{"$match": {"candidate.magpsf": {"$lt": 18}}}, *BRIGHT,
                  {"$project": {"annotations.mag": "$candidate.magpsf"}}]  # fmt: skip
        found = data(ask("brita", "post", self.PATH, {"pipeline": stages, "nights": [NIGHT]}))
        assert (found["alerts"], found["count"]) == (90, 22)
        assert [each["alerts"] for each in found["stages"]] == [45, 22, 22]
        assert found["nights"] == [{"night": NIGHT, "alerts": 90, "candidates": 22}]
        assert found["candidates"][0]["annotations"]["mag"] == pytest.approx(16.96)
        dated = {"pipeline": stages, "start_jd": JD_NOW - 0.2, "end_jd": JD_NOW}
        assert data(ask("brita", "post", self.PATH, dated))["count"] == 22

    def test_the_report_says_where_alerts_fail_and_which_were_not_read(self, ask, night):
        stages = [
            *BRIGHT,
            {"$project": {"x": {"$divide": [1, {"$subtract": ["$candid", "$candid"]}]}}},
        ]
        found = data(
            ask("brita", "post", self.PATH, {"pipeline": stages, "nights": [NIGHT, 20261101]})
        )
        assert (found["errors"], found["count"]) == (22, 0)
        (failure,) = found["failures"]
        assert (failure["operator"], failure["alerts"], failure["example"]) == ("$divide", 22, 1)
        first, second = found["stages"]
        assert (first["entered"], first["alerts"], first["pruned"]) == (90, 22, 68)
        assert (second["entered"], second["alerts"], second["errors"]) == (22, 0, 22)
        assert found["nights"][0] == {"night": 20261101, "alerts": 0, "candidates": 0}

    def test_too_many_candidates_are_not_compared(self, ask, mine, night, monkeypatch):
        monkeypatch.setattr(filter_trials, "MOST_COMPARED", 80)
        fids = [saved(ask, mine, FAINT)["fid"], saved(ask, mine, BRIGHT)["fid"]]
        body = {"filter_id": mine, "fids": fids, "nights": [NIGHT]}
        assert data(ask("brita", "post", self.PATH, body))["lost_count"] == 57
        monkeypatch.setattr(filter_trials, "MOST_COMPARED", 70)
        assert "fewer nights" in refused(ask("brita", "post", self.PATH, body))["message"]

    def test_rights_are_the_stream_s_and_the_caller_s(self, ask, night):
        def alerts(username, **more):
            body = {"pipeline": BRIGHT, "last_nights": 1, **more}
            return data(ask(username, "post", self.PATH, body))["alerts"]

        assert (alerts("brita"), alerts("nuria"), alerts("admin")) == (90, 100, 100)
        assert (alerts("nuria", stream_id=1), alerts("nuria", filter_id=1)) == (90, 90)
        assert alerts("nuria", filter_id=2) == 100
        body = {"pipeline": BRIGHT, "last_nights": 1, "stream_id": 2}
        refused(ask("brita", "post", self.PATH, body))
        refused(ask("brita", "post", self.PATH, body | {"stream_id": None, "filter_id": 2}))

    def test_explain_names_the_clause(self, ask, night):
        found = data(ask("brita", "post", self.PATH, {"pipeline": BRIGHT, "candid": "51"}))
        assert (found["passed"], found["stopped_at"]) == (False, 0)
        (clause,) = found["stages"][0]["clauses"]
        assert clause["text"] == "candidate.magpsf < 17"
        assert "candidate.magpsf < 17" in found["text"]
        assert data(ask("brita", "post", self.PATH, {"filter_id": 1, "candid": 51}))["text"]

    def test_alerts_out_of_sight_are_not_explained(self, ask, night):
        body = {"pipeline": BRIGHT, "candid": 50}
        refused(ask("brita", "post", self.PATH, body), 404)
        assert not data(ask("nuria", "post", self.PATH, body))["passed"]
        refused(ask("nuria", "post", self.PATH, body | {"filter_id": 1}), 404)

    def test_diff_lists_what_is_gained_and_lost(self, ask, mine, night):
        old = saved(ask, mine, BRIGHT)["fid"]
        other = [{"$match": {"candidate.magpsf": {"$gt": 16.5, "$lt": 17.5}}}]
        new = saved(ask, mine, other)["fid"]
        body = {"filter_id": mine, "fids": [old, new], "nights": [NIGHT]}
        found = data(ask("brita", "post", self.PATH, body))
        mags = {kind: {16 + each["candid"] * 0.04 for each in found[kind]}
                for kind in ("gained", "lost")}  # fmt: skip
        assert all(17 <= mag < 17.5 for mag in mags["gained"])
        assert all(mag <= 16.5 for mag in mags["lost"])
        assert found["kept_count"] + found["lost_count"] == 22
        drafted = {"filter_id": mine, "fid": old, "pipeline": other, "nights": [NIGHT]}
        assert data(ask("brita", "post", self.PATH, drafted)) == found

    @pytest.mark.parametrize(
        "body",
        [
            {}, {"action": "explain", "pipeline": BRIGHT}, {"action": "diff", "pipeline": BRIGHT},
            {"pipeline": BRIGHT, "nights": list(range(40))}, {"pipeline": BRIGHT, "last_nights": 0},
            {"pipeline": BRIGHT, "start_jd": 2461000, "end_jd": 2462000}, {"filter_id": 1,
            "fid": "nosuch"}, {"pipeline": BRIGHT, "candid": "x"}, {"action": "dance"},
            {"pipeline": [{"$out": "x"}], "last_nights": 1},
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_400(self, ask, body):
        refused(ask("brita", "post", self.PATH, body))

    def test_there_is_one_broker(self, ask):
        assert [row["id"] for row in data(ask("brita", "get", "/api/brokers"))] == [1]
        assert data(ask("brita", "get", "/api/brokers/1"))["filter_kind"] == "pipeline"
        refused(ask("brita", "get", "/api/brokers/2"))
        refused(ask("brita", "post", "/api/brokers/2/filter/test", {"pipeline": BRIGHT}))

    @pytest.mark.parametrize("path", ["/api/brokers", "/api/filters", "/api/filters/1/v"])
    def test_nobody_is_told_nothing(self, client, path):
        assert client.get(path).status_code == 401


class TestBrokerSpelling:
    def test_versions_through_the_broker(self, ask, mine):
        base = f"/api/brokers/1/filters/{mine}"
        made = data(ask("brita", "post", base, {"altdata": {"pipeline": BRIGHT}}))
        fid = made["altdata"]["fid"]
        verdict = data(ask("brita", "post", f"{base}/validate", {"fid": fid}))
        assert (verdict["fid"], verdict["passed"]) == (fid, True)
        data(ask("brita", "patch", base, {"active": True, "active_fid": fid, "autoSave": True}))
        shown = data(ask("brita", "get", base))
        assert (shown["active"], shown["active_fid"], shown["autosave"]) == (True, fid, True)
        assert set(shown) == {"id", "name", "group_id", "broker_id", "autosave", "stream",
                              "altdata", "fv", "active_fid", "active"}  # fmt: skip
        refused(ask("brita", "patch", base, {"autoFollowup": True}))
        data(ask("brita", "delete", base))
        refused(ask("brita", "get", base))

    def test_catalog(self, ask, mine):
        rows = data(ask("brita", "get", "/api/brokers/filters?name=MINE&numPerPage=1"))
        assert (rows["totalMatches"], [row["id"] for row in rows["filters"]]) == (1, [mine])
        assert data(ask("brita", "get", "/api/brokers/filters?brokerID=none"))["totalMatches"] == 0
        assert len(data(ask("brita", "get", "/api/brokers/1/filters"))) == 3


class TestPostedCandidates:
    @pytest.fixture
    def outside(self, ask):
        body = {"name": "from outside", "group_id": 2, "stream_id": 1, "external": True}
        return data(ask("brita", "post", "/api/filters", body))["id"]

    def body(self, *filter_ids, **more):
        return {"id": "ZTF26ext", "ra": 10.123456, "dec": -5.5, "filter_ids": list(filter_ids),
                "passed_at": "2026-11-23T05:00:00"} | more  # fmt: skip

    def test_a_candidate_from_outside_is_listed(self, ask, outside):
        made = data(ask("brita", "post", "/api/candidates", self.body(outside), (UPLOAD_DATA,)))
        assert len(made["ids"]) == 1
        row = data(ask("brita", "get", "/api/candidates/ZTF26ext"))
        assert (row["ra"], row["filter_ids"]) == (10.123456, [outside])
        assert row["passing_alerts"][0]["passing_alert_id"] is None
        assert ask("vera", "head", "/api/candidates/ZTF26ext").status_code == 404

    def test_the_same_again_is_the_same(self, ask, outside, mine, world):
        first = data(ask("brita", "post", "/api/candidates", self.body(outside)))
        again = data(ask("brita", "post", "/api/candidates", self.body(outside, mine)))
        assert first["ids"] == again["ids"][-1:] or first["ids"] == again["ids"][:1]
        assert len(set(again["ids"])) == 2
        assert world.documents.count(Query("candidates")) == 2

    def test_numbers_stay(self, world):
        assert number_of(world.candidate(candid=5)) == number_of(world.candidate(candid=5))

    @pytest.mark.parametrize(
        "change",
        [
            {"filter_ids": []}, {"filter_ids": [999]}, {"filter_ids": [2]}, {"passed_at": None},
            {"ra": None}, {"ra": 400}, {"id": "no spaces"}, {"passing_alert_id": 2**70},
            {"id": ""},
        ],
    )  # fmt: skip
    def test_what_lacks_something_is_refused(self, ask, outside, change):
        refused(ask("brita", "post", "/api/candidates", self.body(outside) | change))

    def test_a_filter_with_a_pipeline_takes_none(self, ask):
        said = refused(ask("brita", "post", "/api/candidates", self.body(1)))
        assert "not external" in said["message"]

    def test_filters_of_others_are_dropped(self, ask, outside):
        made = data(ask("brita", "post", "/api/candidates", self.body(outside, 2)))
        assert len(made["ids"]) == 1

    def test_tokens_that_may_not_upload_are_refused(self, ask, outside):
        refused(ask("brita", "post", "/api/candidates", self.body(outside), ("Comment",)), 401)
        refused(ask("vera", "post", "/api/candidates", self.body(outside)))

    def test_a_number_as_name_is_a_name(self, ask, outside):
        data(ask("brita", "post", "/api/candidates", self.body(outside, id=12345)))
        assert data(ask("brita", "get", "/api/candidates/12345"))["id"] == "12345"

    def test_it_can_be_taken_back(self, ask, outside):
        data(ask("brita", "post", "/api/candidates", self.body(outside)))
        refused(ask("vera", "delete", f"/api/candidates/ZTF26ext/{outside}"))
        data(ask("brita", "delete", f"/api/candidates/ZTF26ext/{outside}"))
        assert ask("brita", "get", "/api/candidates/ZTF26ext").status_code == 404
        refused(ask("brita", "delete", f"/api/candidates/ZTF26ext/{outside}"))


def test_annotations_are_the_first_s_unless_the_filter_updates_them(ask, world):
    world.candidate("ZTF26two", passed_at=NOW - timedelta(days=1), n=1)
    world.candidate("ZTF26two", passed_at=NOW, n=2)

    def shown():
        row = data(ask("brita", "get", "/api/candidates/ZTF26two"))
        return Counter(each["data"]["n"] for each in row["annotations"])

    assert shown() == {2: 1}
    FilterStore(world.documents).change(1, lambda old: replace(old, update_annotations=False))
    assert shown() == {1: 1}
