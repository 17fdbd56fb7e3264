"""Spectra as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from fritz.marshal.annotation import Annotation
from fritz.marshal.comment import Comment
from fritz.marshal.group import Group
from fritz.marshal.instrument import Instrument
from fritz.marshal.julian import julian_date, mjd_of
from fritz.marshal.spectrum import Pixels, Spectrum
from fritz.marshal.subject import Subject
from fritz.marshal.telescope import Telescope
from webapp.api.annotations import posted_rows
from webapp.api.comment_shapes import CommentRow, comment_rows
from webapp.api.object_shapes import AnnotationRow
from webapp.api.people_shapes import PersonRow, person_row
from webapp.api.shapes import GroupRow, group_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["ParsedRow", "SpectrumRow", "Wanted", "attribution", "spectrum_rows"]


class SpectrumRow(BaseModel):
    """A spectrum."""

    id: int
    obj_id: str
    observed_at: datetime
    observed_at_mjd: float | None = Field(None, exclude_if=lambda each: each is None)
    """Told of single spectra and of those of one object."""
    wavelengths: list[float]
    fluxes: list[float]
    errors: list[float] | None
    units: str | None
    origin: str | None
    type: str
    label: str | None
    instrument_id: int
    instrument_name: str | None
    telescope_id: int | None
    telescope_name: str | None
    followup_request_id: int | None
    assignment_id: int | None
    altdata: dict[str, Any] | None
    original_file_filename: str | None
    original_file_string: str | None
    owner_id: int
    owner: PersonRow | None
    groups: list[GroupRow]
    pis: list[PersonRow]
    reducers: list[PersonRow]
    observers: list[PersonRow]
    external_pi: str | None
    external_reducer: str | None
    external_observer: str | None
    comments: list[CommentRow]
    annotations: list[AnnotationRow]
    created_at: datetime
    modified: datetime


class ParsedRow(BaseModel):
    """What was read of a text."""

    wavelengths: list[float]
    fluxes: list[float]
    errors: list[float] | None
    altdata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of spectra is shown."""

    normalised: bool = False
    original: bool = False
    values: bool = True
    mjd: bool = False


@dataclass(frozen=True, slots=True)
class _Named:
    """What rows name, by id."""

    instruments: Mapping[int, Instrument]
    telescopes: Mapping[int, Telescope]
    groups: Mapping[int, Group]
    users: Mapping[int, PersonRow]
    comments: Mapping[str, Sequence[Comment]]
    annotations: Mapping[str, Sequence[Annotation]]


def attribution(given: Any) -> dict[str, Any]:
    """Return whose a spectrum is, of what was said, by our names."""
    ours = {"pi": "pi_ids", "reduced_by": "reducer_ids", "observed_by": "observer_ids"}
    plain = ("type", "label", "origin", "external_pi", "external_reducer", "external_observer",
             "followup_request_id", "assignment_id")  # fmt: skip
    names = ours | {each: each for each in plain}
    return {
        our: value for name, our in names.items() if (value := getattr(given, name)) is not None
    }


def spectrum_rows(found: Sequence[Spectrum], wanted: Wanted) -> list[SpectrumRow]:
    """Return spectra as SkyPortal shows them; what they name is read once for all."""
    pixels = marshal().observing.spectra.pixels(each.id for each in found) if wanted.values else {}
    named = _named(found, said=wanted.values)
    return [_row(each, pixels.get(each.id, Pixels((), ())), named, wanted) for each in found]


def _named(found: Sequence[Spectrum], *, said: bool) -> _Named:
    observing, viewer = marshal().observing, api_viewer()
    keys = [_key(each) for each in found] if said else []
    instruments = observing.instruments.get_many({each.instrument_id for each in found})
    people = {
        number
        for each in found
        for number in (each.owner_id, *each.pi_ids, *each.reducer_ids, *each.observer_ids)
    }
    return _Named(
        instruments,
        observing.telescopes.get_many({each.telescope_id for each in instruments.values()}),
        {g.id: g for g in marshal().groups.get_many({n for each in found for n in each.group_ids})},
        {user.id: person_row(user) for user in marshal().users.get_many(people)},
        marshal().discussion.comments.about(viewer, keys),
        marshal().annotations.about(viewer, keys),
    )


def _key(spectrum: Spectrum) -> str:
    return Subject("spectra", str(spectrum.id), spectrum.obj_id).key


def _row(spectrum: Spectrum, pixels: Pixels, named: _Named, wanted: Wanted) -> SpectrumRow:
    shown = pixels.normalised() if wanted.normalised and pixels.fluxes else pixels
    instrument = named.instruments.get(spectrum.instrument_id)
    telescope = named.telescopes.get(instrument.telescope_id) if instrument else None

    def people(ids: tuple[int, ...]) -> list[PersonRow]:
        return [named.users[each] for each in ids if each in named.users]

    return SpectrumRow(
        id=spectrum.id,
        obj_id=spectrum.obj_id,
        observed_at=spectrum.observed_at,
        observed_at_mjd=mjd_of(julian_date(spectrum.observed_at)) if wanted.mjd else None,
        wavelengths=list(shown.wavelengths),
        fluxes=list(shown.fluxes),
        errors=None if shown.errors is None else list(shown.errors),
        units=spectrum.units,
        origin=spectrum.origin,
        type=spectrum.type,
        label=spectrum.label,
        instrument_id=spectrum.instrument_id,
        instrument_name=instrument.name if instrument else None,
        telescope_id=telescope.id if telescope else None,
        telescope_name=telescope.name if telescope else None,
        followup_request_id=spectrum.followup_request_id,
        assignment_id=spectrum.assignment_id,
        altdata=dict(spectrum.altdata),
        original_file_filename=spectrum.original_file_filename,
        original_file_string=pixels.original if wanted.original else None,
        owner_id=spectrum.owner_id,
        owner=named.users.get(spectrum.owner_id),
        groups=[group_row(named.groups[n]) for n in spectrum.group_ids if n in named.groups],
        pis=people(spectrum.pi_ids),
        reducers=people(spectrum.reducer_ids),
        observers=people(spectrum.observer_ids),
        external_pi=spectrum.external_pi,
        external_reducer=spectrum.external_reducer,
        external_observer=spectrum.external_observer,
        comments=comment_rows(named.comments.get(_key(spectrum), ())),
        annotations=posted_rows(named.annotations.get(_key(spectrum), ())),
        created_at=spectrum.created_at,
        modified=spectrum.modified,
    )
