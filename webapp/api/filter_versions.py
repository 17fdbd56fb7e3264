"""Versions of filters: Fritz's own routes, since 2021."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from flask import Blueprint
from pydantic import AfterValidator, Field, model_validator

from fritz.errors import Invalid
from fritz.filters.dialects import Dialect
from fritz.filters.parse.pipeline import read_pipeline
from fritz.marshal.acls import SYSTEM_ADMIN, UPLOAD_DATA
from fritz.marshal.filter_actions import CONSTRAINTS, AutoFollowup, Autosave
from fritz.marshal.filter_version import FilterVersion
from fritz.services.filter_changes import Activation, FilterChange, Unset
from webapp.api.arguments import Body, Ids
from webapp.api.filter_shapes import (
    FilterWithVersions,
    SavedVersion,
    version_row,
    with_versions,
)
from webapp.api.operation import operation
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_filter_versions", __name__, url_prefix="/api/filters/<int:filter_id>/v")

Stages = list[Any] | str


class VersionBody(Body):
    """A new version."""

    pipeline: Stages
    dialect: Dialect | None = None


class AutosaveBody(Body):
    """What is saved by itself."""

    active: bool = True
    pipeline: Stages = Field(default_factory=list)
    comment: str | None = Field(None, max_length=2000)
    ignore_group_ids: Ids = ()
    saver_id: int | None = None


def _known(constraints: dict[str, Any]) -> dict[str, Any]:
    for name in constraints.keys() - set(CONSTRAINTS):
        raise ValueError(f"no constraint {name}; there are {', '.join(CONSTRAINTS)}")
    return constraints


Constraints = Annotated[dict[str, Any], AfterValidator(_known)]
"""Conditions by name."""


class FollowupBody(Body):
    """What follow-up is asked for by itself; constraints may stand among the rest."""

    active: bool = True
    allocation_id: int
    pipeline: Stages = Field(default_factory=list)
    payload: dict[str, Any] = Field(default_factory=dict)
    comment: str | None = Field(None, max_length=2000)
    priority_order: Literal["asc", "desc"] = "asc"
    target_group_ids: Ids = ()
    validity_days: float = Field(7.0, gt=0, le=365)
    radius: float = Field(0.5, gt=0, le=60)
    implements_update: bool = False
    priority: int | float | None = None
    constraints: Constraints = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _collect(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        named = {name: given[name] for name in CONSTRAINTS if name in given}
        inside = given.get("constraints")
        return given | {"constraints": named | (inside if isinstance(inside, dict) else {})}


class ChangeBody(Body):
    """What changes; the rest stays."""

    active: bool | None = None
    active_fid: str | None = None
    autosave: bool | AutosaveBody | None = None
    auto_followup: FollowupBody | None = None
    update_annotations: bool | None = None
    must_pass: list[str] | None = Field(None, max_length=20)
    must_not_pass: list[str] | None = Field(None, max_length=20)


@blueprint.get("")
@operation(answer=FilterWithVersions)
def index(filter_id: int) -> FilterWithVersions:
    """Return a filter with all its versions."""
    found, versions = marshal().managed_filters.versions(api_viewer(), filter_id)
    return _shown(Activation(found), versions)


@blueprint.post("")
@operation(body=VersionBody, answer=SavedVersion, acl=UPLOAD_DATA)
def save(filter_id: int, given: VersionBody) -> SavedVersion:
    """Keep a new version; refused with findings if it must not run."""
    made = marshal().managed_filters.save_version(
        api_viewer(), filter_id, given.pipeline, given.dialect
    )
    return SavedVersion(**dict(version_row(made)), filter_id=filter_id)


@blueprint.patch("")
@operation(body=ChangeBody, answer=FilterWithVersions, acl=UPLOAD_DATA)
def change(filter_id: int, given: ChangeBody) -> FilterWithVersions:
    """Let a version loose, stop it, or change what follows when it passes."""
    named = "auto_followup" in given.model_fields_set
    follows = _followup(given.auto_followup) if named else Unset()
    saves = given.autosave
    changed = marshal().managed_filters.change(
        api_viewer(),
        filter_id,
        FilterChange(
            active=given.active,
            active_fid=given.active_fid,
            autosave=_autosave(saves) if isinstance(saves, AutosaveBody) else saves,
            auto_followup=follows,
            update_annotations=given.update_annotations,
            must_pass=_names(given.must_pass),
            must_not_pass=_names(given.must_not_pass),
        ),
    )
    return _shown(changed, marshal().filters.versions(filter_id))


@blueprint.delete("")
@operation(acl=SYSTEM_ADMIN)
def delete(filter_id: int) -> None:
    """Remove all versions."""
    marshal().managed_filters.delete_versions(api_viewer(), filter_id)


def _shown(changed: Activation, versions: Sequence[FilterVersion]) -> FilterWithVersions:
    """Return a filter with all its versions, and what the trials said of its change."""
    found = changed.filter
    streams = marshal().streams.get_many([found.stream_id])
    return with_versions(found, versions, streams[0] if streams else None, changed.findings)


def _autosave(given: AutosaveBody) -> Autosave:
    return Autosave(
        active=given.active,
        pipeline=tuple(read_pipeline(given.pipeline)),
        comment=given.comment,
        ignore_group_ids=given.ignore_group_ids,
        saver_id=given.saver_id,
    )


def _followup(given: FollowupBody | None) -> AutoFollowup | None:
    if given is None:
        return None
    payload = dict(given.payload)
    if given.priority is not None:
        payload.setdefault("priority", given.priority)
    return AutoFollowup(
        active=given.active,
        allocation_id=given.allocation_id,
        pipeline=tuple(read_pipeline(given.pipeline)),
        payload=payload,
        comment=given.comment,
        priority_order=given.priority_order,
        target_group_ids=given.target_group_ids,
        validity_days=given.validity_days,
        radius=given.radius,
        implements_update=given.implements_update,
        constraints=given.constraints,
    )


def _names(given: list[str] | None) -> tuple[str, ...] | None:
    if given is not None and not all(0 < len(name) <= 200 for name in given):  # noqa: PLR2004  as an object's name
        raise Invalid("an object's name has 1 to 200 characters")
    return None if given is None else tuple(dict.fromkeys(given))
