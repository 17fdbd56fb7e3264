"""Classifications: who posts, sees, changes, votes."""

from datetime import timedelta

import pytest

from fritz.ports import Put
from tests.support.marshal_world import NOW

TREE = {"class": "Sky", "subclasses": [{"class": "Ia"}, {"class": "AGN"}]}
ROW = frozenset({"id", "obj_id", "classification", "taxonomy_id", "probability", "author_name",
                 "author_id", "origin", "ml", "taxonomy", "votes", "edits", "groups",
                 "created_at", "modified"})  # fmt: skip


@pytest.fixture
def ask(client, world):
    def send(username, method, path, body=None, acls=(), **query):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        return client.open(
            path, method=method.upper(), json=body, headers=headers, query_string=query
        )

    return send


def data(answer):
    assert answer.status_code == 200, answer.json
    assert answer.json["status"] == "success"
    return answer.json["data"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error"), answer.json
    assert answer.json["data"] == {}
    return answer.json["message"]


@pytest.fixture
def taxonomy(ask):
    """A taxonomy for everybody, and two objects: one everybody's, one of the AGN group alone."""
    data(ask("brita", "post", "/api/sources", {"id": "ZTF26all", "ra": 1, "dec": 2}))
    agn = {"id": "ZTF26agn", "ra": 3, "dec": 4, "group_ids": [3]}
    data(ask("nuria", "post", "/api/sources", agn))
    body = {"name": "sky", "version": "1", "hierarchy": TREE}
    return data(ask("admin", "post", "/api/taxonomy", body))["taxonomy_id"]


@pytest.fixture
def post(ask, taxonomy):
    def send(username="brita", obj_id="ZTF26all", name="Ia", **more):
        body = {"obj_id": obj_id, "classification": name, "taxonomy_id": taxonomy} | more
        return ask(username, "post", "/api/classification", body)

    return send


def shown(ask, username, number, **query):
    return data(ask(username, "get", f"/api/classification/{number}", **query))


def test_posted_classification_is_shown_with_its_author_and_their_vote(ask, post, taxonomy):
    number = data(post(probability=0.75))["classification_id"]
    row = shown(ask, "vera", number)
    assert set(row) == ROW
    assert (row["obj_id"], row["classification"], row["probability"]) == ("ZTF26all", "Ia", 0.75)
    assert (row["author_name"], row["author_id"], row["ml"]) == ("brita", 2, False)
    assert [(v["voter_id"], v["vote"], v["classification_id"]) for v in row["votes"]] == [
        (2, 1, number)
    ]
    assert [group["name"] for group in row["groups"]] == ["Sitewide Group"]
    assert row["taxonomy"] is None
    assert shown(ask, "vera", number, includeTaxonomy="true")["taxonomy"]["id"] == taxonomy
    assert data(ask("vera", "get", "/api/sources/ZTF26all/classifications")) == [row]


def test_a_model_s_classification_is_marked_with_its_version(ask, post):
    said = {"ml": True, "origin": "braai", "version": "d6_m9", "vote": False, "probability": 1}
    row = shown(ask, "brita", data(post(**said))["classification_id"])
    assert (row["ml"], row["origin"], row["votes"]) == (True, "braai:d6_m9", [])


def test_several_are_posted_all_or_none(ask, taxonomy):
    one = {"obj_id": "ZTF26all", "classification": "Ia", "taxonomy_id": taxonomy}
    several = {"classifications": [one, one | {"classification": "AGN", "vote": False}]}
    made = data(ask("brita", "post", "/api/classification", several))["classification_ids"]
    assert made == [1, 2]
    spoilt = {"classifications": [one, one | {"classification": "Quasar"}]}
    assert "Quasar" in refused(ask("brita", "post", "/api/classification", spoilt))
    rows = data(ask("brita", "get", "/api/sources/ZTF26all/classifications"))
    assert [row["classification"] for row in rows] == ["Ia", "AGN"]
    refused(ask("brita", "post", "/api/classification", {"classifications": []}))


@pytest.mark.parametrize(
    "change",
    [
        {"classification": "Quasar"}, {"taxonomy_id": 99}, {"probability": 1.5},
        {"probability": -0.1}, {"probability": float("nan")}, {"obj_id": "ZTF26nothing"},
        {"obj_id": "ZTF26agn"}, {"group_ids": [3]}, {"group_ids": [99]}, {"obj_id": None},
    ],
)  # fmt: skip
def test_what_is_no_classification_is_400(ask, post, change):
    refused(post(**change))
    assert data(ask("admin", "get", "/api/classification"))["totalMatches"] == 0


def test_writing_needs_the_verb(ask, post, taxonomy):
    number = data(post())["classification_id"]
    body = {"obj_id": "ZTF26all", "classification": "Ia", "taxonomy_id": taxonomy}
    for method, path in [
        ("post", "/api/classification"), ("put", f"/api/classification/{number}"),
        ("delete", f"/api/classification/{number}"),
        ("delete", "/api/sources/ZTF26all/classifications"),
        ("delete", f"/api/classification/votes/{number}"),
    ]:  # fmt: skip
        assert "Classify" in refused(ask("brita", method, path, body, ("Comment",)), 401)
    path = f"/api/classification/votes/{number}"
    refused(ask("brita", "post", path, {"vote": -1}, ("Comment",)), 401)


def test_what_is_not_shared_with_the_caller_does_not_exist(ask, post):
    of_group = data(post("nuria", group_ids=[3]))["classification_id"]
    of_hidden = data(post("nuria", "ZTF26agn", "AGN"))["classification_id"]
    for number in (of_group, of_hidden):
        missing = refused(ask("brita", "get", "/api/classification/99"), 404)
        assert refused(ask("brita", "get", f"/api/classification/{number}"), 404) == (
            missing.replace("99", str(number))
        )
        refused(ask("brita", "put", f"/api/classification/{number}", {"probability": 0}), 404)
        refused(ask("brita", "delete", f"/api/classification/{number}"), 404)
        path = f"/api/classification/votes/{number}"
        refused(ask("brita", "post", path, {"vote": 1}), 404)
    assert data(ask("brita", "get", "/api/classification"))["classifications"] == []
    assert data(ask("brita", "get", "/api/sources/ZTF26all/classifications")) == []
    refused(ask("brita", "get", "/api/sources/ZTF26agn/classifications"), 404)
    refused(ask("brita", "get", "/api/sources/ZTF26nothing/classifications"), 404)
    seen = data(ask("nuria", "get", "/api/classification"))["classifications"]
    assert {row["id"] for row in seen} == {of_group, of_hidden}


def test_a_hidden_taxonomy_hides_its_classifications(ask, post):
    body = {"name": "agn", "version": "1", "hierarchy": TREE, "group_ids": [3]}
    hidden = data(ask("admin", "post", "/api/taxonomy", body))["taxonomy_id"]
    refused(post("brita", taxonomy_id=hidden))
    number = data(post("nuria", taxonomy_id=hidden))["classification_id"]
    assert shown(ask, "nuria", number)["taxonomy_id"] == hidden
    refused(ask("brita", "get", f"/api/classification/{number}"), 404)


def test_a_candidate_nobody_saved_is_classified(ask, post, world):
    world.candidate("ZTF26new", filter_id=1)
    number = data(post(obj_id="ZTF26new"))["classification_id"]
    assert shown(ask, "nuria", number)["obj_id"] == "ZTF26new"
    refused(ask("vera", "get", f"/api/classification/{number}"), 404)


def test_author_changes_the_probability_and_the_old_one_is_kept(ask, post):
    number = data(post(probability=0.5, ml=True))["classification_id"]
    path = f"/api/classification/{number}"
    data(ask("brita", "put", path, {"probability": 0.9, "classification": "AGN"}))
    data(ask("brita", "put", path, {"origin": "eye"}))
    row = shown(ask, "brita", number)
    assert (row["probability"], row["classification"], row["origin"], row["ml"]) == (
        0.9, "AGN", "eye", True,
    )  # fmt: skip
    (edit,) = row["edits"]
    assert (edit["old_probability"], edit["new_probability"], edit["editor_name"]) == (
        0.5, 0.9, "brita",
    )  # fmt: skip
    refused(ask("brita", "put", path, {"probability": 2}))
    refused(ask("brita", "put", path, {"classification": "Quasar"}))
    refused(ask("brita", "put", path, {"taxonomy_id": 99}))
    refused(ask("nuria", "put", path, {"probability": 0.1}), 403)
    assert shown(ask, "brita", number)["probability"] == 0.9


def test_author_or_group_admin_deletes(ask, post, world):
    first, second = (data(post(group_ids=[2]))["classification_id"] for _ in range(2))
    refused(ask("farid", "delete", f"/api/classification/{first}"), 403)
    data(ask("brita", "delete", f"/api/classification/{first}"))
    refused(ask("brita", "get", f"/api/classification/{first}"), 404)
    farid = world.documents.get("users", "4").data
    world.documents.commit([Put("users", "4", farid | {"admin_group_ids": [2]})])
    data(ask("farid", "delete", f"/api/classification/{second}"))
    refused(ask("farid", "delete", f"/api/classification/{second}"), 404)


def test_deleting_an_object_s_leaves_what_is_not_the_caller_s(ask, post):
    data(post("brita"))
    kept = data(post("nuria"))["classification_id"]
    data(ask("brita", "delete", "/api/sources/ZTF26all/classifications", {"label": False}))
    rows = data(ask("brita", "get", "/api/sources/ZTF26all/classifications"))
    assert [row["id"] for row in rows] == [kept]


def test_a_person_has_one_vote(ask, post):
    number = data(post())["classification_id"]
    path = f"/api/classification/votes/{number}"

    def votes():
        return {v["voter_id"]: v["vote"] for v in shown(ask, "brita", number)["votes"]}

    data(ask("nuria", "post", path, {"vote": 1}))
    data(ask("nuria", "post", path, {"vote": -1}))
    assert votes() == {2: 1, 3: -1}
    data(ask("brita", "delete", path))
    data(ask("brita", "delete", path))
    assert votes() == {3: -1}
    for vote in (0, 2, "x", None):
        refused(ask("nuria", "post", path, {"vote": vote}))
    refused(ask("nuria", "post", "/api/classification/votes/99", {"vote": 1}), 404)


def test_pages_hold_each_once_newest_first(ask, post, world, app):
    made = [data(post())["classification_id"] for _ in range(5)]
    pages = [
        data(ask("vera", "get", path, numPerPage=2, pageNumber=n))
        for path in ("/api/classification", "/api/classifications") for n in (1, 2, 3, 4)
    ]  # fmt: skip
    listed = [row["id"] for page in pages[:4] for row in page["classifications"]]
    assert listed == made[::-1]
    assert pages[4:] == pages[:4]
    assert all(page["totalMatches"] == 5 for page in pages)
    late = (NOW + timedelta(days=1)).isoformat()
    assert data(ask("vera", "get", "/api/classification", startDate=late))["totalMatches"] == 0
    assert data(ask("vera", "get", "/api/classification", endDate=late))["totalMatches"] == 5
    refused(ask("vera", "get", "/api/classification", pageNumber=0))
    refused(ask("vera", "get", "/api/classification", startDate="x"))
