"""The solar system: asteroids and comets that the survey saw, and how one moved and shone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median
from typing import Any, Final

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.alerts.night import night_of
from fritz.alerts.surveys import survey
from fritz.errors import NotFound
from fritz.marshal.julian import datetime_of, mjd_of
from fritz.marshal.solar_system import NEAR_ARCSEC, BodyDetection, Motion, motion
from fritz.marshal.visibility import Viewer
from fritz.services.solar_system import MOST_BODIES
from webapp.api.arguments import query
from webapp.pages.blueprints import page_blueprint
from webapp.pages.nights import NightsQuery, Span, numbered, span_asked
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = page_blueprint("solar_system", __name__)

SURVEY: Final = "ztf"
USUAL_NIGHTS: Final = 30
SHORTEST_DAYS: Final = 1 / 1440
"""Between detections whose motion is told: a minute."""
SAME_NIGHT_DAYS: Final = 0.5
COLUMNS: Final = (
    "candid", "objectId", "mjd", "filter", "mag", "magerr", "predicted_mag", "ra", "dec",
    "distance_arcsec", "arcsec_per_hour", "position_angle_deg", "drb",
)  # fmt: skip


class BodiesQuery(NightsQuery):
    """Which bodies are listed."""

    name: str = Field("", max_length=50)
    """How their names begin."""


@dataclass(frozen=True, slots=True)
class Row:
    """A detection, and how the body came there from the one before."""

    seen: BodyDetection
    band: str
    came: Motion | None
    """None of the first, and within a minute."""

    @property
    def mjd(self) -> float:
        """When the exposure began."""
        return mjd_of(self.seen.jd)

    def to_fields(self) -> dict[str, Any]:
        """Return the row of a file."""
        seen, came = self.seen, self.came
        values = (
            str(seen.candid), seen.object_id, round(self.mjd, 6), self.band, round(seen.mag, 4),
            round(seen.mag_err, 4), seen.predicted_mag, round(seen.ra, 7), round(seen.dec, 7),
            seen.distance_arcsec, None if came is None else round(came.arcsec_per_hour or 0.0, 3),
            None if came is None else round(came.position_angle_deg, 1), seen.score,
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))


@dataclass(frozen=True, slots=True)
class Told:
    """A body in words and numbers, for those who do not see the plots."""

    nights: int
    first: datetime
    last: datetime
    bands: tuple[str, ...]
    brightest: Row
    latest: Row
    fainter: float | None
    """Than predicted, magnitudes, on average; None without a prediction."""
    path_deg: float
    """Along the way, from detection to detection."""
    arcsec_per_hour: float | None
    """The median between detections of one night."""


@blueprint.get("/solar-system")
def index() -> ResponseReturnValue:
    """List the bodies that were seen in some nights, the most often seen first."""
    viewer, asked = page_viewer(), query(BodiesQuery)
    span = span_asked(viewer, asked, USUAL_NIGHTS)
    found = marshal().archived.solar_system.seen(viewer, numbered(span), asked.name.strip())
    return render_template(
        "solar_system/index.html",
        viewer=viewer,
        asked=asked,
        first=span[0],
        last=span[1],
        bodies=found,
        most=MOST_BODIES,
        near=NEAR_ARCSEC,
        time=datetime_of,
    )


@blueprint.get("/solar-system/<path:name>")
def one(name: str) -> ResponseReturnValue:
    """Show how a body shone and moved."""
    viewer = page_viewer()
    span, rows = _asked(viewer, name)
    seen = [each.seen.object_id for each in rows]
    return render_template(
        "solar_system/body.html",
        viewer=viewer,
        name=name,
        first=span[0],
        last=span[1],
        rows=rows,
        told=_told(rows),
        known=marshal().objects.visible(viewer, sorted(set(seen))),
        light_curve=_light_curve(rows),
        deviation=_deviation(rows),
        path=_path(rows),
        near=NEAR_ARCSEC,
        time=datetime_of,
    )


@blueprint.get("/solar-system/<path:name>/detections.csv")
def detections_csv(name: str) -> ResponseReturnValue:
    """Return the detections as a table for other programs."""
    _, rows = _asked(page_viewer(), name)
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS)
    table.writeheader()
    table.writerows(each.to_fields() for each in rows)
    response = Response(written.getvalue(), mimetype="text/csv")
    safe = "".join(each if each.isalnum() else "_" for each in name)
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}.csv"'
    return response


def _asked(viewer: Viewer, name: str) -> tuple[Span, list[Row]]:
    """Return the nights that are asked for, and a body's detections in them.

    Raises
    ------
    NotFound
        There are none that the viewer may see.
    """
    span = span_asked(viewer, query(NightsQuery), USUAL_NIGHTS)
    found = marshal().archived.solar_system.detections(viewer, name, numbered(span))
    if not found:
        raise NotFound(f"no detection of {name[:50]} from {span[0]} to {span[1]}")
    bands = survey(SURVEY).bands
    came = [None, *motion(found)]
    return span, [
        Row(each, bands.get(each.fid, "")[-1:], way if way and way.days > SHORTEST_DAYS else None)
        for each, way in zip(found, came, strict=True)
    ]


def _told(rows: Sequence[Row]) -> Told:
    seen = [each.seen for each in rows]
    beyond = [each for row in seen if (each := row.against_prediction) is not None]
    ways = [each.came for each in rows if each.came is not None]
    rates = [
        rate
        for way in ways
        if way.days < SAME_NIGHT_DAYS and (rate := way.arcsec_per_hour) is not None
    ]
    return Told(
        nights=len({night_of(each.jd) for each in seen}),
        first=datetime_of(seen[0].jd),
        last=datetime_of(seen[-1].jd),
        bands=tuple(dict.fromkeys(each.band for each in rows)),
        brightest=min(rows, key=lambda row: row.seen.mag),
        latest=rows[-1],
        fainter=mean(beyond) if beyond else None,
        path_deg=sum(each.degrees for each in ways),
        arcsec_per_hour=median(rates) if rates else None,
    )


def _light_curve(rows: Sequence[Row]) -> dict[str, Any]:
    """Return magnitudes over time as ``<scatter-plot>`` draws them."""
    return _over_time(rows, "magnitude", lambda seen: seen.mag)


def _deviation(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Return by how much it was fainter than predicted; None where nothing was."""
    told = [each for each in rows if each.seen.against_prediction is not None]
    if not told:
        return None
    return _over_time(
        told, "magnitude minus predicted", lambda seen: seen.against_prediction or 0.0
    )


def _over_time(
    rows: Sequence[Row], label: str, value: Callable[[BodyDetection], float]
) -> dict[str, Any]:
    def point(row: Row) -> list[Any]:
        mag = round(value(row.seen), 3)
        return [round(row.mjd, 5), mag, round(row.seen.mag_err, 3), _note(row)]

    return {"x": "MJD", "y": label, "inverted": True, "series": _series(rows, point)}


def _path(rows: Sequence[Row]) -> dict[str, Any]:
    """Return where it was: east to the left, joined in order of time, over 0 h without a jump."""
    first = rows[0].seen.ra

    def place(row: Row) -> list[float]:
        ra = first + (row.seen.ra - first + 180.0) % 360.0 - 180.0
        return [round(ra, 6), round(row.seen.dec, 6)]

    return {
        "x": "right ascension, °",
        "y": "declination, °",
        "sky": True,
        "joined": [place(row) for row in rows],
        "series": _series(rows, lambda row: [*place(row), 0, _note(row)]),
    }


def _series(rows: Sequence[Row], point: Callable[[Row], list[Any]]) -> list[dict[str, Any]]:
    """Return points by band, which have shapes of their own."""
    return [
        {"name": band, "band": band, "points": [point(row) for row in rows if row.band == band]}
        for band in dict.fromkeys(row.band for row in rows)
    ]


def _note(row: Row) -> str:
    """Return what is said of a detection that is pointed at."""
    return f"{datetime_of(row.seen.jd):%Y-%m-%d %H:%M}  {row.band} {row.seen.mag:.2f}"
