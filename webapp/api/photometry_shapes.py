"""Points of photometry as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from fritz.marshal.annotation import Annotation
from fritz.marshal.group import Group
from fritz.marshal.instrument import Instrument
from fritz.marshal.photometry_output import Space, fluxes, magnitudes
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.marshal.visibility import groups_of, streams_of
from fritz.photometry.magsystems import MagnitudeSystem
from fritz.services.photometry_store import Held
from webapp.api.annotations import posted_rows
from webapp.api.arguments import Body, Ids
from webapp.api.object_shapes import AnnotationRow
from webapp.api.people_shapes import PersonRow, person_row
from webapp.api.shapes import GroupRow, StreamRow, group_row, stream_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["PhotometryBody", "PhotometryRow", "Shown", "photometry_rows"]


def _column(kind: str) -> Any:
    value = {"type": [kind, "null"]}
    return WithJsonSchema({"anyOf": [value, {"type": "array", "items": value}]})


Numbers = Annotated[Any, _column("number")]
"""A number for all rows, or one for each."""
Texts = Annotated[Any, _column("string")]
Integers = Annotated[Any, _column("integer")]
Maps = Annotated[Any, _column("object")]


class PhotometryBody(Body):
    """Rows of photometry, in fluxes (flux, fluxerr, zp) or magnitudes (mag, magerr, limiting_mag).

    Each column holds a value for every row, or one for all. A row without flux or mag is a
    non-detection.
    """

    obj_id: Texts = None
    mjd: Numbers = None
    instrument_id: Integers = None
    filter: Texts = None
    magsys: Texts = None
    mag: Numbers = None
    magerr: Numbers = None
    limiting_mag: Numbers = None
    limiting_mag_nsigma: Numbers = None
    magref: Numbers = None
    e_magref: Numbers = None
    flux: Numbers = None
    fluxerr: Numbers = None
    zp: Numbers = None
    ref_flux: Numbers = None
    ref_fluxerr: Numbers = None
    ref_zp: Numbers = None
    ra: Numbers = None
    dec: Numbers = None
    ra_unc: Numbers = None
    dec_unc: Numbers = None
    origin: Texts = None
    altdata: Maps = None
    group_ids: Ids | Literal["all"] | None = None
    stream_ids: Ids | None = None

    @property
    def packet(self) -> dict[str, Any]:
        """The columns that were given."""
        named = self.model_fields_set - {"group_ids", "stream_ids"}
        return {name: getattr(self, name) for name in named}


class PhotometryRow(TypedDict):
    """A point; which block of values it has depends on `format`."""

    id: int
    obj_id: str
    ra: float | None
    dec: float | None
    ra_unc: float | None
    dec_unc: float | None
    filter: str
    mjd: float
    snr: float | None
    instrument_id: int
    instrument_name: str | None
    origin: str
    altdata: dict[str, Any] | None
    created_at: datetime
    magsys: str
    groups: list[GroupRow]
    owner: NotRequired[PersonRow | None]
    streams: NotRequired[list[StreamRow]]
    annotations: NotRequired[list[AnnotationRow]]
    validations: NotRequired[list[Any]]
    phase: NotRequired[float]
    mag: NotRequired[float | None]
    magerr: NotRequired[float | None]
    limiting_mag: NotRequired[float | None]
    magref: NotRequired[float | None]
    e_magref: NotRequired[float | None]
    magtot: NotRequired[float | None]
    e_magtot: NotRequired[float | None]
    flux: NotRequired[float | None]
    fluxerr: NotRequired[float | None]
    zp: NotRequired[float | None]
    ref_flux: NotRequired[float | None]
    ref_fluxerr: NotRequired[float | None]
    tot_flux: NotRequired[float | None]
    tot_fluxerr: NotRequired[float | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """How points are shown."""

    space: Space = "mag"
    system: MagnitudeSystem = "ab"
    owners: bool = False
    streams: bool = False
    annotations: bool = False
    validations: bool = False


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def photometry_rows(held: Sequence[Held], shown: Shown) -> list[dict[str, Any]]:
    """Return points as SkyPortal shows them; what they name is read once for all.

    Plain maps of `PhotometryRow`: there may be thousands.
    """
    instruments = marshal().observing.instruments.get_many(
        {each.point.instrument_id for each in held}
    )
    sets = {each.principals for each in held}
    groups = _groups(sets)
    streams = _streams(sets) if shown.streams else {}
    owners = _owners(held) if shown.owners else {}
    noted: Mapping[str, Sequence[Annotation]] = {}
    if shown.annotations:
        noted = marshal().annotations.of_points(api_viewer(), {each.obj_id for each in held})
    rows = []
    for each in held:
        row = _row(each, instruments, shown)
        row["groups"] = groups[each.principals]
        if shown.owners:
            row["owner"] = owners.get(each.point.owner_id or 0)
        if shown.streams:
            row["streams"] = streams[each.principals]
        if shown.annotations:
            row["annotations"] = posted_rows(noted.get(f"photometry/{each.point.id}", ()))
        if shown.validations:
            row["validations"] = []
        rows.append(row)
    return rows


def _row(held: Held, instruments: Mapping[int, Instrument], shown: Shown) -> dict[str, Any]:
    point = held.point
    instrument = instruments.get(point.instrument_id)
    row: dict[str, Any] = {
        "id": point.id,
        "obj_id": held.obj_id,
        "ra": point.ra,
        "dec": point.dec,
        "ra_unc": point.ra_unc,
        "dec_unc": point.dec_unc,
        "filter": point.filter,
        "mjd": point.mjd,
        "snr": point.snr,
        "instrument_id": point.instrument_id,
        "instrument_name": instrument.name if instrument else None,
        "origin": point.origin,
        "altdata": point.altdata,
        "created_at": _written(point.created_us),
        "magsys": shown.system,
    }
    if shown.space != "flux":
        row |= magnitudes(point, shown.system)
    if shown.space != "mag":
        row |= fluxes(point, shown.system)
    return row


@lru_cache(maxsize=256)
def _written(created_us: int) -> datetime:
    """Return when points were written; those of one upload share it."""
    return EPOCH + timedelta(microseconds=created_us)


def _groups(sets: set[tuple[str, ...]]) -> dict[tuple[str, ...], list[GroupRow]]:
    named = {each for principals in sets for each in groups_of(principals)}
    known: dict[int, Group] = {each.id: each for each in marshal().groups.get_many(named)}
    return {
        principals: [group_row(known[n]) for n in groups_of(principals) if n in known]
        for principals in sets
    }


def _streams(sets: set[tuple[str, ...]]) -> dict[tuple[str, ...], list[StreamRow]]:
    named = {each for principals in sets for each in streams_of(principals)}
    known: dict[int, Stream] = {each.id: each for each in marshal().streams.get_many(named)}
    return {
        principals: [stream_row(known[n]) for n in streams_of(principals) if n in known]
        for principals in sets
    }


def _owners(held: Sequence[Held]) -> dict[int, PersonRow]:
    named = {each.point.owner_id for each in held} - {None}
    users: list[User] = marshal().users.get_many([each for each in named if each is not None])
    return {user.id: person_row(user) for user in users}
