"""The scan page: one candidate fills the screen, the next ones wait beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.classification import CLASSIFY
from fritz.marshal.comment import COMMENT
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.visibility import Viewer, may_save
from webapp.api.arguments import query
from webapp.api.candidate_query import CandidatesQuery, scan_request
from webapp.pages.blueprints import page_blueprint
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("scan", __name__)

HOURS: Final[Mapping[str, int]] = {"24h": 24, "3d": 72, "7d": 168}
MOST_GROUPS: Final = 9
"""That have a digit."""


class ScanQuery(CandidatesQuery):
    """What is scanned: all that `/api/candidates` takes, and a window that moves with the clock."""

    since: Literal["24h", "3d", "7d", "all"] = "24h"
    profile: str | None = Field(None, max_length=100)
    """A name under which the person keeps such a query."""


@blueprint.get("/scan")
def index() -> ResponseReturnValue:
    """Show the queue that the query string stands for."""
    viewer = page_viewer()
    asked = query(ScanQuery)
    scan_request(asked)  # what the API would refuse is refused here, with its words
    filters = marshal().directory.visible(viewer).values()
    groups = _groups(viewer, filters)
    return render_template(
        "scan.html",
        viewer=viewer,
        asked=asked,
        given=request.args,
        groups=groups,
        filters=sorted(filters, key=lambda each: each.name),
        profiles=_profiles(viewer),
        taxonomy=_classes(viewer),
        setup=_setup(viewer, asked, groups),
    )


def _setup(viewer: Viewer, asked: ScanQuery, groups: list[Group]) -> dict[str, Any]:
    """Return what the page's script is told."""
    savable = [each for each in groups if may_save(viewer, each.id)]
    default = viewer.user.preferences.get("scan_default_group")
    keys = viewer.user.preferences.get("scan_keys")
    return {
        "query": _api_query(asked),
        "person": viewer.user.id,
        "groups": [{"id": e.id, "name": e.nickname or e.name} for e in savable[:MOST_GROUPS]],
        "scanned": list(asked.group_ids or [each.id for each in groups]),
        "default_group": default if default in {each.id for each in savable} else None,
        "may": {
            "decide": viewer.may(UPLOAD_DATA),
            "comment": viewer.may(COMMENT),
            "classify": viewer.may(CLASSIFY),
        },
        "body_url": url_for("solar_system.one", name="BODY"),
        "keys": keys if isinstance(keys, Mapping) else {},
    }


def _api_query(asked: ScanQuery) -> list[tuple[str, str]]:
    """Return the query string for the API: as given, with the window's beginning as a time."""
    given = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if value and name not in {"since", "profile", "pageNumber", "numPerPage", "queryID"}
    ]
    hours = HOURS.get(asked.since)
    if hours is not None and asked.start is None:
        start = marshal().now() - timedelta(hours=hours)
        given.append(("startDate", start.replace(second=0, microsecond=0).isoformat()))
    return given


def _groups(viewer: Viewer, filters: Iterable[Filter]) -> list[Group]:
    """Return the viewer's groups that have filters first, then the others, without their own."""
    with_filters = {each.group_id for each in filters}
    ids = viewer.default_group_ids | (with_filters if viewer.is_admin else set())
    found = marshal().groups.get_many(ids)
    return sorted(found, key=lambda each: (each.id not in with_filters, each.id))


def _profiles(viewer: Viewer) -> dict[str, str]:
    """Return the queries that the viewer keeps, by their names."""
    kept = viewer.user.preferences.get("scan_profiles")
    if not isinstance(kept, Mapping):
        return {}
    return {str(name): str(text) for name, text in sorted(kept.items()) if text}


def _classes(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the classes that one may say of an object, with the taxonomies they are of."""
    return [
        {"id": each.id, "name": each.name, "classes": sorted(each.classes)}
        for each in marshal().taxonomies.visible(viewer)
    ]
