"""The functions answer Pub/Sub's push requests through functions-framework itself."""

import base64

import functions_framework
import orjson
import pytest

from fritz.adapters.embedded import bus_rows
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.accounting import totals
from fritz.cli.checkout import checkout_root, functions
from fritz.cli.platforms import opened
from fritz.errors import Transient
from fritz.ports import Query
from fritz.services.candidates import CandidateStore
from fritz.services.deadletter import DEAD_ALERTS, count_unfiltered
from fritz.services.seed import seed_demo
from fritz.wiring import function_platform
from tests.support.packets import ztf_packet


def push_body(data, attributes=None, message_id="1"):
    """Return the request body of Pub/Sub's push delivery."""
    return {
        "subscription": "projects/fritz-local/subscriptions/any",
        "message": {
            "data": base64.b64encode(data).decode(),
            "messageId": message_id,
            "message_id": message_id,
            "publishTime": "2026-03-01T04:05:06Z",
            "attributes": attributes or {},
        },
    }


def delivered(bus, subscription):
    """Return the push body of the one message that waits in a subscription."""
    (leased,) = bus.lease(subscription, 10)
    return bus_rows.push_body(leased, bus.subscription(subscription), bus.project)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A platform folder that the functions are told of by their environment."""
    monkeypatch.setenv("FRITZ_DATA", str(tmp_path))
    monkeypatch.setenv("FRITZ_BACKEND", "embedded")
    monkeypatch.setenv("FRITZ_BATCH_WAIT_S", "0")
    function_platform.cache_clear()
    yield tmp_path
    function_platform().close()
    function_platform.cache_clear()


@pytest.fixture
def call(data):
    """Return what posts a push body to a function by name."""

    def post(name, body):
        (row,) = [each for each in functions() if each.name == name]
        source = str(checkout_root() / row.source)
        app = functions_framework.create_app(row.target, source, "cloudevent")
        url = f"/projects/fritz-local/topics/{row.topic}"
        return app.test_client().post(url, json=body)

    return post


def test_ingest_acknowledges_a_packet_once_it_is_accounted_for(call, data):
    with opened(data) as platform:
        assert call("ingest", push_body(ztf_packet(), {"survey": "ztf"})).status_code == 200
        assert totals(platform.warehouse).archived == 1


def test_ingest_acknowledges_a_broken_packet_once_it_is_in_the_quarantine(call, data):
    with opened(data) as platform:
        assert call("ingest", push_body(b"no packet")).status_code == 200
        assert totals(platform.warehouse).quarantined == 1


def test_filter_writes_candidates_of_what_ingest_published(call, data):
    with opened(data) as platform:
        seed_demo(platform.documents, platform.clock())
        call("ingest", push_body(ztf_packet(magpsf=17.0, drb=0.99)))
        assert call("filter", delivered(platform.bus, "alerts-filter")).status_code == 200
        assert CandidateStore(platform.documents).count() > 0


def test_a_dead_letter_is_kept_and_counted(call, data):
    with opened(data) as platform:
        packet = ztf_packet()
        attributes = {"packet_id": "run/1", "CloudPubSubDeadLetterSourceDeliveryCount": "10"}
        assert call("deadletter", push_body(packet, attributes)).status_code == 200
        assert totals(platform.warehouse).dead_lettered == 1
        (key,) = platform.objects.list("dead-letters/")
        assert platform.objects.get(key) == packet


def test_an_alert_that_filtering_gave_up_is_kept_and_its_packet_stays_accepted(call, data):
    with opened(data) as platform:
        call("ingest", push_body(ztf_packet(), {"packet_id": "run/1"}))
        alert = delivered(platform.bus, "alerts-filter")
        for _ in range(2):
            assert call("deadletter-filter", alert).status_code == 200
        assert count_unfiltered(platform.documents) == 1
        (document,) = platform.documents.query(Query(DEAD_ALERTS))
        assert (document.data["packet_id"], document.data["survey"]) == ("run/1", "ztf")
        (key,) = platform.objects.list("dead-alerts/")
        assert document.data["object_key"] == key
        assert orjson.loads(platform.objects.get(key))["candid"] == document.data["candid"]
        counts = totals(platform.warehouse)
        assert (counts.archived, counts.dead_lettered) == (1, 0)


def test_a_store_that_fails_makes_pubsub_try_again_and_then_nothing_is_lost(
    call, data, monkeypatch
):
    def fail(*_args):
        raise Transient("the warehouse is away")

    packet = push_body(ztf_packet())
    with opened(data) as platform:
        with monkeypatch.context() as patched:
            patched.setattr(ParquetWarehouse, "append", fail)
            assert call("ingest", packet).status_code == 500
        assert totals(platform.warehouse).packets == 0
        assert call("ingest", packet).status_code == 200
        assert totals(platform.warehouse).archived == 1
