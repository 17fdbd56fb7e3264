"""Where spans are kept: Cloud Trace."""

from opentelemetry.exporter.cloud_trace import CloudTraceSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

__all__ = ["cloud_traces"]

SOON_MS = 1000
"""An instance has processor time while it answers requests, so spans must leave soon."""


def cloud_traces(project: str, ratio: float) -> TracerProvider:
    """Return what records a part of the traces that begin here, and all that others began."""
    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(ratio)))
    exporter = CloudTraceSpanExporter(project_id=project)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=SOON_MS))
    return provider
