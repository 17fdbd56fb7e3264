"""The night board: what came in, what my groups saved, what waits to be scanned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from fritz.marshal.candidate import Candidate
from fritz.marshal.group import Group
from fritz.marshal.julian import datetime_of
from fritz.marshal.visibility import Viewer
from fritz.services.scan_counts import queue_counts
from fritz.services.scan_request import ScanRequest
from webapp.pages.blueprints import page_blueprint
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("home", __name__)

MOST_SAVES: Final = 15
MOST_SAVERS: Final = 5
DAY: Final = timedelta(days=1)
LATE: Final = timedelta(days=2)
"""What took longer was replayed, and its delay says nothing."""
TIMED: Final = 100
"""Candidates whose delay is looked at."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show what was saved, at once; what has to be counted follows."""
    viewer = page_viewer()
    saves = marshal().dashboard.recent_saves(viewer, MOST_SAVES)
    savers = marshal().dashboard.savers(viewer, 7, MOST_SAVERS)
    ids = {each.saved_by for each in saves} | {user_id for user_id, _ in savers}
    groups = marshal().groups.get_many({each.group_id for each in saves})
    return render_template(
        "home.html",
        viewer=viewer,
        saves=saves,
        savers=savers,
        people={user.id: user for user in marshal().users.get_many(sorted(ids))},
        groups={group.id: group for group in groups},
    )


@blueprint.get("/board/queues")
def queues() -> ResponseReturnValue:
    """Return what waits for each of the viewer's groups: a part of the page."""
    viewer = page_viewer()
    groups = _scanning_groups(viewer)
    counts = queue_counts(
        marshal().scanning, viewer, [each.id for each in groups], marshal().now() - DAY
    )
    return render_template("_queues.html", queues=list(zip(groups, counts, strict=True)))


@blueprint.get("/board/night")
def night() -> ResponseReturnValue:
    """Return what became of the night's alerts: a part of the page."""
    viewer = page_viewer()
    filters = marshal().directory.visible(viewer)
    newest, _ = marshal().scanning.records(viewer, ScanRequest(per_page=TIMED))
    last = max((datetime_of(each.jd) for each in newest), default=None)
    numbers = marshal().boards.night.numbers(viewer, list(filters), last)
    return render_template(
        "_night.html",
        numbers=numbers,
        passed=[(filters[each], count) for each, count in sorted(numbers.passed.items())],
        delay=_delay(newest),
    )


def _scanning_groups(viewer: Viewer) -> list[Group]:
    """Return the viewer's groups that have filters."""
    with_filters = {each.group_id for each in marshal().directory.visible(viewer).values()}
    return sorted(marshal().groups.get_many(with_filters), key=lambda each: each.id)


def _delay(newest: Sequence[Candidate]) -> timedelta | None:
    """Return how long after its exposure a candidate typically passes; None of past nights."""
    delays = [each.passed_at - datetime_of(each.jd) for each in newest]
    typical = median(each.total_seconds() for each in delays) if delays else None
    if typical is None or typical > LATE.total_seconds():
        return None
    return timedelta(seconds=typical)
