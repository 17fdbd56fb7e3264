"""Logging: one JSON line per unit of work, as Google Cloud Logging reads it."""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, Final, TextIO

import structlog

__all__ = ["LABELS", "configure_logs", "trace_fields"]

Entry = MutableMapping[str, Any]

LABELS: Final = ("candid", "object_id", "filter", "packet_id")
"""Keys that Cloud Logging also gets as labels, which it indexes: what became of one alert."""

_GOOGLE: Final = "logging.googleapis.com"
_TRACEPARENT_PARTS: Final = 4
_HEX: Final = re.compile("[0-9a-f]{2}")


def _severity(_: Any, method: str, entry: Entry) -> Entry:
    """Name the level and the text as Cloud Logging expects them."""
    entry["severity"] = {"warn": "WARNING", "exception": "ERROR"}.get(method, method.upper())
    entry["message"] = entry.pop("event")
    return entry


def _labelled(_: Any, _method: str, entry: Entry) -> Entry:
    """Repeat what an entry is about as labels; a candid is text there, so that no digit is lost."""
    labels = {name: str(entry[name]) for name in LABELS if entry.get(name) is not None}
    if labels:
        entry[f"{_GOOGLE}/labels"] = labels
    return entry


def trace_fields(traceparent: str, project: str) -> dict[str, Any]:
    """Return what Cloud Logging calls a trace context (``00-TRACE-SPAN-FLAGS``).

    Examples
    --------
    >>> found = trace_fields(f"00-{'a' * 32}-{'b' * 16}-01", "p")
    >>> found["logging.googleapis.com/trace"] == f"projects/p/traces/{'a' * 32}"
    True
    >>> trace_fields("nothing of the kind", "p")
    {}
    """
    parts = traceparent.split("-")
    if len(parts) != _TRACEPARENT_PARTS or not _HEX.fullmatch(parts[3]):
        return {}
    _, trace, span, flags = parts
    return {
        f"{_GOOGLE}/trace": f"projects/{project}/traces/{trace}",
        f"{_GOOGLE}/spanId": span,
        f"{_GOOGLE}/trace_sampled": bool(int(flags, 16) & 1),
    }


def _traced(project: str) -> Callable[[Any, str, Entry], Entry]:
    def processor(_: Any, _method: str, entry: Entry) -> Entry:
        """Say which trace an entry belongs to, where it says by whose `traceparent` it came."""
        if traceparent := entry.pop("traceparent", None):
            entry.update(trace_fields(str(traceparent), project))
        return entry

    return processor


def configure_logs(level: str, stream: TextIO | None = None, project: str = "") -> None:
    """Send structured log entries of at least `level` to `stream` (default: stdout).

    Parameters
    ----------
    project
        The Google Cloud project that keeps the traces which entries belong to.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", key="time"),
            structlog.processors.format_exc_info,
            _traced(project),
            _labelled,
            _severity,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        # Kept, a module's logger would not follow who captures or configures later.
        cache_logger_on_first_use=False,
    )
