"""Filters and their versions as the API shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from fritz.filters import Finding
from fritz.marshal.filter import Filter
from fritz.marshal.filter_version import FilterVersion
from fritz.marshal.stream import Stream
from webapp.api.shapes import StreamRow

__all__ = [
    "FilterRow",
    "FilterWithStream",
    "FilterWithVersions",
    "Made",
    "SavedVersion",
    "VersionRow",
    "filter_row",
    "finding_rows",
    "version_row",
    "with_versions",
]


class FilterRow(BaseModel):
    """A filter as SkyPortal shows it; what SkyPortal has no name for stands in `altdata`."""

    id: int
    name: str
    group_id: int
    stream_id: int
    broker_id: int | None
    altdata: dict[str, Any]
    autosave: bool
    created_at: datetime | None
    modified: datetime | None


class FilterWithStream(FilterRow):
    """A filter with its stream."""

    stream: StreamRow | None


class Made(BaseModel):
    """The id of what was made."""

    id: int


class VersionRow(BaseModel):
    """One version."""

    fid: str
    pipeline: str
    """JSON, as Kowalski keeps it."""
    created_at: datetime
    by: int | None
    dialect: str
    findings: list[dict[str, Any]]


class SavedVersion(VersionRow):
    """A version as it was saved."""

    filter_id: int


class FilterWithVersions(BaseModel):
    """A filter as Kowalski shows it."""

    filter_id: int
    group_id: int
    catalog: str
    permissions: list[int]
    active: bool
    active_fid: str | None
    fv: list[VersionRow]
    autosave: dict[str, Any]
    auto_followup: dict[str, Any] | None
    update_annotations: bool
    dialect: str
    external: bool
    max_pass_rate: float
    must_pass: list[str]
    must_not_pass: list[str]
    findings: list[dict[str, Any]] = []
    """What the trials said of a change."""


def filter_row(each: Filter) -> FilterRow:
    """Return a filter."""
    return FilterRow(
        id=each.id,
        name=each.name,
        group_id=each.group_id,
        stream_id=each.stream_id,
        broker_id=None if each.external else 1,
        altdata={
            "external": each.external,
            "active": each.active,
            "active_fid": each.version or None,
            "dialect": each.dialect,
            "max_pass_rate": each.max_pass_rate,
            "owner_id": each.owner_id,
        },
        autosave=each.autosave.active,
        created_at=each.created_at,
        modified=each.modified,
    )


def version_row(version: FilterVersion) -> VersionRow:
    """Return one version."""
    return VersionRow(
        fid=version.fid,
        pipeline=json.dumps(list(version.pipeline)),
        created_at=version.created_at,
        by=version.by,
        dialect=version.dialect,
        findings=finding_rows(version.findings),
    )


def with_versions(
    each: Filter,
    versions: Iterable[FilterVersion],
    stream: Stream | None,
    findings: Sequence[Finding] = (),
) -> FilterWithVersions:
    """Return a filter with its versions; catalog and permissions are its stream's."""
    saves, follows = each.autosave, each.auto_followup
    return FilterWithVersions(
        filter_id=each.id,
        group_id=each.group_id,
        catalog=f"{each.survey.upper()}_alerts",
        permissions=sorted(stream.programids) if stream else [],
        active=each.active,
        active_fid=each.version or None,
        fv=[version_row(version) for version in versions],
        autosave=saves.to_fields() | {"pipeline": list(saves.pipeline)},
        auto_followup=None
        if follows is None
        else follows.to_fields()
        | {
            "pipeline": list(follows.pipeline),
            "payload": dict(follows.payload),
            "constraints": dict(follows.constraints),
        },
        update_annotations=each.update_annotations,
        dialect=each.dialect,
        external=each.external,
        max_pass_rate=each.max_pass_rate,
        must_pass=list(each.must_pass),
        must_not_pass=list(each.must_not_pass),
        findings=finding_rows(findings),
    )


def finding_rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as JSON."""
    return [finding.as_dict() for finding in findings]
