"""The labelling queue's page and its parts, the pages of models and their reports."""

import hashlib
import re
from base64 import b64decode

import pytest

from fritz.classifiers.shipped import shipped_models
from tests.support.archived_world import archive_alerts


@pytest.fixture
def alerts(world):
    """Alerts of everybody's, and one of a partner's program."""
    made = [world.candidate("ZTF26aaaaaaa"), world.candidate("ZTF26bbbbbbb")]
    made.append(world.candidate("ZTF26closed", filter_id=2, programid=2))
    archive_alerts(world, made)
    return made


def test_queue_offers_the_labels_of_its_task(browse):
    client = browse("brita")
    page = client.get("/labelling").text
    assert re.findall(r'data-label="(\w+)"', page) == ["real", "bogus", "unsure"]
    page = client.get("/labelling?task=class&strategy=uncertainty&labellers=2").text
    assert 'data-label="asteroid"' in page
    assert 'data-strategy="uncertainty" data-labellers="2"' in page
    assert client.get("/labelling?task=fish").status_code == 400


def test_an_alert_is_shown_without_scores_to_who_may_see_it(browse, alerts):
    client = browse("brita")
    one, _, closed = alerts
    shown = client.get(f"/labelling/alert/ZTF26aaaaaaa/{one.candid}").text
    for what in ("Science stamp", "detections", "17.90", "brighter"):
        assert what in shown, what
    assert "0.987" not in shown
    for name, candid in (("ZTF26closed", closed.candid), ("ZTF26aaaaaaa", 12345)):
        assert client.get(f"/labelling/alert/{name}/{candid}").status_code == 404
    assert client.get(f"/source/ZTF26aaaaaaa/alert/{one.candid}/strip.png").status_code == 200


def test_progress_counts_what_was_said(browse, alerts, world, client):
    headers = {"Authorization": f"token {world.token('brita')}"}
    said = {"candid": str(alerts[0].candid), "label": "bogus", "seconds": 2.5}
    assert client.post("/api/labelling/labels", json=said, headers=headers).status_code == 200
    page = browse("brita").get("/labelling/progress").text
    assert "<dt>bogus</dt><dd>1</dd>" in page
    assert "<dt>brita</dt><dd>1</dd>" in page
    assert "2.5 s" in page


def test_models_are_listed_with_their_cards(browse, world):
    card, _ = shipped_models()["fritz_rb"]
    world.objects.create("cards/a", card.to_json())
    world.set("models", "fritz_rb@v1", {
        "name": "fritz_rb", "version": "v1", "task": "real_bogus", "state": "active",
        "sha256": "0" * 64, "size_bytes": 10, "model_key": "m", "card_key": "cards/a",
        "changed_at": world.clock(), "problem": "",
    })  # fmt: skip
    client = browse("brita")
    assert '<a href="/models/fritz_rb/v1">fritz_rb</a>' in client.get("/models").text
    page = client.get("/models/fritz_rb/v1").text
    assert "Trained on" in page
    assert client.get("/models/fritz_rb/v9").status_code == 404


def test_a_report_is_of_what_the_viewer_may_see_and_may_load_nothing(browse, alerts, world):
    client = browse("brita")
    query = {"one": "braai@d6_m9", "first": 20261120, "last": 20261125}
    answer = client.get("/models/report", query_string=query)
    assert answer.status_code == 200, answer.text[:500]
    assert "braai" in answer.text
    assert "<script" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    allowed = re.search(r"style-src 'sha256-([^']+)'", policy)[1]
    assert b64decode(allowed) == hashlib.sha256(style.encode()).digest()
    assert "script-src 'none'" in policy
    for wrong in ({"last": 20270101}, {"first": 20261301}, {"one": "braai"}):
        assert client.get("/models/report", query_string=query | wrong).status_code == 400, wrong
    labelled = query | {"truth": "labels"}
    assert (
        client.get("/models/report", query_string=labelled).status_code == 404
    )  # nobody agreed yet
