"""SQL on the archive: written beside the schema, priced before it runs, its result drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.archive.levels import level_of, readable
from fritz.archive.schema import Column
from fritz.archive.tables import TABLES
from fritz.errors import FritzError
from fritz.marshal.visibility import programids
from webapp.api.arrow import CSV, csv_stream, plain_rows
from webapp.pages.blueprints import fault, page_blueprint
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["Described", "blueprint"]

blueprint = page_blueprint("archive_sql", __name__)

SHOWN_ROWS: Final = 1000
SURVEY: Final = "ztf"
EXAMPLE: Final = (
    "SELECT objectId, candidate.jd AS jd, candidate.magpsf AS magpsf, candidate.fid AS fid\n"
    "FROM alerts\n"
    "WHERE night = {night} AND candidate.magpsf < 18\n"
    "ORDER BY magpsf"
)


@dataclass(frozen=True, slots=True)
class Described:
    """One table of the schema browser."""

    name: str
    text: str
    columns: tuple[Column, ...]


@blueprint.errorhandler(FritzError)
def refused(error: FritzError) -> ResponseReturnValue:
    """Say beside the statement why it does not run."""
    return fault(str(error), error.http_status)


@blueprint.get("/archive/sql")
def index() -> ResponseReturnValue:
    """Show the editor, beside it what may be read and the queries that are kept."""
    viewer = page_viewer()
    kept = [each for each in marshal().archive.saved.visible(viewer) if each.language == "sql"]
    chosen = request.args.get("saved", type=int)
    opened = next((each for each in kept if each.id == chosen), None)
    night = f"{marshal().now():%Y%m%d}"
    return render_template(
        "archive/sql.html",
        viewer=viewer,
        tables=[_described(name) for name in readable(level_of(programids(viewer, SURVEY)))],
        saved=kept,
        opened=opened,
        text=opened.text if opened else request.args.get("sql") or EXAMPLE.format(night=night),
    )


@blueprint.post("/archive/sql/price")
def price() -> ResponseReturnValue:
    """Show what a statement would read, without running it."""
    viewer = page_viewer()
    found = marshal().archive.sql.price(_sql(), viewer.user.id, programids(viewer, SURVEY))
    return render_template("archive/_price.html", price=found)


@blueprint.post("/archive/sql/run")
def run() -> ResponseReturnValue:
    """Run a statement and show its first rows."""
    viewer = page_viewer()
    table, paid = marshal().archive.sql.run(
        _sql(), viewer.user.id, programids(viewer, SURVEY), None, SHOWN_ROWS + 1
    )
    rows = plain_rows(table.slice(0, SHOWN_ROWS))
    return render_template(
        "archive/_rows.html",
        columns=table.column_names,
        rows=rows,
        truncated=table.num_rows > SHOWN_ROWS,
        price=paid,
        plot=_plotted(table.column_names, rows),
    )


@blueprint.post("/archive/sql/rows.csv")
def download() -> ResponseReturnValue:
    """Run a statement and return all of its rows as a file."""
    viewer = page_viewer()
    table, _ = marshal().archive.sql.run(_sql(), viewer.user.id, programids(viewer, SURVEY))
    response = Response(csv_stream(table), mimetype=CSV)
    response.headers["Content-Disposition"] = 'attachment; filename="rows.csv"'
    return response


@blueprint.post("/archive/sql/saved")
def save() -> ResponseReturnValue:
    """Keep a statement, for oneself or for groups too."""
    groups = request.form.getlist("group_ids", type=int)
    name = request.form.get("name", "")
    made = marshal().archive.saved.save(page_viewer(), name, "sql", _sql(), groups, marshal().now())
    there = url_for("archive_sql.index", saved=made.id)
    if "HX-Request" in request.headers:
        return Response("", headers={"HX-Redirect": there})
    return redirect(there, 303)


def _sql() -> str:
    return request.form.get("sql", "")


def _described(name: str) -> Described:
    table = TABLES[name]
    return Described(name, table.description, tuple(table.columns))


def _plotted(columns: list[str], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the columns of numbers for ``<result-plot>``; None with fewer than two."""
    numbers = {
        name: [row[name] for row in rows]
        for name in columns
        if rows and all(type(row[name]) in {int, float, type(None)} for row in rows)
    }
    return {"columns": numbers} if len(numbers) > 1 else None
