import pytest

from fritz.marshal.spectrum import Spectrum
from tests.support.marshal_world import NOW


@pytest.fixture
def explain(get):
    def ask(username, obj_id="ZTF26aaaaaaa", **query):
        return get(username, "/api/access/explain", obj_id=obj_id, **query)

    return ask


@pytest.fixture
def saved(world, client):
    """An object of two filters, saved to AGN."""
    world.candidate("ZTF26aaaaaaa", filter_id=1)
    world.candidate("ZTF26aaaaaaa", filter_id=2)
    body = {"id": "ZTF26aaaaaaa", "ra": 10, "dec": 2, "group_ids": [3]}
    headers = {"Authorization": f"token {world.token('nuria')}"}
    assert client.post("/api/sources", json=body, headers=headers).status_code == 200


def test_what_opens_each_product_and_what_is_missing_is_named(saved, explain):
    data = explain("nuria", user_id=2).json["data"]
    assert (data["user"]["username"], data["visible"]) == ("brita", True)
    rows = {(row["kind"], row["name"]): row for row in data["products"]}
    open_ = rows["candidate", "filter 1 (Bright transients)"]
    assert open_["granted_by"] == ["group 2 (Bright Transient Survey) and stream 1 (ZTF Public)"]
    closed = rows["candidate", "filter 2 (Nuclear variability)"]
    assert closed["visible"] is False
    assert closed["would_need"] == [
        ["group 3 (Active Galaxies)", "stream 2 (ZTF Public+Partnership)"]
    ]
    assert rows["source", "saved to group 3"]["would_need"] == [["group 3 (Active Galaxies)"]]
    assert "Manage users" in data["missing_acls"]


def test_explanation_names_nothing_that_is_closed_to_who_asks(saved, explain):
    data = explain("brita", user_id=3).json["data"]
    assert [row["name"] for row in data["products"]] == ["filter 1 (Bright transients)"]
    assert data["visible"] is True


def test_what_is_invisible_is_explained_like_what_does_not_exist(saved, explain):
    hidden, absent = explain("vera"), explain("vera", obj_id="ZTF26zzzzzzz")
    assert (hidden.status_code, hidden.json) == (absent.status_code, absent.json)
    assert hidden.status_code == 404


def test_an_administrator_sees_all_and_why(saved, explain):
    data = explain("admin").json["data"]
    assert len(data["products"]) == 3
    assert all("the ACL 'System admin'" in row["granted_by"] for row in data["products"])
    blind = explain("admin", user_id=5).json["data"]
    assert (blind["visible"], blind["expired"]) == (False, False)


def test_unknown_user_is_400(saved, explain):
    assert explain("nuria", user_id=99).status_code == 400


def test_a_spectrum_is_open_to_its_groups_and_opens_no_object(saved, explain, world):
    spectrum = Spectrum(7, "ZTF26aaaaaaa", 1, NOW, 1, NOW, NOW, (2, 6))
    world.set("spectra", "7", spectrum.to_fields())
    data = explain("brita", user_id=5).json["data"]
    assert data["visible"] is False
    rows = {row["kind"]: row for row in data["products"]}
    assert (rows["spectrum"]["name"], rows["spectrum"]["visible"]) == ("7 of 2026-11-23", True)
    assert rows["spectrum"]["granted_by"] == ["group 6 (Variable Stars)"]
    assert explain("vera").status_code == 404
