"""What happened since a script last asked."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from fritz.errors import Invalid
from fritz.services.events import Event, cursor_at
from webapp.api.arguments import Query, Time
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint", "cursor_of"]

blueprint = Blueprint("api_events", __name__, url_prefix="/api/events")

_CURSOR = re.compile(r"\d{17}[-~][0-9a-f]{0,12}")
_TIME: TypeAdapter[datetime] = TypeAdapter(Time)


class EventsQuery(Query):
    """From where on."""

    since: str | None = None
    """The `next` of the answer before, or an ISO time; now if it is left out."""
    limit: int = Field(100, ge=1, le=1000)


class EventRow(BaseModel):
    """One thing that happened; ask the routes of what it names for more."""

    id: str
    type: str
    at: datetime
    by: int | None
    obj_id: str | None
    refs: dict[str, Any]


class EventsAnswer(BaseModel):
    """Some events, oldest first."""

    events: list[EventRow]
    next: str
    """Give it as `since` to go on."""


@blueprint.get("")
@operation(query=EventsQuery, answer=EventsAnswer)
def index(asked: EventsQuery) -> EventsAnswer:
    """Return what happened after `since` and is open to the caller."""
    now = marshal().now()
    page = marshal().discussion.events.since(
        api_viewer(), cursor_of(asked.since, now), asked.limit, now
    )
    return EventsAnswer(events=[_row(each) for each in page.events], next=page.next)


def cursor_of(since: str | None, now: datetime) -> str:
    """Return from where on events are asked for: a cursor, a time, or now.

    Raises
    ------
    Invalid
        It is neither.
    """
    if since is None:
        return cursor_at(now)
    if _CURSOR.fullmatch(since):
        return since
    try:
        return cursor_at(_TIME.validate_python(since))
    except (ValidationError, OverflowError, OSError) as e:
        raise Invalid("since: the `next` of an earlier answer, or an ISO time") from e


def _row(event: Event) -> EventRow:
    return EventRow(
        id=event.id,
        type=event.kind,
        at=event.at,
        by=event.by,
        obj_id=event.obj_id,
        refs=dict(event.refs),
    )
