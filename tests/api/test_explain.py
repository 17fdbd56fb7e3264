import pytest

from fritz.marshal.spectrum import Spectrum
from fritz.services.instruments import survey_instrument
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


@pytest.fixture
def measured(saved, world, client):
    """Give the object a point for group 2 and stream 2; return what changes what Vera holds."""
    camera = survey_instrument(world.documents, "ztf", NOW).id
    point = {
        "obj_id": "ZTF26aaaaaaa", "instrument_id": camera, "mjd": 61000.1, "mag": 18.0,
        "magerr": 0.1, "limiting_mag": 20.5, "magsys": "ab", "filter": "ztfr", "group_ids": [2],
        "stream_ids": [2],
    }  # fmt: skip
    headers = {"Authorization": f"token {world.token('nuria')}"}
    answer = client.post("/api/photometry", json=point, headers=headers)
    assert answer.status_code == 200, answer.json

    def hold(*stream_ids, **more):
        """Let Vera hold these streams, and more be so of her."""
        fields = world.documents.get("users", "5").data
        world.set("users", "5", {**fields, "stream_ids": list(stream_ids), **more})

    return hold


def photometry(data):
    (row,) = (row for row in data["products"] if row["kind"] == "photometry")
    return row


def test_what_somebody_holds_beside_their_groups_is_told_to_nobody(measured, explain):
    measured(1, 3)
    without = explain("brita", user_id=5).json["data"]
    measured(1, 2, 3, expiration_date=NOW)
    assert explain("brita", user_id=5).json["data"] == without
    assert photometry(without)["visible"] is None
    assert ["stream 2 (ZTF Public+Partnership)"] in photometry(without)["would_need"]
    assert (without["visible"], without["expired"]) == (None, None)
    assert (without["groups"], without["streams"]) == ([1], [1, 3])
    assert explain("admin", user_id=5).json["data"]["expired"] is True


def test_who_decides_for_a_group_learns_who_holds_its_streams(measured, explain, world):
    brita = world.documents.get("users", "2").data
    world.set("users", "2", {**brita, "group_ids": [1, 2, 3], "admin_group_ids": [3]})
    measured(1, 3)
    data = explain("brita", user_id=5).json["data"]
    assert (photometry(data)["visible"], data["streams"]) == (False, [1, 3])
    measured(1, 2, 3)
    data = explain("brita", user_id=5).json["data"]
    assert photometry(data)["granted_by"] == ["stream 2 (ZTF Public+Partnership)"]
    assert data["visible"] is True


def test_that_somebody_sees_what_is_closed_to_who_asks_is_not_told(saved, explain, world):
    """Nuria sees the object by AGN alone; Brita, by her own filter, learns nothing of that."""
    nuria = world.documents.get("users", "3").data
    world.set("users", "3", {**nuria, "group_ids": [1, 3]})
    assert explain("brita", user_id=3).json["data"]["visible"] is False


def test_of_oneself_all_is_told(measured, explain):
    data = explain("nuria").json["data"]
    assert (data["visible"], data["expired"], data["streams"]) == (True, False, [1, 2])
    assert set(data["groups"]) >= {1, 2, 3}
