"""The marshal's contract on people and access: acceptance cases 1 to 13."""

import uuid
from datetime import timedelta

import pytest

from fritz.services.rate_limits import Rate
from tests.support.marshal_world import NOW
from webapp.app import create_app
from webapp.settings import WebSettings

PUBLIC, PARTNERSHIP, CALTECH = 1, 2, 3
BTS, AGN, FAST = 2, 3, 4


@pytest.fixture
def call(client, world):
    """Call the API as a user: ``call("brita", "POST", "/api/groups", {...}, acls=[...])``."""
    tokens = {("view_only", ()): world.token("brita", "Run Analyses")}

    def ask(username, method, path, body=None, *, acls=()):
        if (username, tuple(acls)) not in tokens:
            tokens[username, tuple(acls)] = world.token(username, *acls)
        headers = {"Authorization": f"token {tokens[username, tuple(acls)]}"}
        return client.open(path, method=method, json=body, headers=headers)

    return ask


@pytest.fixture
def group(call):
    """A group of brita's and nuria's, whose admin brita is; its id."""
    body = {"name": "Kilonovae", "group_admins": [2]}
    number = call("brita", "POST", "/api/groups", body).json["data"]["id"]
    added = call("brita", "POST", f"/api/groups/{number}/users", {"userID": 3, "admin": False})
    assert added.json["data"] == {"group_id": number, "user_id": 3, "admin": False}
    return number


def of_group(call, group_id, username="brita"):
    return call(username, "GET", f"/api/groups/{group_id}").json["data"]


@pytest.mark.case(1)
def test_sysinfo_has_the_envelope(call):
    answer = call("brita", "GET", "/api/sysinfo")
    assert answer.status_code == 200
    assert set(answer.json) == {"status", "data", "version"}
    assert answer.json["status"] == "success"


@pytest.mark.case(2)
def test_without_a_good_token_nothing_is_told(client, world):
    good = world.token("brita")
    for header in (None, f"token {uuid.uuid4()}", good, f"Token{good}"):
        headers = {} if header is None else {"Authorization": header}
        answer = client.get("/api/groups", headers=headers)
        assert (answer.status_code, answer.json["status"]) == (401, "error"), header


@pytest.mark.case(3)
def test_a_view_only_token_writes_nothing(call):
    path = "/api/sources/ZTF26aaaaaaa"
    for method, where, body in (
        ("POST", "/api/sources", {"id": "ZTF26aaaaaaa", "ra": 1, "dec": 2}),
        ("PATCH", path, {"redshift": 0.1}),
        ("POST", f"{path}/comments", {"text": "hello"}),
        ("POST", f"{path}/annotations", {"origin": "x", "data": {"n": 1}}),
    ):
        answer = call("view_only", method, where, body)
        assert (answer.status_code, answer.json["status"]) == (401, "error"), where


@pytest.mark.case(4)
def test_nonsense_is_400(call):
    answer = call("brita", "GET", "/api/nonsense")
    assert (answer.status_code, answer.json["status"]) == (400, "error")


class Ticking:
    """A clock that the test moves."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_s(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.mark.case(5)
def test_too_many_calls_are_429_with_retry_after_and_a_paced_loop_never_fails(world):
    world.clock = Ticking()
    settings = WebSettings(b"s" * 32, secure_cookies=False, version="1", rate=Rate(5.0, 10))
    client = create_app(world, settings).test_client()
    headers = {"Authorization": f"token {world.token('brita')}"}
    statuses = [client.get("/api/streams", headers=headers).status_code for _ in range(15)]
    assert statuses == [200] * 10 + [429] * 5
    refused = client.get("/api/streams", headers=headers)
    assert (refused.headers["Retry-After"], refused.json["status"]) == ("1", "error")
    other = {"Authorization": f"token {world.token('nuria')}"}
    assert client.get("/api/streams", headers=other).status_code == 200
    world.clock.pass_s(1)
    assert client.get("/api/streams", headers=headers).status_code == 200
    for _ in range(50):
        world.clock.pass_s(0.2)
        assert client.get("/api/streams", headers=headers).status_code == 200


@pytest.mark.case(6)
def test_tokens_are_made_by_an_admin_for_a_user_and_by_users_once(call, client):
    body = {"name": "script", "acls": ["Comment", "Upload data"], "user_id": 2}
    secret = call("admin", "POST", "/api/internal/tokens", body).json["data"]["token_id"]
    headers = {"Authorization": f"token {secret}"}
    profile = client.get("/api/internal/profile", headers=headers).json["data"]
    assert (profile["username"], profile["permissions"]) == ("brita", ["Comment", "Upload data"])
    own = {"name": "mine", "acls": ["Comment"]}
    again = client.post("/api/internal/tokens", json=own, headers=headers)
    assert (again.status_code, "already" in again.json["message"]) == (400, True)
    lacking = call("admin", "POST", "/api/internal/tokens", body | {"acls": ["Manage users"]})
    assert (lacking.status_code, "Manage users" in lacking.json["message"]) == (400, True)
    listed = client.get("/api/internal/tokens", headers=headers).json["data"]
    assert "script" in [each["name"] for each in listed]
    gone = client.delete(f"/api/internal/tokens/{secret}", headers=headers)
    assert gone.status_code == 200
    assert client.get("/api/internal/profile", headers=headers).status_code == 401
    left = call("admin", "GET", "/api/internal/tokens?userID=2").json["data"]
    assert "script" not in [each["name"] for each in left]


@pytest.mark.case(7)
def test_roles_are_four_and_given_by_those_who_manage_users(call):
    roles = {each["id"]: each["acls"] for each in call("brita", "GET", "/api/roles").json["data"]}
    assert set(roles) == {"Super admin", "Group admin", "Full user", "View only"}
    assert roles["View only"] == []
    assert "Classify" in roles["Full user"]
    assert len(roles["Super admin"]) == len(call("brita", "GET", "/api/acls").json["data"]) == 26
    unknown = call("admin", "POST", "/api/user/2/roles", {"roleIds": ["Emperor"]})
    assert (unknown.status_code, "Emperor" in unknown.json["message"]) == (400, True)
    assert call("brita", "POST", "/api/user/2/roles", {"roleIds": ["Full user"]}).status_code == 401
    assert (
        call("admin", "POST", "/api/user/2/roles", {"roleIds": ["Group admin"]}).json["data"] == {}
    )
    assert "Manage users" in call("brita", "GET", "/api/user/2").json["data"]["permissions"]
    assert call("admin", "DELETE", "/api/user/2/roles/Group admin").status_code == 200
    assert "Manage users" not in call("brita", "GET", "/api/user/2").json["data"]["permissions"]


@pytest.mark.case(8)
def test_group_is_made_and_found_by_name(call):
    made = call("brita", "POST", "/api/groups", {"name": "Novae", "group_admins": [2]}).json["data"]
    (found,) = call("nuria", "GET", "/api/groups?name=Novae").json["data"]
    assert (found["id"], found["name"]) == (made["id"], "Novae")
    for name in ("", "  ", "Novae"):
        assert call("brita", "POST", "/api/groups", {"name": name}).status_code == 400
    assert [u["username"] for u in of_group(call, made["id"])["users"] if u["admin"]] == ["brita"]


@pytest.mark.case(9)
def test_a_member_holds_the_groups_streams(call):
    refused = call("admin", "POST", f"/api/groups/{AGN}/users", {"userID": 2, "admin": False})
    assert refused.status_code == 403
    assert "ZTF Public+Partnership" in refused.json["message"]
    granted = call("admin", "POST", f"/api/streams/{PARTNERSHIP}/users", {"user_id": 2})
    assert granted.json["data"] == {"stream_id": PARTNERSHIP, "user_id": 2}
    added = call("admin", "POST", f"/api/groups/{AGN}/users", {"userID": 2, "admin": False})
    assert added.status_code == 200
    assert AGN in [g["id"] for g in call("brita", "GET", "/api/groups").json["data"]["user_groups"]]


@pytest.mark.case(10)
def test_a_stream_that_a_filter_uses_stays(call, group):
    assert call("brita", "POST", f"/api/groups/{group}/streams", {"stream_id": PUBLIC}).json[
        "data"
    ] == {"group_id": group, "stream_id": PUBLIC}
    lacking = call("brita", "POST", f"/api/groups/{group}/streams", {"stream_id": PARTNERSHIP})
    assert (lacking.status_code, "brita" in lacking.json["message"]) == (400, True)
    body = {"name": "fast", "stream_id": PUBLIC, "group_id": group}
    made = call("brita", "POST", "/api/filters", body).json["data"]["id"]
    path = f"/api/groups/{group}/streams/{PUBLIC}"
    used = call("brita", "DELETE", path)
    assert (used.status_code, "fast" in used.json["message"]) == (400, True)
    assert call("brita", "DELETE", f"/api/filters/{made}").status_code == 200
    assert call("brita", "DELETE", path).status_code == 200
    assert of_group(call, group)["streams"] == []


@pytest.mark.case(11)
def test_members_are_added_and_removed_by_admins_and_leave_by_themselves(call, group, world):
    users = f"/api/groups/{group}/users"
    assert call("nuria", "POST", users, {"userID": 4, "admin": False}).status_code == 403
    assert call("nuria", "DELETE", f"{users}/2").status_code == 403
    assert call("brita", "POST", users, {"userID": 4}).status_code == 200
    assert call("brita", "POST", users, {"userID": 4}).status_code == 400
    assert call("brita", "DELETE", f"{users}/4").status_code == 200
    assert call("nuria", "DELETE", f"{users}/3").status_code == 200
    assert [each["id"] for each in of_group(call, group)["users"]] == [2]
    own = world.documents.get("users", "2").data["own_group_id"]
    for method, path, body in (
        ("POST", f"/api/groups/{own}/users", {"userID": 3}),
        ("DELETE", f"/api/groups/{own}/users/2", None),
    ):
        refused = call("admin", method, path, body)
        assert (refused.status_code, "single-user" in refused.json["message"]) == (400, True)


@pytest.mark.case(12)
def test_streams_are_granted_and_revoked_by_administrators(call, group):
    path = f"/api/streams/{CALTECH}/users"
    assert call("brita", "POST", path, {"user_id": 3}).status_code == 400
    assert call("brita", "DELETE", f"{path}/5").status_code == 401
    assert call("admin", "POST", path, {"user_id": 3}).status_code == 200
    assert call("admin", "DELETE", f"{path}/3").status_code == 200
    needed = call("admin", "DELETE", f"/api/streams/{PARTNERSHIP}/users/3")
    assert (needed.status_code, "Active Galaxies" in needed.json["message"]) == (400, True)


@pytest.mark.case(13)
def test_filters_take_the_groups_streams_and_go_with_the_group(call, group):
    body = {"name": "deep", "stream_id": CALTECH, "group_id": group}
    assert call("brita", "POST", "/api/filters", body).status_code == 401
    foreign = call("brita", "POST", "/api/filters", body | {"stream_id": PUBLIC})
    assert (foreign.status_code, "does not hold" in foreign.json["message"]) == (400, True)
    call("brita", "POST", f"/api/groups/{group}/streams", {"stream_id": PUBLIC})
    made = call("brita", "POST", "/api/filters", body | {"stream_id": PUBLIC}).json["data"]["id"]
    seen = [
        each["id"] for each in call("nuria", "GET", "/api/filters", acls=["Comment"]).json["data"]
    ]
    assert made in seen
    assert all(n in seen for n in (1, 2))
    assert 5 not in seen
    changed = call("brita", "PATCH", f"/api/filters/{made}", {"stream_id": PARTNERSHIP})
    assert changed.status_code == 400
    assert [each["id"] for each in of_group(call, group)["filters"]] == [made]
    assert call("nuria", "DELETE", f"/api/groups/{group}").status_code == 403
    assert call("brita", "DELETE", f"/api/groups/{group}").status_code == 200
    assert call("brita", "GET", f"/api/filters/{made}").status_code == 400
    assert call("brita", "GET", f"/api/groups/{group}").status_code == 400
    for kept in (1, call("brita", "GET", "/api/groups/public").json["data"]["id"]):
        assert call("admin", "DELETE", f"/api/groups/{kept}").status_code == 400
