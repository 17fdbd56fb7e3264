"""An instrument of a telescope: what it takes, in which bandpasses, and who speaks its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from fritz.errors import Invalid
from fritz.photometry.bandpasses import bandpass

__all__ = ["MANAGE_INSTRUMENTS", "Instrument", "InstrumentKind", "checked_instrument"]

MANAGE_INSTRUMENTS: Final = "Manage instruments"

InstrumentKind: TypeAlias = Literal["imager", "spectrograph", "imaging spectrograph"]

LONGEST_NAME: Final = 200
MOST_FILTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument."""

    id: int
    name: str
    type: InstrumentKind
    telescope_id: int
    created_at: datetime
    modified: datetime
    band: str | None = None
    """In words: optical, infrared."""
    filters: tuple[str, ...] = ()
    """The bandpasses of its photometry."""
    api_classname: str | None = None
    """Which facility's language requests are submitted in."""
    api_classname_obsplan: str | None = None
    listener_classname: str | None = None
    sensitivity_data: Mapping[str, Any] = field(default_factory=dict)
    configuration_data: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, Any] | None = None
    last_status_update: datetime | None = None
    treasuremap_id: int | None = None
    tns_id: int | None = None

    @property
    def images(self) -> bool:
        """Whether it takes images, so that its photometry must be in one of its filters."""
        return self.type != "spectrograph"

    @property
    def disperses(self) -> bool:
        """Whether it takes spectra."""
        return self.type != "imager"

    def to_fields(self) -> dict[str, Any]:
        """Return the instrument as a document's fields."""
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        return written | {"filters": list(self.filters)}

    @classmethod
    def from_fields(cls, document: Mapping[str, Any]) -> Instrument:
        """Return the instrument that `to_fields` wrote; unknown fields are ignored."""
        known = {each.name for each in fields(cls)}
        read = {name: value for name, value in document.items() if name in known}
        return cls(**read | {"filters": tuple(document.get("filters") or ())})


def checked_instrument(instrument: Instrument) -> Instrument:
    """Return the instrument if it can be one.

    Raises
    ------
    Invalid
        Its name or kind is none, or a filter is no allowed bandpass.
    """
    if not 0 < len(instrument.name.strip()) <= LONGEST_NAME:
        raise Invalid(f"name has 1 to {LONGEST_NAME} letters")
    if instrument.type not in get_args(InstrumentKind):
        raise Invalid(f"type {instrument.type!r}: one of {', '.join(get_args(InstrumentKind))}")
    if len(instrument.filters) > MOST_FILTERS:
        raise Invalid(f"more than {MOST_FILTERS} filters")
    for each in instrument.filters:
        bandpass(each)
    return instrument
