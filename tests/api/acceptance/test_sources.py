"""Acceptance cases 25 to 31 of the marshal's contract: sources."""

from datetime import timedelta

import pytest

from fritz.marshal.annotation import Annotation
from fritz.services.annotations import AnnotationStore
from tests.api.acceptance.conftest import G1, G2
from tests.support.marshal_world import NOW


@pytest.fixture
def listed(ok):
    """Return names of a list of sources, in order."""

    def ask(who="brita", **query):
        return [row["id"] for row in ok(who, "GET", "/api/sources", **query)["sources"]]

    return ask


@pytest.mark.case(25)
def test_saved_source_shows_by_whom_and_when(ok, refused):
    body = {"id": "ZTF26a", "ra": 234.2, "dec": -2.3, "redshift": 3, "group_ids": [G1]}
    assert ok("nuria", "POST", "/api/sources", body) == {"id": "ZTF26a", "saved_to_groups": [G1]}
    (group,) = ok("nuria", "GET", "/api/sources/ZTF26a")["groups"]
    assert (group["id"], group["saved_by"]["username"]) == (G1, "nuria")
    assert group["saved_at"] == "2026-11-23T06:00:00"
    everywhere = {"id": "ZTF26b", "ra": 1, "dec": 2}
    assert ok("brita", "POST", "/api/sources", everywhere)["saved_to_groups"] == [1, G1, G2]
    refused(400, "nuria", "POST", "/api/sources", body | {"id": "with blank"})
    refused(400, "nuria", "POST", "/api/sources", body | {"id": "ZTF26c", "ra": None})


@pytest.mark.case(26)
def test_member_who_may_not_save_is_refused_until_let(world, ok, refused):
    body = {"id": "ZTF26a", "ra": 1, "dec": 2, "group_ids": [G1]}
    user = world.documents.get("users", "3")
    world.set("users", "3", user.data | {"nosave_group_ids": [G1]})
    assert str(G1) in refused(400, "nuria", "POST", "/api/sources", body)
    world.set("users", "3", user.data | {"nosave_group_ids": []})
    ok("nuria", "POST", "/api/sources", body)


@pytest.mark.case(27)
def test_only_an_administrator_says_who_saved(ok, refused):
    body = {
        "id": "ZTF26a", "ra": 1, "dec": 2, "group_ids": [G1], "saver_per_group_id": {str(G1): 3},
    }  # fmt: skip
    assert "saver_per_group_id" in refused(400, "brita", "POST", "/api/sources", body)
    ok("admin", "POST", "/api/sources", body)
    (group,) = ok("admin", "GET", "/api/sources/ZTF26a")["groups"]
    assert group["saved_by"]["id"] == 3


def test_object_is_left_out_where_another_group_has_it(ok, saved):
    name = saved(groups=[G1])
    body = {"id": name, "group_ids": [G2], "ignore_if_in_group_ids": {str(G2): [G1]}}
    answer = ok("brita", "POST", "/api/sources", body)
    assert answer["saved_to_groups"] == []
    assert len(answer["warnings"]) == 1


@pytest.mark.case(28)
def test_unsaved_source_leaves_the_list_and_comes_back(ok, refused, listed, saved):
    name = saved(groups=[G1, G2])
    ok("brita", "POST", "/api/source_groups", {"objId": name, "unsaveGroupIds": [G1]})
    assert listed("nuria") == []
    refused(404, "nuria", "GET", f"/api/sources/{name}")
    assert [g["id"] for g in ok("brita", "GET", f"/api/sources/{name}")["groups"]] == [G2]
    ok("nuria", "POST", "/api/sources", {"id": name, "ra": 1, "dec": 2, "group_ids": [G1]})
    assert listed("nuria") == [name]


@pytest.mark.case(28)
def test_invited_group_accepts(ok, refused, listed, saved):
    name = saved(groups=[G1])
    ok("nuria", "POST", "/api/source_groups", {"objId": name, "inviteGroupIds": [6]})
    assert listed("vera") == []
    assert listed("vera", pendingOnly="true") == [name]
    accept = {"groupID": 6, "active": True, "requested": False}
    refused(400, "nuria", "PATCH", f"/api/source_groups/{name}", accept)
    ok("vera", "PATCH", f"/api/source_groups/{name}", accept)
    assert listed("vera", group_ids="6") == [name]
    assert [g["id"] for g in ok("vera", "GET", f"/api/sources/{name}/groups")] == [6]


@pytest.mark.case(28)
def test_unsaving_by_delete_needs_the_verb_and_takes_body_or_query(ok, refused, saved, listed):
    one, two = saved(), saved()
    refused(401, "nuria", "DELETE", f"/api/sources/{one}", {"group_id": G1})
    ok("admin", "DELETE", f"/api/sources/{one}", {"group_id": G1})
    ok("admin", "DELETE", f"/api/sources/{two}", group_id=G1)
    assert listed("nuria") == []
    refused(400, "admin", "DELETE", f"/api/sources/{one}", {"group_id": G1})


@pytest.mark.case(29)
def test_cone_finds_neighbours_only(listed, saved):
    here = saved(ra=229.9620403, dec=34.8442757)
    near = saved(ra=229.9620403, dec=34.8442757 + 1 / 3600)
    saved(ra=229.97, dec=34.85)
    assert listed(ra=229.9620403, dec=34.8442757, radius=3 / 3600) == [here, near]
    assert listed(ra=229.9620403, dec=34.8442757, radius=0.3 / 3600) == [here]
    assert listed("vera", ra=229.9620403, dec=34.8442757, radius=3 / 3600) == []


@pytest.mark.case(29)
def test_each_condition_keeps_its_own(ok, refused, listed, saved):
    early = saved("ZTF26early", redshift=0.01, alias=["SN2026x"], origin="bts")
    late = saved("AT2026late", redshift=0.2, tns_name="AT 2026abc", groups=[G1, G2])
    plain = saved("ZTF26plain")
    assert set(listed(sourceID="ZTF26")) == {early, plain}
    assert listed(sourceID="2026abc") == [late]
    assert listed(minRedshift=0.1) == [late]
    assert listed(maxRedshift=0.1) == [early]
    assert listed(alias="sn2026") == [early]
    assert listed(origin="BTS") == [early]
    assert listed(hasTNSname="true") == [late]
    assert set(listed(hasNoTNSname="true")) == {early, plain}
    assert listed(group_ids=str(G2)) == [late]
    assert set(listed(rejectedSourceIDs=f"{late},{early}")) == {plain}
    assert listed("admin", savedByCurrentUser="true", sourceID="plain") == [plain]
    assert listed(savedByCurrentUser="true") == []
    past, future = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert len(listed(savedAfter=past.isoformat())) == 3
    assert listed(savedAfter=future.isoformat()) == []
    assert listed(savedBefore=past.isoformat()) == []
    assert listed(createdOrModifiedAfter=future.isoformat()) == []
    assert listed(sortBy="id", sortOrder="desc") == [plain, early, late]
    assert listed(sortBy="redshift", sortOrder="desc")[:2] == [late, early]
    assert listed(sortBy="ra") == [early, late, plain]
    refused(400, "brita", "GET", "/api/sources", sortBy="colour")
    refused(400, "brita", "GET", "/api/sources", ra=1, dec=2)
    refused(400, "brita", "GET", "/api/sources", hasTNSname="true", hasNoTNSname="true")


@pytest.mark.case(29)
def test_classes_labels_lists_and_annotations_select(world, ok, listed, saved):
    one, two = saved(), saved()
    tree = {"class": "Transient", "subclasses": [{"class": "Ia"}]}
    taxonomy = ok(
        "admin", "POST", "/api/taxonomy",
        {"name": "T", "version": "1", "hierarchy": tree, "group_ids": [1]},
    )["taxonomy_id"]  # fmt: skip
    ok(
        "admin", "POST", "/api/classification",
        {"obj_id": one, "classification": "Ia", "taxonomy_id": taxonomy, "group_ids": [1]},
    )  # fmt: skip
    assert listed(classified="true") == listed(classifications="T: Ia") == [one]
    assert listed(unclassified="true") == listed(nonclassifications="T: Ia") == [two]
    ok("nuria", "POST", f"/api/sources/{two}/labels", {"groupIds": [G1]})
    assert listed(hasBeenLabelled="true") == [two]
    assert listed(hasNotBeenLabelled="true") == [one]
    assert listed(hasBeenLabelled="true", currentUserLabeller="true") == []
    shown = ok("brita", "GET", f"/api/sources/{two}", includeLabellers="true")
    assert [each["username"] for each in shown["labellers"]] == ["nuria"]
    ok("nuria", "DELETE", f"/api/sources/{two}/labels", groupIds=str(G1))
    assert listed(hasBeenLabelled="true") == []
    ok("brita", "POST", "/api/listing", {"obj_id": one, "list_name": "favorites"})
    assert listed(listName="favorites") == [one]
    store = AnnotationStore(world.documents)
    store.add(Annotation(1, two, "gaia", {"plx": 2.5}, (G1,), 1, "admin", NOW, NOW))
    assert listed(annotationsFilter="plx: 2: gt") == [two]
    assert listed(annotationsFilter="plx: 2: lt") == []
    assert listed(annotationsFilterOrigin="gaia") == [two]


@pytest.mark.case(29)
def test_save_summary_pages(ok, saved):
    names = [saved(groups=[G1, G2]) for _ in range(3)]
    pages = [
        ok("brita", "GET", "/api/sources", saveSummary="true", numPerPage=4, pageNumber=n)
        for n in (1, 2, 3)
    ]
    rows = [row for page in pages for row in page["sources"]]
    assert [len(page["sources"]) for page in pages] == [4, 2, 0]
    assert {(row["obj_id"], row["group_id"]) for row in rows} == {
        (name, group) for name in names for group in (G1, G2)
    }
    assert all(page["totalMatches"] == 6 for page in pages)
    assert rows[0]["saved_by_id"] == 1


@pytest.mark.case(29)
def test_pages_can_be_pinned_and_followed_by_cursor(ok, saved):
    names = [saved(groups=[G1, G2]) for _ in range(5)]
    first = ok("brita", "GET", "/api/sources", numPerPage=2, useCache="true")
    saved()
    second = ok(
        "brita", "GET", "/api/sources", numPerPage=2, useCache="true", pageNumber=2,
        queryID=first["queryID"],
    )  # fmt: skip
    assert second["totalMatches"] == 5
    found, cursor = [], None
    while True:
        page = ok("brita", "GET", "/api/sources", numPerPage=2, cursor=cursor)
        found += [row["id"] for row in page["sources"]]
        cursor = page.get("cursor")
        if cursor is None:
            break
    assert sorted(found) == sorted([*names, "ZTF26src6"])
    assert len(found) == 6


@pytest.mark.case(30)
def test_close_sources_list_one_another(ok, saved):
    one = saved(ra=120.0, dec=20.0)
    two = saved(ra=120.0, dec=20.0 + 0.36 / 3600)
    saved(ra=120.0, dec=20.0, is_roid=True)
    saved(ra=120.0, dec=20.0 + 5 / 3600)
    for name, other in ((one, two), (two, one)):
        (found,) = ok("nuria", "GET", f"/api/sources/{name}")["duplicates"]
        assert found["obj_id"] == other
        assert found["separation"] == pytest.approx(0.36, abs=1e-3)


@pytest.mark.case(30)
def test_hidden_neighbour_is_no_duplicate(ok, saved):
    one = saved(ra=120.0, dec=20.0)
    saved(ra=120.0, dec=20.0, groups=[G2])
    assert ok("nuria", "GET", f"/api/sources/{one}")["duplicates"] == []
    assert len(ok("brita", "GET", f"/api/sources/{one}")["duplicates"]) == 1


@pytest.mark.case(31)
def test_unknown_source_is_404(call, refused):
    refused(404, "nuria", "GET", "/api/sources/ZTF26nothing")
    assert call("nuria", "HEAD", "/api/sources/ZTF26nothing").status_code == 404


def test_redshift_and_its_history(ok, refused, saved, posted):
    name = saved()
    ok("nuria", "PATCH", f"/api/sources/{name}", {"redshift": 0.1, "redshift_error": 0.01})
    ok("brita", "PATCH", f"/api/sources/{name}", {"redshift": 0.2, "summary": "A supernova."})
    row = ok("nuria", "GET", f"/api/sources/{name}")
    assert [(each["value"], each["set_by_user_id"]) for each in row["redshift_history"]] == [
        (0.1, 3), (0.2, 2),
    ]  # fmt: skip
    assert row["summary_history"][0]["summary"] == "A supernova."
    ok("nuria", "PATCH", f"/api/sources/{name}", {"ra": 12.0})
    assert ok("nuria", "GET", f"/api/sources/{name}")["ra"] == 12.0
    refused(404, "vera", "PATCH", f"/api/sources/{name}", {"redshift": 1})
    refused(401, ["nuria", "Comment"], "PATCH", f"/api/sources/{name}", {"redshift": 1})
    assert "position" in refused(400, "nuria", "PATCH", f"/api/sources/{posted()}", {"ra": 12.0})


def test_source_exists_by_name_or_place(ok, refused, saved):
    name = saved(ra=120.0, dec=20.0)
    assert ok("nuria", "GET", f"/api/source_exists/{name}")["source_exists"] is True
    assert ok("vera", "GET", f"/api/source_exists/{name}")["source_exists"] is False
    near = {"ra": 120.0, "dec": 20.0, "radius": 1 / 3600}
    assert name in ok("nuria", "GET", "/api/source_exists", **near)["message"]
    assert ok("vera", "GET", "/api/source_exists", **near)["source_exists"] is False
    refused(400, "nuria", "GET", "/api/source_exists")


def test_lists_are_their_owners(ok, refused, saved):
    name = saved()
    favourite = {"obj_id": name, "list_name": "favorites"}
    made = ok("nuria", "POST", "/api/listing", favourite)["id"]
    assert "already" in refused(400, "nuria", "POST", "/api/listing", favourite)
    assert [each["id"] for each in ok("nuria", "GET", "/api/listing")] == [made]
    refused(401, "brita", "GET", "/api/listing/3")
    refused(400, "brita", "DELETE", f"/api/listing/{made}")
    refused(400, "nuria", "POST", "/api/listing", {"obj_id": name, "list_name": "watchlist"})
    refused(400, "nuria", "POST", "/api/listing", {"obj_id": name, "list_name": " x"})
    refused(404, "vera", "POST", "/api/listing", favourite)
    ok("nuria", "PATCH", f"/api/listing/{made}", {"list_name": "later"})
    assert ok("nuria", "GET", "/api/listing", listName="favorites") == []
    ok("nuria", "DELETE", "/api/listing", {"obj_id": name, "list_name": "later"})
    assert ok("nuria", "GET", "/api/listing") == []
