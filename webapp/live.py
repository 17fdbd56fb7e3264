"""``/live``: what changes, as Server-Sent Events; ``/live/recent``: for who cannot listen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final

import orjson
from flask import Blueprint, Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.errors import Invalid, Unauthorized
from fritz.marshal.visibility import Viewer
from fritz.services.events import cursor_at
from fritz.services.live import Invalidation, LiveStream, told_by
from webapp.api.arguments import Query, Words, query
from webapp.api.events import cursor_of
from webapp.platform import marshal
from webapp.sessions import COOKIE, page_viewer

__all__ = ["LASTS_S", "blueprint", "register"]

blueprint = Blueprint("live", __name__)

LASTS_S: Final = 290.0
"""Below the five minutes after which Cloud Run ends a request; the browser comes again."""
BEAT_S: Final = 1.0
SAID_S: Final = 5.0
"""After so long without a change a line is sent, so that a connection that broke is found out."""
TRUSTED_S: Final = 60.0
"""How long the session that opened a stream is believed to go on."""
MOST_REPLAYED: Final = 200

_TOPIC = re.compile(r"mine|(source:[\w.+\-]{1,100})|(group:\d{1,12})")


class LiveQuery(Query):
    """What of."""

    topics: Words
    since: Annotated[str, Field(max_length=64)] | None = None
    """The id of the last that was heard, or an ISO time; the header Last-Event-ID says it, too."""


@blueprint.errorhandler(Unauthorized)
def refuse(error: Unauthorized) -> ResponseReturnValue:
    """Tell a script that nobody is signed in; it is no page that could lead elsewhere."""
    return jsonify(message=str(error)), 401


@blueprint.get("/live")
def stream() -> ResponseReturnValue:
    """Say what changes, until five minutes are over."""
    viewer, asked = page_viewer(), _asked()
    opened = marshal().live.open(_believed(viewer), asked.topics, BEAT_S)
    # The past is read after the stream is open: what happens meanwhile comes twice.
    lines = _written(opened, asked, _past(viewer, asked))
    response = Response(lines, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(opened.close)
    return response


@blueprint.get("/live/recent")
def recent() -> ResponseReturnValue:
    """Return what changed since an id, for browsers whose network lets no stream through."""
    viewer, asked = page_viewer(), _asked()
    now = marshal().now()
    page = marshal().discussion.events.unsettled(
        viewer, cursor_of(asked.since, now), MOST_REPLAYED, now
    )
    told = [_told(told_by(each), asked) for each in page.events]
    return jsonify(changes=[each for each in told if each], next=page.next)


def register(app: Flask) -> None:
    """Give templates ``live_since()``: from where on a page that is made now is to be told."""
    app.jinja_env.globals["live_since"] = lambda: cursor_at(marshal().now())


def _asked() -> LiveQuery:
    asked = query(LiveQuery)
    if wrong := [each for each in asked.topics if not _TOPIC.fullmatch(each)]:
        raise Invalid(f"topics: {wrong[0][:40]!r} is none")
    since = request.headers.get("Last-Event-ID") or asked.since
    return asked.model_copy(update={"since": since})


def _past(viewer: Viewer, asked: LiveQuery) -> list[Invalidation]:
    """Return what the viewer has missed since the last that was heard."""
    if asked.since is None:
        return []
    now = marshal().now()
    cursor = cursor_of(asked.since, now)
    page = marshal().discussion.events.unsettled(viewer, cursor, MOST_REPLAYED, now)
    return [told_by(each) for each in page.events]


def _believed(viewer: Viewer) -> Callable[[], Viewer]:
    """Return what tells who looks: looked up again each minute, for rights and sessions end."""
    access, cookie = marshal().access, request.cookies[COOKIE]
    known, until = viewer, time.monotonic() + TRUSTED_S

    def looks() -> Viewer:
        nonlocal known, until
        if time.monotonic() > until:
            known, until = access.by_session(cookie), time.monotonic() + TRUSTED_S
        return known

    return looks


def _written(opened: LiveStream, asked: LiveQuery, past: list[Invalidation]) -> Iterator[str]:
    ends, quiet = time.monotonic() + LASTS_S, time.monotonic() + SAID_S
    yield "retry: 1000\n: hello\n\n"
    yield from (line for each in past if (line := _line(each, asked)))
    while time.monotonic() < ends:
        try:
            change = opened.next()
        except Unauthorized:  # the session has ended, and so does the stream
            return
        if change is not None and (line := _line(change, asked)):
            yield line
        elif time.monotonic() > quiet:
            yield ": \n\n"
        else:
            continue
        quiet = time.monotonic() + SAID_S


def _line(change: Invalidation, asked: LiveQuery) -> str:
    told = _told(change, asked)
    if not told:
        return ""
    number = f"id: {change.id}\n" if change.id else ""
    return f"{number}data: {orjson.dumps(told).decode()}\n\n"


def _told(change: Invalidation, asked: LiveQuery) -> dict[str, Any] | None:
    topic = change.topic_of(asked.topics)
    if topic is None:
        return None
    return {"id": change.id, "topic": topic, "kind": change.kind, "ref": dict(change.ref)}
