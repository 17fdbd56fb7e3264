import pytest


@pytest.fixture
def post(client, world):
    def ask(username, body, *acls):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        return client.post("/api/sources", json=body, headers=headers)

    return ask


def test_saved_object_is_found_by_its_group_only(get, post):
    body = {"id": "ZTF26aaaaaaa", "ra": 10.5, "dec": -3.25, "redshift": 0.05, "group_ids": [2]}
    answer = post("brita", body)
    assert answer.status_code == 200
    assert answer.json["data"] == {"id": "ZTF26aaaaaaa", "saved_to_groups": [2]}
    row = get("nuria", "/api/sources/ZTF26aaaaaaa").json["data"]
    assert (row["id"], row["ra"], row["dec"], row["redshift"]) == (
        "ZTF26aaaaaaa",
        10.5,
        -3.25,
        0.05,
    )
    (group,) = row["groups"]
    assert (group["id"], group["name"], group["active"]) == (2, "Bright Transient Survey", True)
    assert group["saved_at"] == "2026-11-23T06:00:00"
    assert group["saved_by"]["username"] == "brita"
    hidden = get("vera", "/api/sources/ZTF26aaaaaaa")
    assert (hidden.status_code, hidden.json["message"]) == (404, "Source not found")
    assert hidden.json == get("vera", "/api/sources/ZTF26nothing").json


def test_without_groups_it_is_saved_to_all_of_the_callers(post):
    body = {"id": "ZTF26aaaaaaa", "ra": 1.0, "dec": 2.0}
    assert post("brita", body).json["data"]["saved_to_groups"] == [1, 2, 5]


def test_saving_again_changes_nothing(get, post):
    body = {"id": "ZTF26aaaaaaa", "ra": 1.0, "dec": 2.0, "group_ids": [2]}
    first = post("brita", body).json
    before = get("brita", "/api/sources/ZTF26aaaaaaa").json
    assert post("farid", body | {"ra": 9.0}).json == first
    assert get("brita", "/api/sources/ZTF26aaaaaaa").json == before


def test_candidate_is_saved_without_a_position(get, post, world):
    candidate = world.candidate("ZTF26aaaaaaa")
    assert post("brita", {"id": "ZTF26aaaaaaa", "group_ids": "2"}).status_code == 200
    row = get("brita", "/api/sources/ZTF26aaaaaaa").json["data"]
    assert row["ra"] == candidate.ra
    assert row["annotations"][0]["origin"] == "BTS:Bright transients"
    candidates = get("brita", "/api/candidates").json["data"]["candidates"]
    assert candidates[0]["is_source"] is True
    assert [each["id"] for each in candidates[0]["saved_groups"]] == [2]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"id": "ZTF26new"}, {"id": "with space", "ra": 1, "dec": 2},
        {"id": "ZTF26a", "ra": 360.0, "dec": 2}, {"id": "ZTF26a", "ra": 1, "dec": -91},
        {"id": "ZTF26a", "ra": 1, "dec": 2, "group_ids": [3]},
        {"id": "ZTF26a", "ra": 1, "dec": 2, "group_ids": [99]},
        {"id": "ZTF26a", "ra": "x", "dec": 2},
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_400(post, body):
    answer = post("brita", body)
    assert (answer.status_code, answer.json["status"]) == (400, "error")


def test_unknown_keys_are_ignored(post):
    body = {"id": "ZTF26a", "ra": 1, "dec": 2, "group_ids": [2], "refresh_source": True}
    assert post("brita", body).status_code == 200


def test_saving_needs_the_verb_of_the_token(post):
    answer = post("brita", {"id": "ZTF26a", "ra": 1, "dec": 2}, "Comment")
    assert answer.status_code == 401
    assert "Upload data" in answer.json["message"]


def test_pages_hold_every_object_once(get, post):
    for n in range(5):
        post("brita", {"id": f"ZTF26{n}", "ra": n, "dec": 0, "group_ids": [1, 2]})
    pages = [
        get("brita", "/api/sources", numPerPage=2, pageNumber=n).json["data"] for n in range(1, 5)
    ]
    listed = [[row["id"] for row in page["sources"]] for page in pages]
    assert [len(each) for each in listed] == [2, 2, 1, 0]
    assert sorted(name for names in listed for name in names) == [f"ZTF26{n}" for n in range(5)]
    assert all(page["totalMatches"] == 5 for page in pages)
    assert [g["id"] for g in pages[0]["sources"][0]["groups"]] == [1, 2]


def test_sources_of_a_group(get, post):
    post("brita", {"id": "ZTF26a", "ra": 1, "dec": 0, "group_ids": [2]})
    post("brita", {"id": "ZTF26b", "ra": 1, "dec": 0, "group_ids": [5]})
    rows = get("brita", "/api/sources", group_ids="5").json["data"]["sources"]
    assert [row["id"] for row in rows] == ["ZTF26b"]
    assert get("vera", "/api/sources", group_ids="5").json["data"]["totalMatches"] == 0
