"""Streams and who holds them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from fritz.marshal.acls import SYSTEM_ADMIN
from webapp.api.arguments import Body, Id
from webapp.api.operation import operation
from webapp.api.shapes import StreamRow, stream_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_streams", __name__, url_prefix="/api/streams")


class StreamBody(Body):
    """A new stream."""

    name: str
    altdata: dict[str, Any] | None = None
    auto_join: bool = False


class StreamChange(Body):
    """What changes; the rest stays."""

    name: str | None = None
    altdata: dict[str, Any] | None = None
    auto_join: bool | None = None


class StreamMade(BaseModel):
    """The id of the one that was made."""

    id: int


class HolderBody(Body):
    """Who is to hold it."""

    user_id: Id


class HolderRow(BaseModel):
    """Who holds which."""

    stream_id: int
    user_id: int


@blueprint.get("")
@operation(answer=list[StreamRow])
def index() -> list[StreamRow]:
    """Return the streams that the caller holds or may take."""
    return [stream_row(each) for each in marshal().people.streams.visible(api_viewer())]


@blueprint.get("/<int:stream_id>")
@operation(answer=StreamRow)
def one(stream_id: int) -> StreamRow:
    """Return one stream."""
    return stream_row(marshal().people.streams.get(api_viewer(), stream_id))


@blueprint.post("")
@operation(body=StreamBody, answer=StreamMade, acl=SYSTEM_ADMIN)
def create(given: StreamBody) -> StreamMade:
    """Make a stream."""
    made = marshal().people.streams.create(
        api_viewer(), given.name, given.altdata, auto_join=given.auto_join
    )
    return StreamMade(id=made)


@blueprint.patch("/<int:stream_id>")
@operation(body=StreamChange, acl=SYSTEM_ADMIN)
def change(stream_id: int, given: StreamChange) -> None:
    """Change a stream."""
    marshal().people.streams.change(
        api_viewer(),
        stream_id,
        name=given.name,
        altdata=given.altdata,
        auto_join=given.auto_join,
    )


@blueprint.delete("/<int:stream_id>")
@operation(acl=SYSTEM_ADMIN)
def delete(stream_id: int) -> None:
    """Remove a stream that no group has."""
    marshal().people.streams.delete(api_viewer(), stream_id)


@blueprint.post("/<int:stream_id>/users")
@operation(body=HolderBody, answer=HolderRow)
def grant(stream_id: int, given: HolderBody) -> HolderRow:
    """Let a user hold a stream: administrators anybody, people themselves an open one."""
    marshal().people.memberships.grant(api_viewer(), stream_id, given.user_id)
    return HolderRow(stream_id=stream_id, user_id=given.user_id)


@blueprint.delete("/<int:stream_id>/users/<int:user_id>")
@operation(acl=SYSTEM_ADMIN)
def revoke(stream_id: int, user_id: int) -> None:
    """Take a stream from a user none of whose groups needs it."""
    marshal().people.memberships.revoke(api_viewer(), stream_id, user_id)
