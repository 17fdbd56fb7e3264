"""Small charts of a source that are drawn as SVG: where it was seen, its colour and magnitude."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from flask import render_template
from flask.typing import ResponseReturnValue

from fritz.marshal.color_magnitude import GAIA_COLUMNS, ColorKeys, color_magnitudes
from fritz.marshal.photometry import Point, is_forced
from fritz.marshal.position import measured_place
from fritz.sky.offsets import offsets_arcsec
from webapp.pages.blueprints import page_blueprint
from webapp.pages.source_curves import curve_of
from webapp.pages.source_parts import matches_of
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["Dot", "blueprint", "centroid_dots"]

blueprint = page_blueprint("source_charts", __name__)

WIDEST_ARCSEC: Final = 60.0

MAIN_SEQUENCE: Final = (
    (-0.2, -1.0), (0.0, 1.2), (0.4, 2.8), (0.8, 4.4), (1.0, 5.6), (1.5, 7.4), (2.0, 8.8),
    (2.5, 10.4), (3.0, 12.0), (3.6, 14.0), (4.2, 15.5),
)  # fmt: skip
GIANTS: Final = ((0.9, 3.2), (1.05, 1.8), (1.25, 0.5), (1.6, -1.0), (2.2, -2.0))
WHITE_DWARFS: Final = ((-0.5, 10.0), (0.0, 12.0), (0.5, 13.3), (1.0, 14.5), (1.5, 15.4))
"""BP-RP and absolute G, mag, read off Gaia's diagram by eye (A&A 616, A10): to find one's way."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One measurement, arcseconds from the mean place."""

    east: float
    north: float
    band: str
    mjd: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a catalog, as `color_magnitudes` reads it."""

    origin: str
    data: Mapping[str, Any]


@blueprint.get("/source/<obj_id>/place")
def place(obj_id: str) -> ResponseReturnValue:
    """Show where each detection was, around their mean, with what catalogs have there."""
    viewer = page_viewer()
    obj = marshal().objects.get(viewer, obj_id)
    curve = curve_of(viewer, obj_id, obj.redshift)
    dots, mean = centroid_dots(curve.points)
    matches = []
    if mean is not None:
        found = matches_of(viewer, obj_id)
        matches = _nearby(found, *mean)
    reach = max([abs(v) for d in dots for v in (d.east, d.north)] + [0.5])
    return render_template(
        "source/_place.html",
        dots=dots,
        matches=[each for each in matches if max(abs(each[1]), abs(each[2])) <= 1.2 * reach],
        reach=min(1.2 * reach, WIDEST_ARCSEC),
        scatter=float(np.mean([math.hypot(d.east, d.north) for d in dots])) if dots else None,
    )  # fmt: skip


@blueprint.get("/source/<obj_id>/colour")
def colour(obj_id: str) -> ResponseReturnValue:
    """Show the source among Gaia's stars, where Gaia knows it."""
    viewer = page_viewer()
    marshal().objects.get(viewer, obj_id)
    said = marshal().annotations.of_objects(viewer, [obj_id]).get(obj_id, [])
    rows = [
        _Row(name, row)
        for name, found in matches_of(viewer, obj_id).items()
        if name.startswith("Gaia")
        for row in found[:1]
    ]
    points = [*color_magnitudes(said, ColorKeys()), *color_magnitudes(rows, GAIA_COLUMNS)]
    return render_template(
        "source/_colour.html",
        points=points,
        guides={
            "main sequence": MAIN_SEQUENCE,
            "giants": GIANTS,
            "white dwarfs": WHITE_DWARFS,
        },
    )


def centroid_dots(points: Iterable[Point]) -> tuple[list[Dot], tuple[float, float] | None]:
    """Return where detections stand around their mean place, and that place; None without any."""
    seen = [
        each
        for each in points
        if each.ra is not None and each.dec is not None and each.is_detection
        and not is_forced(each.origin)
    ]  # fmt: skip
    mean = measured_place(seen)
    if mean is None:
        return [], None
    east, north = offsets_arcsec(
        [p.ra or 0.0 for p in seen], [p.dec or 0.0 for p in seen], mean.ra, mean.dec
    )
    dots = [
        Dot(float(x), float(y), point.filter[-1], point.mjd)
        for point, x, y in zip(seen, east, north, strict=True)
    ]
    return dots, (mean.ra, mean.dec)


def _nearby(
    found: Mapping[str, Sequence[Mapping[str, Any]]], ra: float, dec: float
) -> list[tuple[str, float, float]]:
    """Return catalogs' rows with a position, east and north of a place, arcseconds."""
    rows = [
        (name, *_degrees(row["coordinates"]["radec_str"]))
        for name, each in found.items()
        for row in each
    ]
    if not rows:
        return []
    east, north = offsets_arcsec([r[1] for r in rows], [r[2] for r in rows], ra, dec)
    return [(r[0], float(x), float(y)) for r, x, y in zip(rows, east, north, strict=True)]


def _degrees(written: Sequence[str]) -> tuple[float, float]:
    """Return the degrees of a position in hours and degrees, as matches have it."""
    hours, degrees = (text.lstrip("-").split(":") for text in written)
    parts = [sum(float(p) / 60**n for n, p in enumerate(each)) for each in (hours, degrees)]
    return parts[0] * 15.0, -parts[1] if written[1].startswith("-") else parts[1]
