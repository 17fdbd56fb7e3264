"""Taxonomies: who posts, sees, changes and deletes them."""

import pytest

from fritz.ports import Put

TREE = {
    "class": "Sky",
    "subclasses": [
        {
            "class": "Supernova",
            "subclasses": [{"class": "Ia", "tags": ["bright"]}, {"class": "II"}],
        },
        {"class": "AGN"},
    ],
}


@pytest.fixture
def ask(client, world):
    """Ask as a user: ``ask("admin", "post", "/api/taxonomy", {...})``."""

    def send(username, method, path, body=None, acls=()):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        return client.open(path, method=method.upper(), json=body, headers=headers)

    return send


@pytest.fixture
def may_post(world):
    """Let Brita post and delete taxonomies."""
    row = world.documents.get("users", "2").data
    acls = [*row["acls"], "Post taxonomy", "Delete taxonomy"]
    world.documents.commit([Put("users", "2", row | {"acls": acls})])


def data(answer):
    assert answer.status_code == 200, answer.json
    assert answer.json["status"] == "success"
    return answer.json["data"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error"), answer.json
    assert answer.json["data"] == {}
    return answer.json["message"]


def post(ask, version="1", user="admin", **more):
    given = {"name": "sky", "version": version, "hierarchy": TREE, **more}
    return data(ask(user, "post", "/api/taxonomy", given))["taxonomy_id"]


def test_posted_taxonomy_is_shown_to_everybody_with_the_keys_that_strict_clients_know(ask):
    number = post(ask, provenance="a paper")
    row = data(ask("vera", "get", f"/api/taxonomy/{number}"))
    assert set(row) == {"id", "name", "version", "provenance", "isLatest", "hierarchy", "groups",
                        "created_at", "modified"}  # fmt: skip
    assert row["hierarchy"] == TREE
    assert (row["provenance"], row["isLatest"]) == ("a paper", True)
    assert [group["name"] for group in row["groups"]] == ["Sitewide Group"]
    assert data(ask("vera", "get", "/api/taxonomy")) == [row]


def test_a_group_s_taxonomy_does_not_exist_for_others(ask):
    number = post(ask, group_ids=[3])
    assert data(ask("nuria", "get", f"/api/taxonomy/{number}"))["id"] == number
    hidden = refused(ask("brita", "get", f"/api/taxonomy/{number}"), 404)
    assert hidden == refused(ask("brita", "get", "/api/taxonomy/99"), 404).replace("99", "1")
    assert data(ask("brita", "get", "/api/taxonomy")) == []


def test_posting_deleting_and_changing_need_their_verbs(ask):
    number = post(ask)
    body = {"name": "x", "version": "1", "hierarchy": TREE}
    assert "Post taxonomy" in refused(ask("brita", "post", "/api/taxonomy", body), 401)
    assert "Post taxonomy" in refused(ask("brita", "put", f"/api/taxonomy/{number}", {}), 401)
    assert "Delete taxonomy" in refused(ask("brita", "delete", f"/api/taxonomy/{number}"), 401)
    refused(ask("admin", "delete", f"/api/taxonomy/{number}", acls=("Post taxonomy",)), 401)


def test_name_and_version_are_unique_and_the_latest_demotes_the_earlier(ask):
    first, second = post(ask, "1"), post(ask, "2")
    old = post(ask, "0.5", isLatest=False)
    latest = {row["id"]: row["isLatest"] for row in data(ask("vera", "get", "/api/taxonomy"))}
    assert latest == {first: False, second: True, old: False}
    body = {"name": "sky", "version": "2", "hierarchy": TREE}
    assert "already" in refused(ask("admin", "post", "/api/taxonomy", body))
    data(ask("admin", "put", f"/api/taxonomy/{first}", {"isLatest": True}))
    latest = {row["id"]: row["isLatest"] for row in data(ask("vera", "get", "/api/taxonomy"))}
    assert latest == {first: True, second: False, old: False}


def test_yaml_text_is_read_as_the_same_tree(ask):
    text = "class: Sky\nsubclasses:\n  - class: AGN\n"
    number = post(ask, hierarchy=None, hierarchy_file=text)
    tree = data(ask("vera", "get", f"/api/taxonomy/{number}"))["hierarchy"]
    assert tree == {"class": "Sky", "subclasses": [{"class": "AGN"}]}


@pytest.mark.parametrize(
    "change",
    [
        {"hierarchy": None}, {"hierarchy_file": "class: x"}, {"hierarchy": []},
        {"hierarchy": {"subclasses": []}}, {"hierarchy": {"class": "a", "subclasses": "b"}},
        {"hierarchy": {"class": "a", "subclasses": [{"class": ""}]}}, {"hierarchy": "text"},
        {"hierarchy": None, "hierarchy_file": "a: ["}, {"name": ""}, {"version": "v" * 300},
        {"hierarchy": None, "hierarchy_file": "&a\nclass: x\nsubclasses: [*a]"},
        {"hierarchy": {"class": "a", "subclasses": [{"class": "b"}] * 6000}},
        {"group_ids": [99]}, {"group_ids": []}, {"name": None},
    ],
)  # fmt: skip
def test_what_is_no_taxonomy_is_400(ask, change):
    body = {"name": "sky", "version": "1", "hierarchy": TREE} | change
    refused(ask("admin", "post", "/api/taxonomy", body))
    assert data(ask("admin", "get", "/api/taxonomy")) == []


def test_an_author_changes_and_deletes_their_own_and_nobody_else_s(ask, may_post):
    others, own = post(ask), post(ask, "mine", "brita")
    refused(ask("brita", "put", f"/api/taxonomy/{others}", {"name": "z"}), 403)
    refused(ask("brita", "delete", f"/api/taxonomy/{others}"), 403)
    data(ask("brita", "put", f"/api/taxonomy/{own}", {"name": "other", "group_ids": [2]}))
    row = data(ask("brita", "get", f"/api/taxonomy/{own}"))
    assert (row["name"], [group["id"] for group in row["groups"]]) == ("other", [2])
    assert row["hierarchy"] == TREE
    refused(ask("vera", "get", f"/api/taxonomy/{own}"), 404)
    data(ask("brita", "delete", f"/api/taxonomy/{own}"))
    refused(ask("brita", "get", f"/api/taxonomy/{own}"), 404)


def test_a_taxonomy_in_use_is_not_deleted(ask):
    number = post(ask)
    data(ask("brita", "post", "/api/sources", {"id": "ZTF26a", "ra": 1, "dec": 2}))
    said = {"obj_id": "ZTF26a", "classification": "Ia", "taxonomy_id": number}
    made = data(ask("brita", "post", "/api/classification", said))["classification_id"]
    assert "classifications" in refused(ask("admin", "delete", f"/api/taxonomy/{number}"))
    data(ask("brita", "delete", f"/api/classification/{made}"))
    data(ask("admin", "delete", f"/api/taxonomy/{number}"))
    refused(ask("admin", "delete", f"/api/taxonomy/{number}"), 404)
