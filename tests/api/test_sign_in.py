"""Signing in: demo accounts, invitations, linking by an address that somebody vouched for."""

from datetime import timedelta

import orjson
import pytest

from fritz.adapters.embedded.demo_sign_in import DemoSignIn
from fritz.adapters.embedded.identity import LocalIdentity
from fritz.ports import Account, Put
from fritz.services.seed import demo_accounts
from tests.support.marshal_world import NOW


@pytest.fixture
def app(world, app_of):
    world.identity = LocalIdentity(world.documents, b"secret")
    world.sign_in = DemoSignIn(world.identity, demo_accounts())
    return app_of(world)


def follow(client, path):
    """Follow redirects that stay here and return the last answer."""
    answer = client.get(path)
    while answer.status_code == 303 and "/signin" in answer.headers["Location"]:
        answer = client.get(answer.headers["Location"])
    return answer


def invite(client, world, username="admin", **changed):
    body = {"userEmail": "nia@elsewhere.example", "groupIDs": [2, 4], "canSave": [True, False]}
    headers = {"Authorization": f"token {world.token(username)}"}
    return client.post("/api/invitations", json=body | changed, headers=headers)


def link(world):
    (*_, message) = world.bus.published["events"]
    announced = orjson.loads(message.data)
    assert announced["type"] == "InvitationSent"
    return announced["link"].partition("/signin")[2]


def test_demo_account_signs_in_by_redirects_alone(client):
    page = client.get("/signin").text
    assert "Sign in as Brita Bright" in page
    assert "<script" not in page.partition("<main")[2]
    answer = follow(client, "/signin/with/demo-brita")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/api/internal/profile").json["data"]["username"] == "brita"


def test_only_the_browser_that_began_ends_the_sign_in(app, client):
    there = client.get("/signin/with/demo-brita").headers["Location"]
    other = app.test_client()
    assert other.get(there).status_code == 401
    assert client.get(there).status_code == 303
    assert client.get(there).status_code == 401


def test_unknown_provider_is_no_way_in(client):
    assert client.get("/signin/with/demo-nobody").status_code == 400


def test_without_providers_nothing_is_offered(world, app_of):
    client = app_of(world).test_client()
    assert "Sign in as" not in client.get("/signin").text
    assert client.get("/signin/with/demo-brita").status_code == 404
    assert client.get("/signin/finish?code=x").status_code == 401


def test_who_is_no_user_is_told_to_ask_for_an_invitation(client):
    answer = follow(client, "/signin/with/demo-nia")
    assert (answer.status_code, "invite" in answer.text) == (401, True)
    assert client.get("/api/internal/profile").status_code == 401


def test_invitation_makes_a_user_with_what_it_says(client, world):
    assert invite(client, world, role="View only").json["data"] == {"id": 1}
    assert client.get(f"/signin{link(world)}").status_code == 200
    follow(client, "/signin/with/demo-nia")
    profile = client.get("/api/internal/profile").json["data"]
    assert (profile["first_name"], profile["roles"]) == ("Nia", ["View only"])
    assert [stream["id"] for stream in profile["streams"]] == [1, 2]
    groups = client.get("/api/groups").json["data"]["user_groups"]
    assert [group["id"] for group in groups] == [1, 2, 4]
    members = {u["username"]: u for u in client.get("/api/groups/4").json["data"]["users"]}
    assert members[profile["username"]]["can_save"] is False


def test_invitation_works_once_and_for_three_days(app_of, client, world):
    invite(client, world)
    path = link(world)
    client.get(f"/signin{path}")
    follow(client, "/signin/with/demo-nia")
    again = client.get(f"/signin{path}")
    assert (again.status_code, "used" in again.text) == (400, True)
    invite(client, world, userEmail="late@elsewhere.example")
    path = link(world)
    world.clock = lambda: NOW + timedelta(days=3)
    later = app_of(world).test_client()
    assert later.get(f"/signin{path}").status_code == 400
    assert later.get("/signin?invitation=nonsense").status_code == 400


def test_invitation_adds_to_somebody_who_is_here(client, world):
    invite(client, world, groupIDs=[4], canSave=[True])
    client.get(f"/signin{link(world)}")
    follow(client, "/signin/with/demo-brita")
    profile = client.get("/api/internal/profile").json["data"]
    assert (profile["username"], len(profile["streams"])) == ("brita", 2)


def test_inviting_gives_no_more_than_one_has(client, world):
    user = world.documents.get("users", "2")
    promoted = {"roles": ["Group admin"], "admin_group_ids": [2]}
    world.documents.commit([Put("users", "2", user.data | promoted)])
    own = {"groupIDs": [2], "canSave": None}
    assert invite(client, world, "brita", **own).status_code == 200
    assert invite(client, world, "brita", **own, role="Super admin").status_code == 403
    assert invite(client, world, "brita").status_code == 403
    assert invite(client, world, "brita", **own, streamIDs=[1, 3]).status_code == 403
    assert invite(client, world, "brita", **own, streamIDs=[]).status_code == 400
    assert invite(client, world, "nuria", **own).status_code == 401
    assert invite(client, world, "brita", **own, userEmail="nobody").status_code == 400


def test_invitations_are_listed_changed_and_withdrawn(client, world):
    headers = {"Authorization": f"token {world.token('admin')}"}
    number = invite(client, world).json["data"]["id"]
    path = f"/api/invitations/{number}"
    (row,) = client.get("/api/invitations", headers=headers).json["data"]["invitations"]
    assert (row["user_email"], row["can_save_to_groups"]) == (
        "nia@elsewhere.example",
        [True, False],
    )
    assert "secret" not in str(row)
    change = {"groupIDs": [2], "role": "View only"}
    assert client.patch(path, json=change, headers=headers).status_code == 200
    (row,) = client.get("/api/invitations?email=NIA", headers=headers).json["data"]["invitations"]
    assert ([g["id"] for g in row["groups"]], row["role_id"]) == ([2], "View only")
    assert client.delete(path, headers=headers).status_code == 200
    assert client.get(f"/signin{link(world)}").status_code == 400


def test_address_that_the_provider_vouches_for_links_the_account(app, client, world):
    def sign_in_as(account):
        credential = world.identity.sign_in_link(account)
        return app.test_client().get("/signin", query_string={"credential": credential})

    other = Account("github-77", "Brita@fritz.invalid", False, "Brita B", "github.com")
    assert sign_in_as(other).status_code == 401
    vouched = Account("github-77", "Brita@fritz.invalid", True, "Brita B", "github.com")
    assert sign_in_as(vouched).status_code == 303
    assert world.documents.get("users", "2").data["linked_uids"] == ["github-77"]


def test_contact_address_links_nothing(app, client, world):
    headers = {"Authorization": f"token {world.token('nuria')}"}
    stolen = {"contact_email": "nia@fritz.invalid"}
    assert client.patch("/api/internal/profile", json=stolen, headers=headers).status_code == 200
    assert follow(client, "/signin/with/demo-nia").status_code == 401


def test_expired_account_is_403_everywhere(client, world):
    headers = {"Authorization": f"token {world.token('admin')}"}
    brita = {"Authorization": f"token {world.token('brita')}"}
    follow(client, "/signin/with/demo-brita")
    ended = {"expirationDate": "2026-11-01"}
    assert client.patch("/api/user/2", json=ended, headers=headers).status_code == 200
    for path in ("/api/groups", "/api/internal/profile", "/api/streams", "/api/sources"):
        assert client.get(path, headers=brita).status_code == 403, path
        assert client.get(path).status_code == 403, path
    assert client.get("/").status_code == 403
    again = {"expirationDate": None}
    assert client.patch("/api/user/2", json=again, headers=headers).status_code == 200
    assert client.get("/api/groups", headers=brita).status_code == 200
