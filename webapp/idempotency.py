"""Lets a POST that is sent twice with one ``Idempotency-Key`` be done once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Flask, Response, g, request

from fritz.errors import Invalid
from fritz.marshal.visibility import Viewer
from fritz.services.idempotency import Answer, Replays, request_id
from webapp.api.operation import Operation, operation_of
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
    secret: bool
    """Whether what is answered may be kept nowhere."""


def register(app: Flask) -> None:
    """Let the app remember answers of POSTs that carry the header."""

    @app.before_request
    def replay() -> Response | None:
        declared = operation_of(app.view_functions.get(request.endpoint or "", replay))
        if request.method != "POST" or HEADER not in request.headers:
            return None
        return None if declared is None or declared.public else _begin(declared)

    @app.after_request
    def remember(response: Response) -> Response:
        claim: _Claim | None = g.pop("idempotency", None)
        if claim is not None:
            _finish(claim, response)
        return response


def _begin(declared: Operation) -> Response | None:
    key = request.headers[HEADER]
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(f"{HEADER}: 1 to {LONGEST_KEY} characters")
    viewer = api_viewer()
    claim = _Claim(
        marshal().replays,
        request_id(viewer.user.id, request.method, request.path, key),
        _fingerprint(key, viewer),
        declared.secret,
    )
    earlier = claim.replays.begin(claim.id, claim.fingerprint, marshal().now())
    if earlier is None:
        g.idempotency = claim
        return None
    again = Response(earlier.body, earlier.status, mimetype=earlier.mimetype)
    again.headers[REPLAYED] = "true"
    return again


def _fingerprint(key: str, viewer: Viewer) -> str:
    """Return a digest of what is asked for and by what rights.

    The rights are part of it: what a token with many verbs was answered is no answer for another
    token of its owner's. The key, which is kept nowhere, hides what the request said.
    """
    rights = " ".join(sorted(viewer.acls))
    asked = f"{key}\0{rights}\0{request.full_path}\0".encode()
    return hashlib.sha256(asked + request.get_data(cache=True)).hexdigest()


def _finish(claim: _Claim, response: Response) -> None:
    """Remember what was done; what was refused has changed nothing and may be tried again."""
    if response.status_code != 200 or response.is_streamed:  # noqa: PLR2004 - the API's only success
        claim.replays.abandon(claim.id)
        return
    body = None if claim.secret else response.get_data()
    answer = Answer(response.status_code, body, response.mimetype or "")
    claim.replays.finish(claim.id, claim.fingerprint, answer, marshal().now())
