"""Reports of scans: those of the viewer's groups, what is in one, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.comment import COMMENT
from fritz.marshal.scan_report import Span
from fritz.marshal.visibility import sees_group
from webapp.api.arguments import PageNumber, Query, query
from webapp.api.scan_reports import item_data
from webapp.pages.forms import done, form_blueprint, given, moved, numbers
from webapp.pages.paging import SIZE, Page, here
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("scan_reports", __name__)

HOURS: Final[Mapping[str, str]] = {"24": "24 hours", "72": "3 days", "168": "7 days"}
"""How far a report reaches back that is made here; the API takes any time."""


class ListQuery(Query):
    """Which page of the list."""

    page: PageNumber = 1


@blueprint.get("/scan/reports")
def index() -> ResponseReturnValue:
    """Show the reports of the viewer's groups, newest first."""
    viewer, asked = page_viewer(), query(ListQuery)
    found = marshal().scans.reports.page(viewer, asked.page, SIZE)
    named = {group_id for each in found.rows for group_id in each.group_ids}
    groups = marshal().groups.get_many(named | viewer.default_group_ids)
    authors = marshal().users.get_many({each.author_id for each in found.rows})
    return render_template(
        "scan_reports/index.html",
        viewer=viewer,
        page=Page(found.rows, asked.page, found.total),
        here=here,
        groups={each.id: each for each in groups if sees_group(viewer, each.id)},
        own=sorted((g for g in groups if g.id in viewer.group_ids), key=lambda g: g.name.lower()),
        authors={each.id: each.username for each in authors},
        hours=HOURS,
        may_make=viewer.may(UPLOAD_DATA),
    )


@blueprint.get("/scan/reports/<int:report_id>")
def one(report_id: int) -> ResponseReturnValue:
    """Show a report: each object with what is known of it now, and what is said of it."""
    viewer, reports = page_viewer(), marshal().scans.reports
    report, found = reports.get(viewer, report_id), reports.items(viewer, report_id)
    author = next(iter(marshal().users.get_many([report.author_id])), None)
    return render_template(
        "scan_reports/one.html",
        viewer=viewer,
        report=report,
        author=author.username if author else "",
        groups=[
            each
            for each in marshal().groups.get_many(report.group_ids)
            if sees_group(viewer, each.id)
        ],
        rows=list(zip(found, item_data(found), strict=True)),
        may_remark=viewer.may(COMMENT),
    )


@blueprint.post("/scan/reports")
def make() -> ResponseReturnValue:
    """Make a report of what the ticked groups saved lately of what their filters passed."""
    viewer, now = page_viewer(), marshal().now()
    hours = given("hours")
    if hours not in HOURS:
        raise Invalid(f"hours: one of {', '.join(HOURS)}")
    lately = Span(now - timedelta(hours=int(hours)), now)
    made = marshal().scans.reports.make(viewer, numbers("group_ids"), lately, lately)
    return moved("The report is made.", url_for("scan_reports.one", report_id=made))


@blueprint.post("/scan/reports/<int:report_id>/items/<int:item_id>")
def remark(report_id: int, item_id: int) -> ResponseReturnValue:
    """Say something of an object in a report."""
    text = request.form.get("comment")
    marshal().scans.reports.remark(page_viewer(), report_id, item_id, text)
    return done("What you said stands.", url_for("scan_reports.one", report_id=report_id))
