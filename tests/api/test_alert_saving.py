"""Saving from the archive: groups, photometry by programme, stamps; and what nobody gains by it."""

import pytest

from tests.support.archived import archive
from tests.support.packets import fp_point, prv_point, ztf_packet

JD = 2459000.75
NAME = "ZTF20aaaaaaa"
PUBLIC, PARTNER = 1246250000115015001, 1246250000115015002
UPLOAD = "Upload data"


@pytest.fixture
def archived(world):
    history = [prv_point(JD - 3, 18.5, candid=31), prv_point(JD - 2, 18.4, candid=32, programid=2)]
    archive(
        world,
        ztf_packet(PUBLIC, NAME, JD, 150.0, 20.0, 1, prv=history, fp=[fp_point(JD - 1)]),
        ztf_packet(PARTNER, NAME, JD + 0.01, 150.0, 20.0, 2),
        ztf_packet(77, "ZTF20aaaaaab", JD, 150.01, 20.0, 1),
        ztf_packet(78, "ZTF20aaaaaac", JD, 10.0, 20.0, 2),
    )
    return world


@pytest.fixture
def post(client, archived):
    def ask(username, path, body, acls=(UPLOAD,)):
        token = archived.token(username, *acls)
        return client.post(path, json=body, headers={"Authorization": f"token {token}"})

    return ask


def mjds(get, username, name=NAME):
    rows = get(username, f"/api/sources/{name}/photometry").json["data"]
    return sorted(round(row["mjd"] + 2400000.5 - JD, 2) for row in rows)


def test_an_object_is_saved_with_photometry_and_stamps(post, get):
    answer = post("brita", f"/api/alerts/{NAME}", {"group_ids": [2]})
    assert answer.status_code == 200, answer.text
    assert answer.json["data"] == {"id": NAME, "used_latest_candid": True}
    source = get("brita", f"/api/sources/{NAME}", includeThumbnails="true").json["data"]
    assert (source["ra"], source["dec"]) == (150.0, 20.0)
    assert mjds(get, "brita") == [-3.0, -1.0, 0.0]


def test_restricted_points_are_open_to_holders_of_their_stream_alone(post, get):
    assert post("nuria", f"/api/alerts/{NAME}", {"group_ids": [2, 3]}).status_code == 200
    assert mjds(get, "nuria") == [-3.0, -2.0, -1.0, 0.0, 0.01]
    assert mjds(get, "brita") == [-3.0, -1.0, 0.0]


def test_saving_again_changes_nothing(post, get):
    for _ in range(2):
        assert post("brita", f"/api/alerts/{NAME}", {"group_ids": "all"}).status_code == 200
    assert mjds(get, "brita") == [-3.0, -1.0, 0.0]


def test_a_named_alert_gives_the_stamps(post):
    answer = post("brita", f"/api/alerts/{NAME}", {"group_ids": [2], "candid": PUBLIC})
    assert answer.json["data"]["used_latest_candid"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/api/alerts/{NAME}", {"group_ids": [2], "candid": PARTNER}),
        ("/api/alerts/ZTF20aaaaaac", {"group_ids": [2]}),
        ("/api/alerts/ZTF20zzzzzzz", {"group_ids": [2]}),
        ("/api/brokers/1/alerts/ZTF20aaaaaac/save", {"group_ids": [2]}),
    ],
)
def test_what_may_not_be_seen_cannot_be_saved(post, get, path, body):
    assert post("brita", path, body).status_code == 404
    assert get("brita", "/api/sources/ZTF20aaaaaac").status_code == 404


def test_groups_are_needed_and_must_be_one_s_own(post):
    assert post("brita", f"/api/alerts/{NAME}", {}).status_code == 400
    assert post("brita", f"/api/alerts/{NAME}", {"group_ids": [3]}).status_code == 400
    assert post("brita", f"/api/brokers/1/alerts/{NAME}/save", {}).status_code == 400


def test_the_verb_is_needed(post):
    answer = post("brita", f"/api/alerts/{NAME}", {"group_ids": [2]}, acls=("Comment",))
    assert answer.status_code == 401


def test_data_are_copied_to_an_object_that_is_near(post, get):
    assert post("brita", f"/api/brokers/1/alerts/{NAME}/save", {"group_ids": [2]}).json["data"] == {
        "id": NAME
    }
    far = {"group_ids": [2], "copyToSource": NAME}
    answer = post("brita", "/api/alerts/ZTF20aaaaaab", far)
    assert answer.status_code == 400
    assert "arcsec apart" in answer.json["message"]
    unknown = {"group_ids": [2], "copyToSource": "ZTF20zzzzzzz"}
    assert post("brita", f"/api/alerts/{NAME}", unknown).status_code == 404
