"""Lists of saved sources: everything that is chosen stands in the URL, in the API's own words."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field
from werkzeug.datastructures import MultiDict

from fritz.errors import Invalid
from fritz.marshal.light_curve import light_curve
from fritz.marshal.listing import FAVORITES
from fritz.marshal.photometry import Point
from fritz.marshal.visibility import Viewer, programids
from fritz.photometry.fluxes import MICROJANSKY_ZERO_POINT
from fritz.services.people import ProfileText
from fritz.services.source_request import SORT_KEYS
from fritz.services.sources import SavedObject
from webapp.api.arguments import Words, query
from webapp.api.source_query import SourcesQuery, source_request
from webapp.api.tags import tags_of
from webapp.api.world import world_of
from webapp.pages.blueprints import page_blueprint
from webapp.pages.paging import addressed, here
from webapp.pages.sparkline import Sparkline
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["COLUMNS", "SourceLine", "blueprint"]

blueprint = page_blueprint("sources", __name__)

COLUMNS: Final = {
    "light_curve": "Light curve",
    "classification": "Class",
    "redshift": "Redshift",
    "tns_name": "TNS",
    "tags": "Tags",
    "groups": "Groups",
    "saved_at": "Saved",
    "ra": "RA °",
    "dec": "Dec °",
}
USUAL: Final = (
    "light_curve",
    "classification",
    "redshift",
    "tns_name",
    "tags",
    "groups",
    "saved_at",
)
VIEWS: Final = "source_views"
MOST_VIEWS: Final = 50
LONGEST_NAME: Final = 60
LONGEST_VIEW: Final = 2000
NOT_OF_A_VIEW: Final = ("pageNumber", "csrf_token", "name")
WRITTEN: Final = (
    "id", "tns_name", "ra", "dec", "redshift", "classification", "groups", "saved_at",
)  # fmt: skip
LARGEST_FILE: Final = 500


class ListQuery(SourcesQuery):
    """What the list shows: what the API takes, and which columns."""

    per_page: Annotated[int, Field(ge=1, le=100)] = Field(25, alias="numPerPage")
    columns: Words = USUAL


class FileQuery(SourcesQuery):
    """What goes into the file."""

    per_page: Annotated[int, Field(ge=1)] = Field(LARGEST_FILE, alias="numPerPage")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source as the list shows it."""

    id: str
    ra: float
    dec: float
    tns_name: str
    redshift: float | None
    classification: str
    groups: str
    saved_at: datetime
    tags: str = ""
    light_curve: Sparkline | None = None
    favourite: bool = False


@blueprint.get("/sources")
def index() -> ResponseReturnValue:
    """Show a page of the sources of the viewer's groups."""
    viewer, asked = page_viewer(), query(ListQuery)
    wanted = source_request(viewer, asked)
    page = marshal().source_list.page(viewer, wanted)
    names = [row.obj.id for row in page.rows]
    curves = _curves(viewer, names) if "light_curve" in asked.columns else {}
    stars = marshal().listings.store.listed(viewer.user.id, FAVORITES, names)
    member_of = marshal().groups.get_many(viewer.default_group_ids)
    listed = {each.list_name for each in marshal().listings.of_user(viewer, viewer.user.id, None)}
    return render_template(
        "sources/index.html",
        viewer=viewer,
        asked=asked,
        lines=_lines(viewer, page.rows, curves, stars),
        total=page.total_matches,
        pages=-(-page.total_matches // asked.per_page),
        groups=sorted(member_of, key=lambda group: group.name.lower()),
        lists=sorted(listed | {FAVORITES}),
        columns=COLUMNS,
        shown=[name for name in COLUMNS if name in asked.columns],
        sortable={name for name in SORT_KEYS if name in COLUMNS},
        views={
            k: v for k, v in (viewer.user.preferences.get(VIEWS) or {}).items() if v is not None
        },
        link=here,
        query_string=request.query_string.decode(),
    )


@blueprint.get("/sources.csv")
def table() -> ResponseReturnValue:
    """Return the same sources as a file."""
    viewer = page_viewer()
    page = marshal().source_list.page(viewer, source_request(viewer, query(FileQuery)))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(WRITTEN)
    for line in _lines(viewer, page.rows, {}, ()):
        row = [getattr(line, name) for name in WRITTEN]
        writer.writerow([_cell(value) for value in row])
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="sources.csv"'
    return response


@blueprint.post("/sources/views")
def keep() -> ResponseReturnValue:
    """Keep what is chosen under a name; without anything chosen, the name is forgotten."""
    viewer = page_viewer()
    name = request.form.get("name", "").strip()
    chosen = MultiDict(
        (key, value)
        for key, value in request.form.items(multi=True)
        if value and key not in NOT_OF_A_VIEW
    )
    there = addressed(url_for("sources.index"), chosen.items(multi=True))
    query_string = there.partition("?")[2]
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(f"a view's name has 1 to {LONGEST_NAME} characters")
    if len(query_string) > LONGEST_VIEW:
        raise Invalid("too much is chosen to be kept")
    known = viewer.user.preferences.get(VIEWS) or {}
    if name not in known and len(known) >= MOST_VIEWS:
        raise Invalid(f"at most {MOST_VIEWS} views")
    text = ProfileText(preferences={VIEWS: {name: query_string or None}})
    marshal().people.people.describe(viewer, viewer.user.id, text)
    return redirect(there, 303)


def _lines(
    viewer: Viewer,
    rows: Sequence[SavedObject],
    curves: dict[str, Sparkline],
    stars: Iterable[str],
) -> list[SourceLine]:
    groups = world_of(saved=rows).groups
    classes = marshal().classifications.of_objects(viewer, [row.obj.id for row in rows])
    favourites = set(stars)
    tags = tags_of([row.obj.id for row in rows])
    return [
        SourceLine(
            id=row.obj.id,
            ra=row.obj.ra,
            dec=row.obj.dec,
            tns_name=row.obj.facts.get("tns_name") or "",
            redshift=row.obj.redshift,
            classification=", ".join(
                dict.fromkeys(each.classification for each in classes.get(row.obj.id, ()))
            ),
            groups=", ".join(
                groups[source.group_id].nickname or groups[source.group_id].name
                for source in row.sources
                if source.group_id in groups
            ),
            tags=", ".join(each.name for each in tags.get(row.obj.id, ())),
            saved_at=max(source.saved_at for source in row.sources),
            light_curve=curves.get(row.obj.id),
            favourite=row.obj.id in favourites,
        )
        for row in rows
    ]


def _curves(viewer: Viewer, names: Sequence[str]) -> dict[str, Sparkline]:
    """Return small light curves: of the alerts, read at once; else of what was uploaded."""
    histories = marshal().histories.load(names)
    granted = programids(viewer, "ztf")
    found = {}
    for name in names:
        seen = light_curve(histories[name].history, granted).detections
        points = [(point.mjd, str(point.band), point.mag) for point in seen]
        if not points:
            held = marshal().observing.photometry.points(viewer, name)
            points = [_point(each.point) for each in held if each.point.is_detection]
        found[name] = Sparkline.of(points)
    return found


def _point(point: Point) -> tuple[float, str, float]:
    mag = -2.5 * math.log10(point.flux or 1.0) + MICROJANSKY_ZERO_POINT
    return point.mjd, point.filter[-1], mag


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else value
