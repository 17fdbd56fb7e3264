"""Every request is a span of the trace it came with, and a log entry: route, status, who."""

import io
import json

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased

from fritz import tracing
from fritz.logs import configure_logs
from fritz.services.groups import UserStore
from webapp import errors, observed

TRACE, ABOVE = "a" * 32, "b" * 16
CAME = {"traceparent": f"00-{TRACE}-{ABOVE}-01"}


@pytest.fixture
def spans():
    """Record what callers want recorded, and nothing else; return what gives it."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ParentBased(ALWAYS_OFF))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.record_with(provider)
    yield exporter.get_finished_spans
    tracing.record_with(trace.NoOpTracerProvider())


@pytest.fixture
def entries(monkeypatch):
    before, stream = structlog.get_config(), io.StringIO()
    configure_logs("INFO", stream, project="p")
    for module in (observed, errors):  # loggers that were used keep where they wrote to
        monkeypatch.setattr(module, "log", structlog.get_logger())
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)


def test_a_request_is_a_span_of_its_trace_and_an_entry_without_names(client, world, spans, entries):
    headers = CAME | {"Authorization": f"token {world.token('brita')}"}
    status = client.get("/api/sources/ZTF20secret?mail=a@b.c", headers=headers).status_code
    brita = UserStore(world.documents).by_name("brita").id
    (span,), (entry,) = spans(), entries()
    assert span.name == "GET /api/sources/<obj_id>"
    assert span.kind is trace.SpanKind.SERVER
    assert (span.context.trace_id, span.parent.span_id) == (int(TRACE, 16), int(ABOVE, 16))
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.route": "/api/sources/<obj_id>",
        "http.response.status_code": status,
        "enduser.id": brita,
    }
    assert (entry["message"], entry["severity"]) == ("request answered", "INFO")
    assert (entry["route"], entry["status"]) == ("/api/sources/<obj_id>", status)
    assert entry["user"] == brita
    assert entry["ms"] > 0
    assert entry["logging.googleapis.com/trace"] == f"projects/p/traces/{TRACE}"
    assert entry["logging.googleapis.com/spanId"] == format(span.context.span_id, "016x")
    said = json.dumps(entry) + span.to_json()
    assert "secret" not in said
    assert "@" not in said


def test_what_is_logged_of_a_fault_belongs_to_its_request_alone(app, client, spans, entries):
    @app.get("/api/broken")
    def broken():
        raise ZeroDivisionError

    assert client.get("/api/broken", headers=CAME).status_code == 500
    (span,) = spans()
    assert not span.status.is_ok
    fault, answered = entries()
    assert fault["message"] == "request failed"
    for entry in (fault, answered):
        assert entry["logging.googleapis.com/spanId"] == format(span.context.span_id, "016x")
    client.get("/signin")
    assert not [name for name in entries()[-1] if name.startswith("logging.googleapis.com")]
    assert len(spans()) == 1


def test_where_nothing_records_entries_still_belong_to_the_trace_that_came(client, entries):
    assert client.get("/api/sources", headers=CAME).status_code == 401
    (entry,) = entries()
    assert entry["user"] is None
    assert entry["logging.googleapis.com/trace"] == f"projects/p/traces/{TRACE}"


def test_the_probe_and_assets_are_not_logged_while_they_answer(client, entries):
    assert client.get("/api/sysinfo").status_code == 200
    assert client.get("/static/x/app.css").status_code == 404
    assert client.get("/static/x/css/base.css").status_code in {200, 404}
    assert entries() == []


def test_a_url_that_nobody_declared_is_not_repeated(client, entries):
    client.get("/api/tokens-of/somebody@example")
    (entry,) = entries()
    assert entry["route"] == "unmatched"
