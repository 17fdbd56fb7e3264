"""The export of a source: all that the caller sees of it, as one archive of JSON and ECSV."""

from __future__ import annotations

from typing import Any, Literal

from flask import Blueprint, Response
from pydantic import BaseModel
from werkzeug.http import dump_options_header

from fritz.services.source_bundle import PHOTOMETRY, SPECTRUM, archive, ecsv
from webapp.api.arguments import Query
from webapp.api.operation import File, operation
from webapp.api.photometry_shapes import Shown, photometry_rows
from webapp.api.source_query import SourceQuery
from webapp.api.source_shapes import SourceRow
from webapp.api.sources import whole_row
from webapp.api.spectrum_shapes import SpectrumRow, Wanted, spectrum_rows
from webapp.envelope import as_json
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_source_bundle", __name__, url_prefix="/api/sources")

ALL_OF_IT = SourceQuery(include_comments=True, include_thumbnails=True, include_labellers=True)


class BundleQuery(Query):
    """How it is wanted."""

    format: Literal["zip", "json"] = "zip"


class SourceBundle(BaseModel):
    """A source and its data."""

    source: SourceRow
    spectra: list[SpectrumRow]


@blueprint.get("/<obj_id>/bundle")
@operation(query=BundleQuery, answer=File("application/zip", "application/json"), errors=(404,))
def bundle(obj_id: str, asked: BundleQuery) -> Response | SourceBundle:
    """Return all that the caller sees of a source, as JSON or as an archive.

    The archive holds ``source.json``, which is that JSON, ``photometry.ecsv`` and
    ``spectrum-{id}.ecsv``.
    """
    row = whole_row(obj_id, ALL_OF_IT)
    held = marshal().observing.photometry.points(api_viewer(), obj_id)
    points = photometry_rows(held, Shown("both", streams=True, annotations=True))
    spectra = spectrum_rows(
        marshal().observing.spectra.of_object(api_viewer(), obj_id),
        Wanted(original=True, mjd=True),
    )
    whole = SourceBundle(
        source=SourceRow.model_validate(dict(row) | {"photometry": points}), spectra=spectra
    )
    if asked.format == "json":
        return whole
    files = {
        "source.json": as_json(whole),
        "photometry.ecsv": ecsv(PHOTOMETRY, points, {"obj_id": obj_id}),
    } | {f"spectrum-{each.id}.ecsv": _table(each) for each in spectra}
    response = Response(archive(files), mimetype="application/zip")
    response.headers["Content-Disposition"] = dump_options_header(
        "attachment", {"filename": f"{obj_id}.zip"}
    )
    return response


def _table(spectrum: SpectrumRow) -> bytes:
    errors: list[Any] = list(spectrum.errors or [None] * len(spectrum.fluxes))
    rows = [
        {"wavelength": wavelength, "flux": flux, "error": error}
        for wavelength, flux, error in zip(
            spectrum.wavelengths, spectrum.fluxes, errors, strict=True
        )
    ]
    told = ("id", "obj_id", "type", "units", "instrument_name", "telescope_name", "observed_at_mjd")
    meta = {name: getattr(spectrum, name) for name in told}
    return ecsv(SPECTRUM, rows, {k: v for k, v in meta.items() if v is not None})
