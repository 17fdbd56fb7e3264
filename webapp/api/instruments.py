"""Instruments: everybody's to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field

from fritz.marshal.instrument import MANAGE_INSTRUMENTS, Instrument, InstrumentKind
from webapp.api.arguments import Body, Query
from webapp.api.operation import operation
from webapp.api.telescopes import Made, TelescopeRow, telescope_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["InstrumentRow", "blueprint", "instrument_rows"]

blueprint = Blueprint("api_instruments", __name__, url_prefix="/api/instrument")


class InstrumentRow(BaseModel):
    """An instrument."""

    id: int
    name: str
    type: InstrumentKind
    band: str | None
    telescope_id: int
    telescope: TelescopeRow | None
    filters: list[str]
    api_classname: str | None
    api_classname_obsplan: str | None
    listener_classname: str | None
    sensitivity_data: dict[str, Any]
    configuration_data: dict[str, Any]
    status: dict[str, Any] | None
    last_status_update: datetime | None
    treasuremap_id: int | None
    tns_id: int | None
    created_at: datetime
    modified: datetime


class InstrumentsQuery(Query):
    """Which are wanted."""

    name: str | None = None


class InstrumentBody(Body):
    """A new instrument."""

    name: str
    type: InstrumentKind
    telescope_id: int
    band: str | None = None
    filters: tuple[str, ...] = ()
    api_classname: str | None = None
    api_classname_obsplan: str | None = None
    listener_classname: str | None = None
    sensitivity_data: dict[str, Any] = Field(default_factory=dict)
    configuration_data: dict[str, Any] = Field(default_factory=dict)
    treasuremap_id: int | None = None
    tns_id: int | None = None


class InstrumentChange(Body):
    """What changes; the rest stays."""

    name: str | None = None
    type: InstrumentKind | None = None
    telescope_id: int | None = None
    band: str | None = None
    filters: tuple[str, ...] | None = None
    api_classname: str | None = None
    api_classname_obsplan: str | None = None
    listener_classname: str | None = None
    sensitivity_data: dict[str, Any] | None = None
    configuration_data: dict[str, Any] | None = None
    treasuremap_id: int | None = None
    tns_id: int | None = None


class StatusBody(Body):
    """What the instrument does now."""

    status: dict[str, Any]


def instrument_rows(found: Sequence[Instrument]) -> list[InstrumentRow]:
    """Return instruments as SkyPortal shows them, their telescopes read once."""
    now = marshal().now()
    telescopes = marshal().observing.telescopes.get_many({each.telescope_id for each in found})
    at = {number: telescope_row(each, now) for number, each in telescopes.items()}
    return [
        InstrumentRow(**each.to_fields(), telescope=at.get(each.telescope_id)) for each in found
    ]


@blueprint.get("")
@operation(query=InstrumentsQuery, answer=list[InstrumentRow])
def index(asked: InstrumentsQuery) -> list[InstrumentRow]:
    """Return the instruments, or those of a name."""
    instruments = marshal().observing.instruments
    return instrument_rows(instruments.named(asked.name) if asked.name else instruments.all())


@blueprint.get("/<int:instrument_id>")
@operation(answer=InstrumentRow, errors=(404,))
def one(instrument_id: int) -> InstrumentRow:
    """Return one instrument."""
    return instrument_rows([marshal().observing.instruments.get(instrument_id)])[0]


@blueprint.post("")
@operation(body=InstrumentBody, answer=Made)
def create(given: InstrumentBody) -> Made:
    """Add an instrument of a telescope; its filters must be allowed bandpasses."""
    return Made(id=marshal().observing.instruments.create(marshal().now(), **dict(given)).id)


@blueprint.put("/<int:instrument_id>")
@operation(body=InstrumentChange, acl=MANAGE_INSTRUMENTS, errors=(404,))
def change(instrument_id: int, given: InstrumentChange) -> None:
    """Change what is known of an instrument."""
    needed = {"name", "type", "telescope_id", "filters", "sensitivity_data", "configuration_data"}
    changed: dict[str, Any] = {
        name: value
        for name in given.model_fields_set
        if (value := getattr(given, name)) is not None or name not in needed
    }
    marshal().observing.instruments.change(api_viewer(), instrument_id, marshal().now(), **changed)


@blueprint.put("/<int:instrument_id>/status")
@operation(body=StatusBody, acl=MANAGE_INSTRUMENTS, errors=(404,))
def update_status(instrument_id: int, given: StatusBody) -> None:
    """Say what an instrument does now."""
    now = marshal().now()
    marshal().observing.instruments.change(
        api_viewer(), instrument_id, now, status=given.status, last_status_update=now
    )


@blueprint.delete("/<int:instrument_id>")
@operation(acl=MANAGE_INSTRUMENTS, errors=(404,))
def delete(instrument_id: int) -> None:
    """Remove an instrument that nothing was observed with."""
    marshal().observing.instruments.delete(api_viewer(), instrument_id)
