"""What the platform knows of itself: what came last, whether the books balance, what is at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from fritz.alerts.surveys import surveys
from fritz.marshal.acls import SYSTEM_ADMIN
from webapp.pages.blueprints import page_blueprint
from webapp.pages.nights import latest_moment, numbered
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("status", __name__)

BACKENDS: Final = {
    "embedded": "files on this machine",
    "cloud": "Google Cloud",
}


@blueprint.get("/status")
def index() -> ResponseReturnValue:
    """Show what is known at once; what has to be counted follows."""
    viewer = page_viewer()
    groups = {each.id: each for each in marshal().groups.all()}
    filters = sorted(marshal().directory.visible(viewer).values(), key=lambda each: each.name)
    opened, most = marshal().live.streams
    return render_template(
        "status/index.html",
        viewer=viewer,
        now=marshal().now(),
        version=current_app.config["VERSION"],
        backend=BACKENDS[current_app.config["BACKEND"]],
        streams=opened,
        most_streams=most,
        surveys=sorted(surveys().values(), key=lambda each: each.name),
        filters=[each for each in filters if each.runs],
        stopped=sum(1 for each in filters if not each.runs),
        groups=groups,
        models=marshal().models.scoring(),
        catalogs=marshal().archived.catalogs.loaded(),
        releases=marshal().archived.sources.collections(),
    )


@blueprint.get("/status/night")
def night() -> ResponseReturnValue:
    """Return what came last, and how filters fared then: a part of the page."""
    viewer = page_viewer()
    last = latest_moment(viewer)
    filters = marshal().directory.visible(viewer)
    nights = numbered(((last - timedelta(days=1)).date(), last.date()))
    return render_template(
        "status/_night.html",
        numbers=marshal().boards.night.numbers(viewer, list(filters), last),
        now=marshal().now(),
        runs=[
            (filters[each.filter_id], each)
            for each in marshal().boards.status.runs(filters, nights)
        ],
    )


@blueprint.get("/status/books")
def books() -> ResponseReturnValue:
    """Return what became of what was published, to administrators: a part of the page."""
    page_viewer().must(SYSTEM_ADMIN)
    return render_template("status/_books.html", books=marshal().boards.status.books())


@blueprint.get("/status/rejections")
def rejections() -> ResponseReturnValue:
    """Return what was not taken, and why, to administrators: a part of the page."""
    page_viewer().must(SYSTEM_ADMIN)
    status = marshal().boards.status
    return render_template(
        "status/_rejections.html", rejections=status.rejections(), unfiltered=status.unfiltered()
    )
