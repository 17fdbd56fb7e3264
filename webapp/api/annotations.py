"""Annotations of objects, spectra and points of photometry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, cast

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.annotation import ANNOTATE, Annotation
from fritz.marshal.subject import SubjectKind
from webapp.api.arguments import Body, Ids
from webapp.api.object_shapes import AnnotationRow, posted_annotation
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint", "posted_rows"]

blueprint = Blueprint("api_annotations", __name__, url_prefix="/api")

_ON = "/<any(sources, spectra, photometry):kind>/<row_id>/annotations"


class AnnotationBody(Body):
    """New values of a subject."""

    origin: str
    data: dict[str, Any]
    group_ids: Ids | None = None
    """None for all of the caller's groups."""


class OldAnnotationBody(AnnotationBody):
    """New values of an object, as scripts of 2021 post them."""

    obj_id: str


class AnnotationChange(Body):
    """What changes; the rest stays."""

    data: dict[str, Any] | None = None
    group_ids: Ids | None = None


class AnnotationMade(BaseModel):
    """The id of the one that was posted."""

    annotation_id: int


class BulkBody(Body):
    """New values of many objects."""

    annotations: Annotated[tuple[OldAnnotationBody, ...], Field(min_length=1, max_length=200)]


class OneMade(BaseModel):
    """What became of one of many: its id, or why it was refused."""

    obj_id: str
    origin: str
    annotation_id: int | None = None
    error: str | None = None


class BulkMade(BaseModel):
    """What became of each, in the order of the request."""

    annotations: list[OneMade]


@blueprint.get(_ON)
@operation(answer=list[AnnotationRow], errors=(404,))
def index(kind: str, row_id: str) -> list[AnnotationRow]:
    """Return what the caller sees of a subject's annotations."""
    annotating = marshal().discussion.annotating
    return posted_rows(annotating.of_subject(api_viewer(), _kind(kind), row_id))


@blueprint.get(f"{_ON}/<int:number>")
@operation(answer=AnnotationRow, errors=(404,))
def one(kind: str, row_id: str, number: int) -> AnnotationRow:
    """Return one annotation."""
    return posted_rows([_found(kind, row_id, number)])[0]


@blueprint.post(_ON)
@operation(body=AnnotationBody, answer=AnnotationMade, acl=ANNOTATE, errors=(404,))
def create(kind: str, row_id: str, given: AnnotationBody) -> AnnotationMade:
    """Annotate; an origin says something of a subject once."""
    return _made(kind, row_id, given)


@blueprint.post("/sources/<row_id>/annotation")
@operation(body=AnnotationBody, answer=AnnotationMade, acl=ANNOTATE, errors=(404,), deprecated=True)
def create_singular(row_id: str, given: AnnotationBody) -> AnnotationMade:
    """Annotate an object."""
    return _made("sources", row_id, given)


@blueprint.post("/annotation")
@operation(
    body=OldAnnotationBody, answer=AnnotationMade, acl=ANNOTATE, errors=(404,), deprecated=True
)
def create_old(given: OldAnnotationBody) -> AnnotationMade:
    """Annotate an object."""
    return _made("sources", given.obj_id, given)


@blueprint.post("/annotations/bulk")
@operation(body=BulkBody, answer=BulkMade, acl=ANNOTATE)
def create_each(given: BulkBody) -> BulkMade:
    """Annotate many objects; each is kept or refused by itself, and reported in its place."""
    made = []
    for each in given.annotations:
        try:
            number = _made("sources", each.obj_id, each).annotation_id
            made.append(OneMade(obj_id=each.obj_id, origin=each.origin, annotation_id=number))
        except (Invalid, NotFound, Forbidden) as refused:
            made.append(OneMade(obj_id=each.obj_id, origin=each.origin, error=str(refused)))
    return BulkMade(annotations=made)


@blueprint.put(f"{_ON}/<int:number>")
@operation(body=AnnotationChange, acl=ANNOTATE, errors=(404,))
def change(kind: str, row_id: str, number: int, given: AnnotationChange) -> None:
    """Change an annotation of one's own."""
    marshal().discussion.annotating.change(
        api_viewer(),
        _found(kind, row_id, number),
        marshal().now(),
        data=given.data,
        group_ids=given.group_ids,
    )


@blueprint.delete(f"{_ON}/<int:number>")
@operation(acl=ANNOTATE, errors=(404,))
def delete(kind: str, row_id: str, number: int) -> None:
    """Remove an annotation of one's own."""
    found = _found(kind, row_id, number)
    marshal().discussion.annotating.delete(api_viewer(), found, marshal().now())


def _kind(kind: str) -> SubjectKind:
    return cast("SubjectKind", kind)


def _found(kind: str, row_id: str, number: int) -> Annotation:
    return marshal().discussion.annotating.get(api_viewer(), _kind(kind), row_id, number)


def _made(kind: str, row_id: str, given: AnnotationBody) -> AnnotationMade:
    made = marshal().discussion.annotating.create(
        api_viewer(),
        _kind(kind),
        row_id,
        given.origin,
        given.data,
        given.group_ids,
        marshal().now(),
    )
    return AnnotationMade(annotation_id=made.id)


def posted_rows(found: Sequence[Annotation]) -> list[AnnotationRow]:
    """Return annotations as SkyPortal shows them, their groups read once."""
    named = {group_id for each in found for group_id in each.group_ids}
    groups = {group.id: group for group in marshal().groups.get_many(named)}
    return [posted_annotation(each, groups) for each in found]
