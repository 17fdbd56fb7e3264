"""Where spans are kept: Cloud Trace."""

from collections.abc import Callable, Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from typing_extensions import override

__all__ = ["OnFirstSpans", "cloud_traces"]

SOON_MS = 1000
"""An instance has processor time while it answers requests, so spans must leave soon."""


class OnFirstSpans(SpanExporter):
    """Makes the exporter when spans leave for the first time, on the thread that sends them.

    Its libraries take a good part of a second to import, which no start has to wait for.
    """

    def __init__(self, make: Callable[[], SpanExporter]) -> None:
        self._make = make
        self._made: SpanExporter | None = None

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._made is None:
            self._made = self._make()
        return self._made.export(spans)

    @override
    def shutdown(self) -> None:
        if self._made is not None:
            self._made.shutdown()


def cloud_traces(project: str, ratio: float) -> TracerProvider:
    """Return what records a part of the traces that begin here, and all that others began."""

    def exporter() -> SpanExporter:
        from opentelemetry.exporter.cloud_trace import (  # noqa: PLC0415 -- takes a second
            CloudTraceSpanExporter,
        )

        made: SpanExporter = CloudTraceSpanExporter(project_id=project)
        return made

    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(ratio)))
    sending = BatchSpanProcessor(OnFirstSpans(exporter), schedule_delay_millis=SOON_MS)
    provider.add_span_processor(sending)
    return provider
