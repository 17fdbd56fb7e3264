"""One trace from packet to candidate: spans whose context travels in the attributes of messages.

Who publishes packets begins a trace of a few of them; ingest, filtering and each candidate are
spans below it. A batch is many messages: each that is traced gets a span of its own over the
batch's time. Where nothing records, contexts that come are passed on and no span is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

__all__ = [
    "BatchSpans",
    "Carrier",
    "RequestSpan",
    "batch_spans",
    "point",
    "record_with",
    "request_span",
    "root",
]

TRACEPARENT = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("fritz")


class Carrier(Protocol):
    """A message, with attributes."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Its attributes."""
        ...


T = TypeVar("T", bound=Carrier)


def record_with(provider: TracerProvider) -> None:
    """Let spans be recorded from now on."""
    global _tracer  # noqa: PLW0603 - as OpenTelemetry's own provider, of which a process has one
    _tracer = provider.get_tracer("fritz")


def root(name: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Begin a trace by a span that is over at once, if the sampler takes it; return its context."""
    span = _tracer.start_span(
        name, context=trace.set_span_in_context(trace.INVALID_SPAN), attributes=dict(facts)
    )
    span.end()
    return _context(span)


def point(name: str, parent: Mapping[str, str], facts: Mapping[str, Any]) -> None:
    """Record a span without length below a context, if there is one."""
    if TRACEPARENT in parent:
        context = _PROPAGATOR.extract(dict(parent))
        _tracer.start_span(name, context=context, attributes=dict(facts)).end()


class BatchSpans:
    """The spans of a batch's messages, those of them that are traced."""

    def __init__(self, spans: Mapping[int, Span]) -> None:
        self._spans = spans

    def context(self, message: Carrier) -> dict[str, str]:
        """Return the attributes by which what comes of a message belongs to its trace."""
        span = self._spans.get(id(message))
        if span is not None and span.is_recording():
            return _context(span)
        came = message.attributes.get(TRACEPARENT)
        return {} if came is None else {TRACEPARENT: came}

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Say something of each span."""
        for span in self._spans.values():
            span.set_attributes(dict(facts))


@contextmanager
def batch_spans(name: str, batch: Sequence[T]) -> Iterator[BatchSpans]:
    """Have spans over the block, one for each message of the batch that is traced."""
    spans = {
        id(each): _tracer.start_span(
            name, context=_PROPAGATOR.extract(dict(each.attributes)), attributes=_facts(each)
        )
        for each in batch
        if TRACEPARENT in each.attributes
    }
    try:
        yield BatchSpans(spans)
    except Exception as error:
        for span in spans.values():
            span.record_exception(error)
            span.set_status(Status(StatusCode.ERROR, str(error)))
        raise
    finally:
        for span in spans.values():
            span.end()


class RequestSpan:
    """The span of one request over HTTP; it says nothing where nothing records."""

    def __init__(self, span: Span, came: str | None) -> None:
        self._span = span
        self._came = came

    @property
    def context(self) -> dict[str, str]:
        """By what log entries of the request belong to its trace."""
        if self._span.is_recording():
            return _context(self._span)
        return {} if self._came is None else {TRACEPARENT: self._came}

    def tell(self, facts: Mapping[str, Any], *, failed: bool = False) -> None:
        """Say something of the request."""
        self._span.set_attributes(dict(facts))
        if failed:
            self._span.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        """Say that it is over."""
        self._span.end()


def request_span(name: str, traceparent: str | None) -> RequestSpan:
    """Begin the span of a request below the context that came with it, if one did."""
    above = trace.set_span_in_context(trace.INVALID_SPAN)
    if traceparent is not None:
        above = _PROPAGATOR.extract({TRACEPARENT: traceparent}, above)
    return RequestSpan(_tracer.start_span(name, above, SpanKind.SERVER), traceparent)


def _facts(message: Carrier) -> dict[str, str]:
    named = ("candid", "objectId", "packet_id")
    return {name: message.attributes[name] for name in named if name in message.attributes}


def _context(span: Span) -> dict[str, str]:
    found: dict[str, str] = {}
    _PROPAGATOR.inject(found, trace.set_span_in_context(span))
    return {name: value for name, value in found.items() if name == TRACEPARENT}
