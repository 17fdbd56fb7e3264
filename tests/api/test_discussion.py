import base64
import gzip
from datetime import timedelta

import numpy as np
import pytest

from fritz.alerts.stamp_images import stamp_png
from fritz.services.events import SETTLED
from fritz.services.instruments import survey_instrument
from tests.support.marshal_world import NOW, make_world
from tests.support.packets import fits_stamp

OBJ = "ZTF26aaaaaaa"
ON = f"/api/sources/{OBJ}"
PNG = stamp_png(np.arange(256, dtype=np.float32).reshape(16, 16))
SMALL_PNG = stamp_png(np.arange(100, dtype=np.float32).reshape(10, 10))


class Clock:
    """The time, as a test sets it."""

    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path)
    made.clock = Clock()
    yield made
    made.documents.close()


@pytest.fixture
def ask(client, world):
    """Send as a user by token: ``ask("brita", "POST", path, body)``."""

    def send(username, method, path, body=None, **query):
        headers = {"Authorization": f"token {world.token(username)}"}
        return client.open(path, method=method, json=body, query_string=query, headers=headers)

    return send


@pytest.fixture
def obj(world):
    world.candidate(OBJ, filter_id=1)
    return OBJ


def comment(ask, text="A supernova?", who="brita", **body):
    return ask(who, "POST", f"{ON}/comments", {"text": text} | body)


# --- comments -------------------------------------------------------------------------------------


def test_comment_is_read_by_its_groups_and_marked_bot_when_by_token(ask, obj):
    number = comment(ask, group_ids=[2]).json["data"]["comment_id"]
    row = ask("brita", "GET", f"{ON}/comments/{number}").json["data"]
    assert (row["text"], row["bot"], row["obj_id"]) == ("A supernova?", True, OBJ)
    assert row["author"]["username"] == "brita"
    assert [group["id"] for group in row["groups"]] == [2]
    assert row["resourceType"] == "sources"


def test_without_groups_a_comment_is_for_everybody_who_sees_the_object(ask, obj):
    comment(ask)
    (row,) = ask("brita", "GET", f"{ON}/comments").json["data"]
    assert [group["id"] for group in row["groups"]] == [1]


def test_old_spelling_goes_to_all_of_the_callers_groups(ask, obj):
    made = ask("brita", "POST", "/api/comment", {"obj_id": OBJ, "text": "old"}).json["data"]
    row = ask("brita", "GET", f"/api/comment/{made['comment_id']}").json["data"]
    assert {1, 2, 5} <= {group["id"] for group in row["groups"]}


@pytest.mark.case(39)
def test_comment_of_a_group_is_forbidden_to_others_and_absent_from_their_list(ask, world, obj):
    world.candidate(OBJ, filter_id=5)
    number = comment(ask, group_ids=[2]).json["data"]["comment_id"]
    assert ask("vera", "GET", f"{ON}/comments").json["data"] == []
    assert ask("vera", "GET", f"{ON}/comments/{number}").status_code == 403
    assert ask("vera", "GET", f"{ON}/comments/{number}/attachment").status_code == 403
    assert ask("vera", "PUT", f"{ON}/comments/{number}", {"text": "x"}).status_code == 403


def test_invisible_object_and_none_answer_alike(ask, world):
    world.candidate("ZTF26hidden", filter_id=2)
    for name in ("ZTF26hidden", "ZTF26nothing"):
        answer = ask("brita", "POST", f"/api/sources/{name}/comments", {"text": "x"})
        assert (answer.status_code, answer.json["message"]) == (404, "Source not found")
        assert ask("brita", "GET", f"/api/sources/{name}/comments").status_code == 404


def test_the_same_comment_again_stands_once(ask, obj):
    assert comment(ask).json["data"] == comment(ask).json["data"]
    assert len(ask("brita", "GET", f"{ON}/comments").json["data"]) == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 20_001])
def test_comment_must_say_something_in_bounds(ask, obj, text):
    assert comment(ask, text).status_code == 400


def test_only_the_author_changes_or_deletes(ask, obj):
    number = comment(ask).json["data"]["comment_id"]
    path = f"{ON}/comments/{number}"
    assert ask("nuria", "DELETE", path).status_code == 403
    assert ask("brita", "PUT", path, {"text": "A nova."}).status_code == 200
    assert ask("brita", "GET", path).json["data"]["text"] == "A nova."
    assert ask("brita", "PUT", path, {}).status_code == 400
    assert ask("admin", "DELETE", path).status_code == 200
    assert ask("brita", "GET", path).status_code == 404


@pytest.mark.case(39)
def test_attachment_comes_back_byte_by_byte_and_never_as_a_page(ask, obj):
    data = bytes(range(256)) * 40
    file = {"name": "../plot<1>.html", "body": base64.b64encode(data).decode()}
    number = comment(ask, attachment=file).json["data"]["comment_id"]
    answer = ask("brita", "GET", f"{ON}/comments/{number}/attachment")
    assert answer.data == data
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=plot_1_.html"
    row = ask("brita", "GET", f"{ON}/comments/{number}").json["data"]
    assert row["attachment_name"] == "plot_1_.html"


def test_attachment_that_is_text_can_be_had_in_json(ask, obj):
    file = {
        "name": "notes.txt",
        "body": "data:text/plain;base64," + base64.b64encode(b"z=0.1").decode(),
    }
    number = comment(ask, attachment=file).json["data"]["comment_id"]
    path = f"{ON}/comments/{number}/attachment"
    told = ask("brita", "GET", path, download="").json
    assert told["data"]["attachment"] == "z=0.1"
    assert comment(ask, "no file").status_code == 200
    assert ask("brita", "GET", f"{ON}/comments/{number + 1}/attachment").status_code == 404


@pytest.mark.parametrize("body", ["###", ""])
def test_attachment_that_is_no_base64_is_refused(ask, obj, body):
    assert comment(ask, attachment={"name": "a", "body": body}).status_code == 400


def test_channels_are_conversations_apart(ask, obj):
    comment(ask, "common")
    comment(ask, "apart", channel="spectra")
    assert [c["text"] for c in ask("brita", "GET", f"{ON}/comments").json["data"]] == ["common"]
    found = ask("brita", "GET", f"{ON}/comments", channel="spectra").json["data"]
    assert [each["text"] for each in found] == ["apart"]


def test_search_over_all_objects_finds_only_what_is_open(ask, world, obj):
    world.candidate("ZTF26hidden", filter_id=2)
    comment(ask, "Redshift 0.03 from the host")
    ask("nuria", "POST", "/api/sources/ZTF26hidden/comments", {"text": "redshift unknown"})
    found = ask("brita", "GET", "/api/comments", text="redshift").json["data"]
    assert [each["obj_id"] for each in found] == [OBJ]


def test_mentioned_people_are_told_if_they_may_read_it(ask, world, obj):
    world.candidate(OBJ, filter_id=5)
    comment(ask, "@admin @vera @nobody look", group_ids=[2])
    (line,) = ask("admin", "GET", "/api/internal/notifications").json["data"]
    assert line["text"] == f"brita mentioned you in a comment on {OBJ}"
    assert (line["notification_type"], line["url"], line["viewed"]) == (
        "mention",
        f"/source/{OBJ}",
        False,
    )
    assert ask("vera", "GET", "/api/internal/notifications").json["data"] == []
    assert ask("brita", "GET", "/api/internal/notifications").json["data"] == []


def test_a_mention_of_somebody_whose_account_expired_is_no_fault(ask, obj):
    assert ask("admin", "PATCH", "/api/user/2", {"expirationDate": "2020-01-01"}).status_code == 200
    assert comment(ask, "@brita was here", who="admin").status_code == 200


def test_notifications_are_marked_and_removed_by_their_owner_alone(ask, obj):
    for text in ("@admin one", "@admin two"):
        comment(ask, text)
    first, second = ask("admin", "GET", "/api/internal/notifications").json["data"]
    path = f"/api/internal/notifications/{first['id']}"
    assert ask("brita", "PATCH", path, {"viewed": True}).status_code == 404
    assert ask("admin", "PATCH", path, {"viewed": True}).json["data"]["viewed"] is True
    assert ask("admin", "PATCH", "/api/internal/notifications/all").status_code == 200
    assert all(n["viewed"] for n in ask("admin", "GET", "/api/internal/notifications").json["data"])
    assert ask("admin", "DELETE", path).status_code == 200
    assert ask("admin", "GET", path).status_code == 404
    assert ask("admin", "DELETE", "/api/internal/notifications/all").status_code == 200
    assert ask("admin", "GET", "/api/internal/notifications").json["data"] == []
    assert second["id"] != first["id"]


def notified(ask, who="brita", **body):
    given = {"sourceId": OBJ, "groupIds": [2], "level": "soft"} | body
    return ask(who, "POST", "/api/source_notifications", given)


def test_members_of_groups_are_told_of_a_source_that_they_saved(ask, world, obj):
    world.save(OBJ, 2)
    assert notified(ask, additionalNotes="spectrum tonight?").json["data"]["id"] == 1
    assert notified(ask, level="hard").json["data"]["id"] == 2
    urgent, first = ask("farid", "GET", "/api/internal/notifications").json["data"]
    assert first["text"] == f"brita draws your attention to {OBJ}: spectrum tonight?"
    assert (first["notification_type"], first["url"]) == ("source", f"/source/{OBJ}")
    assert urgent["text"] == f"Urgent: brita draws your attention to {OBJ}"
    for who in ("brita", "vera"):
        assert ask(who, "GET", "/api/internal/notifications").json["data"] == []


def test_source_notification_is_of_members_about_what_their_group_saved(ask, world, obj):
    assert "group 2 has not saved" in notified(ask).json["message"]
    world.save(OBJ, 2, 6)
    assert "not a member of group 6" in notified(ask, groupIds=[2, 6]).json["message"]
    for wrong in ({"groupIds": []}, {"level": "loud"}, {"additionalNotes": "x" * 1001}):
        assert notified(ask, **wrong).status_code == 400
    world.candidate("ZTF26hidden", filter_id=2)
    for name in ("ZTF26hidden", "ZTF26nothing"):
        answer = notified(ask, sourceId=name)
        assert (answer.status_code, answer.json["message"]) == (404, "Source not found")
    assert ask("farid", "GET", "/api/internal/notifications").json["data"] == []


# --- annotations ----------------------------------------------------------------------------------


def annotate(ask, origin="pipeline", data=None, who="brita", **body):
    given = {"origin": origin, "data": data or {"period": 0.5, "nested": [[1, 2], [3]]}}
    return ask(who, "POST", f"{ON}/annotations", given | body)


@pytest.mark.case(39)
def test_an_origin_annotates_once_and_changes_afterwards(ask, obj):
    number = annotate(ask).json["data"]["annotation_id"]
    again = annotate(ask)
    assert (again.status_code, "already exists" in again.json["message"]) == (400, True)
    path = f"{ON}/annotations/{number}"
    assert ask("brita", "PUT", path, {"data": {"period": 0.25}}).status_code == 200
    assert ask("brita", "GET", path).json["data"]["data"] == {"period": 0.25}


def test_annotation_keeps_what_json_can_say(ask, obj):
    annotate(ask, data={"a.b": 1, "__x__": [[1], []], "nan": None, "big": 2**60})
    (row,) = ask("brita", "GET", f"{ON}/annotations").json["data"]
    assert row["data"] == {"a.b": 1, "__x__": [[1], []], "nan": None, "big": 2**60}
    assert {2, 5} <= {group["id"] for group in row["groups"]}


@pytest.mark.case(39)
def test_annotation_of_a_group_is_forbidden_to_others(ask, world, obj):
    world.candidate(OBJ, filter_id=5)
    number = annotate(ask, group_ids=[2]).json["data"]["annotation_id"]
    assert ask("vera", "GET", f"{ON}/annotations/{number}").status_code == 403
    assert ask("vera", "GET", f"{ON}/annotations").json["data"] == []
    assert ask("vera", "DELETE", f"{ON}/annotations/{number}").status_code == 403


def test_annotation_refuses_nonsense(ask, obj):
    deep = {}
    for _ in range(20):
        deep = {"a": deep}
    for data in ({}, deep, {"a": "x" * 300_000}):
        given = {"origin": "o", "data": data}
        assert ask("brita", "POST", f"{ON}/annotations", given).status_code == 400
    assert (
        ask("brita", "POST", f"{ON}/annotations", {"origin": " ", "data": {"a": 1}}).status_code
        == 400
    )
    unknown = ask(
        "brita", "POST", "/api/sources/ZTF26nothing/annotations", {"origin": "o", "data": {"a": 1}}
    )
    assert unknown.status_code == 404


def test_of_many_annotations_each_is_kept_or_reported(ask, world, obj):
    world.candidate("ZTF26hidden", filter_id=2)
    rows = [
        {"obj_id": OBJ, "origin": "gaia", "data": {"plx": 0.1}},
        {"obj_id": OBJ, "origin": "gaia", "data": {"plx": 0.2}},
        {"obj_id": "ZTF26hidden", "origin": "gaia", "data": {"plx": 0.3}},
        {"obj_id": OBJ, "origin": "wise", "data": {"W1": 15.2}, "group_ids": [2]},
        {"obj_id": OBJ, "origin": "ps1", "data": {"g": 20.1}, "group_ids": [6]},
    ]
    answer = ask("brita", "POST", "/api/annotations/bulk", {"annotations": rows})
    first, again, hidden, wise, foreign = answer.json["data"]["annotations"]
    assert "already exists" in again["error"]
    assert hidden["error"] == "Source not found"
    assert foreign["annotation_id"] is None
    found = ask("brita", "GET", f"{ON}/annotations").json["data"]
    assert [(each["id"], each["origin"]) for each in found] == [
        (first["annotation_id"], "gaia"),
        (wise["annotation_id"], "wise"),
    ]
    for many in ([], rows[:1] * 201):
        refused = ask("brita", "POST", "/api/annotations/bulk", {"annotations": many})
        assert refused.status_code == 400


# --- thumbnails -----------------------------------------------------------------------------------


def thumbnail(ask, data=PNG, ttype="ps1", who="brita", obj_id=OBJ):
    body = {"obj_id": obj_id, "data": base64.b64encode(data).decode(), "ttype": ttype}
    return ask(who, "POST", "/api/thumbnail", body)


def test_thumbnail_is_shown_to_who_sees_the_object(ask, obj):
    number = thumbnail(ask).json["data"]["id"]
    row = ask("brita", "GET", f"/api/thumbnail/{number}").json["data"]
    assert (row["type"], row["obj_id"]) == ("ps1", OBJ)
    answer = ask("brita", "GET", row["public_url"])
    assert (answer.mimetype, answer.data) == ("image/png", PNG)
    assert ask("vera", "GET", f"/api/thumbnail/{number}").status_code == 404
    assert ask("vera", "GET", row["public_url"]).status_code == 404


def test_stamp_of_an_alert_is_painted(ask, obj):
    number = thumbnail(ask, gzip.compress(gzip.decompress(fits_stamp(seed=1))), "new_gz").json[
        "data"
    ]["id"]
    row = ask("brita", "GET", f"/api/thumbnail/{number}").json["data"]
    assert row["type"] == "new"
    assert ask("brita", "GET", row["public_url"]).data.startswith(b"\x89PNG")


@pytest.mark.case(39)
@pytest.mark.parametrize(
    "data",
    [
        SMALL_PNG,
        PNG.replace(b"IDAT", b"IDAX"),
        b"GIF89a" + bytes(50),
        PNG[:-20],
        b"",
    ],
)
def test_thumbnail_that_is_no_whole_png_of_its_size_is_refused(ask, obj, data):
    assert thumbnail(ask, data).status_code == 400


def test_thumbnail_of_an_unknown_object_is_404_and_without_the_verb_401(ask, obj, client, world):
    assert thumbnail(ask, obj_id="ZTF26nothing").status_code == 404
    headers = {"Authorization": f"token {world.token('brita', 'Comment')}"}
    body = {"obj_id": OBJ, "data": base64.b64encode(PNG).decode(), "ttype": "ps1"}
    assert client.post("/api/thumbnail", json=body, headers=headers).status_code == 401


def test_thumbnails_are_managed_with_the_verb(ask, obj):
    number = thumbnail(ask).json["data"]["id"]
    assert ask("brita", "DELETE", f"/api/thumbnail/{number}").status_code == 401
    assert ask("admin", "PUT", f"/api/thumbnail/{number}", {"type": "ls"}).status_code == 200
    assert ask("admin", "GET", f"/api/thumbnail/{number}").json["data"]["type"] == "ls"
    assert ask("admin", "DELETE", f"/api/thumbnail/{number}").status_code == 200
    assert ask("admin", "GET", f"/api/thumbnail/{number}").status_code == 404


# --- events ---------------------------------------------------------------------------------------


def test_feed_tells_what_happened_to_who_may_know(ask, world, obj):
    world.candidate(OBJ, filter_id=5)
    comment(ask, group_ids=[2])
    world.clock.now = NOW + 2 * SETTLED
    start = (NOW - timedelta(hours=1)).isoformat()
    told = ask("brita", "GET", "/api/events", since=start).json["data"]
    (event,) = told["events"]
    assert (event["type"], event["obj_id"], event["by"]) == ("CommentPosted", OBJ, 2)
    assert set(event["refs"]) == {"comment_id"}
    assert ask("brita", "GET", "/api/events", since=told["next"]).json["data"]["events"] == []
    assert ask("vera", "GET", "/api/events", since=start).json["data"]["events"] == []


def test_feed_goes_on_page_by_page(ask, world, obj):
    for n in range(5):
        world.clock.now = NOW + timedelta(seconds=n)
        comment(ask, f"number {n}")
    world.clock.now = NOW + timedelta(hours=1)
    cursor, seen = (NOW - timedelta(hours=1)).isoformat(), []
    for _ in range(4):
        page = ask("brita", "GET", "/api/events", since=cursor, limit=2).json["data"]
        seen += [each["refs"]["comment_id"] for each in page["events"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)


def test_what_just_happened_waits_until_it_has_settled(ask, world, obj):
    comment(ask)
    start = (NOW - timedelta(hours=1)).isoformat()
    assert ask("brita", "GET", "/api/events", since=start).json["data"]["events"] == []


@pytest.mark.parametrize("since", ["yesterday", "9" * 40])
def test_feed_refuses_what_is_no_place_in_it(ask, since):
    assert ask("brita", "GET", "/api/events", since=since).status_code == 400


def test_events_are_announced(ask, world, obj):
    comment(ask)
    kinds = [message.attributes["type"] for message in world.bus.published["events"]]
    assert "CommentPosted" in kinds


def told_to(ask, world, who):
    """Return what the feed tells somebody: kinds and numbers, oldest first."""
    world.clock.now = NOW + timedelta(hours=1)
    start = (NOW - timedelta(hours=1)).isoformat()
    return [
        (each["type"], each["refs"])
        for each in ask(who, "GET", "/api/events", since=start).json["data"]["events"]
    ]


def test_saves_uploads_and_classifications_are_told_to_who_sees_them(ask, world):
    saved = {"id": OBJ, "ra": 10.0, "dec": 20.0, "group_ids": [2, 6]}
    assert ask("admin", "POST", "/api/sources", saved).status_code == 200
    camera = survey_instrument(world.documents, "ztf", NOW).id
    flux = {"obj_id": OBJ, "mjd": 59000.5, "instrument_id": camera, "filter": "ztfg",
            "magsys": "ab", "flux": 12.24, "fluxerr": 0.03, "zp": 25.0,
            "group_ids": [2]}  # fmt: skip
    upload = ask("brita", "POST", "/api/photometry", flux).json["data"]["upload_id"]
    ask("brita", "PUT", "/api/photometry", flux)  # nothing new, nothing told
    spectrum = {"obj_id": OBJ, "instrument_id": camera, "observed_at": "2026-11-20T03:00:00",
                "wavelengths": [4000.0, 5000.0], "fluxes": [1.0, 2.0], "group_ids": [2],
                "pi": [2]}  # fmt: skip
    number = ask("brita", "POST", "/api/spectra", spectrum).json["data"]["id"]
    assert told_to(ask, world, "farid") == told_to(ask, world, "brita")
    assert sorted(told_to(ask, world, "farid"), key=str) == [
        ("PhotometryPosted", {"upload_id": upload, "obj_ids": [OBJ]}),
        ("SourceSaved", {"group_id": 2}),
        ("SpectrumPosted", {"spectrum_id": number}),
    ]
    assert told_to(ask, world, "vera") == [("SourceSaved", {"group_id": 6})]
    kinds = [message.attributes["type"] for message in world.bus.published["events"]]
    assert sorted(kinds) == ["PhotometryPosted", "SourceSaved", "SourceSaved", "SpectrumPosted"]


def test_classification_is_told_to_its_group_if_the_taxonomy_is_open_to_it(ask, world, obj):
    world.candidate(OBJ, filter_id=5)
    tree = {"class": "Time-domain Source", "subclasses": [{"class": "Nova"}]}
    taxonomy = {"name": "Novae", "version": "1", "hierarchy": tree, "group_ids": [2]}
    number = ask("admin", "POST", "/api/taxonomy", taxonomy).json["data"]["taxonomy_id"]
    given = {"obj_id": OBJ, "taxonomy_id": number, "classification": "Nova", "group_ids": [2, 6]}
    made = ask("admin", "POST", "/api/classification", given).json["data"]["classification_id"]
    assert told_to(ask, world, "brita") == [("ClassificationPosted", {"classification_id": made})]
    assert told_to(ask, world, "vera") == []
