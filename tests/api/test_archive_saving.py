"""Light curves and features of the archive put to an object: whose epochs, open to whom."""

from datetime import UTC, datetime

import pytest

from fritz.ports import Put
from fritz.services.loads import RELEASES
from fritz.sky.healpix import cells_of

NOW = datetime(2026, 11, 28, tzinfo=UTC)
FIRST = 10245362000000
SOURCES, FEATURES = "ZTF_sources_20210401", "ZTF_source_features_20210401"


def placed(number, ra):
    cell = int(cells_of(ra, -22.0))
    return {
        "release": "20210401", "_id": FIRST + number, "field": 245, "filter": 2, "rc": 36,
        "ccd": 10, "quad": 1, "healpix": cell, "ra": ra, "dec": -22.0, "loaded_at": NOW,
    }  # fmt: skip


def epoch(number, programid, **more):
    times = {"hjd": 2459000.5 + number, "mag": 18.0, "magerr": 0.1, "catflags": 0}
    return times | {"programid": programid} | more


@pytest.fixture
def archived(world):
    mixed = [epoch(0, 1), epoch(1, 2), epoch(2, 1, catflags=32768), epoch(3, 1, mag=None)]
    rows = [placed(1, 30.0) | {"data": mixed}, placed(2, 30.0) | {"data": [epoch(9, 2)]}]
    world.warehouse.append("ztf_sources", rows)
    features = [placed(1, 30.0) | {"programid": 2, "n": 5, "median": 17.5, "sw": None}]
    world.warehouse.append("ztf_source_features", features)
    for table in ("ztf_sources", "ztf_source_features"):
        fields = {"table": table, "release": "20210401", "at": NOW}
        world.documents.commit([Put(RELEASES, f"{table}-20210401", fields)])
    return world


@pytest.fixture
def post(client, archived):
    def ask(username, path, body):
        token = archived.token(username)
        return client.post(path, json=body, headers={"Authorization": f"token {token}"})

    return ask


def times(get, username, name):
    rows = get(username, f"/api/sources/{name}/photometry").json["data"]
    return sorted(row["mjd"] - 59000.0 for row in rows)


def test_usable_epochs_become_photometry_of_a_new_object(post, get):
    body = {"catalog": SOURCES, "light_curve_ids": [FIRST + 1], "group_ids": [2]}
    answer = post("nuria", "/api/archive", body)
    assert answer.status_code == 200, answer.text
    name = answer.json["data"]["obj_id"]
    assert name == "ZTFJ020000.00-220000.0"
    assert times(get, "nuria", name) == [0.0, 1.0]
    assert times(get, "brita", name) == [0.0]
    (row,) = get("brita", f"/api/sources/{name}/photometry").json["data"]
    assert (row["filter"], round(row["mag"], 6), row["origin"]) == ("ztfr", 18.0, SOURCES)


def test_again_and_to_a_known_object_changes_nothing(post, get):
    body = {"catalog": SOURCES, "light_curve_ids": FIRST + 1, "group_ids": [2], "obj_id": "here"}
    assert post("brita", "/api/archive", body).status_code == 200
    assert post("brita", "/api/archive", body | {"group_ids": None}).status_code == 200
    assert times(get, "brita", "here") == [0.0]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"light_curve_ids": [FIRST + 2]}, 400),
        ({"light_curve_ids": [77]}, 400),
        ({"light_curve_ids": []}, 400),
        ({"catalog": "ZTF_sources_19990101"}, 400),
        ({"group_ids": None}, 400),
        ({"group_ids": [3]}, 400),
        ({"group_ids": None, "obj_id": "nowhere"}, 404),
    ],
)
def test_what_cannot_be_saved_is_refused(post, changes, status):
    body = {"catalog": SOURCES, "light_curve_ids": [FIRST + 1], "group_ids": [2]} | changes
    assert post("brita", "/api/archive", body).status_code == status


def test_features_annotate_an_object_for_those_who_may_see_them(post, get):
    body = {"catalog": SOURCES, "light_curve_ids": [FIRST + 1], "group_ids": [2], "obj_id": "here"}
    assert post("nuria", "/api/archive", body).status_code == 200
    asked = {"id": "here", "ra": 30.0, "dec": -22.0, "catalog": FEATURES}
    assert post("brita", "/api/archive/features", asked).status_code == 404
    assert post("nuria", "/api/archive/features", asked).status_code == 200
    (said,) = get("nuria", "/api/sources/here/annotations").json["data"]
    assert said["origin"] == FEATURES
    assert said["data"] == {
        "_id": FIRST + 1, "field": 245, "ccd": 10, "quad": 1, "n": 5, "median": 17.5,
    }  # fmt: skip
    assert post("nuria", "/api/archive/features", asked).status_code == 400
