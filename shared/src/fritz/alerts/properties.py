"""What an alert's object looks like: BOOM's `properties`, for filters of either dialect.

They are computed of what the filter's stream grants, never of more: the same alert may rise for a
partner and have no history for the public.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fritz.photometry.fluxes import is_positive

__all__ = ["photstats", "properties", "with_properties"]

ROCK_ARCSEC: Final = 12.0
STAR_SCORE: Final = 0.76
STAR_ARCSEC: Final = 2.0
RED_STAR_SCORE: Final = 0.2
RED_STAR_ARCSEC: Final = 1.0
RED_STAR_COLOUR: Final = 3.0
"""r - z or r - i above which a near PS1 source is a cool star, even if its shape is unclear."""
BRIGHT_ARCSEC: Final = 20.0
BRIGHT_GAIA_MAG: Final = 12.0
BRIGHT_PS1_MAG: Final = 14.0
BRIGHT_PS1_SCORE: Final = 0.9
STATIONARY_DAYS: Final = 0.01
FORCED_SNR: Final = 3.0

_BANDS: Final = {1: "g", 2: "r", 3: "i"}
_FAINTEST: Final = 99.0
_SURE, _UNSURE = 1e-6, 1e3
"""Uncertainties (mag) beyond these are none, and a line through them could not be computed."""
_Point = tuple[float, float, float]
"""Julian date, magnitude, its uncertainty."""


def with_properties(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an enriched alert with `properties`; the one given is left as it is."""
    return {**document, "properties": properties(document)}


def properties(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of an enriched alert, reduced already to what may be seen.

    Rules of `star` and `near_brightstar`: those of the Bright Transient Survey's public filter
    (Perley et al. 2020, ApJ 904, 35). `stationary` needs detections more than 0.01 d apart.

    Examples
    --------
    >>> found = properties({"candidate": {"jd": 2461000.5, "fid": 1, "magpsf": 18.0,
    ...     "sigmapsf": 0.1, "isdiffpos": "t", "ssdistnr": 3.0, "ssmagnr": 18.2}})
    >>> found["rock"], found["star"], found["stationary"], found["photstats"]["g"]["peak_mag"]
    (True, False, False, 18.0)
    """
    candidate = document["candidate"]
    alerts = [*(document.get("prv_candidates") or ()), candidate]
    times = [point["jd"] for point in alerts if point.get("magpsf") is not None]
    return {
        "rock": _near(candidate, "ssdistnr", ROCK_ARCSEC)
        and _number(candidate, "ssmagnr", -1.0) >= 0,
        "star": _is_star(candidate),
        "near_brightstar": _is_near_bright_star(candidate),
        "stationary": bool(times) and max(times) - min(times) > STATIONARY_DAYS,
        "photstats": photstats(alerts, document.get("fp_hists") or ()),
    }


def _number(values: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = values.get(name)
    return value if isinstance(value, int | float) and value == value else otherwise  # noqa: PLR0124  NaN's own test


def _near(values: Mapping[str, Any], name: str, arcsec: float) -> bool:
    return 0 <= _number(values, name, -1.0) <= arcsec


def _is_star(candidate: Mapping[str, Any]) -> bool:
    score = _number(candidate, "sgscore1", 0.0)
    if score > STAR_SCORE and _near(candidate, "distpsnr1", STAR_ARCSEC):
        return True
    red = _number(candidate, "srmag1", -1.0)
    if score <= RED_STAR_SCORE or red <= 0 or not _near(candidate, "distpsnr1", RED_STAR_ARCSEC):
        return False
    return any(
        0 < _number(candidate, name, -1.0) < red - RED_STAR_COLOUR for name in ("simag1", "szmag1")
    )


def _is_near_bright_star(candidate: Mapping[str, Any]) -> bool:
    if _near(candidate, "neargaiabright", BRIGHT_ARCSEC) or _near(
        candidate, "neargaia", BRIGHT_ARCSEC
    ):
        names = ("maggaiabright", "maggaia")
        if any(0 < _number(candidate, name, -1.0) <= BRIGHT_GAIA_MAG for name in names):
            return True
    return any(
        _near(candidate, f"distpsnr{n}", BRIGHT_ARCSEC)
        and _number(candidate, f"sgscore{n}", 0.0) > BRIGHT_PS1_SCORE
        and 0 < _number(candidate, f"srmag{n}", -1.0) < BRIGHT_PS1_MAG
        for n in (1, 2, 3)
    )


def photstats(
    alerts: Iterable[Mapping[str, Any]], forced: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return peak, rise and fade per band, of what was brighter than the reference.

    Parameters
    ----------
    alerts
        Detections and limits, this alert's own among them.
    forced
        Forced photometry; taken at times at which there was no alert, if it is 3 sigma.

    Returns
    -------
    By band: ``peak_jd`` and ``dt`` in days, ``peak_mag``, ``peak_mag_err``, and for ``rising``
    and ``fading``, if there are two points, the straight line's ``rate`` in mag per day (negative
    while it gets brighter), ``rate_error``, ``red_chi2`` (of three points or more), ``nb_data``
    and ``dt``.
    """
    bands: dict[str, dict[float, _Point]] = {}
    for point in forced:
        if _number(point, "snr", 0.0) > FORCED_SNR:
            _add(bands, point, "mag", "magerr")
    for point in alerts:
        if is_positive(point.get("isdiffpos")):
            _add(bands, point, "magpsf", "sigmapsf")
    return {band: _band(sorted(points.values())) for band, points in sorted(bands.items())}


def _add(
    bands: dict[str, dict[float, _Point]], point: Mapping[str, Any], mag: str, error: str
) -> None:
    band = _BANDS.get(point.get("fid", 0))
    value, sigma = _number(point, mag, 0.0), _number(point, error, 0.0)
    if band is not None and 0 < value < _FAINTEST and _SURE < sigma < _UNSURE:
        bands.setdefault(band, {})[point["jd"]] = (point["jd"], value, sigma)


def _band(points: Sequence[_Point]) -> dict[str, Any]:
    peak = min(points, key=lambda point: point[1])
    stats: dict[str, Any] = {
        "peak_jd": peak[0],
        "peak_mag": peak[1],
        "peak_mag_err": peak[2],
        "dt": points[-1][0] - points[0][0],
    }
    where = points.index(peak)
    for name, part in (("rising", points[: where + 1]), ("fading", points[where:])):
        if len(part) > 1:
            stats[name] = _line(part)
    return stats


def _line(points: Sequence[_Point]) -> dict[str, Any]:
    """Return the weighted straight line through points of two times or more."""
    weights = [1 / error**2 for _, _, error in points]
    total = sum(weights)
    time = sum(w * p[0] for w, p in zip(weights, points, strict=True)) / total
    mag = sum(w * p[1] for w, p in zip(weights, points, strict=True)) / total
    spread = sum(w * (p[0] - time) ** 2 for w, p in zip(weights, points, strict=True))
    product = sum(w * (p[0] - time) * (p[1] - mag) for w, p in zip(weights, points, strict=True))
    rate = product / spread
    chi2 = sum(
        w * (p[1] - mag - rate * (p[0] - time)) ** 2 for w, p in zip(weights, points, strict=True)
    )
    freedom = len(points) - 2
    return {
        "rate": rate,
        "rate_error": spread**-0.5,
        "red_chi2": chi2 / freedom if freedom else None,
        "nb_data": len(points),
        "dt": points[-1][0] - points[0][0],
    }
