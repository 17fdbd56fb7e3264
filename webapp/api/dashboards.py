"""What people see first: news, recent sources, who saves; and counts for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.services.source_views import MOST_DAYS
from webapp.api.arguments import Query
from webapp.api.classifications import ClassificationRow, classification_rows
from webapp.api.object_includes import thumbnails_of
from webapp.api.operation import operation
from webapp.api.thumbnails import ThumbnailRow
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_dashboards", __name__, url_prefix="/api")

DEFAULT_ITEMS = 10


class NewsQuery(Query):
    """How much news."""

    items: Annotated[int, Field(ge=1, le=100)] = Field(DEFAULT_ITEMS, alias="numItems")


class RecentQuery(Query):
    """How many sources."""

    most: Annotated[int, Field(ge=1, le=50)] = Field(DEFAULT_ITEMS, alias="maxNumSources")


class ViewsQuery(Query):
    """How far back, and how many."""

    days: Annotated[float, Field(gt=0, le=MOST_DAYS)] = Field(7.0, alias="sinceDaysAgo")
    most: Annotated[int, Field(ge=1, le=50)] = Field(DEFAULT_ITEMS, alias="maxNumSources")


class SinceQuery(Query):
    """How far back."""

    days: Annotated[float, Field(gt=0, le=36500)] = Field(7.0, alias="sinceDaysAgo")
    most: Annotated[int, Field(ge=1, le=100)] = Field(DEFAULT_ITEMS, alias="maxNumSavers")


class AuthorInfo(BaseModel):
    """Who did it."""

    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    gravatar_url: str | None = None
    is_bot: bool = False


class NewsRow(BaseModel):
    """One thing that happened."""

    type: str
    time: datetime
    message: str
    source_id: str
    classification: str | None = None
    author_info: AuthorInfo | None = None


class RecentSource(BaseModel):
    """A source that was saved lately."""

    obj_id: str
    ra: float
    dec: float
    created_at: datetime
    saved_at: datetime
    classifications: list[ClassificationRow]
    thumbnails: list[dict[str, Any]] = Field(default_factory=list)
    resaved: bool = False


class ViewedSource(BaseModel):
    """A source that is looked at much."""

    obj_id: str
    views: int
    ra: float
    dec: float
    tns_name: str | None
    created_at: datetime
    classifications: list[ClassificationRow]
    thumbnails: list[ThumbnailRow]


class CountAnswer(BaseModel):
    """How many saves."""

    count: int
    since_days_ago: float = Field(serialization_alias="sinceDaysAgo")


class SaverRow(BaseModel):
    """Somebody who saves, and how many objects lately."""

    rank: int
    saves: int
    author: dict[str, Any]


@blueprint.get("/newsfeed")
@operation(query=NewsQuery, answer=list[NewsRow])
def news(asked: NewsQuery) -> list[NewsRow]:
    """Return what happened lately to objects that the caller sees, newest first."""
    found = marshal().dashboard.news(api_viewer(), asked.items)
    people = {user.id: user for user in marshal().users.get_many({each.by for each in found})}
    return [
        NewsRow(
            type=each.kind,
            time=each.at,
            message=each.message,
            source_id=each.obj_id,
            classification=each.classification,
            author_info=AuthorInfo.model_validate(people[each.by], from_attributes=True)
            if each.by in people
            else None,
        )
        for each in found
    ]


@blueprint.get("/internal/recent_sources")
@operation(query=RecentQuery, answer=list[RecentSource])
def recent(asked: RecentQuery) -> list[RecentSource]:
    """Return the sources that were saved last to the caller's groups."""
    viewer = api_viewer()
    saves = marshal().dashboard.recent_saves(viewer, asked.most)
    names = [each.obj_id for each in saves]
    objs = marshal().objects.get_many(names)
    classes = marshal().classifications.of_objects(viewer, names)
    return [
        RecentSource(
            obj_id=each.obj_id,
            ra=objs[each.obj_id].ra,
            dec=objs[each.obj_id].dec,
            created_at=objs[each.obj_id].created_at,
            saved_at=each.saved_at,
            classifications=classification_rows(classes.get(each.obj_id, ())),
            resaved=each.unsaved_at is not None,
        )
        for each in saves
        if each.obj_id in objs
    ]


@blueprint.get("/internal/source_views")
@operation(query=ViewsQuery, answer=list[ViewedSource])
def most_viewed(asked: ViewsQuery) -> list[ViewedSource]:
    """Return which of the sources that the caller sees are looked at most; days count whole."""
    viewer = api_viewer()
    found = marshal().views.top(viewer, asked.days, asked.most)
    names = [each.obj.id for each in found]
    classes = marshal().classifications.of_objects(viewer, names)
    pictures = thumbnails_of(names)
    return [
        ViewedSource(
            obj_id=each.obj.id,
            views=each.views,
            ra=each.obj.ra,
            dec=each.obj.dec,
            tns_name=each.obj.facts.get("tns_name"),
            created_at=each.obj.created_at,
            classifications=classification_rows(classes.get(each.obj.id, ())),
            thumbnails=pictures[each.obj.id],
        )
        for each in found
    ]


@blueprint.post("/internal/source_views/<obj_id>")
@operation(errors=(404,))
def view(obj_id: str) -> None:
    """Count that the caller looks at a source; once an hour, as reading it by a script does."""
    marshal().objects.get(api_viewer(), obj_id)
    marshal().views.count(api_viewer(), obj_id)


@blueprint.get("/internal/source_counts")
@operation(query=SinceQuery, answer=CountAnswer)
def counts(asked: SinceQuery) -> CountAnswer:
    """Return how often objects were saved to the caller's groups lately."""
    number = marshal().dashboard.count_saves(api_viewer(), asked.days)
    return CountAnswer(count=number, since_days_ago=asked.days)


@blueprint.get("/internal/source_savers")
@operation(query=SinceQuery, answer=list[SaverRow])
def savers(asked: SinceQuery) -> list[SaverRow]:
    """Return who saved most to the caller's groups lately."""
    found = marshal().dashboard.savers(api_viewer(), asked.days, asked.most)
    people = {user.id: user.username for user in marshal().users.get_many([u for u, _ in found])}
    return [
        SaverRow(rank=n, saves=saves, author={"id": user_id, "username": people.get(user_id)})
        for n, (user_id, saves) in enumerate(found, start=1)
    ]


@blueprint.get("/db_stats")
@operation(answer=dict[str, int])
def statistics() -> dict[str, int]:
    """Return how much there is of everything; for system administrators."""
    return marshal().dashboard.statistics(api_viewer())
