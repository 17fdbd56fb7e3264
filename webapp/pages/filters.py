"""Filters: those of the viewer's groups, and the page on which one is written and tried."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.archive.filter_runs import FilterCounts
from fritz.filters.cuts import Cuts, cuts_of
from fritz.filters.vocabulary import vocabulary
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.allocation import Allocation
from fritz.marshal.filter import Filter
from fritz.marshal.filter_version import FilterVersion
from fritz.marshal.group import Group
from fritz.marshal.visibility import Viewer, administers_group, edits_filter, sees_group
from fritz.services.filter_trials import NIGHTS
from webapp.pages.blueprints import page_blueprint
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["CUT_FIELDS", "CutField", "blueprint"]

blueprint = page_blueprint("filters", __name__)

EMPTY: Final = '[\n  {"$match": {\n    "candidate.drb": {"$gt": 0.8}\n  }}\n]'
"""What a filter without a version starts with."""
RUNS_NIGHTS: Final = 14


@dataclass(frozen=True, slots=True)
class CutField:
    """One field of the form for people who do not write pipelines."""

    name: str
    label: str
    hint: str
    step: str
    """Of numbers; empty for a flag."""


CUT_FIELDS: Final = (
    CutField("min_score", "Real-bogus score at least", "0 to 1; 0.8 is usual", "any"),
    CutField("brighter_than", "Brighter than", "difference magnitude", "any"),
    CutField("fainter_than", "Fainter than", "difference magnitude", "any"),
    CutField("min_detections", "Detections at least", "of the object, so far", "1"),
    CutField("max_detections", "Detections at most", "keeps old variables out", "1"),
    CutField("min_age_days", "Age at least", "days since the first detection", "any"),
    CutField("max_age_days", "Age at most", "days since the first detection", "any"),
    CutField("min_latitude_deg", "Away from the Galactic plane", "degrees", "any"),
    CutField("brightened", "Brighter than in the reference image", "", ""),
    CutField("no_star", "No star within 2″ (PS1)", "", ""),
    CutField("not_moving", "No known asteroid within 12″", "", ""),
)


@blueprint.get("/filters")
def index() -> ResponseReturnValue:
    """Show the filters of the viewer's groups."""
    viewer = page_viewer()
    found = marshal().managed_filters.visible(viewer)
    groups = {group.id: group for group in marshal().groups.all()}
    held = marshal().streams.get_many({s for group in groups.values() for s in group.stream_ids})
    streams = {stream.id: stream for stream in held}
    own = [
        group
        for group in groups.values()
        if group.id in viewer.default_group_ids and sees_group(viewer, group.id)
    ]
    return render_template(
        "filters/index.html",
        viewer=viewer,
        filters=sorted(found, key=lambda each: (each.group_id, each.name.lower())),
        groups=groups,
        streams=streams,
        may_create=viewer.may(UPLOAD_DATA),
        choices=[
            (group, streams[number])
            for group in own
            for number in group.stream_ids
            if number in streams and (viewer.is_admin or number in viewer.stream_ids)
        ],
    )


@blueprint.post("/filters")
def create() -> ResponseReturnValue:
    """Make a filter, inactive and without a version, and go on to write it."""
    group, _, stream = request.form.get("where", "").partition(":")
    made = marshal().managed_filters.create(
        page_viewer(), request.form.get("name", ""), _number(group), _number(stream)
    )
    return redirect(url_for("filters.one", filter_id=made.id, mode=request.form.get("mode")), 303)


@blueprint.get("/filters/<int:filter_id>")
def one(filter_id: int) -> ResponseReturnValue:
    """Show a filter: a version of it to be changed and tried, its versions, what it may do."""
    viewer = page_viewer()
    found, versions = marshal().managed_filters.versions(viewer, filter_id)
    shown = _shown(found, versions)
    cuts = cuts_of(shown.pipeline) if shown else Cuts()
    group = next(iter(marshal().groups.get_many([found.group_id])), None)
    dialect = shown.dialect if shown else found.dialect
    return render_template(
        "filters/filter.html",
        viewer=viewer,
        filter=found,
        group=group,
        versions=versions[::-1],
        people={u.id: u.username for u in marshal().users.get_many({v.by or 0 for v in versions})},
        shown=shown,
        text=_text(shown.pipeline) if shown else EMPTY,
        dialect=dialect,
        cuts=cuts,
        cut_fields=CUT_FIELDS,
        mode="form" if request.args.get("mode") == "form" and cuts is not None else "text",
        words=[[word.text, word.what] for word in vocabulary(dialect)],
        nights=NIGHTS,
        laid_out=_text,
        own_groups=_own_groups(viewer),
        allocations=_allocations(viewer),
        may_edit=viewer.may(UPLOAD_DATA) and edits_filter(viewer, found),
        may_set=viewer.may(UPLOAD_DATA) and administers_group(viewer, found.group_id),
    )


@blueprint.get("/filters/<int:filter_id>/runs")
def runs(filter_id: int) -> ResponseReturnValue:
    """Show how the filter fared on the stream in the last nights."""
    counted = marshal().managed_filters.runs(page_viewer(), filter_id, RUNS_NIGHTS)
    return render_template("filters/_runs.html", runs=counted, rate=_rate)


def _own_groups(viewer: Viewer) -> list[Group]:
    found = marshal().groups.get_many(viewer.default_group_ids)
    return sorted(found, key=lambda each: each.name)


def _allocations(viewer: Viewer) -> list[tuple[Allocation, str]]:
    """Return the allocations of the viewer's groups, with what they are called."""
    found = marshal().observing.allocations.visible(viewer)
    cameras = marshal().observing.instruments.get_many({each.instrument_id for each in found})
    return [
        (each, " ".join(filter(None, (camera.name if camera else "", each.pi, each.proposal_id))))
        for each in found
        for camera in (cameras.get(each.instrument_id),)
    ]


def _shown(found: Filter, versions: list[FilterVersion]) -> FilterVersion | None:
    """Return the version that is asked for, else the one that runs, else the latest."""
    wanted = request.args.get("fid") or found.version
    named = [each for each in versions if each.fid == wanted]
    return next(iter(named or versions[::-1]), None)


def _text(pipeline: tuple[Any, ...]) -> str:
    """Return a pipeline as people write it: short things on one line."""
    return _laid_out(list(pipeline), 0)


def _laid_out(value: Any, indent: int, width: int = 88) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + indent <= width or not isinstance(value, dict | list) or not value:
        return short
    inner, end = " " * (indent + 2), " " * indent
    if isinstance(value, list):
        parts = [_laid_out(each, indent + 2) for each in value]
    else:
        parts = [f"{json.dumps(k)}: {_laid_out(v, indent + 2)}" for k, v in value.items()]
    left, right = ("[", "]") if isinstance(value, list) else ("{", "}")
    return f"{left}\n{inner}" + f",\n{inner}".join(parts) + f"\n{end}{right}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _rate(counts: FilterCounts) -> float:
    return counts.passed / counts.seen if counts.seen else 0.0
