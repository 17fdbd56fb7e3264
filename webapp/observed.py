"""What each request leaves behind: a span of its trace, and a log entry that names it.

Both say the route, the status and who asked, by number: addresses of people are in neither. Cloud
Run hands on or begins the trace (``traceparent``); what else is logged meanwhile belongs to it.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, reset_contextvars

from fritz.tracing import request_span

__all__ = ["register"]

UNLOGGED: Final = frozenset({"asset", "api_sysinfo.sysinfo"})
"""Endpoints that are asked all the time and answer the same; a fault of theirs is logged."""
FAULT: Final = 500

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Let the app keep track of requests; before anything else that may answer one."""
    app.before_request(_begin)
    app.after_request(_answered)
    app.teardown_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()
    g.span = request_span(f"{request.method} {_route()}", request.headers.get("traceparent"))
    g.bound = bind_contextvars(**g.span.context)


def _answered(response: Response) -> Response:
    facts = {
        "http.request.method": request.method,
        "http.route": _route(),
        "http.response.status_code": response.status_code,
    }
    viewer = g.get("viewer")
    if viewer is not None:
        facts["enduser.id"] = viewer.user.id
    g.span.tell(facts, failed=response.status_code >= FAULT)
    if request.endpoint not in UNLOGGED or response.status_code >= FAULT:
        log.info(
            "request answered",
            method=request.method,
            route=_route(),
            status=response.status_code,
            user=None if viewer is None else viewer.user.id,
            ms=round(1000 * (time.perf_counter() - g.began), 1),
        )
    return response


def _end(_: BaseException | None) -> None:
    if "span" in g:
        g.span.end()
        reset_contextvars(**g.bound)


def _route() -> str:
    """Return the rule that matched: what people put in a URL is in no span and no entry."""
    return "unmatched" if request.url_rule is None else request.url_rule.rule
