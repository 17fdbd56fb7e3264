"""Lets a POST that is sent twice with one ``Idempotency-Key`` be done once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Flask, Response, g, request

from fritz.errors import Invalid
from fritz.services.idempotency import Answer, Replays, request_id
from webapp.api.operation import operation_of
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["HEADER", "REPLAYED", "register"]

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class _Claim:
    replays: Replays
    id: str
    fingerprint: str


def register(app: Flask) -> None:
    """Let the app remember answers of POSTs that carry the header."""

    @app.before_request
    def replay() -> Response | None:
        declared = operation_of(app.view_functions.get(request.endpoint or "", replay))
        if request.method != "POST" or HEADER not in request.headers:
            return None
        return None if declared is None or declared.public else _begin()

    @app.after_request
    def remember(response: Response) -> Response:
        claim: _Claim | None = g.pop("idempotency", None)
        if claim is not None:
            _finish(claim, response)
        return response


def _begin() -> Response | None:
    key = request.headers[HEADER]
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(f"{HEADER}: 1 to {LONGEST_KEY} characters")
    asked = request.full_path.encode() + b"\0" + request.get_data(cache=True)
    claim = _Claim(
        marshal().replays,
        request_id(api_viewer().user.id, request.method, request.path, key),
        hashlib.sha256(asked).hexdigest(),
    )
    earlier = claim.replays.begin(claim.id, claim.fingerprint, marshal().now())
    if earlier is None:
        g.idempotency = claim
        return None
    again = Response(earlier.body, earlier.status, mimetype=earlier.mimetype)
    again.headers[REPLAYED] = "true"
    return again


def _finish(claim: _Claim, response: Response) -> None:
    """Remember what was done; what was refused has changed nothing and may be tried again."""
    if response.status_code != 200 or response.is_streamed:  # noqa: PLR2004 - the API's only success
        claim.replays.abandon(claim.id)
        return
    answer = Answer(response.status_code, response.get_data(), response.mimetype or "")
    claim.replays.finish(claim.id, claim.fingerprint, answer, marshal().now())
