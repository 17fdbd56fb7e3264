"""Classifications of objects, and votes on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.classification import Classification
from fritz.marshal.group import Group
from fritz.marshal.taxonomy import Taxonomy
from fritz.services.classifications import NewClassification
from webapp.api.arguments import Body, Ids, PageNumber, Query, Time
from webapp.api.operation import operation
from webapp.api.shapes import GroupRow, group_row
from webapp.api.taxonomies import TaxonomyRow, taxonomy_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ClassificationRow", "blueprint", "classification_rows"]

blueprint = Blueprint("api_classifications", __name__, url_prefix="/api")

LARGEST_PAGE = 500

Text = Annotated[str, Field(max_length=200)]


class VoteRow(BaseModel):
    """A vote."""

    id: int
    classification_id: int
    voter_id: int
    vote: int
    created_at: datetime
    modified: datetime


class EditRow(BaseModel):
    """A change of the probability."""

    id: int
    classification_id: int
    editor_id: int
    editor_name: str
    old_probability: float | None
    new_probability: float | None
    created_at: datetime
    modified: datetime


class ClassificationRow(BaseModel):
    """A classification."""

    id: int
    obj_id: str
    classification: str
    taxonomy_id: int
    probability: float | None
    author_name: str
    author_id: int
    origin: str | None
    """Of a model: its name and version, ``braai:d6_m9``."""
    ml: bool
    taxonomy: TaxonomyRow | None
    votes: list[VoteRow]
    edits: list[EditRow]
    groups: list[GroupRow]
    created_at: datetime
    modified: datetime


class ClassificationsQuery(Query):
    """What to list."""

    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1)] = Field(100, alias="numPerPage")
    start: Time | None = Field(None, alias="startDate")
    end: Time | None = Field(None, alias="endDate")
    include_taxonomy: bool = Field(False, alias="includeTaxonomy")


class ClassificationsAnswer(BaseModel):
    """One page."""

    classifications: list[ClassificationRow]
    total_matches: int = Field(serialization_alias="totalMatches")


class OneQuery(Query):
    """How much of it."""

    include_taxonomy: bool = Field(False, alias="includeTaxonomy")


class ClassificationBody(Body):
    """A new classification."""

    obj_id: str
    classification: str
    taxonomy_id: int
    probability: float | None = None
    ml: bool = False
    origin: Text | None = None
    version: Text | None = None
    group_ids: Ids | None = None
    vote: bool = True


class SeveralClassifications(Body):
    """Several."""

    classifications: list[ClassificationBody]


class ClassificationMade(BaseModel):
    """The id of the one that was posted."""

    classification_id: int


class ClassificationsMade(BaseModel):
    """The ids of those that were posted, in order."""

    classification_ids: list[int]


class ClassificationChange(Body):
    """What changes; the rest stays."""

    classification: str | None = None
    taxonomy_id: int | None = None
    probability: float | None = None
    ml: bool | None = None
    origin: Text | None = None
    version: Text | None = None
    group_ids: Ids | None = None


class VoteBody(Body):
    """For or against."""

    vote: int


def classification_rows(
    found: Sequence[Classification], taxonomies: dict[int, Taxonomy] | None = None
) -> list[ClassificationRow]:
    """Return classifications as SkyPortal shows them, their groups read once.

    Parameters
    ----------
    taxonomies : by id, those to show with them; none where they are not asked for.
    """
    shown = taxonomies or {}
    named = {group_id for each in found for group_id in each.group_ids}
    named |= {group_id for each in shown.values() for group_id in each.group_ids}
    groups = {group.id: group for group in marshal().groups.get_many(named)}
    return [_row(each, groups, shown.get(each.taxonomy_id)) for each in found]


@blueprint.get("/classification")
@blueprint.get("/classifications")
@operation(query=ClassificationsQuery, answer=ClassificationsAnswer)
def index(asked: ClassificationsQuery) -> ClassificationsAnswer:
    """Return a page of the classifications that the caller sees, newest first."""
    page = marshal().classifications.page(
        api_viewer(), asked.page, min(asked.per_page, LARGEST_PAGE), asked.start, asked.end
    )
    rows = classification_rows(page.rows, page.taxonomies if asked.include_taxonomy else None)
    return ClassificationsAnswer(classifications=rows, total_matches=page.total_matches)


@blueprint.get("/classification/<int:classification_id>")
@operation(query=OneQuery, answer=ClassificationRow, errors=(404,))
def one(classification_id: int, asked: OneQuery) -> ClassificationRow:
    """Return one classification."""
    found = marshal().classifications.get(api_viewer(), classification_id)
    named = marshal().taxonomies.get_many([found.taxonomy_id]) if asked.include_taxonomy else {}
    return classification_rows([found], named)[0]


@blueprint.get("/sources/<obj_id>/classifications")
@operation(answer=list[ClassificationRow], errors=(404,))
def of_object(obj_id: str) -> list[ClassificationRow]:
    """Return what the caller sees of an object's classifications."""
    return classification_rows(marshal().classifications.of_object(api_viewer(), obj_id))


@blueprint.delete("/sources/<obj_id>/classifications")
@operation(errors=(404,))
def delete_of_object(obj_id: str) -> None:
    """Remove those of an object's classifications that the caller may remove."""
    marshal().classifications.delete_of_object(api_viewer(), obj_id)


@blueprint.post("/classification")
@operation(
    body=ClassificationBody | SeveralClassifications,
    answer=ClassificationMade | ClassificationsMade,
    errors=(404,),
)
def create(
    given: ClassificationBody | SeveralClassifications,
) -> ClassificationMade | ClassificationsMade:
    """Post a classification, or several, all or none."""
    several = isinstance(given, SeveralClassifications)
    bodies = given.classifications if isinstance(given, SeveralClassifications) else [given]
    made = marshal().classifications.create(
        api_viewer(), [NewClassification(**dict(each)) for each in bodies], marshal().now()
    )
    if several:
        return ClassificationsMade(classification_ids=made)
    return ClassificationMade(classification_id=made[0])


@blueprint.put("/classification/<int:classification_id>")
@operation(body=ClassificationChange, errors=(404,))
def change(classification_id: int, given: ClassificationChange) -> None:
    """Change a classification; a new probability is kept with the old one."""
    nullable = {"probability", "origin", "version"}
    changed: dict[str, Any] = {
        name: value
        for name in given.model_fields_set
        if (value := getattr(given, name)) is not None or name in nullable
    }
    marshal().classifications.change(api_viewer(), classification_id, marshal().now(), **changed)


@blueprint.delete("/classification/<int:classification_id>")
@operation(errors=(404,))
def delete(classification_id: int) -> None:
    """Remove a classification."""
    marshal().classifications.delete(api_viewer(), classification_id)


@blueprint.post("/classification/votes/<int:classification_id>")
@operation(body=VoteBody, errors=(404,))
def vote(classification_id: int, given: VoteBody) -> None:
    """Vote for a classification or against it."""
    marshal().classifications.vote(api_viewer(), classification_id, given.vote, marshal().now())


@blueprint.delete("/classification/votes/<int:classification_id>")
@operation(errors=(404,))
def unvote(classification_id: int) -> None:
    """Take the caller's vote back."""
    marshal().classifications.vote(api_viewer(), classification_id, None, marshal().now())


def _row(
    found: Classification, groups: dict[int, Group], taxonomy: Taxonomy | None
) -> ClassificationRow:
    origin = ":".join(part for part in (found.origin, found.version) if part) or None
    return ClassificationRow(
        id=found.id,
        obj_id=found.obj_id,
        classification=found.classification,
        taxonomy_id=found.taxonomy_id,
        probability=found.probability,
        author_name=found.author_name,
        author_id=found.author_id,
        origin=origin,
        ml=found.ml,
        taxonomy=taxonomy_row(taxonomy, groups) if taxonomy else None,
        votes=[
            VoteRow(
                id=number, classification_id=found.id, voter_id=each.voter_id, vote=each.vote,
                created_at=each.created_at, modified=each.modified,
            )
            for number, each in enumerate(found.votes, start=1)
        ],
        edits=[
            EditRow(
                id=number, classification_id=found.id, editor_id=each.editor_id,
                editor_name=each.editor_name, old_probability=each.old_probability,
                new_probability=each.new_probability, created_at=each.at, modified=each.at,
            )
            for number, each in enumerate(found.edits, start=1)
        ],
        groups=[group_row(groups[each]) for each in found.group_ids if each in groups],
        created_at=found.created_at,
        modified=found.modified,
    )  # fmt: skip
