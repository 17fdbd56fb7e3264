"""Filters through the broker: the newer spelling of `/api/filters/{id}/v`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.filters.dialects import Dialect
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.filter import Filter
from fritz.marshal.filter_actions import AutoFollowup
from fritz.services.filter_changes import FilterChange, Unset
from webapp.api.arguments import Body, PageNumber, Query
from webapp.api.brokers import BROKER_ID, checked_broker
from webapp.api.filter_shapes import VersionRow, filter_row, version_row
from webapp.api.operation import operation
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


class BrokerFilterRow(BaseModel):
    """A filter in a list."""

    id: int
    name: str
    group_id: int
    stream_id: int
    broker_id: int | None
    altdata: dict[str, Any]
    autosave: bool


class CatalogPage(BaseModel):
    """A page of filters."""

    filters: list[BrokerFilterRow]
    total: int = Field(serialization_alias="totalMatches")


class StreamName(BaseModel):
    """A stream by name."""

    id: int
    name: str


class BrokerFilter(BaseModel):
    """A filter with its versions."""

    id: int
    name: str
    group_id: int
    stream: StreamName | None
    broker_id: int | None
    altdata: dict[str, Any]
    autosave: bool
    fv: list[VersionRow]
    active_fid: str | None
    active: bool


class SavedFilter(BaseModel):
    """A filter after a version was saved."""

    id: int
    altdata: dict[str, Any]
    autosave: bool


class Verdict(BaseModel):
    """Whether a version may be let loose."""

    fid: str
    passed: bool
    message: str


LARGEST_PAGE = 100


def _row(each: Filter) -> BrokerFilterRow:
    row = filter_row(each)
    return BrokerFilterRow(
        id=row.id,
        name=row.name,
        group_id=row.group_id,
        stream_id=row.stream_id,
        broker_id=row.broker_id,
        altdata=row.altdata,
        autosave=row.autosave,
    )


@blueprint.get("/filters")
@operation(query=CatalogQuery, answer=CatalogPage)
def catalog(asked: CatalogQuery) -> CatalogPage:
    """Return a page of the filters that the caller sees."""
    rows = [_row(each) for each in marshal().managed_filters.visible(api_viewer())]
    found = [row for row in rows if _listed(row, asked)]
    size = min(asked.per_page, LARGEST_PAGE)
    start = (asked.page - 1) * size
    return CatalogPage(filters=found[start : start + size], total=len(found))


def _listed(row: BrokerFilterRow, wanted: CatalogQuery) -> bool:
    broker = "none" if row.broker_id is None else str(row.broker_id)
    return (
        (wanted.name is None or wanted.name.lower() in row.name.lower())
        and wanted.group_id in (None, row.group_id)
        and wanted.stream_id in (None, row.stream_id)
        and wanted.broker_id in (None, broker)
    )


@blueprint.get("/<int:broker_id>/filters")
@operation(answer=list[BrokerFilterRow])
def index(broker_id: int) -> list[BrokerFilterRow]:
    """Return the filters that run on the broker."""
    checked_broker(broker_id)
    rows = (_row(each) for each in marshal().managed_filters.visible(api_viewer()))
    return [row for row in rows if row.broker_id == BROKER_ID]


@blueprint.get("/<int:broker_id>/filters/<int:filter_id>")
@operation(answer=BrokerFilter)
def one(broker_id: int, filter_id: int) -> BrokerFilter:
    """Return a filter with its versions."""
    checked_broker(broker_id)
    found, versions = marshal().managed_filters.versions(api_viewer(), filter_id)
    streams = marshal().streams.get_many([found.stream_id])
    row = _row(found)
    return BrokerFilter(
        id=row.id,
        name=row.name,
        group_id=row.group_id,
        stream=StreamName(id=streams[0].id, name=streams[0].name) if streams else None,
        broker_id=row.broker_id,
        altdata=row.altdata,
        autosave=row.autosave,
        fv=[version_row(version) for version in versions],
        active_fid=found.version or None,
        active=found.active,
    )


@blueprint.post("/<int:broker_id>/filters/<int:filter_id>")
@operation(body=NewVersionBody, answer=SavedFilter, acl=UPLOAD_DATA)
def save(broker_id: int, filter_id: int, given: NewVersionBody) -> SavedFilter:
    """Keep a new version."""
    checked_broker(broker_id)
    pipeline = given.altdata.get("pipeline") if isinstance(given.altdata, dict) else given.altdata
    managed = marshal().managed_filters
    made = managed.save_version(api_viewer(), filter_id, pipeline, given.dialect)
    row = filter_row(managed.get(api_viewer(), filter_id))
    altdata = row.altdata | {"fid": made.fid, "findings": version_row(made).findings}
    return SavedFilter(id=filter_id, altdata=altdata, autosave=row.autosave)


@blueprint.patch("/<int:broker_id>/filters/<int:filter_id>")
@operation(body=FlagsBody, acl=UPLOAD_DATA)
def change(broker_id: int, filter_id: int, given: FlagsBody) -> None:
    """Let a version loose, stop it, or switch what follows when it passes."""
    checked_broker(broker_id)
    viewer, managed = api_viewer(), marshal().managed_filters
    follows: AutoFollowup | Unset = Unset()
    if given.auto_followup is not None:
        settings = managed.get(viewer, filter_id).auto_followup
        if settings is None:
            raise Invalid("auto_followup has no settings yet; give them by PATCH filters/{id}/v")
        follows = replace(settings, active=given.auto_followup)
    managed.change(
        viewer,
        filter_id,
        FilterChange(
            active=given.active,
            active_fid=given.active_fid,
            autosave=given.auto_save,
            auto_followup=follows,
            update_annotations=given.auto_annotate,
        ),
    )


@blueprint.delete("/<int:broker_id>/filters/<int:filter_id>")
@operation(acl=UPLOAD_DATA)
def delete(broker_id: int, filter_id: int) -> None:
    """Remove a filter."""
    checked_broker(broker_id)
    marshal().managed_filters.delete(api_viewer(), filter_id)


@blueprint.post("/<int:broker_id>/filters/<int:filter_id>/validate")
@operation(body=ValidateBody, answer=Verdict, acl=UPLOAD_DATA)
def validate(broker_id: int, filter_id: int, given: ValidateBody) -> Verdict:
    """Try a version as before letting it loose; nothing changes."""
    checked_broker(broker_id)
    fid, findings = marshal().managed_filters.verdict(api_viewer(), filter_id, given.fid)
    passed = all(finding.severity != "error" for finding in findings)
    return Verdict(fid=fid, passed=passed, message="; ".join(map(str, findings)))
