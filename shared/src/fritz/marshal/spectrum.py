"""A spectrum of an object: what was measured, by whom, with what."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from statistics import median
from typing import Any, Final, Literal, TypeAlias, get_args

import msgpack

from fritz.alerts.compression import ZLIB, compress, inflate
from fritz.errors import Invalid, Poison, TooLarge

__all__ = [
    "SPECTRUM_TYPES",
    "SPECTRUM_UNITS",
    "Pixels",
    "Spectrum",
    "SpectrumType",
    "checked_pixels",
    "checked_spectrum",
    "pack_pixels",
    "unpack_pixels",
]

SpectrumType: TypeAlias = Literal["source", "host", "host_center"]
SPECTRUM_TYPES: Final = get_args(SpectrumType)
SPECTRUM_UNITS: Final = ("Jy", "AB", "erg/s/cm/cm/AA")

LARGEST_PACKED: Final = 900_000
"""Bytes, compressed; a Firestore document holds a megabyte."""
LARGEST_INFLATED: Final = 64_000_000
FEWEST_PIXELS: Final = 2


@dataclass(frozen=True, slots=True)
class Pixels:
    """The values of a spectrum; all columns have one length."""

    wavelengths: tuple[float, ...]
    """Angstrom."""
    fluxes: tuple[float, ...]
    errors: tuple[float, ...] | None = None
    original: str | None = None
    """The file that they were read from."""

    def normalised(self) -> Pixels:
        """Return the spectrum with fluxes and errors divided by the median of absolute fluxes."""
        middle = median(map(abs, self.fluxes))
        if middle == 0:
            return self
        errors = None if self.errors is None else tuple(each / middle for each in self.errors)
        return Pixels(
            self.wavelengths, tuple(each / middle for each in self.fluxes), errors, self.original
        )


@dataclass(frozen=True, slots=True)
class Spectrum:
    """What is known of a spectrum beside its values."""

    id: int
    obj_id: str
    instrument_id: int
    observed_at: datetime
    owner_id: int
    created_at: datetime
    modified: datetime
    group_ids: tuple[int, ...] = ()
    """Its owner's single-user group among them."""
    type: SpectrumType = "source"
    label: str | None = None
    origin: str | None = None
    units: str | None = None
    pi_ids: tuple[int, ...] = ()
    """Users who are to be named; the external names stand beside them."""
    reducer_ids: tuple[int, ...] = ()
    observer_ids: tuple[int, ...] = ()
    external_pi: str | None = None
    external_reducer: str | None = None
    external_observer: str | None = None
    followup_request_id: int | None = None
    assignment_id: int | None = None
    original_file_filename: str | None = None
    altdata: Mapping[str, Any] = field(default_factory=dict)

    def to_fields(self) -> dict[str, Any]:
        """Return the spectrum as a document's fields."""
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in written.items()
        }

    @classmethod
    def from_fields(cls, document: Mapping[str, Any]) -> Spectrum:
        """Return the spectrum that `to_fields` wrote; unknown fields are ignored."""
        known = {each.name for each in fields(cls)}
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
            if name in known
        }
        return cls(**read)


def checked_spectrum(spectrum: Spectrum) -> Spectrum:
    """Return the spectrum if it can be one.

    Raises
    ------
    Invalid
        Its kind or units are none, or somebody outside is named without one of us beside them.
    """
    if spectrum.type not in SPECTRUM_TYPES:
        raise Invalid(f"type {spectrum.type!r}: one of {', '.join(SPECTRUM_TYPES)}")
    if spectrum.units is not None and spectrum.units not in SPECTRUM_UNITS:
        raise Invalid(f"units {spectrum.units!r}: one of {', '.join(SPECTRUM_UNITS)}")
    named = (
        ("pi", spectrum.external_pi, spectrum.pi_ids),
        ("reduced_by", spectrum.external_reducer, spectrum.reducer_ids),
        ("observed_by", spectrum.external_observer, spectrum.observer_ids),
    )
    for column, outside, inside in named:
        if outside and not inside:
            raise Invalid(f"{column}: an external name needs one user here as contact")
    return spectrum


def checked_pixels(
    wavelengths: Sequence[float], fluxes: Sequence[float], errors: Sequence[float] | None
) -> Pixels:
    """Return the values of a spectrum.

    Raises
    ------
    Invalid
        The columns differ in length, are too short, or hold what is not finite.
    """
    columns = {"wavelengths": wavelengths, "fluxes": fluxes}
    if errors is not None:
        columns["errors"] = errors
    if len(wavelengths) < FEWEST_PIXELS:
        raise Invalid(f"a spectrum has at least {FEWEST_PIXELS} pixels")
    for name, column in columns.items():
        if len(column) != len(wavelengths):
            raise Invalid(f"{len(wavelengths)} wavelengths, but {len(column)} {name}")
        for place, value in enumerate(column):
            if not math.isfinite(value):
                raise Invalid(f"{name}[{place}] is not finite")
    return Pixels(tuple(wavelengths), tuple(fluxes), None if errors is None else tuple(errors))


def pack_pixels(pixels: Pixels) -> bytes:
    """Return values as bytes.

    Raises
    ------
    TooLarge
        They would fit in no document.
    """
    columns = [pixels.wavelengths, pixels.fluxes, pixels.errors]
    kept = [None if each is None else struct.pack(f"<{len(each)}d", *each) for each in columns]
    packed = compress(msgpack.packb([*kept, pixels.original]))
    if len(packed) > LARGEST_PACKED:
        raise TooLarge(f"the spectrum has {len(packed)} bytes compressed, above {LARGEST_PACKED}")
    return packed


def unpack_pixels(data: bytes) -> Pixels:
    """Return the values that `pack_pixels` packed.

    Raises
    ------
    Invalid
        These are no such bytes.
    """
    try:
        *kept, original = msgpack.unpackb(inflate(data, LARGEST_INFLATED, ZLIB))
        columns = [
            None if each is None else struct.unpack(f"<{len(each) // 8}d", each) for each in kept
        ]
    except (Poison, ValueError, TypeError, struct.error) as e:
        raise Invalid(f"not a spectrum's values: {e}") from e
    return Pixels(columns[0] or (), columns[1] or (), columns[2], original)
