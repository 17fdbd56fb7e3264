"""Messages about a source to the members of its groups."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.services.source_notifying import Level
from webapp.api.arguments import Body, Ids
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_source_notifications", __name__, url_prefix="/api/source_notifications")


class SourceNotificationBody(Body):
    """What whom is told."""

    source_id: str = Field(alias="sourceId")
    group_ids: Ids = Field(alias="groupIds")
    level: Level
    additional_notes: str | None = Field(None, alias="additionalNotes")


class SourceNotificationMade(BaseModel):
    """The number of the message."""

    id: int


@blueprint.post("")
@operation(
    body=SourceNotificationBody, answer=SourceNotificationMade, acl=UPLOAD_DATA, errors=(404,)
)
def create(given: SourceNotificationBody) -> SourceNotificationMade:
    """Put a line about a source on the notification lists of its groups' members."""
    number = marshal().discussion.notifying.notify(
        api_viewer(),
        given.source_id,
        given.group_ids,
        given.level,
        given.additional_notes or "",
        marshal().now(),
    )
    return SourceNotificationMade(id=number)
