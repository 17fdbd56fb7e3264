"""Comments on objects and spectra, with their files."""

from __future__ import annotations

import mimetypes
from typing import Final, cast

from flask import Blueprint, Response, request
from werkzeug.http import dump_options_header

from fritz.errors import Invalid
from fritz.marshal.comment import COMMENT, Comment
from fritz.marshal.subject import SubjectKind
from fritz.services.comments import NewComment
from webapp.api.comment_shapes import (
    AttachmentText,
    CommentBody,
    CommentChange,
    CommentMade,
    CommentRow,
    CommentsQuery,
    FileQuery,
    OldCommentBody,
    comment_rows,
    new_file,
)
from webapp.api.operation import File, operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_comments", __name__, url_prefix="/api")

LARGEST_PAGE = 1000
SHOWN_INLINE: Final = frozenset({"application/pdf", "image/gif", "image/jpeg", "image/png"})
"""What a browser may show where it stands: nothing that can carry a script of ours."""

_ON = "/<any(sources, spectra):kind>/<row_id>/comments"


def _kind(kind: str) -> SubjectKind:
    return cast("SubjectKind", kind)


@blueprint.get(_ON)
@operation(query=CommentsQuery, answer=list[CommentRow], errors=(404,))
def index(kind: str, row_id: str, asked: CommentsQuery) -> list[CommentRow]:
    """Return the comments on an object or spectrum: of one channel, or of none."""
    found = [
        each
        for each in marshal().discussion.comments.of_subject(api_viewer(), _kind(kind), row_id)
        if each.channel == asked.channel
    ]
    if asked.text is None:
        return comment_rows(found)
    text = asked.text.casefold()
    return _page([each for each in reversed(found) if text in each.text.casefold()], asked)


@blueprint.get("/comments")
@blueprint.get("/sources/comments")
@operation(query=CommentsQuery, answer=list[CommentRow])
def search(asked: CommentsQuery) -> list[CommentRow]:
    """Return the newest comments that contain a text, whatever they are about."""
    if not asked.text:
        raise Invalid("text: what to look for is required")
    return _page(marshal().discussion.comments.search(api_viewer(), asked.text), asked)


@blueprint.get(f"{_ON}/<int:comment_id>")
@operation(answer=CommentRow, errors=(404,))
def one(kind: str, row_id: str, comment_id: int) -> CommentRow:
    """Return one comment."""
    return comment_rows([_found(kind, row_id, comment_id)])[0]


@blueprint.post(_ON)
@operation(body=CommentBody, answer=CommentMade, acl=COMMENT, errors=(404,))
def create(kind: str, row_id: str, given: CommentBody) -> CommentMade:
    """Write a comment; the same one again stands once."""
    return _made(kind, row_id, given)


@blueprint.put(f"{_ON}/<int:comment_id>")
@operation(body=CommentChange, acl=COMMENT, errors=(404,))
def change(kind: str, row_id: str, comment_id: int, given: CommentChange) -> None:
    """Change a comment of one's own."""
    _change(_found(kind, row_id, comment_id), given)


@blueprint.delete(f"{_ON}/<int:comment_id>")
@operation(acl=COMMENT, errors=(404,))
def delete(kind: str, row_id: str, comment_id: int) -> None:
    """Remove a comment of one's own."""
    found = _found(kind, row_id, comment_id)
    marshal().discussion.comments.delete(api_viewer(), found, marshal().now())


@blueprint.get(f"{_ON}/<int:comment_id>/attachment")
@blueprint.get(f"{_ON}/<int:comment_id>/attachment.pdf")
@operation(
    query=FileQuery, answer=File("application/octet-stream", "application/json"), errors=(404,)
)
def attachment(
    kind: str, row_id: str, comment_id: int, asked: FileQuery
) -> Response | AttachmentText:
    """Return a comment's file: its bytes, or where `download` is false its text in JSON."""
    return _file(_found(kind, row_id, comment_id), asked)


@blueprint.post("/comment")
@operation(body=OldCommentBody, answer=CommentMade, acl=COMMENT, errors=(404,), deprecated=True)
def create_old(given: OldCommentBody) -> CommentMade:
    """Write a comment on an object; without groups, to all of the caller's."""
    groups = tuple(sorted(api_viewer().group_ids)) if given.group_ids is None else given.group_ids
    return _made("sources", given.obj_id, given.model_copy(update={"group_ids": groups}))


@blueprint.get("/comment/<int:comment_id>")
@operation(answer=CommentRow, errors=(404,), deprecated=True)
def one_old(comment_id: int) -> CommentRow:
    """Return one comment."""
    return comment_rows([marshal().discussion.comments.by_id(api_viewer(), comment_id)])[0]


@blueprint.put("/comment/<int:comment_id>")
@operation(body=CommentChange, acl=COMMENT, errors=(404,), deprecated=True)
def change_old(comment_id: int, given: CommentChange) -> None:
    """Change a comment of one's own."""
    _change(marshal().discussion.comments.by_id(api_viewer(), comment_id), given)


@blueprint.delete("/comment/<int:comment_id>")
@operation(acl=COMMENT, errors=(404,), deprecated=True)
def delete_old(comment_id: int) -> None:
    """Remove a comment of one's own."""
    found = marshal().discussion.comments.by_id(api_viewer(), comment_id)
    marshal().discussion.comments.delete(api_viewer(), found, marshal().now())


@blueprint.get("/comment/<int:comment_id>/attachment")
@operation(
    query=FileQuery,
    answer=File("application/octet-stream", "application/json"),
    errors=(404,),
    deprecated=True,
)
def attachment_old(comment_id: int, asked: FileQuery) -> Response | AttachmentText:
    """Return a comment's file."""
    return _file(marshal().discussion.comments.by_id(api_viewer(), comment_id), asked)


def _found(kind: str, row_id: str, comment_id: int) -> Comment:
    return marshal().discussion.comments.get(api_viewer(), _kind(kind), row_id, comment_id)


def _made(kind: str, row_id: str, given: CommentBody) -> CommentMade:
    new = NewComment(given.text, given.group_ids, given.channel, new_file(given.attachment))
    made = marshal().discussion.comments.create(
        api_viewer(), _kind(kind), row_id, new, marshal().now()
    )
    return CommentMade(comment_id=made.id)


def _change(found: Comment, given: CommentChange) -> None:
    marshal().discussion.comments.change(
        api_viewer(),
        found,
        marshal().now(),
        text=given.text,
        group_ids=given.group_ids,
        file=new_file(given.attachment),
    )


def _page(found: list[Comment], asked: CommentsQuery) -> list[CommentRow]:
    per_page = min(asked.per_page, LARGEST_PAGE)
    return comment_rows(found[(asked.page - 1) * per_page : asked.page * per_page])


def _file(comment: Comment, asked: FileQuery) -> Response | AttachmentText:
    data = marshal().discussion.comments.attached(comment)
    name = comment.attachment.name if comment.attachment else ""
    # An empty `download`, as clients send it, says no; a query's empty values count as left out.
    if request.args.get("download", asked.download) == "" and not asked.preview:
        return _text(comment, name, data)
    guessed = mimetypes.guess_type(name)[0]
    inline = bool(asked.preview) and guessed in SHOWN_INLINE
    response = Response(data, mimetype=guessed if inline else "application/octet-stream")
    response.headers["Content-Disposition"] = dump_options_header(
        "inline" if inline else "attachment", {"filename": name}
    )
    return response


def _text(comment: Comment, name: str, data: bytes) -> AttachmentText:
    try:
        return AttachmentText(comment_id=comment.id, attachment=data.decode(), attachment_name=name)
    except UnicodeDecodeError as e:
        raise Invalid(f"attachment {name} is no text: download it") from e
