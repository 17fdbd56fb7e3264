"""Holds every log-based metric of Terraform against what the code really logs."""

import json

import orjson
import pytest
from structlog.testing import capture_logs

from fritz.adapters.embedded import bus_rows
from fritz.cli.platforms import opened
from fritz.services.envelopes import Envelope
from fritz.services.nights import NightService
from fritz.services.publishing import packet_message
from fritz.services.scoring import ScoringService
from fritz.services.seed import seed_demo
from fritz.wiring import (
    filter_service,
    ingest_service,
    publisher,
    reconciliation,
    rematch_service,
)
from tests.support.onnx_models import feature_model
from tests.support.packets import ztf_packet
from tests.terraform.conftest import INFRA
from tests.unit.services.test_scoring import Models, alert, live

MONITORING = INFRA / "modules" / "monitoring"
METRICS = json.loads((MONITORING / "metrics.json").read_text())


@pytest.fixture(scope="module")
def entries(tmp_path_factory):
    """Return what a small night logs, from publication to the day's books."""
    with opened(tmp_path_factory.mktemp("night")) as platform, capture_logs() as logs:
        seed_demo(platform.documents, platform.clock())
        packets = [ztf_packet(1, magpsf=17.0, drb=0.99), b"no packet"]
        messages = [packet_message(data, packet_id=f"n/0/{i}") for i, data in enumerate(packets)]
        publisher(platform).publish(messages)
        now = platform.clock()
        arrived = [Envelope(m.data, m.attributes, "1", now) for m in messages]
        ingest_service(platform).ingest(arrived)
        filter_service(platform).run(
            [Envelope.from_event(body) for body in waiting(platform.bus, "alerts-filter")]
        )
        ScoringService(Models(live(*feature_model("log")))).score([alert(14.0)])
        books = reconciliation(platform)
        NightService(rematch_service(platform), books, platform.clock).run(
            Envelope(b"{}", {}, "1", now)
        )
    return logs


def waiting(bus, subscription):
    terms = bus.subscription(subscription)
    return [bus_rows.push_body(each, terms, bus.project) for each in bus.lease(subscription, 9)]


def value(entry, path):
    for name in path.split("."):
        entry = entry[name]
    return entry


@pytest.mark.parametrize("name", METRICS)
def test_metric_is_of_a_number_that_the_code_logs(name, entries):
    metric = METRICS[name]
    found = [each for each in entries if each["event"] == metric["message"]]
    assert found, f"nothing logs {metric['message']!r}"
    for entry in found:
        assert isinstance(value(entry, metric["field"]), int | float)
        for field in metric["labels"].values():
            assert value(entry, field) is not None


def test_every_metric_that_is_watched_is_declared():
    text = (MONITORING / "main.tf").read_text()
    watched = {part.split("\\")[0] for part in text.split("user/fritz/")[1:]}
    assert {"filtered_after", "imbalance", "packets_ingested"} <= watched <= set(METRICS)


def test_entries_are_json_that_cloud_logging_takes(entries):
    assert all(orjson.dumps(each, default=repr) for each in entries)
    (passed,) = {each["candid"] for each in entries if each["event"] == "candidate passed"}
    assert passed == 1
