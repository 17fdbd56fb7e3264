"""Tonight's candidates, and the page of one of them."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import Annotated, Literal

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.group import Group
from fritz.marshal.visibility import Viewer, sees_group
from fritz.services.scan_request import ScanRequest
from fritz.services.sources import NewSource
from webapp.api.arguments import PageNumber, Query, query
from webapp.pages.blueprints import page_blueprint
from webapp.pages.cards import cards_of
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("candidates", __name__)

HOURS = {"tonight": 24, "3d": 72, "7d": 168}
PER_PAGE = 25


class ListQuery(Query):
    """What the list shows."""

    group: int | None = None
    since: Literal["tonight", "3d", "7d", "all"] = "tonight"
    page: PageNumber = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = PER_PAGE


@blueprint.get("/candidates")
def index() -> ResponseReturnValue:
    """Show the candidates of the viewer's groups, the one that passed last first."""
    viewer = page_viewer()
    wanted = query(ListQuery)
    page = marshal().scanning.page(viewer, _scan(wanted))
    return render_template(
        "candidates.html",
        viewer=viewer,
        groups=_groups(viewer),
        wanted=wanted,
        page=page,
        cards=cards_of(viewer, page.rows),
    )


def _scan(wanted: ListQuery) -> ScanRequest:
    hours = HOURS.get(wanted.since)
    return ScanRequest(
        group_ids=None if wanted.group is None else (wanted.group,),
        start=None if hours is None else marshal().now() - timedelta(hours=hours),
        page=wanted.page,
        per_page=wanted.per_page,
    )


def _groups(viewer: Viewer) -> list[Group]:
    """Return the groups to choose from: those with filters that the viewer may see."""
    with_filters = {each.group_id for each in marshal().filters.all()}
    return [
        group
        for group in marshal().groups.all()
        if group.id in with_filters and sees_group(viewer, group.id)
    ]


@blueprint.get("/candidates/<obj_id>")
def detail(obj_id: str) -> ResponseReturnValue:
    """Show one object."""
    viewer = page_viewer()
    scanned = marshal().scanning.object(viewer, obj_id)
    member_of = marshal().groups.get_many(viewer.default_group_ids)
    return render_template(
        "candidate.html",
        viewer=viewer,
        card=cards_of(viewer, [scanned], marshal().scanning.all_of(viewer, obj_id))[0],
        savable=[group for group in member_of if group.id not in scanned.saved_to],
        may_save=viewer.may(UPLOAD_DATA),
    )


@blueprint.post("/candidates/<obj_id>/save")
def save(obj_id: str) -> ResponseReturnValue:
    """Save the object to one of the viewer's groups."""
    viewer = page_viewer()
    group_id = request.form.get("group_id", type=int)
    groups = None if group_id is None else [group_id]
    marshal().sources.save(viewer, NewSource(obj_id, group_ids=groups), marshal().now())
    return redirect(url_for("candidates.detail", obj_id=obj_id), 303)


@blueprint.get("/candidates/<int:candid>/strip.png")
def strip(candid: int) -> ResponseReturnValue:
    """Return the alert's three stamps side by side; an alert never changes."""
    candidate = marshal().scanning.alert(page_viewer(), candid)
    return _for_ever(Response(marshal().stamps.strip(candidate), mimetype="image/png"))


@blueprint.get("/candidates/<int:candid>/stamps")
def stamps(candid: int) -> ResponseReturnValue:
    """Return the alert's three stamps as the survey published them, one after another.

    Three little-endian 32-bit numbers, the lengths in bytes, come first: science, reference,
    difference.
    """
    candidate = marshal().scanning.alert(page_viewer(), candid)
    files = marshal().stamps.files(candidate)
    lengths = struct.pack("<3I", *map(len, files))
    body = lengths + b"".join(files)
    return _for_ever(Response(body, mimetype="application/octet-stream"))


def _for_ever(response: Response) -> Response:
    """Let the browser keep what never changes; another viewer at the same browser asks anew."""
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.vary.add("Cookie")
    return response
