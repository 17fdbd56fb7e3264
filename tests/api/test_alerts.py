"""Alerts of the archive over the API: by object, by position, history, stamps; rights in each."""

import io
import zlib

import numpy as np
import pytest
from astropy.io import fits

from tests.support.archived import archive
from tests.support.marshal_world import make_world
from tests.support.openapi_answers import hold_answers_to_description
from tests.support.packets import fits_stamp, fp_point, prv_point, ztf_packet
from webapp.app import create_app
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
JD = 2459000.75
NAME = "ZTF20aaaaaaa"
PUBLIC, PARTNER, OTHER = 1000000000000000001, 1000000000000000002, 1000000000000000003


def previous(days, candid, programid):
    return prv_point(JD - days, 18.5, candid=candid, programid=programid, ra=150.0, dec=20.0)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One world for all tests here, which only read."""
    made = make_world(tmp_path_factory.mktemp("archived"))
    yield made
    made.documents.close()


@pytest.fixture(scope="module")
def app(world):
    made = create_app(world, SETTINGS)
    hold_answers_to_description(made)
    return made


@pytest.fixture(scope="module")
def client(app):
    return app.test_client()


@pytest.fixture(scope="module")
def archived(world):
    history = [previous(3, 31, 1), previous(2, 32, 2), prv_point(JD - 1, programid=3)]
    forced = [fp_point(JD - 2), fp_point(JD - 1, programid=2)]
    archive(
        world,
        ztf_packet(PUBLIC, NAME, JD, 150.0, 20.0, 1, prv=history, fp=forced),
        ztf_packet(PARTNER, NAME, JD + 1, 150.0, 20.0, 2, prv=history),
        ztf_packet(OTHER, "ZTF20aaaaaab", JD, 150.001, 20.0, 1),
        ztf_packet(4, "ZTF20aaaaaac", JD, 10.0, -5.0, 2),
    )
    return world


def data_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


# brita sees public data only, nuria the partnership's too.


class TestAlerts:
    def test_the_usual_fields_come_with_candids_as_text(self, get, archived):
        (row,) = data_of(get("brita", f"/api/alerts/{NAME}"))
        assert row["candid"] == str(PUBLIC)
        assert set(row) == {"objectId", "candid", "candidate", "classifications", "coordinates"}
        assert set(row["coordinates"]) == {"l", "b"}
        assert row["candidate"]["magpsf"] is not None
        assert "candid" not in row["candidate"]

    def test_each_sees_the_alerts_of_their_streams_earliest_first(self, get, archived):
        rows = data_of(get("nuria", f"/api/alerts/{NAME}"))
        assert [row["candid"] for row in rows] == [str(PUBLIC), str(PARTNER)]

    def test_a_restricted_alert_and_none_answer_alike(self, get, archived):
        for path in (f"/api/alerts/{NAME}?candid={PARTNER}", f"/api/alerts/{NAME}?candid=77"):
            assert data_of(get("brita", path)) == []
        assert data_of(get("brita", "/api/alerts/ZTF20aaaaaac")) == []
        assert data_of(get("brita", "/api/alerts/ZTF20zzzzzzz")) == []

    def test_all_fields(self, get, archived):
        (row,) = data_of(get("brita", f"/api/alerts/{NAME}", includeAllFields="true"))
        assert row["candidate"]["candid"] == str(PUBLIC)
        assert row["candidate"]["programpi"] is not None
        assert not {"prv_candidates", "fp_hists", "cutoutScience"} & set(row)

    def test_a_projection_is_that_of_the_filter_language(self, get, archived):
        projection = '{"_id": 0, "candid": 1, "m": {"$round": ["$candidate.magpsf", 1]}}'
        (row,) = data_of(get("brita", f"/api/alerts/{NAME}", projection=projection))
        assert set(row) == {"candid", "m"}
        assert row["candid"] == str(PUBLIC)

    @pytest.mark.parametrize("projection", ["{", "[]", '{"a": {"$nosuch": 1}}'])
    def test_a_projection_that_is_none_is_refused(self, get, archived, projection):
        answer = get("brita", f"/api/alerts/{NAME}", projection=projection)
        assert answer.status_code == 400
        assert "projection" in answer.json["message"]

    def test_the_older_spelling(self, get, archived):
        assert len(data_of(get("brita", f"/api/alerts/ztf/{NAME}"))) == 1

    def test_nobody_reads_without_a_token(self, client, archived):
        assert client.get(f"/api/alerts/{NAME}").status_code == 401


CONE = {"ra": 150.0, "dec": 20.0, "radius": 10, "radius_units": "arcsec"}


class TestSearch:
    def test_a_cone_is_nearest_first_and_gated(self, get, archived):
        found = data_of(get("brita", "/api/alerts", **CONE))
        assert [row["candid"] for row in found] == [str(PUBLIC), str(OTHER)]
        assert len(data_of(get("nuria", "/api/alerts", **CONE))) == 3
        narrow = CONE | {"radius": 1}
        assert len(data_of(get("brita", "/api/alerts", **narrow))) == 1

    def test_names_and_a_cone(self, get, archived):
        rows = data_of(get("brita", "/api/alerts", objectId="ZTF20aaaaaab", **CONE))
        assert [row["objectId"] for row in rows] == ["ZTF20aaaaaab"]

    def test_several_names(self, get, archived):
        rows = data_of(get("brita", "/api/alerts", objectId=f"{NAME}, ZTF20aaaaaab"))
        assert {row["objectId"] for row in rows} == {NAME, "ZTF20aaaaaab"}

    @pytest.mark.parametrize("missing", ["ra", "dec", "radius", "radius_units"])
    def test_all_four_or_none(self, get, archived, missing):
        given = {name: value for name, value in CONE.items() if name != missing}
        answer = get("brita", "/api/alerts", **given)
        assert answer.status_code == 400
        assert f"Missing required parameter: {missing}" in answer.json["message"]

    @pytest.mark.parametrize(
        "wrong", [{"radius": 2, "radius_units": "deg"}, {"ra": 361}, {"radius_units": "parsec"}]
    )
    def test_a_cone_out_of_range_is_refused(self, get, archived, wrong):
        assert get("brita", "/api/alerts", **CONE | wrong).status_code == 400

    def test_nothing_asked_is_refused(self, get, archived):
        assert get("brita", "/api/alerts").status_code == 400


class TestAux:
    def test_history_is_gated_point_by_point(self, get, archived):
        mine = data_of(get("brita", f"/api/alerts_aux/{NAME}"))
        assert [each["candid"] for each in mine["prv_candidates"]] == ["31", str(PUBLIC)]
        assert [each["programid"] for each in mine["fp_hists"]] == [1]
        theirs = data_of(get("nuria", f"/api/alerts_aux/{NAME}"))
        candids = [each.get("candid") for each in theirs["prv_candidates"]]
        assert candids == ["31", "32", str(PUBLIC), str(PARTNER)]
        assert len(theirs["fp_hists"]) == 2

    def test_fields_and_the_median_position(self, get, archived):
        found = data_of(get("brita", f"/api/alerts_aux/{NAME}"))
        assert found["_id"] == NAME
        assert found["coordinates"] == {"ra_median": 150.0, "dec_median": 20.0}
        assert "ra" in found["fp_hists"][0]
        assert "forcediffimflux" not in found["fp_hists"][0]
        whole = data_of(get("brita", f"/api/alerts_aux/{NAME}", includeAllFields="true"))
        assert "forcediffimflux" in whole["fp_hists"][0]

    def test_parts_can_be_left_out(self, get, archived):
        found = data_of(
            get(
                "brita",
                f"/api/alerts_aux/{NAME}",
                includePrvCandidates="false",
                includeFpHists="false",
            )
        )
        assert not {"prv_candidates", "fp_hists"} & set(found)

    @pytest.mark.parametrize("name", ["ZTF20aaaaaac", "ZTF20zzzzzzz"])
    def test_an_object_without_a_granted_alert_does_not_exist(self, get, archived, name):
        answer = get("brita", f"/api/alerts_aux/{name}")
        assert answer.status_code == 404
        assert answer.json["message"] == f"no object {name}"


class TestCutouts:
    @pytest.mark.parametrize("cutout", ["science", "Template", "difference"])
    @pytest.mark.parametrize("cmap", ["bone", "viridis"])
    def test_png_of_each_stamp(self, get, archived, cutout, cmap):
        answer = get(
            "brita", f"/api/alerts_cutouts/{NAME}", candid=PUBLIC, cutout=cutout, cmap=cmap
        )
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert pixels(answer.data).shape == (63, 63, 3)

    @pytest.mark.parametrize("interval", ["asymmetric_percentile", "min_max", "zscale"])
    @pytest.mark.parametrize("stretch", ["linear", "log", "asinh", "sqrt"])
    def test_every_interval_and_stretch_paints(self, get, archived, interval, stretch):
        choice = {"candid": PUBLIC, "cutout": "science", "interval": interval, "stretch": stretch}
        answer = get("brita", f"/api/alerts_cutouts/{NAME}", **choice, cmap="gray")
        painted = pixels(answer.data)
        assert painted.max() == 255
        assert painted.std() > 0

    def test_fits_is_the_survey_s_own(self, get, archived):
        answer = get(
            "brita", f"/api/alerts_cutouts/{NAME}", candid=PUBLIC, cutout="science",
            file_format="fits",
        )  # fmt: skip
        assert answer.mimetype == "image/fits"
        with fits.open(io.BytesIO(answer.data)) as file:
            served = file[0].data
        with fits.open(io.BytesIO(zlib.decompress(fits_stamp(seed=1), 31))) as file:
            np.testing.assert_array_equal(served, file[0].data)

    @pytest.mark.parametrize("candid", [PARTNER, 77, OTHER])
    def test_what_may_not_be_seen_is_not_found(self, get, archived, candid):
        path = f"/api/alerts_cutouts/{NAME}"
        assert get("brita", path, candid=candid, cutout="science").status_code == 404

    @pytest.mark.parametrize(
        "wrong", [{"cutout": "reference"}, {"stretch": "cubic"}, {"file_format": "gif"}]
    )
    def test_choices_that_there_are_not(self, get, archived, wrong):
        asked = {"candid": PUBLIC, "cutout": "science"} | wrong
        assert get("brita", f"/api/alerts_cutouts/{NAME}", **asked).status_code == 400


class TestTriplets:
    def test_three_stamps_as_an_array(self, get, archived):
        (found,) = data_of(get("brita", f"/api/alerts_triplets/{NAME}", candid=PUBLIC))
        assert np.array(found["triplet"]).shape == (63, 63, 3)
        assert (found["candid"], found["image_corrupt"]) == (str(PUBLIC), False)

    def test_normalized_stamps_have_unit_norm(self, get, archived):
        (found,) = data_of(get("brita", f"/api/alerts_triplets/{NAME}", normalizeImage="true"))
        norms = np.linalg.norm(np.array(found["triplet"]).reshape(-1, 3), axis=0)
        np.testing.assert_allclose(norms, 1.0, rtol=1e-5)

    def test_the_latest_that_may_be_seen_is_the_default(self, get, archived):
        (mine,) = data_of(get("brita", f"/api/alerts_triplets/{NAME}"))
        (theirs,) = data_of(get("nuria", f"/api/alerts_triplets/{NAME}"))
        assert (mine["candid"], theirs["candid"]) == (str(PUBLIC), str(PARTNER))


def pixels(data):
    """Decode one of our PNG files: (ny, nx, 3)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        chunks[data[at + 4 : at + 8]] = data[at + 8 : at + 8 + size]
        at += size + 12
    width, height = (int.from_bytes(chunks[b"IHDR"][n : n + 4], "big") for n in (0, 4))
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    return np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)[rows[:, 1:]]
