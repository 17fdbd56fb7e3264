"""The page of a source: everything above the fold from one response, the rest when it is seen."""

from __future__ import annotations

import csv
import io

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from fritz.alerts.stamp_images import alert_strip_png
from fritz.errors import NotFound, Poison
from webapp.api.photometry_shapes import Shown, photometry_rows
from webapp.pages.blueprints import page_blueprint
from webapp.pages.source_parts import comments_context
from webapp.pages.source_view import source_view
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("source", __name__)

CSV_COLUMNS = (
    "id", "mjd", "filter", "mag", "magerr", "limiting_mag", "magsys", "flux", "fluxerr", "zp",
    "snr", "ra", "dec", "instrument_name", "origin",
)  # fmt: skip
LAST_COMMENTS = 5


@blueprint.get("/source/<obj_id>")
def index(obj_id: str) -> ResponseReturnValue:
    """Show a source."""
    viewer = page_viewer()
    view = source_view(viewer, obj_id)
    marshal().views.count(viewer, obj_id)
    return render_template(
        "source/index.html",
        viewer=viewer,
        view=view,
        row=view.row,
        **comments_context(viewer, obj_id, LAST_COMMENTS),
    )


@blueprint.get("/source/<obj_id>/photometry.csv")
def photometry_csv(obj_id: str) -> ResponseReturnValue:
    """Return what the API gives of the light curve as a table for other programs."""
    held = marshal().observing.photometry.of_object(page_viewer(), obj_id)
    written = io.StringIO()
    table = csv.DictWriter(written, CSV_COLUMNS, extrasaction="ignore")
    table.writeheader()
    table.writerows(photometry_rows(held, Shown("both")))
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{obj_id}.csv"'
    return response


@blueprint.get("/source/<obj_id>/alert/<int:candid>/strip.png")
def strip(obj_id: str, candid: int) -> ResponseReturnValue:
    """Return the three stamps of any alert of the object; an alert never changes."""
    viewer = page_viewer()
    try:
        candidate = marshal().scanning.alert(viewer, candid)
        image = marshal().stamps.strip(candidate)
    except NotFound:  # no filter of the viewer's passed it: the archive has it all the same
        archived = marshal().archived.alerts
        record = archived.record(archived.one(viewer, obj_id, candid, "place"))
        try:
            image = alert_strip_png(record)
        except Poison as poison:
            raise NotFound(f"no stamps of alert {candid}: {poison}") from poison
    response = Response(image, mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.vary.add("Cookie")  # another viewer at the same browser asks anew
    return response
