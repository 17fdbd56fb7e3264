"""What the world sees: public pages of sources and releases, without an account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue

from fritz.marshal.photometry import Point
from webapp.pages.source_curves import plotted
from webapp.pages.source_view import Place
from webapp.platform import marshal

__all__ = ["blueprint"]

blueprint = Blueprint("public", __name__, url_prefix="/public")

KEPT_S = 60
"""How long others may keep a page: what is taken back is gone after that."""


@blueprint.get("/source/<obj_id>")
@blueprint.get("/source/<obj_id>/<version>")
def source(obj_id: str, version: str | None = None) -> ResponseReturnValue:
    """Show the newest public page of a source, or the version of that hash."""
    page, data = marshal().published.pages.open(obj_id, version)
    points = _points(data.get("photometry") or [])
    names = dict(enumerate(_cameras(data)))
    return _kept(
        render_template(
            "source/public.html",
            viewer=None,
            obj_id=obj_id,
            page=page,
            data=data,
            place=Place.of(data["ra"], data["dec"]),
            versions=marshal().published.pages.versions(obj_id),
            plot=plotted(points, names, {}, data.get("redshift")) if points else None,
            spectra=_spectra(data),
        )
    )


@blueprint.get("/source/<obj_id>/<version>.json")
def source_data(obj_id: str, version: str) -> ResponseReturnValue:
    """Return what a public page shows as JSON."""
    _, data = marshal().published.pages.open(obj_id, version)
    return _kept(jsonify(data))


@blueprint.get("/source/<obj_id>/<version>/strip.png")
def strip(obj_id: str, version: str) -> ResponseReturnValue:
    """Return the stamps of a public page."""
    image = marshal().published.pages.stamps(obj_id, version)
    return _kept(Response(image, mimetype="image/png"))


@blueprint.get("/release/<link_name>")
def release(link_name: str) -> ResponseReturnValue:
    """Show the sources of a release."""
    name, pages = marshal().published.pages.of_release(link_name)
    page = render_template("source/release.html", viewer=None, name=name, pages=pages)
    return _kept(page)


def _kept(answer: Any) -> Response:
    response = make_response(answer)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    return response


def _cameras(data: dict[str, Any]) -> list[str]:
    return sorted({each["instrument"] or "unknown" for each in data.get("photometry") or []})


def _points(rows: list[dict[str, Any]]) -> list[Point]:
    cameras = _cameras({"photometry": rows})
    return [
        Point(
            number,
            row["mjd"],
            row["filter"],
            cameras.index(row["instrument"] or "unknown"),
            row["origin"],
            row["flux"],
            row["fluxerr"],
            row["limiting_mag"],
        )
        for number, row in enumerate(rows)
    ]


def _spectra(data: dict[str, Any]) -> dict[str, Any] | None:
    found = data.get("spectroscopy")
    if not found:
        return None
    return {
        "redshift": data.get("redshift"),
        "spectra": [
            {
                "id": number,
                "label": f"{each['observed_at'][:10]} {each['instrument'] or ''}".strip(),
                "units": each["units"],
                "wavelengths": each["wavelengths"],
                "fluxes": each["fluxes"],
            }
            for number, each in enumerate(found)
        ],
    }
