"""The labelling queue by keyboard: the alert fills the page, what is said goes to the API."""

from __future__ import annotations

from typing import Literal

from flask import render_template
from flask.typing import ResponseReturnValue

from fritz.marshal.classification import CLASSIFY
from fritz.marshal.julian import mjd_of
from fritz.marshal.label import LABELS
from fritz.marshal.labelling import STRATEGIES, Strategy
from fritz.marshal.light_curve import BANDS, light_curve
from fritz.marshal.visibility import programids
from webapp.api.arguments import Query, query
from webapp.pages.blueprints import page_blueprint
from webapp.pages.cards import plot_of
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("labelling", __name__)

STRATEGY_WORDS = {
    "random": "at random",
    "uncertainty": "where the models are unsure",
    "disagreement": "where the models disagree",
    "diversity": "unlike what is labelled",
}


class QueueQuery(Query):
    """What to label, and how alerts are chosen."""

    task: Literal["real_bogus", "class"] = "real_bogus"
    strategy: Strategy = "random"
    labellers: Literal["1", "2"] = "1"


@blueprint.get("/labelling")
def index() -> ResponseReturnValue:
    """Show the queue; the page fetches alerts from the API by itself."""
    viewer, asked = page_viewer(), query(QueueQuery)
    return render_template(
        "labelling/index.html",
        viewer=viewer,
        asked=asked,
        labels=LABELS[asked.task],
        tasks=LABELS,
        strategies={name: STRATEGY_WORDS.get(name, name) for name in STRATEGIES},
        may_label=viewer.may(CLASSIFY),
    )


@blueprint.get("/labelling/alert/<obj_id>/<int:candid>")
def alert(obj_id: str, candid: int) -> ResponseReturnValue:
    """Show one alert: stamps, light curve, what was measured; no scores, which would sway."""
    viewer = page_viewer()
    alerts = marshal().archived.alerts
    found = alerts.one(viewer, obj_id, candid, "usual")
    seen = light_curve(marshal().histories.get(obj_id), programids(viewer, alerts.survey))
    measured = found.document["candidate"]
    return render_template(
        "labelling/_alert.html",
        obj_id=obj_id,
        candid=candid,
        measured=measured,
        band=BANDS.get(measured.get("fid"), ""),
        summary=seen.summary,
        plot=plot_of(seen, mjd_of(found.jd)),
    )


@blueprint.get("/labelling/progress")
def progress() -> ResponseReturnValue:
    """Show how far labelling has come, over what the viewer may see."""
    viewer, asked = page_viewer(), query(QueueQuery)
    found = marshal().labelling.progress(viewer, asked.task)
    return render_template(
        "labelling/_progress.html", found=found, task=asked.task, labels=LABELS[asked.task]
    )
