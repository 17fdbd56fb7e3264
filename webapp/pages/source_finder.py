"""Finder charts, and the sky around a source: Aladin Lite where it is installed, else the chart."""

from __future__ import annotations

from typing import Literal

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import NotFound
from fritz.marshal.finder import FIELD_ARCMIN, finder_chart
from fritz.marshal.visibility import Viewer
from fritz.services.scanning_stamps import Stamp
from webapp.assets import FOLDER
from webapp.csp import sky_policy
from webapp.pages.blueprints import page_blueprint
from webapp.pages.finder_drawing import drawn
from webapp.pages.source_view import Place, latest_alert
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("source_finder", __name__)

ALADIN = "aladin-3.8.2/aladin.js"
"""Too large to be tracked: `make aladin` puts it there, and the page does without."""
TYPES = {"pdf": "application/pdf", "png": "image/png"}


@blueprint.get("/source/<obj_id>/finder.<any(pdf, png):extension>")
def chart(obj_id: str, extension: Literal["pdf", "png"]) -> ResponseReturnValue:
    """Return a finder chart."""
    viewer = page_viewer()
    obj = marshal().objects.get(viewer, obj_id)
    name, stars = marshal().archived.catalogs.stars(obj.ra, obj.dec, FIELD_ARCMIN * 43.0)
    made = finder_chart(obj_id, obj.ra, obj.dec, stars, name)
    response = Response(
        drawn(made, _reference(viewer, obj_id), extension), mimetype=TYPES[extension]
    )
    response.headers["Content-Disposition"] = f'inline; filename="{obj_id}-finder.{extension}"'
    return response


@blueprint.get("/source/<obj_id>/sky")
def sky(obj_id: str) -> ResponseReturnValue:
    """Show the sky around a source."""
    viewer = page_viewer()
    obj = marshal().objects.get(viewer, obj_id)
    has_aladin = (FOLDER / ALADIN).exists()
    page = render_template(
        "source/sky.html",
        viewer=viewer,
        obj=obj,
        obj_id=obj_id,
        place=Place.of(obj.ra, obj.dec),
        aladin=ALADIN if has_aladin else None,
        chart=url_for("source_finder.chart", obj_id=obj_id, extension="png"),
    )
    response = make_response(page)
    if has_aladin:
        response.headers["Content-Security-Policy"] = sky_policy()
    return response


def _reference(viewer: Viewer, obj_id: str) -> Stamp | None:
    """Return the reference stamp of the latest alert that is open to the viewer, or None."""
    latest = latest_alert(viewer, obj_id)
    try:
        return None if latest is None else marshal().stamps.reference(latest)
    except NotFound:
        return None
