"""Models: which there are, what is known of each, and how two of them fared on past nights."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.errors import Invalid
from fritz.marshal.visibility import Viewer, programids
from fritz.services.model_comparison import ComparedAlerts
from webapp.api.arguments import Query, query
from webapp.csp import DIRECTIVES
from webapp.pages.blueprints import page_blueprint
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("models", __name__)

SURVEY: Final = "ztf"
MOST_NIGHTS: Final = 31
SIDES: Final = {"real": True, "bogus": False}
STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)

Night = Annotated[int, Field(ge=20170101, le=21001231)]


class ReportQuery(Query):
    """What to compare, over which nights, with what as the truth."""

    one: Annotated[str, Field(max_length=100)]
    other: Annotated[str, Field(max_length=100)] | None = None
    first: Night
    last: Night
    truth: Literal["drb", "labels"] = "drb"
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5


@blueprint.get("/models")
def index() -> ResponseReturnValue:
    """Show every version of every model, and the form of a comparison."""
    viewer = page_viewer()
    today = marshal().now()
    return render_template(
        "models/index.html",
        viewer=viewer,
        models=marshal().models.all(),
        first=f"{today - timedelta(days=7):%Y%m%d}",
        last=f"{today:%Y%m%d}",
    )


@blueprint.get("/models/<name>/<version>")
def one(name: str, version: str) -> ResponseReturnValue:
    """Show the card of one version."""
    viewer = page_viewer()
    entry = marshal().models.get(name, version)
    return render_template(
        "models/model.html", viewer=viewer, entry=entry, card=marshal().models.card(entry)
    )


@blueprint.get("/models/report")
def report() -> ResponseReturnValue:
    """Show the report of one or two models, over what the viewer may see."""
    viewer, asked = page_viewer(), query(ReportQuery)
    if not 0 <= (_date(asked.last) - _date(asked.first)).days < MOST_NIGHTS:
        raise Invalid(f"nights {asked.first} to {asked.last}: at most {MOST_NIGHTS}, in order")
    alerts = ComparedAlerts((asked.first, asked.last), programids(viewer, SURVEY), SURVEY)
    comparisons = marshal().comparisons
    found = comparisons.compare(
        alerts,
        asked.one,
        asked.other,
        labels=_agreed(viewer) if asked.truth == "labels" else None,
        threshold=asked.threshold,
    )
    page = comparisons.page(found, alerts, marshal().now())
    response = make_response(page)
    response.headers["Content-Security-Policy"] = _policy(page)
    return response


def _date(night: int) -> date:
    try:
        return date(night // 10_000, night // 100 % 100, night % 100)
    except ValueError as e:
        raise Invalid(f"{night} is no night, as YYYYMMDD") from e


def _agreed(viewer: Viewer) -> dict[int, bool]:
    """Return what people agreed on, by candid."""
    said = {}
    for each in marshal().labelling.all(viewer, "real_bogus"):
        status, label = each.outcome
        if status == "done" and label in SIDES:
            said[each.candid] = SIDES[label]
    return said


def _policy(page: str) -> str:
    """Return the policy of a report: its own style, by its hash, and the pictures within it."""
    style = STYLE.search(page)
    digest = hashlib.sha256(style[1].encode() if style else b"").digest()
    own = {
        "script-src": "'none'",
        "style-src": f"'sha256-{base64.b64encode(digest).decode()}'",
        "img-src": "data:",
    }
    return "; ".join(f"{name} {value}" for name, value in (DIRECTIVES | own).items())
