import pytest


def test_groups_by_what_the_caller_has_to_do_with_them(get):
    data = get("brita", "/api/groups").json["data"]
    assert [group["id"] for group in data["user_groups"]] == [1, 2, 5]
    assert [group["id"] for group in data["user_accessible_groups"]] == [1, 2, 5]
    assert [group["id"] for group in data["all_groups"]] == [1, 2, 3, 4, 5, 6]
    assert data["all_groups"][1]["nickname"] == "BTS"


def test_admin_has_access_to_every_group(get):
    assert len(get("admin", "/api/groups").json["data"]["user_accessible_groups"]) == 6


def test_profile_is_the_token_owners(get):
    data = get("nuria", "/api/internal/profile").json["data"]
    assert (data["id"], data["username"], data["first_name"]) == (3, "nuria", "Nuria")
    assert data["roles"] == ["Full user"]
    assert "Upload data" in data["permissions"]
    assert [stream["name"] for stream in data["streams"]] == [
        "ZTF Public",
        "ZTF Public+Partnership",
    ]
    assert data["streams"][1]["altdata"] == {"collection": "ZTF_alerts", "selector": [1, 2]}
    (token,) = data["tokens"]
    assert set(token) == {"id", "name", "acls", "created_at"}
    assert data["groupAdmissionRequests"] == []


def test_token_has_no_more_than_its_verbs(client, world):
    headers = {"Authorization": f"token {world.token('admin', 'Comment')}"}
    world.candidate("ZTF26partners", filter_id=2)
    data = client.get("/api/internal/profile", headers=headers).json["data"]
    assert data["permissions"] == ["Comment"]


@pytest.fixture
def call(client, world):
    tokens = {}

    def ask(username, method, path, body=None):
        if username not in tokens:
            tokens[username] = world.token(username)
        headers = {"Authorization": f"token {tokens[username]}"}
        return client.open(path, method=method, json=body, headers=headers)

    return ask


def test_profile_is_changed_by_its_owner_and_preferences_are_merged(call, world):
    body = {
        "username": "brightbrita", "bio": "Supernovae, bright ones.", "affiliations": ["Caltech"],
        "preferences": {"plots": {"g": "green"}, "dark": True},
    }  # fmt: skip
    assert call("brita", "PATCH", "/api/internal/profile", body).status_code == 200
    more = {"preferences": {"plots": {"r": "red"}}}
    assert call("brita", "PATCH", "/api/internal/profile", more).status_code == 200
    data = call("brita", "GET", "/api/internal/profile").json["data"]
    assert (data["username"], data["affiliations"]) == ("brightbrita", ["Caltech"])
    assert data["preferences"] == {"plots": {"g": "green", "r": "red"}, "dark": True}
    own = world.documents.get("users", "2").data["own_group_id"]
    assert world.documents.get("groups", str(own)).data["name"] == "brightbrita"


@pytest.mark.parametrize(
    "body", [{"username": "abcd"}, {"username": "nuria"}, {"bio": "short"}, {"bio": "x" * 1001}]
)
def test_profile_refuses_names_and_texts_that_are_none(call, body):
    assert call("brita", "PATCH", "/api/internal/profile", body).status_code == 400


def test_new_user_has_a_group_of_their_own_and_is_in_the_sitewide_one(call):
    body = {"username": "carla", "oauth_uid": "Carla@x.example", "groupIDsAndAdmin": [[2, True]]}
    number = call("admin", "POST", "/api/user", body).json["data"]["id"]
    row = call("admin", "GET", f"/api/user/{number}").json["data"]
    assert row["roles"] == ["Full user"]
    names = [group["name"] for group in row["groups"]]
    assert names == ["carla", "Sitewide Group", "Bright Transient Survey"]
    assert [stream["id"] for stream in row["streams"]] == [1]
    again = call("admin", "POST", "/api/user", body | {"oauth_uid": None})
    assert (again.status_code, "taken" in again.json["message"]) == (400, True)
    lacking = body | {"username": "clara", "oauth_uid": None, "groupIDsAndAdmin": [[3, False]]}
    refused = call("admin", "POST", "/api/user", lacking)
    assert (refused.status_code, "Partnership" in refused.json["message"]) == (403, True)


def test_users_are_found_and_their_addresses_hidden(call):
    found = call("admin", "GET", "/api/user?lastName=NUC").json["data"]
    assert [user["username"] for user in found["users"]] == ["nuria"]
    assert found["users"][0]["contact_email"] == "nuria@fritz.invalid"
    hidden = call("brita", "GET", "/api/user").json["data"]
    assert hidden["totalMatches"] == 5
    others = [user for user in hidden["users"] if user["username"] != "brita"]
    assert all(user["contact_email"] is None and user["groups"] is None for user in others)
    page = call("admin", "GET", "/api/user?numPerPage=2&pageNumber=2&sortOrder=desc").json["data"]
    assert [user["username"] for user in page["users"]] == ["farid", "brita"]
    by_group = call("admin", "GET", "/api/user?group=Fast Transients").json["data"]["users"]
    assert [user["username"] for user in by_group] == ["admin", "farid"]
    assert call("brita", "GET", "/api/user?email=nuria").json["data"]["totalMatches"] == 0


def test_a_user_who_goes_takes_tokens_and_own_group_along(call, client, world):
    headers = {"Authorization": f"token {world.token('vera')}"}
    own = world.documents.get("users", "5").data["own_group_id"]
    assert call("admin", "DELETE", "/api/user/5").status_code == 200
    assert client.get("/api/groups", headers=headers).status_code == 401
    assert world.documents.get("groups", str(own)) is None
    assert call("admin", "GET", "/api/user/5").status_code == 400
    assert call("admin", "DELETE", "/api/user/1").status_code == 400


def test_token_is_renamed_given_other_verbs_and_never_shown(call, client):
    body = {"name": "script", "acls": ["Comment"], "expires_at": "2027-01-01"}
    secret = call("admin", "POST", "/api/internal/tokens", body).json["data"]["token_id"]
    assert len(secret) == len("fritz_") + 64
    change = {"name": "better", "acls": ["Classify"]}
    assert call("admin", "PUT", f"/api/internal/tokens/{secret}", change).status_code == 200
    row = call("admin", "GET", f"/api/internal/tokens/{secret}").json["data"]
    assert (row["name"], row["acls"]) == ("better", [{"id": "Classify"}])
    assert secret not in str(call("admin", "GET", "/api/internal/tokens").json)
    weak = client.post(
        "/api/internal/tokens",
        json={"name": "stronger", "acls": ["Upload data"]},
        headers={"Authorization": f"token {secret}"},
    )
    assert (weak.status_code, "Upload data" in weak.json["message"]) == (400, True)


def test_group_that_accepts_requests_takes_who_holds_its_streams(call):
    body = {"name": "Open house", "group_admins": [3], "auto_accept_requests": True}
    number = call("nuria", "POST", "/api/groups", body).json["data"]["id"]
    asked = call("brita", "POST", "/api/group_admission_requests", {"groupID": number})
    row = call("brita", "GET", f"/api/group_admission_requests/{asked.json['data']['id']}").json[
        "data"
    ]
    assert (row["status"], row["group"]["name"]) == ("accepted", "Open house")
    groups = call("brita", "GET", "/api/groups").json["data"]["user_groups"]
    assert number in [group["id"] for group in groups]


def test_who_lacks_a_stream_is_not_admitted(call):
    asked = call("brita", "POST", "/api/group_admission_requests", {"groupID": 4}).json["data"][
        "id"
    ]
    again = call("brita", "POST", "/api/group_admission_requests", {"groupID": 4})
    assert again.status_code == 400
    path = f"/api/group_admission_requests/{asked}"
    refused = call("admin", "PATCH", path, {"status": "accepted"})
    assert (refused.status_code, "Partnership" in refused.json["message"]) == (403, True)
    assert call("admin", "PATCH", path, {"status": "declined"}).status_code == 200
    listed = call("brita", "GET", "/api/internal/profile").json["data"]["groupAdmissionRequests"]
    assert [each["status"] for each in listed] == ["declined"]


def test_members_of_other_groups_join_together_or_not_at_all(call):
    number = call("admin", "POST", "/api/groups", {"name": "Union"}).json["data"]["id"]
    path = f"/api/groups/{number}"
    assert call("admin", "POST", f"{path}/usersFromGroups", {"fromGroupIDs": [3, 5]}).json == {
        "status": "success", "data": {}, "version": "1.2.3",
    }  # fmt: skip
    members = call("admin", "GET", path).json["data"]["users"]
    assert {user["username"] for user in members} == {"admin", "brita", "nuria"}
    lacking = call("admin", "POST", "/api/groups/4/usersFromGroups", {"fromGroupIDs": [5]})
    assert lacking.status_code == 403
    fast = call("admin", "GET", "/api/groups/4").json["data"]["users"]
    assert "brita" not in {user["username"] for user in fast}


def test_stream_anybody_may_take_is_taken_by_oneself(call):
    body = {"name": "PGIR", "altdata": {"collection": "PGIR_alerts", "selector": [0, 1]}}
    number = call("admin", "POST", "/api/streams", body).json["data"]["id"]
    assert number not in [each["id"] for each in call("brita", "GET", "/api/streams").json["data"]]
    path = f"/api/streams/{number}"
    assert call("admin", "PATCH", path, {"auto_join": True}).status_code == 200
    row = call("brita", "GET", path).json["data"]
    assert row["altdata"] == {"collection": "PGIR_alerts", "selector": [0, 1]}
    assert call("brita", "POST", f"{path}/users", {"user_id": 2}).status_code == 200
    assert call("brita", "POST", f"{path}/users", {"user_id": 3}).status_code == 400
    assert call("admin", "DELETE", path).status_code == 200
    held = call("brita", "GET", "/api/internal/profile").json["data"]["streams"]
    assert number not in [each["id"] for each in held]
    bad = body | {"altdata": {"collection": "nonsense"}}
    assert call("admin", "POST", "/api/streams", bad).status_code == 400
    assert call("admin", "DELETE", "/api/streams/1").status_code == 400


def test_config_tells_what_clients_adapt_to(call):
    data = call("brita", "GET", "/api/config").json["data"]
    assert (data["invitationsEnabled"], data["publicGroupId"]) == (True, 1)
