"""Tags on objects: who makes, puts on, sees and takes off, and lists by them."""

import pytest


@pytest.fixture
def ask(client, world):
    def send(username, method, path, body=None, acls=()):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        answer = client.open(path, method=method, json=body, headers=headers)
        return answer.status_code, answer.json.get("message") or answer.json["data"]

    return send


@pytest.fixture
def tagged(world, ask):
    """An object of two groups with a tag for one of them, another with none."""
    for name in ("ZTF26tagged", "ZTF26plain"):
        world.candidate(name)
        world.save(name, 2, 4)
    _, option = ask("admin", "POST", "/api/objtagoption", {"name": "Nuclear", "color": "#3a87ad"})
    body = {"obj_id": "ZTF26tagged", "objtagoption_id": option["id"], "group_ids": [4]}
    status, made = ask("farid", "POST", "/api/objtag", body)
    assert (status, made["message"]) == (200, None), made
    return body | {"id": made["id"]}


def test_a_tag_is_seen_by_its_groups_alone_in_objects_lists_and_conditions(ask, tagged):
    def names(username):
        seen = {tag["name"] for tag in ask(username, "GET", "/api/objtag?obj_id=ZTF26tagged")[1]}
        row = ask(username, "GET", "/api/sources/ZTF26tagged")[1]
        listed = {r["id"]: r["tags"] for r in ask(username, "GET", "/api/sources")[1]["sources"]}
        assert {t["name"] for t in row["tags"]} == seen
        assert {t["name"] for t in listed["ZTF26tagged"]} == seen
        found = ask(username, "GET", "/api/sources?tags=nuclear,none")[1]["sources"]
        assert {each["id"] for each in found} == ({"ZTF26tagged"} if seen else set())
        of_tag = ask(username, "GET", f"/api/objtag?objtagoption_id={tagged['objtagoption_id']}")
        assert len(of_tag[1]) == len(seen)
        return seen

    assert names("farid") == {"Nuclear"}
    assert names("brita") == set()
    assert ask("vera", "GET", "/api/objtag?obj_id=ZTF26tagged")[1] == []
    assert ask("brita", "DELETE", f"/api/objtag/{tagged['id']}")[0] == 404
    status, again = ask("brita", "POST", "/api/objtag", tagged | {"group_ids": [2]})
    assert (status, again["id"]) == (200, tagged["id"])
    assert names("brita") == {"Nuclear"}
    (row,) = ask("brita", "GET", "/api/objtag?obj_id=ZTF26tagged")[1]
    assert [group["id"] for group in row["groups"]] == [2]


def test_who_takes_a_tag_off_takes_it_from_their_own_groups(ask, tagged):
    ask("brita", "POST", "/api/objtag", tagged | {"group_ids": [2]})
    path = f"/api/objtag/{tagged['id']}"
    assert ask("brita", "DELETE", path, {"group_ids": [4]}) == (400, "no group 4")
    assert ask("brita", "DELETE", path)[0] == 200
    assert ask("brita", "GET", "/api/objtag?obj_id=ZTF26tagged")[1] == []
    assert len(ask("farid", "GET", "/api/objtag?obj_id=ZTF26tagged")[1]) == 1
    option = f"/api/objtagoption/{tagged['objtagoption_id']}"
    assert "is on objects" in ask("admin", "DELETE", option)[1]
    assert ask("farid", "DELETE", path)[0] == 200
    assert ask("admin", "DELETE", option)[0] == 200
    assert ask("farid", "DELETE", path)[0] == 404


@pytest.mark.parametrize(
    ("username", "path", "body", "expected"),
    [
        ("admin", "objtagoption", {"name": "nuclear"}, 400),
        ("admin", "objtagoption", {"name": "two words"}, 400),
        ("admin", "objtagoption", {"name": "New", "color": "red"}, 400),
        ("vera", "objtag", {"obj_id": "ZTF26tagged", "objtagoption_id": 1}, 404),
        ("brita", "objtag", {"obj_id": "ZTF26tagged", "objtagoption_id": 99}, 404),
        ("brita", "objtag", {"obj_id": "ZTF26tagged", "objtagoption_id": 1, "group_ids": [4]}, 400),
    ],
)
def test_what_cannot_be_is_refused(ask, tagged, username, path, body, expected):
    assert ask(username, "POST", f"/api/{path}", body)[0] == expected
    verbs = {"objtagoption": "Manage sources", "objtag": "Upload data"}
    status, said = ask("admin", "POST", f"/api/{path}", body, ["Comment"])
    assert (status, verbs[path] in said) == (401, True)


def test_page_of_a_source_puts_tags_on_and_takes_them_off(browse, world, tagged):
    client = browse("admin")
    page = client.get("/source/ZTF26tagged").text
    assert "#Nuclear" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "objtagoption_id": tagged["objtagoption_id"], "group_ids": 4}
    assert client.post("/source/ZTF26plain/tags", data=form).status_code == 303
    assert "ZTF26plain" in client.get("/sources?tags=Nuclear").text
    assert (
        client.post(f"/source/ZTF26tagged/tags/{tagged['id']}/take", data=form).status_code == 303
    )
    assert "ZTF26tagged" not in client.get("/sources?tags=Nuclear").text
    new = {"csrf_token": token, "name": "Host"}
    status = client.post("/source/ZTF26plain/tags/new", data=new).status_code
    assert (status, "#Host" in client.get("/source/ZTF26plain").text) == (303, True)
