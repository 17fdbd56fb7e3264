"""Acceptance case 23 of the marshal's contract, and lists by what light curves come to."""

import pytest

from fritz.marshal.spectrum import Spectrum
from fritz.services.instruments import survey_instrument
from tests.api.acceptance.conftest import G1, G2
from tests.support.marshal_world import NOW


@pytest.fixture
def ztf(world):
    """Return the id of ZTF's camera."""
    return survey_instrument(world.documents, "ztf", NOW).id


@pytest.fixture
def measured(world, ok, ztf):
    """Post points of an object for groups: pairs of MJD and AB magnitude."""

    def post(name, *points, groups=(G1,), **more):
        mjds, mags = zip(*points, strict=True)
        body = {
            "obj_id": name, "mjd": list(mjds), "mag": list(mags), "magerr": 0.1,
            "limiting_mag": 21.0, "magsys": "ab", "filter": "ztfr", "instrument_id": ztf,
            "group_ids": list(groups),
        }  # fmt: skip
        ok("admin", "POST", "/api/photometry", body | more)

    return post


@pytest.mark.case(23)
def test_photometry_of_other_groups_is_in_no_answer(ok, posted, measured):
    name = posted()
    measured(name, (60000.0, 18.0))
    measured(name, (60001.0, 17.0), groups=[G2])
    shown = {"includePhotometry": "true"}
    for who, mags in (("nuria", [18.0]), ("brita", [18.0, 17.0])):
        (row,) = ok(who, "GET", "/api/candidates", **shown)["candidates"]
        assert [p["mag"] for p in row["photometry"]] == pytest.approx(mags)
        row = ok(who, "GET", f"/api/candidates/{name}", **shown)
        assert [p["mag"] for p in row["photometry"]] == pytest.approx(mags)
        row = ok(who, "GET", f"/api/sources/{name}", includeDetectionStats="true", **shown)
        assert len(row["photometry"]) == row["photstats"][0]["num_det_global"] == len(mags)


@pytest.mark.case(29)
def test_magnitudes_and_detections_select_by_visible_points_alone(ok, saved, measured):
    bright, faint, bare = saved(groups=[G1, G2]), saved(groups=[G1, G2]), saved()
    measured(bright, (60000.0, 17.0), (60010.0, 18.0))
    measured(faint, (60020.0, 20.0))
    measured(faint, (60021.0, 16.0), groups=[G2])

    def listed(who="nuria", **query):
        return [row["id"] for row in ok(who, "GET", "/api/sources", **query)["sources"]]

    assert listed(maxPeakMagnitude=18.5) == [bright]
    assert set(listed("brita", maxPeakMagnitude=18.5)) == {bright, faint}
    assert listed(minPeakMagnitude=18.5) == [faint]
    assert listed(minLatestMagnitude=17.5, maxLatestMagnitude=18.5) == [bright]
    assert listed(numberDetections=2) == [bright]
    assert listed(startDate="2023-03-10") == [faint]
    assert listed(endDate="2023-03-10") == [bright]
    assert bare in listed()


def test_candidates_are_selected_by_their_light_curves(ok, posted, measured):
    seen, unseen = posted(), posted()
    measured(seen, (60000.0, 17.0), (60010.0, 18.0))

    def listed(**query):
        return [row["id"] for row in ok("nuria", "GET", "/api/candidates", **query)["candidates"]]

    assert listed(numberDetections=2) == [seen]
    assert listed(numberDetections=3) == []
    assert set(listed(numberDetections=2, requireDetections="false")) == {seen, unseen}
    assert listed(firstDetectionAfter="2023-02-24", lastDetectionBefore="2023-03-08") == [seen]
    assert listed(firstDetectionAfter="2023-02-26") == []


@pytest.mark.case(29)
def test_comments_select_as_far_as_they_are_seen(ok, saved):
    one, two = saved(groups=[G1, G2]), saved(groups=[G1, G2])
    for name, groups, text in ((one, [G1], "Very hot"), (two, [G2], "hot, too")):
        comment = {"text": text, "group_ids": groups}
        ok("brita", "POST", f"/api/sources/{name}/comments", comment)

    def listed(who="brita", **query):
        return {row["id"] for row in ok(who, "GET", "/api/sources", **query)["sources"]}

    assert listed(commentsFilter="HOT") == {one, two}
    assert listed("nuria", commentsFilter="hot") == {one}
    assert listed(commentsFilter="very", commentsFilterAuthor="brita") == {one}
    assert listed(commentsFilterAuthor="nuria") == listed(commentsFilterAuthor="nobody") == set()
    assert listed(commentsFilterAfter="2030-01-01") == set()


def test_position_is_that_of_visible_points(ok, saved, measured):
    name = saved(groups=[G1, G2], ra=120.0, dec=20.0)
    plain = ok("nuria", "GET", f"/api/sources/{name}/position")
    assert (plain["ra"], plain["dec"], plain["separation"]) == (120.0, 20.0, 0.0)
    measured(name, (60000.0, 17.0), ra=120.0, dec=20.0 + 1 / 3600)
    measured(name, (60001.0, 17.0), ra=120.0, dec=20.0 + 3 / 3600, groups=[G2])
    for who, arcsec in (("nuria", 1.0), ("brita", 2.0)):
        found = ok(who, "GET", f"/api/sources/{name}/position")
        assert found["separation"] == pytest.approx(arcsec, abs=1e-3)
        assert found["discovery_dec"] == 20.0


@pytest.mark.case(29)
def test_spectra_select_as_far_as_they_are_seen(world, ok, saved):
    one, two, bare = (saved(groups=[G1, G2]) for _ in range(3))
    for number, (name, group) in enumerate(((one, G1), (two, G2)), start=1):
        spectrum = Spectrum(number, name, 1, NOW, 1, NOW, NOW, (group,))
        world.set("spectra", str(number), spectrum.to_fields())

    def listed(who="brita", **query):
        return {row["id"] for row in ok(who, "GET", "/api/sources", **query)["sources"]}

    assert listed(hasSpectrum="true") == {one, two}
    assert listed(hasNoSpectrum="true") == {bare}
    assert listed("nuria", hasSpectrum="true") == {one}
    assert listed("nuria", hasNoSpectrum="true") == {two, bare}
    assert listed(hasSpectrumAfter="2026-11-01") == {one, two}
    assert listed(hasSpectrumAfter="2026-12-01") == set()
    row = ok("nuria", "GET", f"/api/sources/{two}", includeSpectrumExists="true")
    assert row["spectrum_exists"] is False
