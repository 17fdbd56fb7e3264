"""Filters through the broker: the newer spelling of `/api/filters/{id}/v`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.errors import Invalid
from fritz.filters import FilterRefused
from fritz.filters.dialects import Dialect
from fritz.marshal.filter import Filter
from fritz.services.filter_versions import FilterChange, Unset
from webapp.api.arguments import Body, PageNumber, Query, body, query
from webapp.api.brokers import BROKER_ID, checked_broker
from webapp.api.filter_shapes import filter_row, version_row
from webapp.envelope import success
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_broker_filters", __name__, url_prefix="/api/brokers")


class CatalogQuery(Query):
    """Which filters to list."""

    name: str | None = None
    group_id: int | None = Field(None, alias="groupID")
    stream_id: int | None = Field(None, alias="streamID")
    broker_id: str | None = Field(None, alias="brokerID")
    page: PageNumber = Field(1, alias="pageNumber")
    per_page: Annotated[int, Field(ge=1)] = Field(25, alias="numPerPage")


class NewVersionBody(Body):
    """A new version: the stages, or an object that has them as `pipeline`."""

    altdata: dict[str, Any] | list[Any] | str
    dialect: Dialect = "boom"


class FlagsBody(Body):
    """What changes; the rest stays."""

    active: bool | None = None
    active_fid: str | None = None
    auto_annotate: bool | None = Field(None, alias="autoAnnotate")
    auto_save: bool | None = Field(None, alias="autoSave")
    auto_followup: bool | None = Field(None, alias="autoFollowup")


class ValidateBody(Body):
    """Which version; the current one if not said."""

    fid: str | None = None


LARGEST_PAGE = 100


def _row(each: Filter) -> dict[str, Any]:
    return filter_row(each).model_dump(exclude={"created_at", "modified"})


@blueprint.get("/filters")
def catalog() -> ResponseReturnValue:
    """Return a page of the filters that the caller sees."""
    wanted = query(CatalogQuery)
    rows = [_row(each) for each in marshal().managed_filters.visible(api_viewer())]
    found = [row for row in rows if _listed(row, wanted)]
    size = min(wanted.per_page, LARGEST_PAGE)
    start = (wanted.page - 1) * size
    return success({"filters": found[start : start + size], "totalMatches": len(found)})


def _listed(row: dict[str, Any], wanted: CatalogQuery) -> bool:
    broker = "none" if row["broker_id"] is None else str(row["broker_id"])
    return (
        (wanted.name is None or wanted.name.lower() in row["name"].lower())
        and wanted.group_id in (None, row["group_id"])
        and wanted.stream_id in (None, row["stream_id"])
        and wanted.broker_id in (None, broker)
    )


@blueprint.get("/<int:broker_id>/filters")
def index(broker_id: int) -> ResponseReturnValue:
    """Return the filters that run on the broker."""
    checked_broker(broker_id)
    rows = (_row(each) for each in marshal().managed_filters.visible(api_viewer()))
    return success([row for row in rows if row["broker_id"] == BROKER_ID])


@blueprint.get("/<int:broker_id>/filters/<int:filter_id>")
def one(broker_id: int, filter_id: int) -> ResponseReturnValue:
    """Return a filter with its versions."""
    checked_broker(broker_id)
    found, versions = marshal().managed_filters.versions(api_viewer(), filter_id)
    streams = marshal().streams.get_many([found.stream_id])
    row = _row(found)
    del row["stream_id"]
    return success(
        row
        | {
            "stream": {"id": streams[0].id, "name": streams[0].name} if streams else None,
            "fv": [version_row(version).model_dump() for version in versions],
            "active_fid": found.version or None,
            "active": found.active,
        }
    )


@blueprint.post("/<int:broker_id>/filters/<int:filter_id>")
def save(broker_id: int, filter_id: int) -> ResponseReturnValue:
    """Keep a new version."""
    checked_broker(broker_id)
    wanted = body(NewVersionBody)
    pipeline = (
        wanted.altdata.get("pipeline") if isinstance(wanted.altdata, dict) else wanted.altdata
    )
    managed = marshal().managed_filters
    made = managed.save_version(api_viewer(), filter_id, pipeline, wanted.dialect)
    of = managed.get(api_viewer(), filter_id)
    row = filter_row(of)
    altdata = row.altdata | {"fid": made.fid, "findings": version_row(made).findings}
    return success({"id": filter_id, "altdata": altdata, "autosave": row.autosave})


@blueprint.patch("/<int:broker_id>/filters/<int:filter_id>")
def change(broker_id: int, filter_id: int) -> ResponseReturnValue:
    """Let a version loose, stop it, or switch what follows when it passes."""
    checked_broker(broker_id)
    wanted, viewer, managed = body(FlagsBody), api_viewer(), marshal().managed_filters
    follows = managed.get(viewer, filter_id).auto_followup
    if wanted.auto_followup is not None and follows is None:
        raise Invalid("auto_followup has no settings yet; give them by PATCH filters/{id}/v")
    switched = wanted.auto_followup is not None and follows is not None
    managed.change(
        viewer,
        filter_id,
        FilterChange(
            active=wanted.active,
            active_fid=wanted.active_fid,
            autosave=wanted.auto_save,
            auto_followup=replace(follows, active=wanted.auto_followup)
            if switched and follows is not None and wanted.auto_followup is not None
            else Unset(),
            update_annotations=wanted.auto_annotate,
        ),
    )
    return success({})


@blueprint.delete("/<int:broker_id>/filters/<int:filter_id>")
def delete(broker_id: int, filter_id: int) -> ResponseReturnValue:
    """Remove a filter."""
    checked_broker(broker_id)
    marshal().managed_filters.delete(api_viewer(), filter_id)
    return success({})


@blueprint.post("/<int:broker_id>/filters/<int:filter_id>/validate")
def validate(broker_id: int, filter_id: int) -> ResponseReturnValue:
    """Try a version as before letting it loose; nothing changes."""
    checked_broker(broker_id)
    viewer, managed = api_viewer(), marshal().managed_filters
    of = managed.editable(viewer, filter_id)
    fid = body(ValidateBody).fid or of.version
    try:
        draft = managed.draft(viewer, filter_id, fid)
        findings = managed.trials.activation(draft, of, managed.scope(viewer, of))
    except FilterRefused as refused:
        findings = refused.findings
    passed = all(finding.severity != "error" for finding in findings)
    message = "; ".join(str(finding) for finding in findings)
    return success({"fid": fid, "passed": passed, "message": message})
