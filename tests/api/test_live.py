"""The stream of changes, and what is asked for in its place."""

import json
import re

import pytest

from fritz.errors import TooMany
from fritz.services.events import Event, cursor_at
from fritz.services.live import Live, told_by
from tests.support.marshal_world import NOW


def post_comment(client, world, username, text, **more):
    headers = {"Authorization": f"token {world.token(username)}"}
    answer = client.post(
        "/api/sources/ZTF26aaaaaaa/comments", json={"text": text, **more}, headers=headers
    )
    assert answer.status_code == 200, answer.json


def heard(client, path):
    """Return what a stream says of the past, without waiting for more."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/event-stream"
    said = []
    for line in answer.response:
        said += [
            json.loads(each) for each in re.findall(r"^data: (.*)$", _text(line), re.MULTILINE)
        ]
        if len(said) >= 1:
            break
    answer.close()
    return said


def _text(line):
    return line.decode() if isinstance(line, bytes) else line


def test_stream_begins_with_what_was_missed(browse, client, world):
    world.candidate("ZTF26aaaaaaa")
    post_comment(client, world, "nuria", "open")
    (told,) = heard(browse("brita"), f"/live?topics=mine&since={cursor_at(NOW)}")
    assert (told["kind"], told["topic"]) == ("CommentPosted", "source:ZTF26aaaaaaa")
    assert told["ref"]["obj_id"] == "ZTF26aaaaaaa"
    assert "open" not in json.dumps(told)


def test_recent_shows_what_is_mine_by_topic(browse, client, world):
    world.candidate("ZTF26aaaaaaa")
    post_comment(client, world, "nuria", "for the group", group_ids=[2])
    post_comment(client, world, "nuria", "not for brita", group_ids=[3])
    client = browse("brita")

    def changes(topics):
        found = client.get(f"/live/recent?topics={topics}&since={cursor_at(NOW)}").json
        return [each["kind"] for each in found["changes"]]

    assert changes("mine") == changes("group:2") == ["CommentPosted"]
    assert changes("source:ZTF26aaaaaaa,group:9") == ["CommentPosted"]
    assert changes("source:ZTF26other,group:3") == []


def test_decision_on_a_candidate_is_told_to_those_who_see_it(browse, client, world):
    world.candidate("ZTF26aaaaaaa", filter_id=1)
    world.candidate("ZTF26aaaaaaa", filter_id=2)
    headers = {"Authorization": f"token {world.token('nuria')}"}
    decision = {"id": "decision-1", "obj_id": "ZTF26aaaaaaa", "filter_ids": [1, 2],
                "kind": "rejected"}  # fmt: skip
    client.post("/api/scan/decisions", json={"decisions": [decision]}, headers=headers)
    told = browse("brita").get(f"/live/recent?topics=mine&since={cursor_at(NOW)}").json["changes"]
    assert [(each["kind"], each["ref"]["filter_id"]) for each in told] == [("CandidateDecided", 1)]


@pytest.mark.parametrize("topics", ["", "everything", "source:", "group:x", "mine,source:<b>"])
def test_topics_are_checked(browse, topics):
    assert browse("brita").get(f"/live?topics={topics}").status_code == 400


def test_nobody_is_told_anything(client):
    for path in ("/live?topics=mine", "/live/recent?topics=mine"):
        assert client.get(path).status_code == 401


def test_change_reaches_open_streams_and_no_closed_one(world):
    world.candidate("ZTF26aaaaaaa")
    live = Live(world.documents, most=2)
    brita, stranger = _viewer(world, "brita"), _viewer(world, "vera")
    streams = [live.open(lambda who=who: who, ["mine"], 2.0) for who in (brita, stranger)]
    with pytest.raises(TooMany):
        live.open(lambda: brita, ["mine"], 0.1)
    event = Event.about_object("CommentPosted", "ZTF26aaaaaaa", [2], 1, NOW, comment_id=1)
    world.documents.commit([event.write()])
    assert streams[0].next() == told_by(event)
    assert streams[1].next() is None
    for each in streams:
        each.close()
    assert live.open(lambda: brita, ["mine"], 0.01).next() is None


def _viewer(world, username):
    from fritz.services.access import Access  # noqa: PLC0415 - of this test alone

    access = Access(world.documents, world.identity, world.clock, None)
    return access.by_header(f"token {world.token(username)}")
