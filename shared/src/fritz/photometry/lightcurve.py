"""Light curves: the measurements of an enriched alert, in plain terms.

Here the survey's field names end: ``magpsf`` becomes `mag`, ``fid`` a `band`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fritz.photometry.fluxes import flux, flux_err, flux_err_of_limit, is_positive, mag_err
from fritz.photometry.fluxes import mag as mag_of

__all__ = ["MJD_EPOCH_JD", "Measurement", "lightcurve"]

MJD_EPOCH_JD: Final = 2_400_000.5
FORCED_DETECTION_SNR: Final = 3.0
"""Forced photometry below it is shown as a limit, as Kowalski posts it."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The brightness of an object, or a limit to it, at one time in one band."""

    mjd: float
    """Start of the exposure, days, UTC."""
    band: str
    """As the survey's bands are named: ``ztfg``."""
    mag: float | None
    """AB mag of the difference from the reference, whatever its sign; None for a limit."""
    mag_err: float | None
    limiting_mag: float | None
    """AB mag, five sigma."""
    is_positive: bool
    """Whether brighter than the reference; True for a limit."""
    programid: int | None
    candid: int | None
    """The detection's id; None for limits and forced photometry."""
    is_forced: bool
    ra: float | None = None
    """Degrees; here and below where it was seen in this exposure."""
    dec: float | None = None
    alert_programid: int | None = None
    """Program of the alert that brought forced photometry."""

    @property
    def is_detection(self) -> bool:
        """Whether the object was seen."""
        return self.mag is not None

    @property
    def flux_ujy(self) -> float | None:
        """Flux of the difference, microjansky, negative if fainter than the reference."""
        if self.mag is None:
            return None
        return math.copysign(float(flux(self.mag)), 1.0 if self.is_positive else -1.0)

    @property
    def flux_err_ujy(self) -> float | None:
        """Uncertainty of the flux, microjansky; of a limit, a fifth of the limiting flux."""
        if self.mag is not None and self.mag_err is not None:
            return float(flux_err(flux(self.mag), self.mag_err))
        if self.limiting_mag is None or self.limiting_mag <= 0:
            return None
        return float(flux_err_of_limit(self.limiting_mag))


def lightcurve(document: Mapping[str, Any], bands: Mapping[int, str]) -> list[Measurement]:
    """Return an enriched alert's measurements, its own among them, in order of time.

    Limits without a positive limiting magnitude say nothing and are left out.

    Parameters
    ----------
    document
        As `fritz.alerts.document.enrich` or `fritz.alerts.rights.grant` return it.
    bands
        The survey's names of its ``fid``.

    Examples
    --------
    >>> alert = {"candidate": {"jd": 2459000.5, "fid": 1, "magpsf": 18.5, "sigmapsf": 0.1,
    ...                        "isdiffpos": "f", "programid": 1, "candid": 7}}
    >>> [point] = lightcurve(alert, {1: "ztfg"})
    >>> point.mjd, point.band, point.mag, round(point.flux_ujy, 3)
    (59000.0, 'ztfg', 18.5, -144.544)
    """
    alerts = [*(document.get("prv_candidates") or []), document["candidate"]]
    points = [*_from_alerts(alerts, bands), *_from_forced(document.get("fp_hists") or [], bands)]
    shown = [p for p in points if p.is_detection or (p.limiting_mag or 0) > 0]
    return sorted(shown, key=lambda p: (p.mjd, p.band, p.is_forced, p.candid or 0))


def _from_alerts(
    points: Iterable[Mapping[str, Any]], bands: Mapping[int, str]
) -> Iterable[Measurement]:
    for point in points:
        mag = _finite(point.get("magpsf"))
        yield Measurement(
            mjd=point["jd"] - MJD_EPOCH_JD,
            band=bands.get(point["fid"], str(point["fid"])),
            mag=mag,
            mag_err=_finite(point.get("sigmapsf")),
            limiting_mag=_finite(point.get("diffmaglim")),
            is_positive=mag is None or is_positive(point.get("isdiffpos")),
            programid=point.get("programid"),
            candid=point.get("candid"),
            is_forced=False,
            ra=point.get("ra"),
            dec=point.get("dec"),
        )


def _from_forced(
    points: Iterable[Mapping[str, Any]], bands: Mapping[int, str]
) -> Iterable[Measurement]:
    for point in points:
        mag, error, positive = _forced_mag(point)
        yield Measurement(
            mjd=point["jd"] - MJD_EPOCH_JD,
            band=bands.get(point["fid"], str(point["fid"])),
            mag=mag,
            mag_err=error,
            limiting_mag=_finite(point.get("limmag5sig", point.get("diffmaglim"))),
            is_positive=positive,
            programid=point.get("programid"),
            candid=None,
            is_forced=True,
            alert_programid=point.get("alert_programid"),
        )


def _forced_mag(point: Mapping[str, Any]) -> tuple[float | None, float | None, bool]:
    """Return magnitude, its uncertainty and sign of forced photometry; a limit has no magnitude."""
    zero_point, counts = point.get("magzpsci"), point.get("forcediffimflux")
    counts_err = point.get("forcediffimfluxunc")
    if zero_point is None or counts is None or counts_err is None or not counts_err > 0:
        return None, None, True
    if not abs(counts) > FORCED_DETECTION_SNR * counts_err:
        return None, None, True
    size = abs(counts)
    return float(mag_of(size, zero_point)), float(mag_err(size, counts_err)), counts > 0


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
