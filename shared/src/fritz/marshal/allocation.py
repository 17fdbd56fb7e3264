"""An allocation: time on an instrument that a group was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from fritz.errors import Invalid

__all__ = ["MANAGE_ALLOCATIONS", "Allocation", "AllocationKind", "Validity", "checked_allocation"]

MANAGE_ALLOCATIONS: Final = "Manage allocations"

AllocationKind: TypeAlias = Literal["triggered", "forced_photometry", "observation_plan"]


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when the time may be used."""

    start_date: datetime
    end_date: datetime


@dataclass(frozen=True, slots=True)
class Allocation:
    """One allocation; its credentials are kept elsewhere and come out nowhere."""

    id: int
    group_id: int
    instrument_id: int
    created_at: datetime
    modified: datetime
    pi: str | None = None
    proposal_id: str | None = None
    hours_allocated: float = 0.0
    validity_ranges: tuple[Validity, ...] = ()
    default_share_group_ids: tuple[int, ...] = ()
    types: tuple[AllocationKind, ...] = ("triggered",)
    allocation_admin_ids: tuple[int, ...] = ()
    """Users who look after it."""

    def to_fields(self) -> dict[str, Any]:
        """Return the allocation as a document's fields."""
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        return written | {
            "validity_ranges": [
                {"start_date": each.start_date, "end_date": each.end_date}
                for each in self.validity_ranges
            ],
            "default_share_group_ids": list(self.default_share_group_ids),
            "types": list(self.types),
            "allocation_admin_ids": list(self.allocation_admin_ids),
        }

    @classmethod
    def from_fields(cls, document: Mapping[str, Any]) -> Allocation:
        """Return the allocation that `to_fields` wrote; unknown fields are ignored."""
        known = {each.name for each in fields(cls)}
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
            if name in known
        }
        ranges = tuple(Validity(**each) for each in document.get("validity_ranges") or ())
        return cls(**read | {"validity_ranges": ranges})


def checked_allocation(allocation: Allocation) -> Allocation:
    """Return the allocation if it can be one.

    Raises
    ------
    Invalid
        Hours are negative, a range ends before it starts, or it is of no kind there is.
    """
    if not allocation.hours_allocated >= 0:
        raise Invalid("hours_allocated must not be negative")
    for each in allocation.validity_ranges:
        if each.end_date <= each.start_date:
            raise Invalid(f"validity_ranges: {each.end_date} is not after {each.start_date}")
    kinds = get_args(AllocationKind)
    if not allocation.types or not set(allocation.types) <= set(kinds):
        raise Invalid(f"types: some of {', '.join(kinds)}")
    return allocation
