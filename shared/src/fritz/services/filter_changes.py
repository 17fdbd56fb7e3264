"""What people may change of a filter, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fritz.filters import Finding
from fritz.marshal.filter import Filter
from fritz.marshal.filter_actions import AutoFollowup, Autosave

__all__ = ["UNSET", "Activation", "FilterChange", "FilterSettings", "Unset"]


class Unset:
    """The type of a setting that is left as it is."""


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class FilterSettings:
    """What the administrators of a filter's group change; None leaves it as it is."""

    name: str | None = None
    group_id: int | None = None
    """Never changes; a different one is refused."""
    stream_id: int | None = None
    """As `group_id`."""
    external: bool | None = None
    max_pass_rate: float | None = None
    autosave: bool | None = None


@dataclass(frozen=True, slots=True)
class FilterChange:
    """What the editors of a filter change; None leaves it as it is."""

    active: bool | None = None
    active_fid: str | None = None
    autosave: Autosave | bool | None = None
    auto_followup: AutoFollowup | Unset | None = UNSET
    """None: no more follow-up; `Unset`: as it is."""
    update_annotations: bool | None = None
    must_pass: tuple[str, ...] | None = None
    must_not_pass: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """A filter after a change, and what the trials said of it."""

    filter: Filter
    findings: tuple[Finding, ...] = ()
