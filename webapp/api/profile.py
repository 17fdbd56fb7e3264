"""Whose token or session it is, and what they say of themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.services.people import ProfileText
from webapp.api.arguments import Body
from webapp.api.operation import operation
from webapp.api.people_shapes import AdmissionRow, ProfileTokenRow
from webapp.api.shapes import StreamRow, stream_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_profile", __name__, url_prefix="/api/internal/profile")


class Profile(BaseModel):
    """The caller."""

    id: int
    created_at: datetime
    modified: datetime
    username: str
    first_name: str | None
    last_name: str | None
    contact_email: str | None
    contact_phone: str | None
    oauth_uid: str | None
    bio: str | None
    affiliations: list[str]
    is_bot: bool
    expiration_date: datetime | None
    roles: list[str]
    acls: list[str]
    permissions: list[str]
    tokens: list[ProfileTokenRow]
    preferences: dict[str, Any]
    gravatar_url: str | None = None
    streams: list[StreamRow]
    group_admission_requests: list[AdmissionRow] = Field(
        serialization_alias="groupAdmissionRequests"
    )


class ProfileChange(Body):
    """What changes; the rest stays. Preferences are merged, map by map."""

    username: str | None = Field(None, max_length=100)
    first_name: str | None = Field(None, max_length=200)
    last_name: str | None = Field(None, max_length=200)
    affiliations: list[str] | None = Field(None, max_length=50)
    contact_email: str | None = Field(None, max_length=320)
    contact_phone: str | None = Field(None, max_length=50)
    bio: str | None = None
    is_bot: bool | None = None
    preferences: dict[str, Any] | None = None


@blueprint.get("")
@operation(answer=Profile)
def profile() -> Profile:
    """Return the caller: names, roles, verbs, tokens, streams."""
    viewer = api_viewer()
    user = viewer.user
    asked = marshal().people.admissions.of_user(user.id)
    return Profile(
        id=user.id,
        created_at=user.created_at,
        modified=user.modified or user.created_at,
        username=user.username,
        first_name=user.first_name,
        last_name=user.last_name,
        contact_email=user.contact_email,
        contact_phone=user.contact_phone,
        oauth_uid=user.email,
        bio=user.bio,
        affiliations=list(user.affiliations),
        is_bot=user.is_bot,
        expiration_date=user.expiration_date,
        roles=list(user.roles),
        acls=list(user.acls),
        permissions=sorted(viewer.acls),
        tokens=[
            ProfileTokenRow(id=t.id, name=t.name, acls=list(t.acls), created_at=t.created_at)
            for t in marshal().tokens.of_user(user.id)
        ],
        preferences=dict(user.preferences),
        streams=[stream_row(stream) for stream in viewer.streams],
        group_admission_requests=[AdmissionRow(**each.to_fields()) for each in asked],
    )


@blueprint.patch("")
@operation(body=ProfileChange)
def change(given: ProfileChange) -> None:
    """Change what the caller says of themselves."""
    _change(api_viewer().user.id, given)


@blueprint.patch("/<int:user_id>")
@operation(body=ProfileChange)
def change_other(user_id: int, given: ProfileChange) -> None:
    """Change what a user says of themselves; others' is for those who manage users."""
    _change(user_id, given)


def _change(user_id: int, given: ProfileChange) -> None:
    said = given.model_dump(exclude={"affiliations"})
    places = None if given.affiliations is None else tuple(given.affiliations)
    text = ProfileText(**said, affiliations=places)
    marshal().people.people.describe(api_viewer(), user_id, text)
