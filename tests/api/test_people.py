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
