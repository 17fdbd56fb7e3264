"""The caller's own notifications."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from pydantic import BaseModel

from fritz.marshal.notification import Notification
from webapp.api.arguments import Body
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_notifications", __name__, url_prefix="/api/internal/notifications")


class NotificationRow(BaseModel):
    """A line in the caller's list."""

    id: int
    user_id: int
    text: str
    notification_type: str
    url: str
    viewed: bool
    created_at: datetime
    modified: datetime


class Viewed(Body):
    """Whether it was looked at."""

    viewed: bool = True


@blueprint.get("")
@operation(answer=list[NotificationRow])
def index() -> list[NotificationRow]:
    """Return the caller's notifications, newest first."""
    return [_row(each) for each in marshal().discussion.notifications.of(api_viewer())]


@blueprint.get("/<int:number>")
@operation(answer=NotificationRow, errors=(404,))
def one(number: int) -> NotificationRow:
    """Return one of the caller's notifications."""
    return _row(marshal().discussion.notifications.get(api_viewer(), number))


@blueprint.patch("/<int:number>")
@operation(body=Viewed, answer=NotificationRow, errors=(404,))
def mark(number: int, given: Viewed) -> NotificationRow:
    """Say whether a notification was looked at."""
    return _row(marshal().discussion.notifications.mark(api_viewer(), number, viewed=given.viewed))


@blueprint.patch("/all")
@operation()
def mark_all() -> None:
    """Say that all of the caller's notifications were looked at."""
    marshal().discussion.notifications.mark_all(api_viewer())


@blueprint.delete("/<int:number>")
@operation(errors=(404,))
def delete(number: int) -> None:
    """Remove one of the caller's notifications."""
    marshal().discussion.notifications.delete(api_viewer(), number)


@blueprint.delete("/all")
@operation()
def delete_all() -> None:
    """Remove all of the caller's notifications."""
    marshal().discussion.notifications.delete_all(api_viewer())


def _row(found: Notification) -> NotificationRow:
    return NotificationRow(
        id=found.id,
        user_id=found.user_id,
        text=found.text,
        notification_type=found.kind,
        url=found.url,
        viewed=found.viewed,
        created_at=found.created_at,
        modified=found.created_at,
    )
