"""What a filter does with an alert that passed, beside making a candidate of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

__all__ = ["CONSTRAINTS", "AutoFollowup", "Autosave", "PriorityOrder"]

PriorityOrder: TypeAlias = Literal["asc", "desc"]

CONSTRAINTS: Final = (
    "source_group_ids",
    "not_if_classified",
    "not_if_spectra_exist",
    "not_if_tns_classified",
    "not_if_tns_reported",
    "not_if_duplicates",
    "not_if_assignment_exists",
    "ignore_source_group_ids",
    "ignore_allocation_ids",
)
"""Conditions that the follow-up service looks at before it asks for time."""


@dataclass(frozen=True, slots=True)
class Autosave:
    """Save what passes as a source of the filter's group."""

    active: bool = False
    pipeline: tuple[Mapping[str, Any], ...] = ()
    """Further stages, run on the same alert; none: whatever passes is saved."""
    comment: str | None = None
    ignore_group_ids: tuple[int, ...] = ()
    """Leave objects alone that one of these groups has saved."""
    saver_id: int | None = None
    """In whose name; the filter's owner if not said."""

    def to_fields(self) -> dict[str, Any]:
        """Return the settings as a document's map."""
        return {
            "active": self.active,
            "pipeline": json.dumps(list(self.pipeline)),
            "comment": self.comment,
            "ignore_group_ids": list(self.ignore_group_ids),
            "saver_id": self.saver_id,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Autosave:
        """Return the settings that `to_fields` wrote; nothing: off."""
        saver = fields.get("saver_id")
        return cls(
            active=bool(fields.get("active", False)),
            pipeline=tuple(json.loads(fields.get("pipeline") or "[]")),
            comment=fields.get("comment"),
            ignore_group_ids=tuple(int(each) for each in fields.get("ignore_group_ids") or ()),
            saver_id=None if saver is None else int(saver),
        )


@dataclass(frozen=True, slots=True)
class AutoFollowup:
    """Ask for follow-up of what was saved by itself; the follow-up service acts on it."""

    active: bool
    allocation_id: int
    pipeline: tuple[Mapping[str, Any], ...]
    """Stages that select among what was saved; they may yield `payload` and `comment`."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    comment: str | None = None
    priority_order: PriorityOrder = "asc"
    """Whether a larger number is more urgent (`asc`) or less (`desc`)."""
    target_group_ids: tuple[int, ...] = ()
    validity_days: float = 7.0
    radius: float = 0.5
    """Within how many arcsec another object counts as the same."""
    implements_update: bool = False
    """Whether the facility lets a request be changed."""
    constraints: Mapping[str, Any] = field(default_factory=dict)
    """Conditions by name, of `CONSTRAINTS`."""

    def to_fields(self) -> dict[str, Any]:
        """Return the settings as a document's map; what users shape freely goes as JSON text."""
        return {
            "active": self.active,
            "allocation_id": self.allocation_id,
            "pipeline": json.dumps(list(self.pipeline)),
            "payload": json.dumps(dict(self.payload)),
            "comment": self.comment,
            "priority_order": self.priority_order,
            "target_group_ids": list(self.target_group_ids),
            "validity_days": self.validity_days,
            "radius": self.radius,
            "implements_update": self.implements_update,
            "constraints": json.dumps(dict(self.constraints)),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> AutoFollowup:
        """Return the settings that `to_fields` wrote."""
        return cls(
            active=bool(fields["active"]),
            allocation_id=int(fields["allocation_id"]),
            pipeline=tuple(json.loads(fields["pipeline"])),
            payload=json.loads(fields["payload"]),
            comment=fields.get("comment"),
            priority_order=fields["priority_order"],
            target_group_ids=tuple(int(each) for each in fields["target_group_ids"]),
            validity_days=float(fields["validity_days"]),
            radius=float(fields["radius"]),
            implements_update=bool(fields["implements_update"]),
            constraints=json.loads(fields["constraints"]),
        )
