"""Logging: one JSON line per unit of work, as Google Cloud Logging reads it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

__all__ = ["configure_logs"]


def _severity(_: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name the level and the text as Cloud Logging expects them."""
    entry["severity"] = {"warn": "WARNING", "exception": "ERROR"}.get(method, method.upper())
    entry["message"] = entry.pop("event")
    return entry


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Send structured log entries of at least `level` to `stream` (default: stdout)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", key="time"),
            structlog.processors.format_exc_info,
            _severity,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        cache_logger_on_first_use=True,
    )
