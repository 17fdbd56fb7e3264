import threading
from datetime import timedelta

import pytest

from fritz.errors import TooMany
from fritz.ports import Query
from fritz.services.idempotency import COLLECTION, KEPT, Answer, Replays, request_id
from fritz.services.tokens import TokenStore
from tests.support.marshal_world import NOW

TREE = {"class": "Time-domain Source", "subclasses": [{"class": "Supernova"}]}


@pytest.fixture
def post(client, world):
    def send(username, name, key, path="/api/taxonomy"):
        headers = {"Authorization": f"token {world.token(username)}", "Idempotency-Key": key}
        body = {"name": name, "version": "1", "hierarchy": TREE}
        return client.post(path, json=body, headers=headers)

    return send


def test_the_same_request_again_is_answered_alike_and_done_once(post, get):
    first, second = post("admin", "Tree", "k1"), post("admin", "Tree", "k1")
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    names = [each["name"] for each in get("admin", "/api/taxonomy").json["data"]]
    assert names.count("Tree") == 1


def test_a_key_for_another_request_is_refused(post):
    post("admin", "Tree", "k1")
    answer = post("admin", "Another", "k1")
    assert (answer.status_code, "another request" in answer.json["message"]) == (400, True)


def test_what_was_refused_may_be_sent_again_with_its_key(post):
    assert post("admin", "", "k1").status_code == 400
    answer = post("admin", "Tree", "k1")
    assert answer.status_code == 200
    assert "Idempotent-Replayed" not in answer.headers


def test_keys_of_two_people_are_two_keys(post):
    assert post("admin", "Tree", "k1").status_code == 200
    assert post("brita", "Tree", "k1").status_code == 401


def test_a_secret_is_told_once_and_kept_nowhere(client, world):
    headers = {"Authorization": f"token {world.token('admin')}", "Idempotency-Key": "k1"}
    body = {"name": "Broker", "acls": ["Upload data"]}
    made = client.post("/api/internal/tokens", json=body, headers=headers)
    secret = made.json["data"]["token_id"]
    kept = world.documents.query(Query(COLLECTION))
    assert len(kept) == 1
    assert secret not in repr([each.data for each in kept])
    again = client.post("/api/internal/tokens", json=body, headers=headers)
    assert again.status_code == 400
    assert "2026-11-23T" in again.json["message"]
    assert "told a secret, once" in again.json["message"]
    assert len(TokenStore(world.documents).of_user(1)) == 2


def test_an_answer_to_many_verbs_is_not_given_to_few(client, world):
    def post(*acls):
        token = world.token("admin", *acls)
        headers = {"Authorization": f"token {token}", "Idempotency-Key": "k1"}
        body = {"name": "Tree", "version": "1", "hierarchy": TREE}
        return client.post("/api/taxonomy", json=body, headers=headers)

    assert post().status_code == 200
    assert (post("Post taxonomy").status_code, post().status_code) == (400, 200)


@pytest.mark.parametrize("key", ["x" * 256])
def test_keys_have_a_length(post, key):
    assert post("admin", "Tree", key).status_code == 400


def test_the_first_of_two_at_once_is_waited_for(world):
    replays, each = Replays(world.documents), request_id(1, "POST", "/api/sources", "k")
    assert replays.begin(each, "f", NOW) is None
    with pytest.raises(TooMany) as waiting:
        replays.begin(each, "f", NOW + timedelta(seconds=5))
    assert waiting.value.retry_after_s == 1
    replays.finish(each, "f", Answer(200, b"{}", "application/json"), NOW)
    assert replays.begin(each, "f", NOW) == Answer(200, b"{}", "application/json")


def test_a_request_that_died_frees_its_key_and_so_does_a_day(world):
    replays, each = Replays(world.documents), "e"
    assert replays.begin(each, "f", NOW) is None
    assert replays.begin(each, "f", NOW + timedelta(seconds=61)) is None
    replays.finish(each, "f", Answer(200, b"{}", "application/json"), NOW)
    assert replays.begin(each, "g", NOW + KEPT) is None


def test_an_answer_too_large_to_keep_is_forgotten(world):
    replays = Replays(world.documents)
    assert replays.begin("e", "f", NOW) is None
    replays.finish("e", "f", Answer(200, b"x" * 2_000_000, "application/json"), NOW)
    assert replays.begin("e", "f", NOW) is None


def test_only_one_of_many_at_once_does_it(world):
    replays, done = Replays(world.documents), []

    def claim():
        try:
            if replays.begin("e", "f", NOW) is None:
                done.append(1)
        except TooMany:
            pass

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done == [1]


def test_what_has_not_changed_is_not_sent_again(client, world):
    headers = {"Authorization": f"token {world.token('brita')}"}
    first = client.get("/api/groups", headers=headers)
    tag = first.headers["ETag"]
    again = client.get("/api/groups", headers=headers | {"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/api/groups", headers=headers | {"If-None-Match": '"else"'})
    assert other.json == first.json
