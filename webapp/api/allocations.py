"""Allocations of the caller's groups. What facilities are told to believe us never comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint
from pydantic import BaseModel, BeforeValidator, Field

from fritz.errors import Invalid
from fritz.marshal.allocation import MANAGE_ALLOCATIONS, Allocation, AllocationKind, Validity
from webapp.api.arguments import Body, Ids, Query, Time
from webapp.api.instruments import InstrumentRow, instrument_rows
from webapp.api.operation import operation
from webapp.api.shapes import GroupRow, group_row
from webapp.api.telescopes import Made
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["AllocationRow", "allocation_rows", "blueprint"]

blueprint = Blueprint("api_allocations", __name__, url_prefix="/api/allocation")


class ValidityRow(BaseModel):
    """From when to when the time may be used."""

    start_date: datetime
    end_date: datetime


class AllocationRow(BaseModel):
    """An allocation."""

    id: int
    pi: str | None
    proposal_id: str | None
    hours_allocated: float
    validity_ranges: list[ValidityRow]
    default_share_group_ids: list[int]
    types: list[AllocationKind]
    group_id: int
    group: GroupRow | None
    instrument_id: int
    instrument: InstrumentRow | None
    requests: list[Any] = []
    created_at: datetime
    modified: datetime


class OneAllocation(BaseModel):
    """An allocation, and how many requests it has."""

    allocation: AllocationRow
    total_matches: int = Field(serialization_alias="totalMatches")


class AllocationsQuery(Query):
    """Which are wanted."""

    instrument_id: int | None = None
    api_type: str | None = Field(None, alias="apiType")
    """Only those whose instrument has that kind of API."""
    api_implements: str | None = Field(None, alias="apiImplements")
    """Taken for SkyPortal's sake; which methods an API has is told with follow-up requests."""


class ValidityBody(Body):
    """From when to when the time may be used."""

    start_date: Time
    end_date: Time


def _secrets(value: Any) -> Any:
    """Take JSON in a text, too: SkyPortal's pages send it so."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else None
    except ValueError as e:
        raise Invalid("_altdata: not JSON") from e


Secrets = Annotated[dict[str, Any] | None, BeforeValidator(_secrets)]


class AllocationBody(Body):
    """An allocation; of a change, what is left out stays."""

    group_id: int | None = None
    instrument_id: int | None = None
    pi: str | None = None
    proposal_id: str | None = None
    hours_allocated: float | None = None
    validity_ranges: tuple[ValidityBody, ...] | None = None
    start_date: Time | None = None
    """With `end_date`: one range of validity, as it was written before 2024."""
    end_date: Time | None = None
    default_share_group_ids: Ids | None = None
    types: tuple[AllocationKind, ...] | None = None
    allocation_admin_ids: Ids | None = None
    credentials: Secrets = Field(None, alias="_altdata")
    """What a facility must be told; kept, and never shown."""


def allocation_rows(found: Sequence[Allocation]) -> list[AllocationRow]:
    """Return allocations as SkyPortal shows them, what they name read once."""
    groups = {g.id: g for g in marshal().groups.get_many({each.group_id for each in found})}
    named = marshal().observing.instruments.get_many({each.instrument_id for each in found})
    instruments = {row.id: row for row in instrument_rows(list(named.values()))}
    return [
        AllocationRow(
            id=each.id,
            pi=each.pi,
            proposal_id=each.proposal_id,
            hours_allocated=each.hours_allocated,
            validity_ranges=[
                ValidityRow(start_date=one.start_date, end_date=one.end_date)
                for one in each.validity_ranges
            ],
            default_share_group_ids=list(each.default_share_group_ids),
            types=list(each.types),
            group_id=each.group_id,
            group=group_row(groups[each.group_id]) if each.group_id in groups else None,
            instrument_id=each.instrument_id,
            instrument=instruments.get(each.instrument_id),
            created_at=each.created_at,
            modified=each.modified,
        )
        for each in found
    ]


@blueprint.get("")
@operation(query=AllocationsQuery, answer=list[AllocationRow])
def index(asked: AllocationsQuery) -> list[AllocationRow]:
    """Return the allocations of the caller's groups."""
    if asked.api_type not in {None, "api_classname", "api_classname_obsplan"}:
        raise Invalid("apiType: api_classname or api_classname_obsplan")
    rows = allocation_rows(
        marshal().observing.allocations.visible(api_viewer(), asked.instrument_id)
    )
    if asked.api_type is None:
        return rows
    return [row for row in rows if row.instrument and getattr(row.instrument, asked.api_type)]


@blueprint.get("/<int:allocation_id>")
@operation(answer=OneAllocation, errors=(404,))
def one(allocation_id: int) -> OneAllocation:
    """Return one allocation."""
    found = marshal().observing.allocations.get(api_viewer(), allocation_id)
    return OneAllocation(allocation=allocation_rows([found])[0], total_matches=0)


@blueprint.post("")
@operation(body=AllocationBody, answer=Made, acl=MANAGE_ALLOCATIONS)
def create(given: AllocationBody) -> Made:
    """Add an allocation of one of the caller's groups."""
    if given.group_id is None or given.instrument_id is None:
        raise Invalid("group_id and instrument_id are required")
    made = marshal().observing.allocations.create(
        api_viewer(), marshal().now(), given.credentials, **_changed(given)
    )
    return Made(id=made.id)


@blueprint.put("/<int:allocation_id>")
@operation(body=AllocationBody, acl=MANAGE_ALLOCATIONS, errors=(404,))
def change(allocation_id: int, given: AllocationBody) -> None:
    """Change what is known of an allocation."""
    marshal().observing.allocations.change(
        api_viewer(), allocation_id, marshal().now(), given.credentials, **_changed(given)
    )


@blueprint.delete("/<int:allocation_id>")
@operation(acl=MANAGE_ALLOCATIONS, errors=(404,))
def delete(allocation_id: int) -> None:
    """Remove an allocation."""
    marshal().observing.allocations.delete(api_viewer(), allocation_id)


def _changed(given: AllocationBody) -> Mapping[str, Any]:
    apart = {"credentials", "validity_ranges", "start_date", "end_date"}
    changed = {
        name: value
        for name in given.model_fields_set - apart
        if (value := getattr(given, name)) is not None
    }
    if given.validity_ranges is not None:
        changed["validity_ranges"] = tuple(
            Validity(each.start_date, each.end_date) for each in given.validity_ranges
        )
    elif given.start_date is not None and given.end_date is not None:
        changed["validity_ranges"] = (Validity(given.start_date, given.end_date),)
    return changed
