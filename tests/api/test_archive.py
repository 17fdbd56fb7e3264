"""Light curves of the archive and the broker's routes: the caller's rights in each."""

import base64
from datetime import UTC, datetime

import orjson
import pytest

from fritz.catalogs.library import catalog, catalogs
from fritz.ports import Put
from fritz.services.catalog_store import CatalogStore, LoadReport
from fritz.services.loads import RELEASES
from fritz.sky.healpix import cells_of
from tests.support.archived import archive
from tests.support.marshal_world import make_world
from tests.support.openapi_answers import hold_answers_to_description
from tests.support.packets import fp_point, prv_point, ztf_packet
from webapp.app import create_app
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
JD = 2459000.75
CANDID, PARTNER = 1246250000115015001, 1246250000115015002
NAME = "ZTF20aaaaaaa"
MIXED, PUBLIC, SECRET = (10245362000000 + n for n in range(3))
RELEASE = "ZTF_sources_20210401"
CATALOG, EMPTY = sorted(catalogs())[:2]


def source(number, ra, *programids):
    data = [{"hjd": 2459000.0 + n, "mag": 18.0, "programid": p} for n, p in enumerate(programids)]
    return {
        "release": "20210401", "_id": number, "field": 245, "filter": 2, "rc": 36,
        "healpix": int(cells_of(ra, -22.0)), "ra": ra, "dec": -22.0, "meanmag": 18.0, "iqr": 0.1,
        "data": data, "loaded_at": NOW,
    }  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One world for all tests here, which only read."""
    made = make_world(tmp_path_factory.mktemp("archived"))
    history = [prv_point(JD - 3, 18.5, candid=31), prv_point(JD - 2, programid=2)]
    archive(
        made,
        ztf_packet(CANDID, NAME, JD, 150.0, 20.0, 1, prv=history, fp=[fp_point(JD - 1)]),
        ztf_packet(PARTNER, NAME, JD + 0.01, 150.0, 20.0, 2),
    )
    made.warehouse.append(
        "ztf_sources",
        [source(MIXED, 30.001, 1, 2), source(PUBLIC, 30.0, 1, 1), source(SECRET, 30.0, 2)],
    )
    fields = {"table": "ztf_sources", "release": "20210401", "at": NOW}
    made.documents.commit([Put(RELEASES, "ztf_sources-20210401", fields)])
    rows = [
        {"_id": n, "ra": 30.0 + n / 3600, "dec": -22.0, "healpix": int(cells_of(30.0, -22.0))}
        for n in (3, 1)
    ]
    for catalog_name in (CATALOG, EMPTY):
        CatalogStore(made.documents).loaded(LoadReport(catalog_name), NOW)
    made.warehouse.append(
        catalog(CATALOG).table, [row | {"_id": f"star {row['_id']}"} for row in rows]
    )
    yield made
    made.documents.close()


@pytest.fixture(scope="module")
def client(world):
    app = create_app(world, SETTINGS)
    hold_answers_to_description(app)
    return app.test_client()


def data_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


# brita sees public data only, nuria the partnership's too.


class TestLightCurves:
    CONE = "ra=30.0&dec=-22.0&radius=10&radius_units=arcsec"

    def test_collections_are_named_as_scripts_know_them(self, get):
        found = data_of(get("brita", "/api/archive/catalogs"))
        assert found == ["ZTF_alerts", "ZTF_alerts_aux", RELEASE, CATALOG, EMPTY]

    def test_a_cone_is_nearest_first_with_granted_epochs(self, get):
        rows = data_of(get("brita", f"/api/archive?catalog={RELEASE}&{self.CONE}"))
        assert [row["_id"] for row in rows] == [PUBLIC, MIXED]
        assert [len(row["data"]) for row in rows] == [2, 1]
        whole = data_of(get("nuria", f"/api/archive?catalog={RELEASE}&{self.CONE}"))
        assert {row["_id"] for row in whole} == {PUBLIC, SECRET, MIXED}

    def test_statistics_of_hidden_epochs_are_hidden(self, get):
        (mine,) = data_of(get("brita", f"/api/archive/{MIXED}?catalog={RELEASE}"))
        (theirs,) = data_of(get("nuria", f"/api/archive/{MIXED}?catalog={RELEASE}"))
        assert (mine["meanmag"], theirs["meanmag"]) == (None, 18.0)

    @pytest.mark.parametrize("number", [SECRET, 77])
    def test_a_hidden_light_curve_and_none_answer_alike(self, get, number):
        assert data_of(get("brita", f"/api/archive/{number}?catalog={RELEASE}")) == []

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("catalog=ZTF_sources_19990101", "not available"),
            ("catalog=Gaia_DR3", "not available"),
            (f"catalog={RELEASE}", "Missing required parameter: ra"),
            (f"catalog={RELEASE}&ra=1&dec=2&radius=3", "Missing required parameter: radius_units"),
            (f"catalog={RELEASE}&ra=1&dec=2&radius=2&radius_units=deg", "1.0 deg"),
            ("ra=1&dec=2&radius=3&radius_units=deg", "catalog"),
        ],
    )
    def test_what_is_wrong_is_said(self, get, query, says):
        answer = get("brita", f"/api/archive?{query}")
        assert answer.status_code == 400
        assert says in answer.json["message"]


class TestCatalogs:
    CONE = "ra=30.0&dec=-22.0&radius=10&radius_units=arcsec"

    @pytest.mark.parametrize("path", ["/api/archive/cross_match", "/api/brokers/1/cone_search"])
    def test_every_loaded_catalog_is_searched_nearest_first(self, get, path):
        found = data_of(get("brita", f"{path}?{self.CONE}"))
        assert set(found) == {CATALOG, EMPTY}
        assert [row["_id"] for row in found[CATALOG]] == ["star 1", "star 3"]
        assert found[CATALOG][0]["distance_arcsec"] == pytest.approx(0.927, abs=0.001)
        assert found[EMPTY] == []

    def test_a_cone_is_given_whole(self, get):
        assert get("brita", "/api/archive/cross_match").status_code == 400
        assert get("brita", "/api/archive/cross_match?ra=1&dec=2&radius=3").status_code == 400
        assert get("brita", "/api/brokers/1/cone_search?ra=1&dec=2").status_code == 400


class TestBrokers:
    def test_an_alert_by_candid_has_its_object_s_history(self, get):
        found = data_of(get("brita", f"/api/brokers/1/alerts/{CANDID}"))
        assert found["candid"] == str(CANDID)
        assert [each["candid"] for each in found["prv_candidates"]] == ["31", str(CANDID)]

    def test_an_object_s_latest_alert(self, get):
        assert data_of(get("brita", f"/api/brokers/1/alerts/{NAME}"))["candid"] == str(CANDID)
        assert data_of(get("nuria", f"/api/brokers/1/alerts/{NAME}"))["candid"] == str(PARTNER)

    @pytest.mark.parametrize("alert", [PARTNER, 5, 9 * 10**18, "ZTF20zzzzzzz"])
    def test_what_may_not_be_seen_is_not_found(self, get, alert):
        assert get("brita", f"/api/brokers/1/alerts/{alert}").status_code == 404

    def test_alerts_by_name_and_by_cone(self, get):
        by_name = data_of(get("brita", f"/api/brokers/1/alerts?objectId={NAME}"))
        cone = "ra=150&dec=20&radius=2&radius_units=arcsec"
        assert data_of(get("brita", f"/api/brokers/1/alerts?{cone}")) == by_name
        assert get("brita", "/api/brokers/1/alerts").status_code == 400
        assert get("brita", f"/api/brokers/9/alerts?{cone}").status_code == 400

    def test_cutouts_are_the_packet_s(self, get):
        found = data_of(get("brita", f"/api/brokers/1/alerts/{CANDID}/cutouts"))
        assert set(found) == {
            "objectId", "candid", "cutoutScience", "cutoutTemplate", "cutoutDifference",
        }  # fmt: skip
        assert base64.b64decode(found["cutoutScience"])[:2] == b"\x1f\x8b"

    def test_photometry_is_gated_and_in_the_marshal_s_terms(self, get):
        mine = data_of(get("brita", f"/api/brokers/1/alerts/{NAME}/photometry"))
        kinds = [(row["filter"], row["origin"], row["mag"] is None) for row in mine]
        assert kinds == [
            ("ztfg", "Fritz", False), ("ztfg", "alert_fp", False), ("ztfg", "Fritz", False),
        ]  # fmt: skip
        assert mine[-1]["mjd"] == JD - 2400000.5
        theirs = data_of(get("nuria", f"/api/brokers/photometry/{NAME}?survey=ZTF"))
        assert len(theirs) == 5
        assert get("nuria", f"/api/brokers/photometry/{NAME}?survey=LSST").status_code == 400


def test_pages_draw_the_epochs_of_a_release_that_the_viewer_may_see(client, world):
    client.get("/signin", query_string={"credential": world.credential("brita")})
    shown = client.get("/archive/light_curves?ra=30&dec=-22&radius=5").text
    assert (str(PUBLIC) in shown, str(SECRET) in shown) == (True, False)
    plot = orjson.loads(shown.partition('<script type="application/json">')[2].partition("<")[0])
    epochs = {each["name"]: len(each["points"]) for each in plot["series"]}
    assert epochs == {f"{PUBLIC} r": 2, f"{MIXED} r": 1}
    assert plot["series"][0]["points"][0] == [58999.5, 18.0, 0.0]
    assert "star 1" in client.get("/archive/catalogs?ra=30&dec=-22&radius=10").text
