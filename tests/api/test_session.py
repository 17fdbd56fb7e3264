import re

import pytest

from fritz.ports import Put


@pytest.fixture
def sign_in(client, world):
    def go(username):
        return client.get("/signin", query_string={"credential": world.credential(username)})

    return go


def csrf(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def test_link_signs_in_and_goes_to_the_candidates(client, sign_in):
    answer = sign_in("brita")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("fritz_session")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Brita" in client.get("/").text


def test_link_works_once(client, world):
    credential = world.credential("brita")
    assert client.get("/signin", query_string={"credential": credential}).status_code == 303
    client.delete_cookie("fritz_session")
    assert client.get("/signin", query_string={"credential": credential}).status_code == 401
    assert client.get("/").headers["Location"] == "/signin"


def test_without_a_session_pages_lead_to_the_sign_in(client):
    for path in ("/", "/candidates/ZTF26aaaaaaa", "/candidates/1/strip.png"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/signin")
    assert "sign-in link" in client.get("/signin").text


def test_sign_out_revokes_every_session(app, client, world, sign_in):
    sign_in("brita")
    other = app.test_client()
    other.get("/signin", query_string={"credential": world.credential("brita")})
    token = csrf(client.get("/"))
    assert client.post("/signout", data={"csrf_token": token}).headers["Location"] == "/signin"
    assert other.get("/").headers["Location"] == "/signin"


def test_writes_by_cookie_need_the_csrf_token(client, world, sign_in):
    world.candidate("ZTF26aaaaaaa")
    sign_in("brita")
    form = {"group_id": "2"}
    assert client.post("/candidates/ZTF26aaaaaaa/save", data=form).status_code == 400
    assert client.post("/signout").status_code == 400
    assert client.post("/api/sources", json={"id": "ZTF26aaaaaaa"}).status_code == 400
    form["csrf_token"] = csrf(client.get("/candidates/ZTF26aaaaaaa"))
    assert client.post("/candidates/ZTF26aaaaaaa/save", data=form).status_code == 303
    assert "saved to BTS" in client.get("/candidates").text


def test_api_takes_a_cookie_with_its_csrf_token(client, world, sign_in):
    world.candidate("ZTF26aaaaaaa")
    sign_in("brita")
    token = csrf(client.get("/"))
    assert client.get("/api/internal/profile").json["data"]["username"] == "brita"
    body = {"id": "ZTF26aaaaaaa", "group_ids": [2]}
    answer = client.post("/api/sources", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_token_header_makes_cookies_count_for_nothing(client, world, sign_in):
    sign_in("brita")
    bad = {"Authorization": "token fritz_00"}
    assert client.get("/api/internal/profile", headers=bad).status_code == 401
    good = {"Authorization": f"token {world.token('nuria')}"}
    assert client.get("/api/internal/profile", headers=good).json["data"]["username"] == "nuria"
    body = {"id": "ZTF26a", "ra": 1, "dec": 2, "group_ids": [3]}
    assert client.post("/api/sources", json=body, headers=good).status_code == 200
    assert client.get("/", headers=good).status_code == 303


def test_account_that_is_no_user_is_not_let_in(client, world):
    world.identity.credentials["stranger"] = "uid-of-a-stranger"
    client.get("/signin", query_string={"credential": "stranger"})
    assert client.get("/").headers["Location"] == "/signin"
    assert client.get("/api/groups").status_code == 401


def test_viewer_without_the_verb_is_told_and_stays_signed_in(client, world, sign_in):
    world.candidate("ZTF26aaaaaaa")
    sign_in("brita")
    user = world.documents.get("users", "2")
    world.documents.commit([Put("users", "2", user.data | {"roles": [], "acls": ["Comment"]})])
    form = {"group_id": "2", "csrf_token": csrf(client.get("/"))}
    answer = client.post("/candidates/ZTF26aaaaaaa/save", data=form)
    assert answer.status_code == 403
    assert "Upload data" in answer.text
    assert "Save to group" not in client.get("/candidates/ZTF26aaaaaaa").text
