"""Photometry of an object: single measurements, and when two of them are one and the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from fritz.photometry.fluxes import MICROJANSKY_ZERO_POINT

__all__ = ["DETECTION_SNR", "FLUX_DIGITS", "Identity", "Point", "is_forced", "rounded"]

DETECTION_SNR: Final = 3.0
"""From this signal-to-noise ratio on, a flux counts as a detection."""
FLUX_DIGITS: Final = 6
"""Significant digits of fluxes that an identity looks at; single precision has seven."""
MJD_DIGITS: Final = 7
"""Decimals of times, in days, that an identity looks at: 9 ms."""

Identity: TypeAlias = tuple[int, str, str, float, float | None, float | None]
"""Instrument, filter, origin, time, flux and its uncertainty, the last three rounded."""


class Point(NamedTuple):
    """One measurement, or a limit.

    Fluxes are AB microjansky, whatever was uploaded.
    """

    id: int
    mjd: float
    filter: str
    instrument_id: int
    origin: str
    """Which reduction it comes from; ``None`` in letters where nobody said, as SkyPortal has it."""
    flux: float | None
    """None for a non-detection."""
    fluxerr: float
    limiting_mag: float | None = None
    """AB mag, as it was uploaded."""
    ra: float | None = None
    """Degrees; here and below where the source was in this exposure, and how sure that is."""
    dec: float | None = None
    ra_unc: float | None = None
    """Arcseconds."""
    dec_unc: float | None = None
    ref_flux: float | None = None
    """Flux of the source in the reference image, if what was measured is the difference."""
    ref_fluxerr: float | None = None
    altdata: Mapping[str, Any] | None = None
    owner_id: int | None = None
    """Who uploaded it; None for what the stream brought."""
    upload_id: str = ""
    created_us: int = 0
    """When it was written, microseconds since 1970."""

    @property
    def snr(self) -> float | None:
        """Signal-to-noise ratio; None for a non-detection."""
        return None if self.flux is None or not self.fluxerr else self.flux / self.fluxerr

    @property
    def is_detection(self) -> bool:
        """Whether the source was seen, brighter or fainter than the reference."""
        snr = self.snr
        return snr is not None and abs(snr) >= DETECTION_SNR

    @property
    def mag(self) -> float | None:
        """AB magnitude; None where the flux is not positive."""
        if self.flux is None or self.flux <= 0:
            return None
        return MICROJANSKY_ZERO_POINT - 2.5 * math.log10(self.flux)

    @property
    def identity(self) -> Identity:
        """What no two points of an object share."""
        flux = None if self.flux is None else rounded(self.flux)
        return (*self.epoch, flux, rounded(self.fluxerr))

    @property
    def epoch(self) -> tuple[int, str, str, float]:
        """The exposure and reduction that it is from, whatever was measured."""
        return (self.instrument_id, self.filter, self.origin, round(self.mjd, MJD_DIGITS))


def rounded(value: float) -> float:
    """Return a value to six significant digits.

    Two uploads of one measurement differ in the last digits: a magnitude that went through single
    precision, a time that was a Julian date.

    Examples
    --------
    >>> rounded(8.164123456), rounded(0.0)
    (8.16412, 0.0)
    """
    return float(f"{value:.{FLUX_DIGITS - 1}e}")


def is_forced(origin: str) -> bool:
    """Return whether a reduction measures at a given place, seen or not: ``alert_fp``, ``ztf_fp``.

    Examples
    --------
    >>> is_forced("alert_fp"), is_forced("None")
    (True, False)
    """
    return "fp" in origin.lower()
