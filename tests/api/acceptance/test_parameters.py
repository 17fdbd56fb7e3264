"""Parameters of the contract's §2.4, 2.6 and 2.7: each does something, or is refused by name."""

import pytest

from fritz.marshal.annotation import Annotation
from fritz.services.annotations import AnnotationStore
from fritz.services.instruments import survey_instrument
from tests.api.acceptance.conftest import G1, G2
from tests.support.marshal_world import NOW


@pytest.fixture
def say(world):
    """Annotate an object, as it is not done over the API: by other groups, at other times."""

    def add(number, name, data, group=G1, at=NOW):
        origin = f"gaia {number}"
        said = Annotation(number, name, origin, data, (group,), 1, "admin", at, at)
        AnnotationStore(world.documents).add(said)

    return add


def test_a_source_tells_of_periods_and_colours_that_are_seen(ok, saved, say):
    name, bare = saved(groups=[G1, G2]), saved()
    say(1, name, {"Period": 0.5}, G2)
    say(2, name, {"Mag_G_abs": 1.5, "Color": 0.25})
    asked = {"includePeriodExists": "true", "includeColorMagnitude": "true"}
    seen = ok("brita", "GET", f"/api/sources/{name}", **asked)
    assert seen["period_exists"] is True
    assert seen["color_magnitude"] == [{"origin": "gaia 2", "color": 0.25, "abs_mag": 1.5}]
    assert ok("nuria", "GET", f"/api/sources/{name}", **asked)["period_exists"] is False
    rows = ok("brita", "GET", "/api/sources", **asked)["sources"]
    assert {row["id"]: row["period"] for row in rows} == {name: True, bare: False}


def test_a_light_curve_is_folded_by_the_newest_period(world, ok, refused, saved, say):
    name = saved()
    ztf = survey_instrument(world.documents, "ztf", NOW).id
    packet = {
        "obj_id": name, "mjd": [60000.0, 60000.75], "flux": 10.0, "fluxerr": 1.0, "zp": 23.9,
        "magsys": "ab", "filter": "ztfr", "instrument_id": ztf, "group_ids": [G1],
    }  # fmt: skip
    ok("admin", "POST", "/api/photometry", packet)
    path = f"/api/sources/{name}/photometry"
    assert "period" in refused(400, "nuria", "GET", path, phaseFoldData="true")
    say(1, name, {"period": 2.0, "period_error": 0.1})
    folded = ok("nuria", "GET", path, phaseFoldData="true")
    assert [row["phase"] for row in folded] == [0.0, 0.375]
    assert "phase" not in ok("nuria", "GET", path)[0]


def test_a_source_shows_what_filters_passed_as_far_as_they_are_seen(ok, posted):
    name = posted(group_id=G1)
    posted(name, group_id=G2, at="2026-11-23T05:30:00")
    path = f"/api/sources/{name}"
    both = ok("brita", "GET", path, includeCandidates="true")["candidates"]
    assert [each["filter"]["group_id"] for each in both] == [G2, G1]
    (one,) = ok("nuria", "GET", path, includeCandidates="true")["candidates"]
    assert (one["filter"]["group_id"], one["passed_at"]) == (G1, "2026-11-23T05:00:00")
    assert "candidates" not in ok("nuria", "GET", path)


def test_a_source_shows_groups_that_are_asked_to_save_it(ok, saved):
    name = saved(groups=[G1])
    ok("nuria", "POST", "/api/source_groups", {"objId": name, "inviteGroupIds": [G2]})
    path = f"/api/sources/{name}"

    def groups(**asked):
        return [each["id"] for each in ok("brita", "GET", path, **asked)["groups"]]

    assert groups() == [G1]
    assert groups(includeRequested="true") == [G1, G2]
    assert groups(pendingOnly="true") == [G2]


def test_a_source_must_have_the_name_at_tns_that_is_asked_for(ok, refused, saved):
    name = saved(tns_name="SN 2026abc")
    path = f"/api/sources/{name}"
    assert ok("nuria", "GET", path, TNSname="SN2026abc")["id"] == name
    refused(404, "nuria", "GET", path, TNSname="SN 2026abd")


def test_rows_without_what_is_nested(ok, saved, say):
    name = saved()
    say(1, name, {"plx": 1.0})
    (row,) = ok("nuria", "GET", "/api/sources", removeNested="true", includeThumbnails="true")[
        "sources"
    ]
    assert (row["groups"], row["annotations"], row["thumbnails"]) == ([], [], [])


def test_what_is_not_kept_here_is_an_empty_list(ok, saved):
    asked = dict.fromkeys(("includeAnalyses", "includeGCNCrossmatches", "includeGCNNotes"), "true")
    row = ok("nuria", "GET", f"/api/sources/{saved()}", **asked)
    assert (row["analyses"], row["gcn_crossmatch"], row["gcn_notes"]) == ([], [], [])


def test_comments_are_found_by_the_number_of_their_author(ok, saved):
    name = saved()
    ok("nuria", "POST", f"/api/sources/{name}/comments", {"text": "look", "group_ids": [G1]})
    for author, found in (("nuria", 1), ("3", 1), ("2", 0), ("nobody", 0)):
        page = ok("brita", "GET", "/api/sources", commentsFilterAuthor=author)
        assert len(page["sources"]) == found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/sources", "localizationName"), ("/api/sources", "spatialCatalogEntryName"),
        ("/api/sources", "includeHosts"), ("/api/sources", "includeGeoJSON"),
        ("/api/sources", "followupRequestStatus"), ("/api/sources", "localizationDateobs"),
        ("/api/candidates", "localizationCumprob"), ("/api/candidates", "annotationExcludeOrigin"),
    ],
)  # fmt: skip
def test_what_would_mislead_if_it_were_ignored_is_refused(ok, refused, path, name):
    refused(400, "nuria", "GET", path, **{name: "true"})
    if name.startswith("include"):
        ok("nuria", "GET", path, **{name: "false"})


def test_candidates_are_selected_by_what_is_said_of_their_points(ok, refused, posted, world):
    name, _ = posted(), posted()
    camera = survey_instrument(world.documents, "ztf", NOW).id

    def said(groups, snr, **more):
        """Annotate a new point of the object; both are for these groups."""
        point = {"obj_id": name, "mjd": 59000.5 + snr, "instrument_id": camera, "filter": "ztfg",
                 "magsys": "ab", "mag": 18.0, "magerr": 0.1, "group_ids": groups}  # fmt: skip
        (number,) = ok("admin", "POST", "/api/photometry", point)["ids"]
        told = {"origin": "checker", "data": {"snr": snr}, "group_ids": more.get("to", groups)}
        ok("admin", "POST", f"/api/photometry/{number}/annotations", told)

    def listed(**asked):
        asked = {f"photometryAnnotationsFilter{key}": value for key, value in asked.items()}
        return [e["id"] for e in ok("brita", "GET", "/api/candidates", **asked)["candidates"]]

    said([G1], 5.0)
    assert listed(**{"": "snr: 4: gt"}) == listed(**{"": "snr"}) == [name]
    assert listed(**{"": "snr: 4: lt"}) == listed(**{"": "other"}) == []
    assert (listed(Origin="checker"), listed(Origin="another")) == ([name], [])
    assert (listed(After="2026-11-22"), listed(Before="2026-11-22")) == ([name], [])
    said([6], 6.0, to=[G1])  # the point is closed to Brita, so what is said of it does not count
    assert listed(**{"": "snr: 5.5: gt"}) == listed(**{"": "snr", "MinCount": 2}) == []
    said([G1], 7.0)
    assert listed(**{"": "snr", "MinCount": 2}) == [name]
    refused(400, "brita", "GET", "/api/candidates", photometryAnnotationsFilter="a: 1: like")


def test_extinction_is_refused_for_want_of_a_map(ok, refused, saved):
    path = f"/api/sources/{saved()}/photometry"
    assert "dust" in refused(400, "nuria", "GET", path, includeExtinction="true")
    ok("nuria", "GET", path, includeExtinction="false", includeSuperObjsPhotometry="true")


@pytest.mark.parametrize("groups", [None, 1.5, {"a": 1}, [None], "x"])
def test_what_is_no_list_of_numbers_is_refused(refused, saved, groups):
    body = {"objId": saved(), "inviteGroupIds": groups}
    assert "inviteGroupIds" in refused(400, "nuria", "POST", "/api/source_groups", body)


EVENT = "2026-11-10T00:00:00"


@pytest.fixture
def event(ok, call):
    """A map of an event, around the first object that is saved or posted."""
    circle = {"localization_name": "S1", "ra": 101.0, "dec": -5.0, "error": 0.1}
    body = {"dateobs": EVENT, "contours": [50, 95], "skymap": circle}
    assert call("brita", "PUT", "/api/skymap", body).status_code == 200


@pytest.mark.usefixtures("event")
def test_objects_are_selected_by_where_an_event_may_have_been(ok, refused, saved, posted):
    inside, outside = saved(ra=101.2), saved(ra=103.0)
    posted(inside), posted(outside)
    asked = {"localizationDateobs": EVENT, "localizationName": "S1"}

    def listed(path, rows, **more):
        return [each["id"] for each in ok("nuria", "GET", path, **asked, **more)[rows]]

    for path, rows in (("/api/sources", "sources"), ("/api/candidates", "candidates")):
        assert listed(path, rows) == [inside]
        assert listed(path, rows, localizationCumprob="0.5") == []
        told = refused(400, "nuria", "GET", path, **asked, localizationCumprob="0.9")
        assert "contours 50, 95, not 90" in told
        assert "no localization 'S2'" in refused(
            400, "nuria", "GET", path, localizationDateobs=EVENT, localizationName="S2"
        )
