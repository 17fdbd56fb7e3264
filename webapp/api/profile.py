"""Whose token or session it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from webapp.api.shapes import StreamRow, stream_row
from webapp.envelope import success
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_profile", __name__, url_prefix="/api")


class TokenRow(BaseModel):
    """A token, without its secret."""

    id: str
    name: str
    acls: list[str]
    created_at: datetime


class Profile(BaseModel):
    """The caller."""

    id: int
    created_at: datetime
    username: str
    first_name: str | None
    last_name: str | None
    contact_email: str | None
    affiliations: list[str] = []
    is_bot: bool = False
    roles: list[str]
    acls: list[str]
    permissions: list[str]
    tokens: list[TokenRow]
    preferences: dict[str, Any]
    gravatar_url: str | None = None
    streams: list[StreamRow]
    group_admission_requests: list[Any] = Field([], serialization_alias="groupAdmissionRequests")


@blueprint.get("/internal/profile")
def profile() -> ResponseReturnValue:
    """Return the caller: names, roles, verbs, tokens, streams."""
    viewer = api_viewer()
    user = viewer.user
    return success(
        Profile(
            id=user.id,
            created_at=user.created_at,
            username=user.username,
            first_name=user.first_name,
            last_name=user.last_name,
            contact_email=user.contact_email,
            roles=list(user.roles),
            acls=list(user.acls),
            permissions=sorted(viewer.acls),
            tokens=[
                TokenRow(id=t.id, name=t.name, acls=list(t.acls), created_at=t.created_at)
                for t in marshal().tokens.of_user(user.id)
            ],
            preferences=dict(user.preferences),
            streams=[stream_row(stream) for stream in viewer.streams],
        )
    )
