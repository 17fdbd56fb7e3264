"""Turns every error into an answer: the API's envelope, or a page for people."""

from __future__ import annotations

import structlog
from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from fritz.errors import FritzError, TooMany
from fritz.filters import FilterRefused
from webapp.envelope import failure

__all__ = ["faults", "register"]

API_STATUSES = frozenset({400, 401, 403, 404, 429})
"""What scripts may be told; any other fault of theirs is 400, for they retry 405 and 5xx."""

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Let the app answer errors."""
    app.register_error_handler(FritzError, _on_fritz_error)
    app.register_error_handler(TooMany, _on_too_many)
    app.register_error_handler(FilterRefused, _on_filter_refused)
    app.register_error_handler(ValidationError, _on_invalid)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_bug)


def _on_fritz_error(error: FritzError) -> ResponseReturnValue:
    return _answer(str(error), error.http_status)


def _on_too_many(error: TooMany) -> ResponseReturnValue:
    answer = make_response(_answer(str(error), error.http_status))
    answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


def _on_filter_refused(error: FilterRefused) -> ResponseReturnValue:
    if not _is_api():
        return _answer(str(error), error.http_status)
    findings = [finding.as_dict() for finding in error.findings]
    return failure(str(error), error.http_status, {"findings": findings})


def _on_invalid(error: ValidationError) -> ResponseReturnValue:
    return _answer(faults(error), 400)


def faults(error: ValidationError) -> str:
    """Return what does not fit a model, each thing with its place."""
    found = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return "; ".join(found)


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if not _is_api():
        return _answer(error.description or error.name, status)
    if isinstance(error, NotFound | MethodNotAllowed):
        return failure("Invalid API endpoint", 400)
    if status >= 500:  # noqa: PLR2004 - the first status that says the fault is ours
        return failure(error.name, status)
    return failure(error.description or error.name, status if status in API_STATUSES else 400)


def _on_bug(error: Exception) -> ResponseReturnValue:
    log.error("request failed", path=request.path, exc_info=error)
    return _answer("Internal error", 500)


def _answer(message: str, status: int) -> ResponseReturnValue:
    if _is_api():
        return failure(message, status)
    return render_template("error.html", message=message, status=status), status


def _is_api() -> bool:
    return request.path.startswith("/api/")
