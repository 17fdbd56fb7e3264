"""Spectra: uploaded as JSON or as text, shown, changed, removed."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Literal

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.errors import Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.spectrum import Spectrum, checked_pixels
from fritz.marshal.spectrum_ascii import read_ascii, read_header
from webapp.api.arguments import Body, Ids, Query, Time
from webapp.api.operation import operation
from webapp.api.spectrum_shapes import (
    ParsedRow,
    SpectrumRow,
    Wanted,
    attribution,
    spectrum_rows,
)
from webapp.api.telescopes import Made
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_spectra", __name__, url_prefix="/api")


class Attributed(Body):
    """Whose a spectrum is, and who may see it."""

    type: str | None = None
    label: str | None = Field(None, max_length=500)
    origin: str | None = Field(None, max_length=500)
    group_ids: Ids | Literal["all"] | None = None
    pi: Ids | None = None
    reduced_by: Ids | None = None
    observed_by: Ids | None = None
    external_pi: str | None = Field(None, max_length=500)
    external_reducer: str | None = Field(None, max_length=500)
    external_observer: str | None = Field(None, max_length=500)
    followup_request_id: int | None = None
    assignment_id: int | None = None


class SpectrumBody(Attributed):
    """A spectrum; wavelengths in angstrom."""

    obj_id: str
    instrument_id: int
    observed_at: Time
    wavelengths: tuple[float, ...]
    fluxes: tuple[float, ...]
    errors: tuple[float, ...] | None = None
    units: str | None = None
    altdata: dict[str, Any] | None = None


class SpectrumChange(Attributed):
    """What changes; the rest stays."""

    obj_id: str | None = None
    instrument_id: int | None = None
    observed_at: Time | None = None
    wavelengths: tuple[float, ...] | None = None
    fluxes: tuple[float, ...] | None = None
    errors: tuple[float, ...] | None = None
    units: str | None = None
    altdata: dict[str, Any] | None = None


class Columns(Body):
    """A spectrum as text, and which columns are what, counted from 0."""

    ascii: str
    wave_column: int = 0
    flux_column: int = 1
    fluxerr_column: int | None = None


class AsciiBody(Attributed, Columns):
    """A spectrum as text."""

    obj_id: str
    instrument_id: int
    observed_at: Time
    filename: str = Field(max_length=500)


class OneQuery(Query):
    """How much of it."""

    normalization: Literal["median"] | None = None
    original: bool = Field(False, alias="includeOriginalFile")


class OfObjectQuery(OneQuery):
    """How they are sorted."""

    sort_by: Literal["observed_at", "created_at"] = Field("observed_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field("asc", alias="sortOrder")


class SpectraQuery(OneQuery):
    """Which are wanted."""

    minimal: bool = Field(False, alias="minimalPayload")
    """Without the values."""
    obj_id: str | None = Field(None, alias="objID")
    observed_before: Time | None = Field(None, alias="observedBefore")
    observed_after: Time | None = Field(None, alias="observedAfter")
    modified_before: Time | None = Field(None, alias="modifiedBefore")
    modified_after: Time | None = Field(None, alias="modifiedAfter")
    instrument_ids: Ids | None = Field(None, alias="instrumentIDs")
    group_ids: Ids | None = Field(None, alias="groupIDs")
    type: str | None = None
    label: str | None = None
    origin: str | None = None


class RangeQuery(Query):
    """Which are wanted."""

    instrument_ids: Ids | None = None
    min_date: Time | None = None
    max_date: Time | None = None


class SpectraOfObject(BaseModel):
    """An object's spectra."""

    obj_id: str
    spectra: list[SpectrumRow]


@blueprint.post("/spectra")
@blueprint.post("/spectrum")
@operation(body=SpectrumBody, answer=Made, acl=UPLOAD_DATA)
def create(given: SpectrumBody) -> Made:
    """Upload a spectrum."""
    pixels = checked_pixels(given.wavelengths, given.fluxes, given.errors)
    told = {name: getattr(given, name) for name in ("obj_id", "instrument_id", "observed_at")}
    made = marshal().observing.spectra.create(
        api_viewer(), marshal().now(), given.group_ids, pixels,
        units=given.units, altdata=given.altdata or {}, **told, **attribution(given),
    )  # fmt: skip
    return Made(id=made.id)


@blueprint.post("/spectra/ascii")
@blueprint.post("/spectrum/ascii")
@operation(body=AsciiBody, answer=Made, acl=UPLOAD_DATA)
def create_from_ascii(given: AsciiBody) -> Made:
    """Upload a spectrum as text; what its header says is kept beside it."""
    pixels = read_ascii(given.ascii, given.wave_column, given.flux_column, given.fluxerr_column)
    told = {name: getattr(given, name) for name in ("obj_id", "instrument_id", "observed_at")}
    made = marshal().observing.spectra.create(
        api_viewer(), marshal().now(), given.group_ids, pixels,
        altdata=read_header(given.ascii), original_file_filename=given.filename,
        **told, **attribution(given),
    )  # fmt: skip
    return Made(id=made.id)


@blueprint.post("/spectra/parse/ascii")
@blueprint.post("/spectrum/parse/ascii")
@operation(body=Columns, answer=ParsedRow, acl=UPLOAD_DATA)
def parse(given: Columns) -> ParsedRow:
    """Return what would be read of a text, without keeping it."""
    pixels = read_ascii(given.ascii, given.wave_column, given.flux_column, given.fluxerr_column)
    return ParsedRow(
        wavelengths=list(pixels.wavelengths),
        fluxes=list(pixels.fluxes),
        errors=None if pixels.errors is None else list(pixels.errors),
        altdata=read_header(given.ascii),
    )


@blueprint.get("/spectra/<int:spectrum_id>")
@blueprint.get("/spectrum/<int:spectrum_id>")
@operation(query=OneQuery, answer=SpectrumRow)
def one(spectrum_id: int, asked: OneQuery) -> SpectrumRow:
    """Return one spectrum."""
    found = marshal().observing.spectra.get(api_viewer(), spectrum_id)
    return spectrum_rows(
        [found], Wanted(asked.normalization is not None, asked.original, mjd=True)
    )[0]


@blueprint.get("/sources/<obj_id>/spectra")
@operation(query=OfObjectQuery, answer=SpectraOfObject, errors=(404,))
def of_object(obj_id: str, asked: OfObjectQuery) -> SpectraOfObject:
    """Return an object's spectra that the caller sees."""
    found = marshal().observing.spectra.of_object(api_viewer(), obj_id)
    found = sorted(found, key=attrgetter(asked.sort_by), reverse=asked.sort_order == "desc")
    rows = spectrum_rows(found, Wanted(asked.normalization is not None, asked.original, mjd=True))
    return SpectraOfObject(obj_id=obj_id, spectra=rows)


@blueprint.get("/spectra")
@blueprint.get("/spectrum")
@operation(query=SpectraQuery, answer=list[SpectrumRow])
def index(asked: SpectraQuery) -> list[SpectrumRow]:
    """Return the spectra that the caller sees and that fit what is asked."""
    found = marshal().observing.spectra.visible(
        api_viewer(), asked.obj_id, lambda each: _fits(each, asked)
    )
    wanted = Wanted(asked.normalization is not None, asked.original, values=not asked.minimal)
    return spectrum_rows(found, wanted)


@blueprint.get("/spectra/range")
@blueprint.get("/spectrum/range")
@operation(query=RangeQuery, answer=list[SpectrumRow])
def in_range(asked: RangeQuery) -> list[SpectrumRow]:
    """Return the spectra of some instruments between two dates."""
    found = marshal().observing.spectra.visible(
        api_viewer(),
        None,
        lambda each: (
            (not asked.instrument_ids or each.instrument_id in asked.instrument_ids)
            and (asked.min_date is None or each.observed_at >= asked.min_date)
            and (asked.max_date is None or each.observed_at <= asked.max_date)
        ),
    )
    return spectrum_rows(found, Wanted())


@blueprint.put("/spectra/<int:spectrum_id>")
@blueprint.put("/spectrum/<int:spectrum_id>")
@operation(body=SpectrumChange, acl=UPLOAD_DATA)
def change(spectrum_id: int, given: SpectrumChange) -> None:
    """Change a spectrum; its owner stays, and groups that are named see it, too."""
    values = (given.wavelengths, given.fluxes)
    if (values[0] is None) != (values[1] is None):
        raise Invalid("wavelengths and fluxes change together")
    pixels = None
    if given.wavelengths is not None and given.fluxes is not None:
        pixels = checked_pixels(given.wavelengths, given.fluxes, given.errors)
    told = {
        name: value
        for name in ("obj_id", "instrument_id", "observed_at", "units", "altdata")
        if (value := getattr(given, name)) is not None
    }
    marshal().observing.spectra.change(
        api_viewer(), spectrum_id, marshal().now(), given.group_ids, pixels,
        **told, **attribution(given),
    )  # fmt: skip


@blueprint.delete("/spectra/<int:spectrum_id>")
@blueprint.delete("/spectrum/<int:spectrum_id>")
@operation(acl=UPLOAD_DATA)
def delete(spectrum_id: int) -> None:
    """Remove a spectrum."""
    marshal().observing.spectra.delete(api_viewer(), spectrum_id)


def _fits(spectrum: Spectrum, asked: SpectraQuery) -> bool:
    same = (
        (asked.type, spectrum.type),
        (asked.label, spectrum.label),
        (asked.origin, spectrum.origin),
    )
    bounds = (
        (asked.observed_after, spectrum.observed_at, asked.observed_before),
        (asked.modified_after, spectrum.modified, asked.modified_before),
    )
    return (
        all(wanted is None or wanted == value for wanted, value in same)
        and all(low is None or value >= low for low, value, _ in bounds)
        and all(high is None or value <= high for _, value, high in bounds)
        and (not asked.instrument_ids or spectrum.instrument_id in asked.instrument_ids)
        and (not asked.group_ids or bool(set(asked.group_ids) & set(spectrum.group_ids)))
    )
