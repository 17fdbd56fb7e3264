"""Thumbnails of objects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

from flask import Blueprint, Response, url_for
from pydantic import BaseModel, Field

from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.thumbnail import Thumbnail, ThumbnailType
from fritz.services.thumbnails import NewThumbnail, painted
from webapp.api.arguments import Body
from webapp.api.base64_files import decoded
from webapp.api.operation import File, operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ThumbnailRow", "blueprint", "thumbnail_row"]

blueprint = Blueprint("api_thumbnails", __name__, url_prefix="/api/thumbnail")

GZIPPED = "_gz"
"""What SkyPortal adds to the type of a picture that comes as a gzipped FITS stamp."""


class ThumbnailRow(BaseModel):
    """A picture."""

    id: int
    obj_id: str
    type: ThumbnailType
    public_url: str
    """Asks for a session or a token, as everything does."""
    origin: str | None
    survey: str | None
    is_grayscale: bool
    created_at: datetime
    modified: datetime


class ThumbnailBody(Body):
    """A new picture."""

    obj_id: str
    data: Annotated[str, Field(max_length=4_000_000)]
    """The file in base64: PNG, or for the types in ``_gz`` a gzipped FITS stamp."""
    ttype: ThumbnailType | Literal["new_gz", "ref_gz", "sub_gz"]
    survey: str | None = Field(None, max_length=100)


class ThumbnailChange(Body):
    """What changes; the rest stays."""

    obj_id: str | None = None
    type: ThumbnailType | None = None
    origin: str | None = Field(None, max_length=200)
    is_grayscale: bool | None = None


class ThumbnailMade(BaseModel):
    """The id of the one that stands."""

    id: int


def thumbnail_row(found: Thumbnail) -> ThumbnailRow:
    """Return a picture as SkyPortal shows it."""
    return ThumbnailRow(
        id=found.id,
        obj_id=found.obj_id,
        type=found.type,
        public_url=url_for("api_thumbnails.png", number=found.id),
        origin=found.origin,
        survey=found.survey,
        is_grayscale=found.is_grayscale,
        created_at=found.created_at,
        modified=found.modified,
    )


@blueprint.get("/<int:number>")
@operation(answer=ThumbnailRow, errors=(404,))
def one(number: int) -> ThumbnailRow:
    """Return what is known of a picture."""
    return thumbnail_row(marshal().discussion.thumbnails.get(api_viewer(), number))


@blueprint.get("/<int:number>/png")
@operation(answer=File("image/png"), errors=(404,))
def png(number: int) -> Response:
    """Return the picture itself."""
    found = marshal().discussion.thumbnails.get(api_viewer(), number)
    response = Response(marshal().discussion.thumbnails.png(found), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@blueprint.post("")
@operation(body=ThumbnailBody, answer=ThumbnailMade, acl=UPLOAD_DATA, errors=(404,))
def create(given: ThumbnailBody) -> ThumbnailMade:
    """Keep a picture of an object."""
    data = decoded(given.data, "data")
    kind = cast("ThumbnailType", given.ttype.removesuffix(GZIPPED))
    made = marshal().discussion.thumbnails.create(
        api_viewer(),
        NewThumbnail(
            given.obj_id,
            kind,
            painted(data, kind) if given.ttype.endswith(GZIPPED) else data,
            given.survey,
        ),
        marshal().now(),
    )
    return ThumbnailMade(id=made.id)


@blueprint.put("/<int:number>")
@operation(body=ThumbnailChange, acl=MANAGE_SOURCES, errors=(404,))
def change(number: int, given: ThumbnailChange) -> None:
    """Change what is said of a picture."""
    marshal().discussion.thumbnails.change(
        api_viewer(), number, marshal().now(), **given.model_dump(exclude_none=True)
    )


@blueprint.delete("/<int:number>")
@operation(acl=MANAGE_SOURCES, errors=(404,))
def delete(number: int) -> None:
    """Remove a picture."""
    marshal().discussion.thumbnails.delete(api_viewer(), number)
