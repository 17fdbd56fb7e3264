"""The broker as the marshal's newer clients know it: there is one, and it is this platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.alerts.night import night_of
from fritz.errors import Invalid
from fritz.filters.dialects import Dialect
from fritz.marshal.visibility import Viewer, programids
from fritz.services.filter_trials import MOST_NIGHTS, NIGHTS, Draft, Scope, read_draft
from webapp.api.arguments import Body
from webapp.api.filter_shapes import finding_rows
from webapp.api.operation import operation
from webapp.api.trial_shapes import (
    DiffReport,
    Explained,
    TrialReport,
    Validated,
    diff_row,
    explained,
    report_row,
)
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint", "checked_broker"]

blueprint = Blueprint("api_brokers", __name__, url_prefix="/api/brokers")

BROKER_ID = 1


class BrokerRow(BaseModel):
    """A broker as SkyPortal's newer clients know it."""

    id: int
    name: str
    broker_classname: str
    active: bool
    default_alert_search: bool
    default_crossmatch: bool
    capabilities: dict[str, bool | str]
    surveys: list[str]
    filter_kind: str


BROKER = BrokerRow(
    id=BROKER_ID,
    name="Fritz",
    broker_classname="GENERICBROKER",
    active=True,
    default_alert_search=True,
    default_crossmatch=True,
    capabilities={
        "get_filters": True,
        "create_filter": True,
        "update_filter": True,
        "delete_filter": True,
        "test_filter": True,
        "validate_filter": True,
        "filter_pipeline": "kowalski",
    },
    surveys=["ZTF"],
    filter_kind="pipeline",
)

Action = Literal["validate", "test", "explain", "diff"]


class TrialBody(Body):
    """What to try: a pipeline, or a version of a filter; on what follows from the rest."""

    action: Action | None = None
    pipeline: list[Any] | str | None = None
    dialect: Dialect = "kowalski"
    filter_id: int | None = None
    fid: str | None = None
    fids: tuple[str, str] | None = None
    """Old and new version."""
    stream_id: int | None = None
    candid: int | None = None
    nights: list[int] | None = None
    last_nights: int | None = None
    start_jd: float | None = Field(None, ge=2_400_000, le=2_500_000)
    end_jd: float | None = Field(None, ge=2_400_000, le=2_500_000)

    @property
    def wanted(self) -> Action:
        """What is asked for."""
        if self.action is not None:
            return self.action
        if self.candid is not None:
            return "explain"
        if self.fids is not None or (self.fid is not None and self.pipeline is not None):
            return "diff"
        dated = (self.nights, self.last_nights, self.start_jd)
        return "test" if any(each is not None for each in dated) else "validate"

    @property
    def chosen_nights(self) -> list[int] | None:
        """Which nights; None for the last ones."""
        if self.nights is not None or self.start_jd is None:
            return self.nights
        end = self.start_jd if self.end_jd is None else self.end_jd
        if not 0 <= end - self.start_jd <= MOST_NIGHTS:
            raise Invalid(f"start_jd to end_jd: at most {MOST_NIGHTS} nights")
        days = range(int(end - self.start_jd) + 1)
        return sorted({night_of(self.start_jd + day) for day in days} | {night_of(end)})


@blueprint.get("")
@operation(answer=list[BrokerRow])
def index() -> list[BrokerRow]:
    """Return the brokers."""
    return [BROKER]


@blueprint.get("/<int:broker_id>")
@operation(answer=BrokerRow)
def one(broker_id: int) -> BrokerRow:
    """Return one broker."""
    checked_broker(broker_id)
    return BROKER


@blueprint.post("/<int:broker_id>/filter/test")
@operation(body=TrialBody, answer=Validated | TrialReport | DiffReport | Explained, errors=(404,))
def trial(broker_id: int, given: TrialBody) -> Validated | TrialReport | DiffReport | Explained:
    """Validate, test on past nights, explain one alert, or compare two versions."""
    viewer = api_viewer()
    checked_broker(broker_id)
    trials = marshal().managed_filters.trials
    if given.wanted == "validate":
        return _validated(viewer, given)
    scope = _scope(viewer, given)
    last = NIGHTS if given.last_nights is None else given.last_nights
    if given.wanted == "diff":
        old, new = _both(viewer, given)
        return diff_row(trials.diff(old, new, scope, given.chosen_nights, last))
    draft = _draft(viewer, given)
    findings = finding_rows(draft.findings)
    if given.wanted == "explain":
        if given.candid is None:
            raise Invalid("explain needs a candid")
        return explained(trials.explain(draft, scope, given.candid), findings)
    return report_row(trials.run(draft, scope, given.chosen_nights, last), findings)


def checked_broker(broker_id: int) -> None:
    """Refuse brokers that there are not."""
    if broker_id != BROKER_ID:
        raise Invalid(f"no broker {broker_id}")


def _validated(viewer: Viewer, wanted: TrialBody) -> Validated:
    pipeline, dialect = wanted.pipeline, wanted.dialect
    if pipeline is None:
        version = marshal().managed_filters.version(viewer, *_named(wanted))
        pipeline, dialect = list(version.pipeline), version.dialect
    findings = marshal().managed_filters.trials.validate(pipeline, dialect)
    valid = all(finding.severity != "error" for finding in findings)
    return Validated(valid=valid, findings=finding_rows(findings))


def _named(wanted: TrialBody) -> tuple[int, str]:
    if wanted.filter_id is None:
        raise Invalid("pipeline, or filter_id, is required")
    fid = wanted.fid or marshal().managed_filters.get(api_viewer(), wanted.filter_id).version
    return wanted.filter_id, fid


def _draft(viewer: Viewer, wanted: TrialBody) -> Draft:
    if wanted.pipeline is not None:
        return read_draft(wanted.pipeline, wanted.dialect)
    return marshal().managed_filters.draft(viewer, *_named(wanted))


def _both(viewer: Viewer, wanted: TrialBody) -> Sequence[Draft]:
    """Return the old version and the new one."""
    if wanted.filter_id is None:
        raise Invalid("diff needs a filter_id")
    of = marshal().managed_filters
    if wanted.fids is not None:
        return [of.draft(viewer, wanted.filter_id, fid) for fid in wanted.fids]
    if wanted.pipeline is None:
        raise Invalid("diff needs fids, or a pipeline")
    old = of.draft(viewer, wanted.filter_id, wanted.fid)
    return [old, read_draft(wanted.pipeline, wanted.dialect)]


def _scope(viewer: Viewer, wanted: TrialBody) -> Scope:
    """Return what the trial may see: what the stream grants, of what the caller may see."""
    if wanted.filter_id is not None:
        found = marshal().managed_filters.get(viewer, wanted.filter_id)
        return marshal().managed_filters.scope(viewer, found)
    if wanted.stream_id is None:
        return Scope(programids(viewer, "ztf"))
    streams = marshal().streams.get_many([wanted.stream_id])
    if not streams or not (viewer.is_admin or wanted.stream_id in viewer.stream_ids):
        raise Invalid(f"no access to stream {wanted.stream_id}")
    granted = frozenset(streams[0].programids)
    return Scope(granted & programids(viewer, streams[0].survey), streams[0].survey)
