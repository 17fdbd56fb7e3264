"""Acceptance cases 14 to 24 of the marshal's contract: candidates."""

import json

import pytest

from fritz.marshal.annotation import Annotation
from fritz.services.annotations import AnnotationStore
from tests.api.acceptance.conftest import G1, G2
from tests.support.marshal_world import NOW

AT = "2026-11-23T05:00:00"


@pytest.fixture
def listed(ok):
    """Return names of a list of candidates, in order."""

    def ask(who="brita", **query):
        return [row["id"] for row in ok(who, "GET", "/api/candidates", **query)["candidates"]]

    return ask


@pytest.fixture
def annotated(world):
    """Annotate an object for groups."""

    def annotate(name, origin, groups=(G1,), **data):
        store = AnnotationStore(world.documents)
        store.add(Annotation(1, name, origin, data, tuple(groups), 1, "admin", NOW, NOW))

    return annotate


@pytest.mark.case(14)
def test_posted_candidate_is_shown_and_withdrawn(ok, refused, external):
    mine = external()
    body = {
        "id": "ZTF26new", "ra": 234.22, "dec": -22.33, "redshift": 0.153, "transient": False,
        "ra_dis": 2.3, "filter_ids": [mine], "passed_at": AT,
    }  # fmt: skip
    assert len(ok("nuria", "POST", "/api/candidates", body)["ids"]) == 1
    row = ok("nuria", "GET", "/api/candidates/ZTF26new")
    assert row["ra"] == pytest.approx(234.22, abs=1e-6)
    assert row["redshift_history"][-1]["value"] == 0.153
    assert row["redshift_history"][-1]["set_by_user_id"] == 3
    assert (row["ra_dis"], row["transient"], row["is_source"]) == (2.3, False, False)
    assert row["luminosity_distance"] == pytest.approx(755, rel=0.01)
    ok("nuria", "DELETE", f"/api/candidates/ZTF26new/{mine}")
    refused(404, "nuria", "GET", "/api/candidates/ZTF26new")
    refused(400, "nuria", "DELETE", f"/api/candidates/ZTF26new/{mine}")


@pytest.mark.case(15)
@pytest.mark.parametrize("lacking", ["filter_ids", "passed_at", "ra", "dec", "id"])
def test_candidate_without_what_makes_it_one_is_refused(refused, external, lacking):
    body = {"id": "ZTF26x", "ra": 1.0, "dec": 2.0, "filter_ids": [external()], "passed_at": AT}
    del body[lacking]
    assert lacking in refused(400, "nuria", "POST", "/api/candidates", body)


@pytest.mark.case(16)
def test_numeric_name_is_kept_as_text(ok, external):
    body = {"id": 4567, "ra": 1.0, "dec": 2.0, "filter_ids": [external()], "passed_at": AT}
    ok("nuria", "POST", "/api/candidates", body)
    assert ok("nuria", "GET", "/api/candidates/4567")["id"] == "4567"


@pytest.mark.case(17)
def test_posting_again_gives_the_same_numbers(ok, external):
    one, two = external(), external()
    body = {"id": "ZTF26x", "ra": 1.0, "dec": 2.0, "filter_ids": [one], "passed_at": AT}
    first = ok("nuria", "POST", "/api/candidates", body)["ids"]
    assert ok("nuria", "POST", "/api/candidates", body)["ids"] == first
    both = ok("nuria", "POST", "/api/candidates", body | {"filter_ids": [one, two]})["ids"]
    assert len(both) == 2
    assert first[0] in both
    assert ok("nuria", "GET", "/api/candidates")["totalMatches"] == 1


@pytest.mark.case(17)
def test_several_are_posted_at_once_all_or_none(ok, refused, external):
    mine = external()
    rows = [
        {"id": f"ZTF26m{n}", "ra": n, "dec": 2.0, "filter_ids": [mine], "passed_at": AT}
        for n in range(300)
    ]
    first = ok("nuria", "POST", "/api/candidates", {"candidates": rows})["ids"]
    assert len({each for (each,) in first}) == 300
    assert ok("nuria", "POST", "/api/candidates", {"candidates": rows})["ids"] == first
    bad = [{**rows[0], "id": "ZTF26other"}, {**rows[1], "id": "with blank"}]
    refused(400, "nuria", "POST", "/api/candidates", {"candidates": bad})
    refused(404, "nuria", "GET", "/api/candidates/ZTF26other")


@pytest.mark.case(18)
def test_head_is_200_for_members_and_404_for_strangers(call, posted):
    name = posted()
    assert call("nuria", "HEAD", f"/api/candidates/{name}").status_code == 200
    assert call("vera", "HEAD", f"/api/candidates/{name}").status_code == 404
    assert call("vera", "HEAD", "/api/candidates/ZTF26nothing").status_code == 404
    assert call("nuria", "HEAD", f"/api/sources/{name}").status_code == 200
    assert call("vera", "HEAD", f"/api/sources/{name}").status_code == 404


@pytest.mark.case(19)
def test_list_holds_what_filters_of_own_groups_passed(listed, posted, external, ok):
    mine, theirs = posted(), posted(group_id=G2)
    foreign = external(G2)
    assert listed("nuria") == [mine]
    assert listed("nuria", filterIDs=str(foreign)) == []
    assert set(listed("brita")) == {mine, theirs}
    refused_id = ok("brita", "GET", "/api/candidates", groupIDs=str(G2))["candidates"]
    assert [row["id"] for row in refused_id] == [theirs]


@pytest.mark.case(20)
def test_newest_come_first_and_pages_stay_as_they_are(ok, refused, listed, posted):
    old, new = posted(at="2026-11-22T05:00:00"), posted(at=AT)
    assert listed() == [new, old]
    first = ok("brita", "GET", "/api/candidates", numPerPage=1)
    assert ([r["id"] for r in first["candidates"]], first["totalMatches"]) == ([new], 2)
    assert listed(numPerPage=1, pageNumber=2) == [old]
    newest = posted(at="2026-11-23T05:30:00")
    pinned = {"numPerPage": 1, "queryID": first["queryID"]}
    again = ok("brita", "GET", "/api/candidates", pageNumber=2, **pinned)
    assert ([r["id"] for r in again["candidates"]], again["totalMatches"]) == ([old], 2)
    assert again["queryID"] == first["queryID"]
    assert listed(numPerPage=1) == [newest]
    for query in ({"pageNumber": 4, "numPerPage": 1}, {"pageNumber": 3, **pinned}):
        assert "Page number out of range" in refused(
            400, "brita", "GET", "/api/candidates", **query
        )


@pytest.mark.case(20)
def test_list_of_another_person_cannot_be_had_by_its_query_id(ok, posted):
    posted()
    mine = ok("brita", "GET", "/api/candidates")["queryID"]
    theirs = ok("vera", "GET", "/api/candidates", queryID=mine)
    assert (theirs["candidates"], theirs["totalMatches"]) == ([], 0)
    assert theirs["queryID"] != mine


@pytest.mark.case(20)
def test_cursors_lead_through_everything_once(ok, posted):
    names = [posted(at=f"2026-11-23T05:{minute:02d}:00") for minute in range(7)]
    posted(names[3], group_id=G2, at="2026-11-23T04:00:00")
    found, cursor = [], None
    while True:
        page = ok("brita", "GET", "/api/candidates", numPerPage=3, cursor=cursor)
        found += [row["id"] for row in page["candidates"]]
        cursor = page.get("cursor")
        if len(found) == 3:
            posted(at="2026-11-23T05:59:00")
        if cursor is None:
            break
    assert found == names[::-1]


@pytest.mark.case(21)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("savedToAllSelected", False), ("savedToAnySelected", True),
        ("savedToAnyAccessible", True), ("notSavedToAnyAccessible", False),
        ("notSavedToAnySelected", False), ("notSavedToAllSelected", True),
    ],
)  # fmt: skip
def test_saved_status_selects(listed, posted, world, status, expected):
    name, other = posted(), posted()
    world.save(name, G1)
    found = listed(savedStatus=status, groupIDs=f"{G1},{G2}")
    assert (name in found) is expected
    assert (other in found) is status.startswith("not")


@pytest.mark.case(22)
def test_sort_by_an_annotation_puts_the_silent_last(listed, posted, annotated):
    low, high, silent, other = (posted() for _ in range(4))
    annotated(low, "fritz", offset=0.5)
    annotated(high, "fritz", offset=3)
    annotated(other, "someone", offset=1.0)
    by = {"sortByAnnotationOrigin": "fritz", "sortByAnnotationKey": "offset"}
    ascending = listed("nuria", **by)
    assert ascending[:2] == [low, high]
    assert set(ascending[2:]) == {silent, other}
    assert listed("nuria", sortByAnnotationOrder="desc", **by)[:2] == [high, low]


@pytest.mark.case(22)
def test_filters_on_annotations_keep_only_the_match(listed, posted, annotated):
    one, two = posted(), posted()
    annotated(one, "fritz", number=0.5, flag=True, word="supernova")
    annotated(two, "fritz", number=3, flag=False, word="nova")

    def keep(*tests):
        text = ",".join(json.dumps({"origin": "fritz", **test}) for test in tests)
        return listed("nuria", annotationFilterList=text)

    assert keep({"key": "number", "min": 0, "max": 1}) == [one]
    assert keep({"key": "flag", "value": "true"}) == [one]
    assert keep({"key": "flag", "value": False}) == [two]
    assert keep({"key": "word", "value": "nova"}) == [two]
    assert keep({"key": "word", "value": "nova"}, {"key": "number", "max": 1}) == []
    assert keep({"key": "nothing", "value": "nova"}) == []


@pytest.mark.case(22)
def test_order_does_not_reveal_annotations_of_hidden_groups(listed, posted, annotated):
    names = [posted(at=f"2026-11-23T05:0{n}:00") for n in range(3)]
    for name, value in zip(names, (2.0, 1.0, 3.0), strict=True):
        annotated(name, "secret", groups=[G2], value=value)
    by = {"sortByAnnotationOrigin": "secret", "sortByAnnotationKey": "value"}
    assert listed("nuria", **by) == listed("nuria")
    assert listed("brita", **by) == [names[1], names[0], names[2]]
    hidden = json.dumps({"origin": "secret", "key": "value", "min": 0, "max": 9})
    assert listed("nuria", annotationFilterList=hidden) == []


@pytest.mark.case(22)
def test_annotations_of_filters_sort_as_those_of_people(listed, world):
    world.candidate("ZTF26a", age=3.0)
    world.candidate("ZTF26b", age=1.0)
    world.candidate("ZTF26c", age=2.0)
    by = {"sortByAnnotationOrigin": "BTS:Bright transients", "sortByAnnotationKey": "age"}
    assert listed(**by) == ["ZTF26b", "ZTF26c", "ZTF26a"]


@pytest.mark.case(24)
def test_redshifts_classes_and_rejections_filter(listed, posted, ok, refused):
    near, far = posted(redshift=0.05), posted(redshift=0.3)
    unknown = posted()
    assert listed(minRedshift=0.01, maxRedshift=0.1) == [near]
    assert listed(redshiftRange="(0.1,0.5)") == [far]
    tree = {"class": "Transient", "subclasses": [{"class": "Ia"}, {"class": "II"}]}
    taxonomy = ok(
        "admin", "POST", "/api/taxonomy",
        {"name": "T", "version": "1", "hierarchy": tree, "group_ids": [1]},
    )["taxonomy_id"]  # fmt: skip
    for name, each in ((near, "Ia"), (far, "II")):
        ok(
            "admin", "POST", "/api/classification",
            {"obj_id": name, "classification": each, "taxonomy_id": taxonomy, "group_ids": [1]},
        )  # fmt: skip
    assert listed(classifications="Ia") == [near]
    assert set(listed(classifications="Ia,II")) == {near, far}
    assert set(listed(classificationsReject="Ia")) == {far, unknown}
    ok("brita", "POST", "/api/listing", {"obj_id": far, "list_name": "rejected_candidates"})
    assert set(listed(listNameReject="rejected_candidates")) == {near, unknown}
    assert listed(listName="rejected_candidates") == [far]
    assert set(listed("nuria", listNameReject="rejected_candidates")) == {near, far, unknown}
    for retired in ("annotationExcludeOrigin", "annotationExcludeOutdatedDate"):
        assert retired in refused(400, "brita", "GET", "/api/candidates", **{retired: "x"})


@pytest.mark.case(24)
def test_window_in_the_past_shows_what_passed_then(listed, posted):
    name = posted(at="2026-11-20T05:00:00")
    posted(name, at="2026-11-22T05:00:00")
    other = posted(at="2026-11-21T05:00:00")
    then = {"startDate": "2026-11-20", "endDate": "2026-11-21T12:00:00"}
    assert listed(**then) == [other, name]
    assert listed(startDate="2026-11-21T12:00:00") == [name]


def test_names_are_completed(ok, posted):
    posted("ZTF26abc")
    posted("ZTF26abd", group_id=G2)
    found = ok("nuria", "GET", "/api/candidates", nameOnly="true", objID="ZTF26ab")
    assert found == {"candidates": [{"id": "ZTF26abc"}]}


def test_records_are_for_brokers_to_compare(ok, posted):
    posted("ZTF26a", at="2026-11-22T05:00:00", passing_alert_id=2**61)
    posted("ZTF26a", at="2026-11-23T05:00:00")
    posted("ZTF26b", group_id=G2)
    found = ok("nuria", "GET", "/api/candidates_filter", startDate="2026-11-01")
    assert [row["obj_id"] for row in found["candidates"]] == ["ZTF26a", "ZTF26a"]
    assert found["candidates"][1]["passing_alert_id"] == 2**61
    assert found["totalMatches"] == 2
    assert ok("nuria", "GET", "/api/candidates_filter", savedStatus="savedToAnySelected") == {
        "candidates": [], "totalMatches": 2,
    }  # fmt: skip


def test_autosave_saves_what_the_query_finds(ok, refused, posted, listed):
    near, far = posted(redshift=0.05), posted(redshift=0.3)
    query = {"autosave": "true", "autosaveGroupIds": str(G1), "maxRedshift": 0.1}
    refused(401, ["nuria", "Comment"], "GET", "/api/candidates", **query)
    ok("nuria", "GET", "/api/candidates", **query)
    assert listed("nuria", savedStatus="savedToAnySelected") == [near]
    assert listed("nuria", savedStatus="notSavedToAnyAccessible") == [far]
