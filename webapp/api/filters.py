"""Filters of the caller's groups."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from fritz.services.filter_versions import FilterSettings
from webapp.api.arguments import Body, body
from webapp.api.filter_shapes import filter_row
from webapp.api.shapes import stream_row
from webapp.envelope import success
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


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Return the filters that the caller sees."""
    return success([filter_row(each) for each in marshal().managed_filters.visible(api_viewer())])


@blueprint.get("/<int:filter_id>")
def one(filter_id: int) -> ResponseReturnValue:
    """Return one filter with its stream."""
    found = marshal().managed_filters.get(api_viewer(), filter_id)
    streams = marshal().streams.get_many([found.stream_id])
    row = filter_row(found).model_dump()
    return success(row | {"stream": stream_row(streams[0]).model_dump() if streams else None})


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make a filter, inactive, without a version."""
    wanted = body(FilterBody)
    external = wanted.external or (wanted.altdata or {}).get("external") is True
    made = marshal().managed_filters.create(
        api_viewer(), wanted.name, wanted.group_id, wanted.stream_id, external=external
    )
    return success({"id": made.id})


@blueprint.patch("/<int:filter_id>")
def change(filter_id: int) -> ResponseReturnValue:
    """Change what the group's administrators decide."""
    settings = FilterSettings(**dict(body(FilterSettingsBody)))
    marshal().managed_filters.set(api_viewer(), filter_id, settings)
    return success({})


@blueprint.delete("/<int:filter_id>")
def delete(filter_id: int) -> ResponseReturnValue:
    """Remove a filter."""
    marshal().managed_filters.delete(api_viewer(), filter_id)
    return success({})
