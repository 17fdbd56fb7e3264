"""The archive by position and by name: alerts by object, catalogs, light curves of releases."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from flask import render_template
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.alerts.surveys import survey
from fritz.errors import Invalid, NotFound
from fritz.marshal.julian import mjd_of
from fritz.marshal.tns_name import spellings
from fritz.marshal.visibility import Viewer
from fritz.services.archived_alerts import Found
from fritz.sky.parsing import Position, parse_position
from fritz.sky.separations import separation_arcsec
from webapp.api.arguments import Query, query
from webapp.pages.blueprints import page_blueprint
from webapp.pages.source_view import Place
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["Row", "blueprint", "rows_around"]

blueprint = page_blueprint("archive", __name__)

RADIUS_ARCSEC: Final = 5.0
SOURCES: Final = "ZTF_sources_"
MOST_CURVES: Final = 30
SURVEY: Final = "ztf"


class SearchQuery(Query):
    """What is looked for."""

    q: str = Field("", max_length=200)
    """A position in any format, or an object's name, ZTF's or TNS's."""
    radius: Annotated[float, Field(gt=0, le=3600)] = RADIUS_ARCSEC
    """Arcseconds."""


class PlaceQuery(Query):
    """Where, in degrees, and how far around."""

    ra: Annotated[float, Field(ge=0, lt=360)]
    dec: Annotated[float, Field(ge=-90, le=90)]
    radius: Annotated[float, Field(gt=0, le=3600)] = RADIUS_ARCSEC
    release: str | None = Field(None, max_length=100)


@dataclass(frozen=True, slots=True)
class Row:
    """One object of the archive."""

    obj_id: str
    separation: float
    """Arcseconds from where it was looked for."""
    alerts: int
    first_mjd: float
    last_mjd: float
    mag: float | None
    """Of the latest alert, with its band."""
    band: str
    score: float | None
    """The best deep real-bogus score."""


@blueprint.get("/archive")
def index() -> ResponseReturnValue:
    """Look for alerts around a position or an object."""
    viewer, asked = page_viewer(), query(SearchQuery)
    position, fault = None, None
    try:
        position = _position(viewer, asked.q) if asked.q.strip() else None
    except (Invalid, NotFound) as refused:
        fault = str(refused)
    found = [] if position is None else rows_around(viewer, position, asked.radius)
    return render_template(
        "archive/index.html",
        viewer=viewer,
        asked=asked,
        fault=fault,
        position=position,
        place=None if position is None else Place.of(position.ra, position.dec),
        rows=found,
        seen=marshal().objects.visible(viewer, [row.obj_id for row in found]),
        releases=_releases(),
    )


@blueprint.get("/archive/catalogs")
def catalogs() -> ResponseReturnValue:
    """Show what every loaded catalog has around a position."""
    page_viewer()
    asked = query(PlaceQuery)
    found = marshal().archived.catalogs.around(asked.ra, asked.dec, asked.radius)
    return render_template("archive/_catalogs.html", found=found)


@blueprint.get("/archive/light_curves")
def light_curves() -> ResponseReturnValue:
    """Show a release's light curves around a position, in one plot."""
    viewer, asked = page_viewer(), query(PlaceQuery)
    releases = _releases()
    if not releases:
        return render_template("archive/_light_curves.html", curves=[], release=None, plot=None)
    name = asked.release or releases[0]
    archived = marshal().archived.sources
    release = archived.release(name, "ztf_sources")
    cone = (asked.ra, asked.dec, asked.radius)
    curves = archived.light_curves_around(viewer, release, cone)[:MOST_CURVES]
    return render_template(
        "archive/_light_curves.html", curves=curves, release=name, plot=_plot(curves)
    )


def rows_around(viewer: Viewer, position: Position, radius: float) -> list[Row]:
    """Return the objects with alerts in a cone that the viewer may see, the nearest first."""
    found = marshal().archived.alerts.around(
        viewer, position.ra, position.dec, radius, detail="usual"
    )
    by_object: dict[str, list[Found]] = {}
    for each in found:
        by_object.setdefault(each.document["objectId"], []).append(each)
    rows = [_row(name, alerts, position) for name, alerts in by_object.items()]
    return sorted(rows, key=lambda row: row.separation)


def _row(name: str, alerts: Iterable[Found], position: Position) -> Row:
    ordered = sorted(alerts, key=lambda each: each.jd)
    latest = ordered[-1].document["candidate"]
    scores = [s for each in ordered if (s := each.document["candidate"].get("drb")) is not None]
    return Row(
        obj_id=name,
        separation=float(separation_arcsec(position.ra, position.dec, latest["ra"], latest["dec"])),
        alerts=len(ordered),
        first_mjd=mjd_of(ordered[0].jd),
        last_mjd=mjd_of(ordered[-1].jd),
        mag=latest.get("magpsf"),
        band=survey(SURVEY).bands.get(latest.get("fid"), "")[-1:],
        score=max(scores, default=None),
    )


def _position(viewer: Viewer, text: str) -> Position:
    """Return where a text says, or where the object is that it names.

    Raises
    ------
    NotFound
        It is neither.
    """
    try:
        return parse_position(text)
    except Invalid as refused:
        name = text.strip()
        objects = marshal().objects
        of_tns = objects.of_tns(viewer, spellings(name))
        known = objects.visible(viewer, [name]).get(name) or next(iter(of_tns), None)
        if known is not None:
            return Position(known.ra, known.dec)
        alerts = marshal().archived.alerts.of_objects(viewer, [name], detail="usual")
        if not alerts:
            said = f"no object {name[:50]!r} in the archive"
            raise NotFound(
                f"{said}; {refused}" if any(map(str.isdigit, name[:2])) else said
            ) from None
        latest = alerts[-1].document["candidate"]
        return Position(latest["ra"], latest["dec"])


def _releases() -> list[str]:
    names = marshal().archived.sources.collections()
    return [name for name in names if name.startswith(SOURCES)]


def _plot(curves: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return light curves as ``<scatter-plot>`` draws them."""
    bands = {number: name[-1] for number, name in survey(SURVEY).bands.items()}
    return {
        "x": "MJD",
        "y": "magnitude",
        "inverted": True,
        "series": [
            {
                "name": f"{each['_id']} {bands.get(each['filter'], '')}",
                "band": bands.get(each["filter"], "other"),
                "points": [
                    [
                        round(p["hjd"] - 2_400_000.5, 5),
                        round(p["mag"], 4),
                        round(p["magerr"] or 0.0, 4),
                    ]
                    for p in each["data"]
                    if p["mag"] is not None and math.isfinite(p["mag"])
                ],
            }
            for each in curves
        ],
    }
