"""One trace from packet to candidate, on the embedded platform with spans kept in memory."""

import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from structlog.testing import capture_logs

from fritz import tracing
from fritz.adapters.cloud.traces import OnFirstSpans
from fritz.adapters.embedded import bus_rows
from fritz.cli.platforms import opened
from fritz.errors import Transient
from fritz.services.envelopes import Envelope
from fritz.services.publishing import packet_message
from fritz.services.seed import seed_demo
from fritz.wiring import filter_service, ingest_service, publisher
from tests.support.packets import ztf_packet


@pytest.fixture
def recording():
    """Return what lets spans be recorded by a sampler, and gives those that were."""
    exporter = InMemorySpanExporter()

    def start(sampler):
        provider = TracerProvider(sampler=ParentBased(sampler))
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracing.record_with(provider)
        return exporter.get_finished_spans

    yield start
    tracing.record_with(trace.NoOpTracerProvider())


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("traced")) as whole:
        seed_demo(whole.documents, whole.clock())
        yield whole


def delivered(bus, subscription):
    terms, leased = bus.subscription(subscription), bus.lease(subscription, 99)
    found = [Envelope.from_event(bus_rows.push_body(each, terms, bus.project)) for each in leased]
    bus.acknowledge(subscription, [each.lease for each in leased])
    return found


def night(platform, *candids):
    """Take packets all the way; return the alerts that the filters got."""
    messages = [
        packet_message(
            ztf_packet(candid, f"ZTF20aa{candid}", magpsf=17.0, drb=0.99), packet_id=f"n/0/{candid}"
        )
        for candid in candids
    ]
    publisher(platform).publish(messages)
    ingest_service(platform).ingest(delivered(platform.bus, "ztf-alerts-ingest"))
    alerts = delivered(platform.bus, "alerts-filter")
    filter_service(platform).run(alerts)
    return alerts


def test_a_packet_and_its_candidate_are_of_one_trace(platform, recording):
    finished = recording(ALWAYS_ON)
    with capture_logs() as logs:
        night(platform, 11, 12)
    by_trace = {}
    for span in finished():
        by_trace.setdefault(span.context.trace_id, []).append(span)
    assert len(by_trace) == 2
    for spans in by_trace.values():
        above = {span.context.span_id: span for span in spans}
        (candidate, *_) = [span for span in spans if span.name == "candidate"]
        chain = [candidate]
        while chain[-1].parent is not None:
            chain.append(above[chain[-1].parent.span_id])
        assert [each.name for each in chain] == ["candidate", "filter", "ingest", "publish"]
        assert {each.attributes["candid"] for each in chain} == {candidate.attributes["candid"]}
        assert chain[2].attributes["ms.archive"] >= 0
    told = [each for each in logs if each["event"] == "candidate passed"]
    assert {int(each["traceparent"].split("-")[1], 16) for each in told} == set(by_trace)


def test_what_the_sampler_leaves_out_costs_no_span(platform, recording):
    finished = recording(ALWAYS_OFF)
    alerts = night(platform, 21)
    assert finished() == ()
    flags = [int(each.attributes["traceparent"].rpartition("-")[2], 16) for each in alerts]
    assert [each & 1 for each in flags] == [0]


def test_without_a_recorder_nothing_is_added(platform):
    (alert,) = night(platform, 31)
    assert "traceparent" not in alert.attributes


def test_a_context_from_outside_is_carried_on_though_nothing_records(platform):
    came = f"00-{'a' * 32}-{'b' * 16}-01"
    message = packet_message(ztf_packet(41, "ZTF20aa41"), packet_id="n/0/41")
    batch = [
        Envelope(message.data, {**message.attributes, "traceparent": came}, "1", platform.clock())
    ]
    ingest_service(platform).ingest(batch)
    (alert,) = delivered(platform.bus, "alerts-filter")
    assert alert.attributes["traceparent"] == came


def test_a_span_says_that_its_batch_failed(recording):
    finished = recording(ALWAYS_ON)
    message = Envelope(b"", tracing.root("publish", {}), "1", None)
    with pytest.raises(Transient), tracing.batch_spans("ingest", [message]):
        raise Transient("the store is away")
    (span,) = [each for each in finished() if each.name == "ingest"]
    assert not span.status.is_ok
    assert span.events[0].name == "exception"


def test_the_exporter_is_made_when_spans_leave_and_not_before():
    made, exporter = [], InMemorySpanExporter()

    def make():
        made.append(exporter)
        return exporter

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OnFirstSpans(make)))
    assert made == []
    for name in ("one", "two"):
        provider.get_tracer("t").start_span(name).end()
    assert [each.name for each in exporter.get_finished_spans()] == ["one", "two"]
    assert made == [exporter]
    provider.shutdown()


def test_the_cloud_s_tracing_starts_without_its_exporter_s_libraries():
    code = (
        "import sys\n"
        "from fritz.adapters.cloud.traces import cloud_traces\n"
        "provider = cloud_traces('p', 0.5)\n"
        "print({'grpc', 'google.api_core'} & set(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
