"""Comments as SkyPortal shows and takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.comment import LARGEST_ATTACHMENT, Comment
from fritz.marshal.user import User
from fritz.services.comments import NewFile
from webapp.api.arguments import Body, Ids, PageNumber, Query
from webapp.api.base64_files import coded_part, decoded
from webapp.api.people_shapes import PersonRow, person_row
from webapp.api.shapes import GroupRow, group_row
from webapp.platform import marshal

__all__ = [
    "AttachmentText",
    "AuthorRow",
    "CommentBody",
    "CommentChange",
    "CommentMade",
    "CommentRow",
    "CommentsQuery",
    "FileQuery",
    "OldCommentBody",
    "author_row",
    "comment_rows",
    "new_file",
]


class AuthorRow(PersonRow):
    """Who wrote it."""

    is_bot: bool
    gravatar_url: str | None = None


class CommentRow(BaseModel):
    """A comment."""

    id: int
    text: str
    obj_id: str
    spectrum_id: int | None = None
    channel: str | None
    attachment_name: str | None
    bot: bool
    origin: str | None = None
    system: bool = False
    author_id: int
    author: AuthorRow | None
    groups: list[GroupRow]
    created_at: datetime
    modified: datetime
    resource_type: str = Field(serialization_alias="resourceType")


class CommentMade(BaseModel):
    """The id of the one that stands."""

    comment_id: int


class AttachmentText(BaseModel):
    """A file that is text."""

    comment_id: int = Field(serialization_alias="commentId")
    attachment: str
    attachment_name: str = Field(serialization_alias="attachmentName")


class CommentsQuery(Query):
    """Which comments."""

    text: str | None = None
    channel: str | None = None
    page: PageNumber = Field(1, alias="pageNumber")
    per_page: int = Field(25, alias="numPerPage", ge=1)


class FileQuery(Query):
    """How a file is wanted."""

    download: str = "true"
    """Empty for its text in JSON."""
    preview: str = ""


class FileBody(Body):
    """A file: its name, and its bytes in base64, which may stand in a data URL."""

    name: str
    body: str


class CommentBody(Body):
    """A new comment."""

    text: str
    group_ids: Ids | None = None
    """None for everybody who sees the object."""
    attachment: FileBody | None = None
    channel: str | None = Field(None, min_length=1, max_length=100)


class OldCommentBody(CommentBody):
    """A new comment, as scripts of 2021 post it."""

    obj_id: str


class CommentChange(Body):
    """What changes; the rest stays."""

    text: str | None = None
    group_ids: Ids | None = None
    attachment: FileBody | None = None


def new_file(given: FileBody | None) -> NewFile | None:
    """Return the file that a body brings.

    Raises
    ------
    Invalid
        It is not base64, or too large.
    """
    if given is None:
        return None
    if len(coded_part(given.body)) > 4 * (LARGEST_ATTACHMENT // 3 + 1):
        raise Invalid(f"attachment: at most {LARGEST_ATTACHMENT} bytes")
    return NewFile(given.name, decoded(given.body, "attachment.body"))


def author_row(user: User | None) -> AuthorRow | None:
    """Return who wrote something; None for somebody who is gone."""
    if user is None:
        return None
    return AuthorRow(**person_row(user).model_dump(), is_bot=user.is_bot)


def comment_rows(found: Sequence[Comment]) -> list[CommentRow]:
    """Return comments as SkyPortal shows them, their authors and groups read once."""
    named = {group_id for each in found for group_id in each.group_ids}
    groups = {group.id: group for group in marshal().groups.get_many(named)}
    authors = {user.id: user for user in marshal().users.get_many({c.author_id for c in found})}
    return [
        CommentRow(
            id=each.id,
            text=each.text,
            obj_id=each.subject.obj_id,
            spectrum_id=int(each.subject.id) if each.subject.kind == "spectra" else None,
            channel=each.channel,
            attachment_name=each.attachment.name if each.attachment else None,
            bot=each.bot,
            author_id=each.author_id,
            author=author_row(authors.get(each.author_id)),
            groups=[group_row(groups[g]) for g in each.group_ids if g in groups],
            created_at=each.created_at,
            modified=each.modified,
            resource_type=each.subject.kind,
        )
        for each in found
    ]
