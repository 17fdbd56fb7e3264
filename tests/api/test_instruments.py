"""Telescopes, instruments and allocations: rows 60 to 62 of the marshal's contract."""

import pytest
import yaml

from tests.plugins.must_run import kit

TELESCOPE = {"name": "Palomar 60-inch", "nickname": "P60", "diameter": 1.5, "lat": 33.36,
             "lon": -116.86, "elevation": 1870.0, "robotic": True}  # fmt: skip


@pytest.fixture
def ask(client, world):
    def send(method, username, path, json=None, acls=(), **query):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        return client.open(path, method=method, json=json, headers=headers, query_string=query)

    return send


def data(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


@pytest.fixture
def telescope(ask):
    return data(ask("POST", "brita", "/api/telescope", TELESCOPE))["id"]


@pytest.fixture
def instrument(ask, telescope):
    body = {"name": "SEDM", "type": "imaging spectrograph", "telescope_id": telescope,
            "filters": ["sdssg", "sdssr"], "api_classname": "SEDMAPI"}  # fmt: skip
    return data(ask("POST", "brita", "/api/instrument", body))["id"]


def test_a_telescope_is_added_found_and_changed(ask, telescope):
    row = data(ask("GET", "farid", f"/api/telescope/{telescope}"))
    assert {name: row[name] for name in TELESCOPE} == TELESCOPE
    assert row["is_night_astronomical"] is True  # 6 hours UTC are 22 hours there
    assert row["morning"] < row["evening"]
    by_name = data(ask("GET", "farid", "/api/telescope", name="Palomar 60-inch"))
    assert [each["id"] for each in by_name] == [telescope]
    assert data(ask("GET", "farid", "/api/telescope", latitudeMin="50")) == []
    path = f"/api/telescope/{telescope}"
    assert ask("PUT", "farid", path, {"nickname": "P-60"}).status_code == 401
    assert ask("PUT", "admin", path, {"nickname": "P-60"}).status_code == 200
    assert data(ask("GET", "farid", path))["nickname"] == "P-60"


@pytest.mark.parametrize(
    "changed", [{"name": ""}, {"diameter": 0}, {"lat": None}, {"lat": 91}, {"lon": 361}]
)
def test_what_cannot_be_a_telescope_is_refused(ask, changed):
    assert ask("POST", "brita", "/api/telescope", TELESCOPE | changed).status_code == 400


def test_an_orbit_has_no_place_and_no_night(ask):
    body = {"name": "Swift", "nickname": "Swift", "diameter": 0.3, "fixed_location": False}
    made = data(ask("POST", "brita", "/api/telescope", body))
    row = data(ask("GET", "brita", f"/api/telescope/{made['id']}"))
    assert (row["lat"], row["is_night_astronomical"]) == (None, None)


def test_an_instrument_knows_its_telescope_and_bandpasses(ask, instrument, telescope):
    (row,) = data(ask("GET", "farid", "/api/instrument", name="SEDM"))
    assert (row["id"], row["telescope"]["nickname"]) == (instrument, "P60")
    assert (row["filters"], row["api_classname"]) == (["sdssg", "sdssr"], "SEDMAPI")
    path = f"/api/instrument/{instrument}"
    assert ask("PUT", "farid", path, {"filters": ["sdssi"]}).status_code == 401
    assert ask("PUT", "admin", path, {"filters": ["nofilter"]}).status_code == 400
    assert ask("PUT", "admin", path, {"filters": ["sdssi"]}).status_code == 200
    assert ask("PUT", "admin", f"{path}/status", {"status": {"open": True}}).status_code == 200
    row = data(ask("GET", "farid", path))
    assert (row["filters"], row["status"]) == (["sdssi"], {"open": True})
    assert ask("DELETE", "admin", f"/api/telescope/{telescope}").status_code == 400
    assert ask("DELETE", "admin", path).status_code == 200
    assert ask("GET", "farid", path).status_code == 404
    assert ask("DELETE", "admin", f"/api/telescope/{telescope}").status_code == 200


@pytest.mark.parametrize(
    "changed", [{"filters": ["nofilter"]}, {"type": "radio"}, {"telescope_id": 99}, {"name": " "}]
)
def test_what_cannot_be_an_instrument_is_refused(ask, telescope, changed):
    body = {"name": "SEDM", "type": "imager", "telescope_id": telescope}
    assert ask("POST", "brita", "/api/instrument", body | changed).status_code == 400


@pytest.fixture
def allocation(ask, instrument):
    body = {"group_id": 2, "instrument_id": instrument, "pi": "Brita Bright", "proposal_id": "Z1",
            "hours_allocated": 40, "types": ["triggered"], "default_share_group_ids": [2],
            "validity_ranges": [{"start_date": "2026-11-01", "end_date": "2027-02-01"}],
            "_altdata": '{"access_token": "top secret"}'}  # fmt: skip
    assert ask("POST", "brita", "/api/allocation", body).status_code == 401
    return data(ask("POST", "admin", "/api/allocation", body))["id"]


def test_an_allocation_is_its_groups_and_keeps_its_secrets(ask, allocation, instrument):
    path = f"/api/allocation/{allocation}"
    row = data(ask("GET", "farid", path))["allocation"]
    assert (row["pi"], row["instrument"]["name"], row["group"]["id"]) == ("Brita Bright", "SEDM", 2)
    assert row["validity_ranges"][0]["start_date"] == "2026-11-01T00:00:00"
    for username in ("farid", "admin"):
        answer = ask("GET", username, "/api/allocation", instrument_id=str(instrument))
        assert [each["id"] for each in data(answer)] == [allocation]
        assert "secret" not in answer.text
        assert "secret" not in ask("GET", username, path).text
    assert data(ask("GET", "vera", "/api/allocation")) == []
    one, two = ask("GET", "vera", path), ask("GET", "vera", "/api/allocation/99")
    assert one.status_code == two.status_code == 404
    assert len(data(ask("GET", "farid", "/api/allocation", apiType="api_classname"))) == 1
    assert data(ask("GET", "farid", "/api/allocation", apiType="api_classname_obsplan")) == []


def test_an_allocation_is_changed_and_removed_by_who_manages_them(ask, allocation):
    path = f"/api/allocation/{allocation}"
    assert ask("PUT", "brita", path, {"hours_allocated": 2}).status_code == 401
    assert ask("PUT", "admin", path, {"hours_allocated": -2}).status_code == 400
    assert ask("PUT", "admin", path, {"group_id": 99}).status_code == 400
    assert ask("PUT", "admin", path, {"hours_allocated": 2}).status_code == 200
    assert data(ask("GET", "brita", path))["allocation"]["hours_allocated"] == 2
    assert ask("DELETE", "admin", path).status_code == 200
    assert ask("GET", "brita", path).status_code == 404


def test_an_older_spelling_of_the_validity(ask, instrument):
    body = {"group_id": 2, "instrument_id": instrument, "start_date": "2026-01-01",
            "end_date": "2026-02-01"}  # fmt: skip
    made = data(ask("POST", "admin", "/api/allocation", body))
    row = data(ask("GET", "admin", f"/api/allocation/{made['id']}"))["allocation"]
    (validity,) = row["validity_ranges"]
    assert validity == {"start_date": "2026-01-01T00:00:00", "end_date": "2026-02-01T00:00:00"}
    backwards = body | {"end_date": "2025-02-01"}
    assert ask("POST", "admin", "/api/allocation", backwards).status_code == 400


@pytest.mark.kit
def test_the_telescopes_and_instruments_of_fritz_are_taken(ask):
    """All but one, whose latitude and longitude are swapped in the list."""
    telescopes = yaml.safe_load(kit("marshal/telescopes.yaml").read_text())
    instruments = yaml.safe_load(kit("marshal/instruments.yaml").read_text())
    ids = {}
    for each in telescopes:
        body = {name: value for name, value in each.items() if not name.startswith("=")}
        answer = ask("POST", "brita", "/api/telescope", body)
        if abs(each.get("lat") or 0) > 90:
            assert "lat" in answer.json["message"]
            body |= {"lat": each["lon"], "lon": each["lat"]}
            answer = ask("POST", "brita", "/api/telescope", body)
        ids[each["=id"]] = data(answer)["id"]
    for each in instruments:
        at = each["telescope_id"].removeprefix("=")
        body = each | {"telescope_id": ids[at]}
        data(ask("POST", "brita", "/api/instrument", body))
    assert len(data(ask("GET", "brita", "/api/instrument"))) == len(instruments)
