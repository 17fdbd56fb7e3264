"""Trying a filter on its page, and letting it loose: parts that htmx puts in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid
from fritz.filters import FilterRefused
from fritz.filters.cuts import Cuts, pipeline_of
from fritz.filters.dialects import Dialect
from fritz.marshal.filter import Filter
from fritz.marshal.light_curve import BANDS
from fritz.services.backtest_report import SHOWN
from fritz.services.filter_changes import FilterChange, FilterSettings
from fritz.services.filter_trials import NIGHTS, Draft, Scope, read_draft
from webapp.pages.forms import form_blueprint
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint", "not_a_filter", "page_anew"]

blueprint = form_blueprint("filter_trials", __name__)

CARDS: Final = 24
FLAGS: Final = frozenset({"brightened", "no_star", "not_moving"})
WHOLE: Final = frozenset({"min_detections", "max_detections"})
LONGEST_NAME: Final = 200


@blueprint.errorhandler(FilterRefused)
def not_a_filter(error: FilterRefused) -> ResponseReturnValue:
    """Say what is wrong with a pipeline, each thing with its place."""
    if "HX-Request" not in request.headers:
        return render_template("error.html", message=str(error), status=400), 400
    return render_template("filters/_findings.html", findings=error.findings), 400


@blueprint.post("/filters/<int:filter_id>/try")
def test(filter_id: int) -> ResponseReturnValue:
    """Show what the pipeline would have done on the last nights."""
    of, scope = _filter(filter_id)
    draft = _draft(of)
    last = request.form.get("nights", NIGHTS, type=int)
    report = marshal().managed_filters.trials.waterfall(draft, scope, None, last)
    return render_template(
        "filters/_trial.html",
        filter=of,
        report=report,
        findings=draft.findings,
        shown=report.first[:CARDS],
        bands=BANDS,
        loose=report.pass_rate > of.max_pass_rate,
    )


@blueprint.post("/filters/<int:filter_id>/explain")
def explain(filter_id: int) -> ResponseReturnValue:
    """Show why an alert, or the latest one of an object, passes or not."""
    of, scope = _filter(filter_id)
    draft, trials = _draft(of), marshal().managed_filters.trials
    what = request.form.get("what", "").strip()
    if not what:
        raise Invalid("say which: the name of an object, or a candid")
    if what.isdecimal():
        found = trials.explain(draft, scope, int(what))
    else:
        found = trials.explain_latest(draft, scope, what)
    return render_template("filters/_explained.html", found=found, what=what)


@blueprint.get("/filters/<int:filter_id>/diff")
def diff(filter_id: int) -> ResponseReturnValue:
    """Show which alerts of the last nights a version gains and loses against another."""
    viewer = page_viewer()
    _, scope = _filter(filter_id)
    managed = marshal().managed_filters
    old, new = (request.args.get(name, "") for name in ("old", "new"))
    drafts = [managed.draft(viewer, filter_id, fid) for fid in (old, new)]
    last = request.args.get("nights", NIGHTS, type=int)
    found = managed.trials.diff(drafts[0], drafts[1], scope, None, last)
    return render_template(
        "filters/_diff.html", found=found, old=old, new=new, most=SHOWN, bands=BANDS
    )


@blueprint.post("/filters/<int:filter_id>/versions")
def save(filter_id: int) -> ResponseReturnValue:
    """Keep a new version; what runs goes on running."""
    managed, viewer = marshal().managed_filters, page_viewer()
    of = managed.editable(viewer, filter_id)
    made = managed.save_version(viewer, filter_id, _pipeline(), _dialect(of))
    return page_anew(filter_id, made.fid)


@blueprint.post("/filters/<int:filter_id>/activate")
def activate(filter_id: int) -> ResponseReturnValue:
    """Let a version loose, if it passes no more of the last nights' alerts than it may."""
    fid = request.form.get("fid") or None
    wanted = FilterChange(active=True, active_fid=fid)
    marshal().managed_filters.change(page_viewer(), filter_id, wanted)
    return page_anew(filter_id, fid)


@blueprint.post("/filters/<int:filter_id>/stop")
def stop(filter_id: int) -> ResponseReturnValue:
    """Let the filter pass nothing any more."""
    marshal().managed_filters.change(page_viewer(), filter_id, FilterChange(active=False))
    return page_anew(filter_id)


@blueprint.post("/filters/<int:filter_id>/must")
def must(filter_id: int) -> ResponseReturnValue:
    """Set which objects every version has to pass, and which none may."""
    wanted = FilterChange(must_pass=_names("must_pass"), must_not_pass=_names("must_not_pass"))
    marshal().managed_filters.change(page_viewer(), filter_id, wanted)
    return page_anew(filter_id)


@blueprint.post("/filters/<int:filter_id>/settings")
def settings(filter_id: int) -> ResponseReturnValue:
    """Set what the group's administrators decide: the name, and how much may pass."""
    rate = request.form.get("max_pass_rate", type=float)
    given = FilterSettings(
        name=request.form.get("name"), max_pass_rate=None if rate is None else rate / 100.0
    )
    marshal().managed_filters.set(page_viewer(), filter_id, given)
    return page_anew(filter_id)


def _filter(filter_id: int) -> tuple[Filter, Scope]:
    viewer, managed = page_viewer(), marshal().managed_filters
    found = managed.get(viewer, filter_id)
    return found, managed.scope(viewer, found)


def _draft(of: Filter) -> Draft:
    return read_draft(_pipeline(), _dialect(of))


def _dialect(of: Filter) -> Dialect:
    given = request.form.get("dialect")
    return "boom" if given == "boom" else "kowalski" if given == "kowalski" else of.dialect


def _pipeline() -> object:
    """Return the pipeline of the editor, or that for which the cuts of the form stand."""
    text = request.form.get("pipeline")
    return pipeline_of(_cuts(request.form)) if text is None else text


def _cuts(given: Mapping[str, str]) -> Cuts:
    values: dict[str, Any] = {}
    for name in (each.name for each in fields(Cuts)):
        text = given.get(name, "").strip()
        if name in FLAGS:
            values[name] = bool(text)
        elif text:
            values[name] = _value(name, text)
    return Cuts(**values)


def _value(name: str, text: str) -> float:
    try:
        return int(text) if name in WHOLE else float(text)
    except ValueError as e:
        raise Invalid(f"{name.replace('_', ' ')}: {text[:50]!r} is no number") from e


def _names(name: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(request.form.get(name, "").replace(",", " ").split()))
    if any(len(each) > LONGEST_NAME for each in names):
        raise Invalid(f"an object's name has at most {LONGEST_NAME} characters")
    return names


def page_anew(filter_id: int, fid: str | None = None) -> ResponseReturnValue:
    """Show the filter's page anew."""
    there = url_for("filters.one", filter_id=filter_id, fid=fid, mode=request.form.get("mode"))
    if "HX-Request" in request.headers:
        return Response("", headers={"HX-Redirect": there})
    return redirect(there, 303)
