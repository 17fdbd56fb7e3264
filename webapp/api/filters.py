"""Filters of the caller's groups."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint
from pydantic import Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.services.filter_changes import FilterSettings
from webapp.api.arguments import Body, Query
from webapp.api.filter_shapes import FilterRow, FilterWithStream, Made, filter_row
from webapp.api.operation import operation
from webapp.api.shapes import stream_row
from webapp.api.trial_shapes import RunRow, run_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_filters", __name__, url_prefix="/api/filters")


class FilterBody(Body):
    """A new filter."""

    name: str
    group_id: int
    stream_id: int
    external: bool = False
    altdata: dict[str, Any] | None = None


class FilterSettingsBody(Body):
    """What changes; the rest stays."""

    name: str | None = None
    group_id: int | None = None
    stream_id: int | None = None
    external: bool | None = None
    max_pass_rate: float | None = None
    autosave: bool | None = None


class RunsQuery(Query):
    """Of how many nights."""

    nights: Annotated[int, Field(ge=1, le=366)] = 7


@blueprint.get("")
@operation(answer=list[FilterRow])
def index() -> list[FilterRow]:
    """Return the filters that the caller sees."""
    return [filter_row(each) for each in marshal().managed_filters.visible(api_viewer())]


@blueprint.get("/<int:filter_id>")
@operation(answer=FilterWithStream)
def one(filter_id: int) -> FilterWithStream:
    """Return one filter with its stream."""
    found = marshal().managed_filters.get(api_viewer(), filter_id)
    streams = marshal().streams.get_many([found.stream_id])
    stream = stream_row(streams[0]) if streams else None
    return FilterWithStream(**dict(filter_row(found)), stream=stream)


@blueprint.get("/<int:filter_id>/runs")
@operation(query=RunsQuery, answer=list[RunRow])
def runs(filter_id: int, asked: RunsQuery) -> list[RunRow]:
    """Return how the filter fared on the stream in the last nights, version by version."""
    counted = marshal().managed_filters.runs(api_viewer(), filter_id, asked.nights)
    return [run_row(each) for each in counted]


@blueprint.post("")
@operation(body=FilterBody, answer=Made, acl=UPLOAD_DATA)
def create(given: FilterBody) -> Made:
    """Make a filter, inactive, without a version."""
    external = given.external or (given.altdata or {}).get("external") is True
    made = marshal().managed_filters.create(
        api_viewer(), given.name, given.group_id, given.stream_id, external=external
    )
    return Made(id=made.id)


@blueprint.patch("/<int:filter_id>")
@operation(body=FilterSettingsBody, acl=UPLOAD_DATA)
def change(filter_id: int, given: FilterSettingsBody) -> None:
    """Change what the group's administrators decide."""
    marshal().managed_filters.set(api_viewer(), filter_id, FilterSettings(**dict(given)))


@blueprint.delete("/<int:filter_id>")
@operation(acl=UPLOAD_DATA)
def delete(filter_id: int) -> None:
    """Remove a filter."""
    marshal().managed_filters.delete(api_viewer(), filter_id)
