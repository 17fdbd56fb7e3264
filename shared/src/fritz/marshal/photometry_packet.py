"""Photometry as people upload it: a column or one value for each name, in fluxes or magnitudes.

Every row becomes a `Point` in AB microjansky; a row that breaks a rule is told by its number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.obj import checked_position
from fritz.marshal.photometry import Point
from fritz.photometry.fluxes import MICROJANSKY_ZERO_POINT
from fritz.photometry.magsystems import above_ab, magnitude_system

__all__ = ["LIMIT_NSIGMA", "MOST_ROWS", "read_packet"]

MOST_ROWS: Final = 10_000
LIMIT_NSIGMA: Final = 3.0
"""At how many sigma an uploaded limiting magnitude is, where nobody says; SkyPortal's default."""
MAG_PER_RELATIVE_FLUX: Final = 2.5 / math.log(10)
LARGEST_ALTDATA: Final = 16_000
"""Bytes of JSON that may stand beside one point."""
LONGEST_ORIGIN: Final = 200

_TEXTS: Final = ("obj_id", "filter", "magsys", "origin")
_FLOATS: Final = (
    "mjd", "mag", "magerr", "limiting_mag", "limiting_mag_nsigma", "flux", "fluxerr", "zp",
    "ra", "dec", "ra_unc", "dec_unc", "magref", "e_magref", "ref_flux", "ref_fluxerr", "ref_zp",
)  # fmt: skip
_COLUMNS: Final = (*_TEXTS, "instrument_id", *_FLOATS)


def read_packet(packet: Mapping[str, Any]) -> list[tuple[str, Point]]:
    """Return the object's name and the point of each row, in order; the points have no id yet.

    Raises
    ------
    Invalid
        A column is missing or of another length, a value is no number or no name, or there are
        too many rows. The message names the column and the row.

    Examples
    --------
    >>> [(name, point)] = read_packet({
    ...     "obj_id": "ZTF26a", "mjd": 59000.5, "instrument_id": 1, "filter": "ztfg",
    ...     "magsys": "ab", "flux": 12.24, "fluxerr": 0.031, "zp": 25.0})
    >>> name, round(point.flux, 6)
    ('ZTF26a', 4.444075)
    """
    rows = _rows(packet)
    in_fluxes = "flux" in packet or "fluxerr" in packet
    if in_fluxes and "mag" in packet:
        raise Invalid("give either flux and fluxerr or mag and magerr, not both")
    needed = ["obj_id", "mjd", "instrument_id", "filter", "magsys"]
    needed += ["fluxerr", "zp"] if in_fluxes else []
    for name in needed:
        if packet.get(name) is None:
            raise Invalid(f"missing column {name!r}")
    measure = _from_flux if in_fluxes else _from_mag
    return [_point(row, measure(row), row.altdata) for row in rows]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a packet, with its number from 1."""

    number: int
    values: Mapping[str, Any]
    altdata: Mapping[str, Any] | None

    def wrong(self, why: str) -> Invalid:
        return Invalid(f"row {self.number}: {why}")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None or isinstance(value, bool | dict | list):
            raise self.wrong(f"{name} must be a text")
        return str(value)

    def number_of(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self.wrong(f"{name} must be a finite number, not {str(value)[:30]!r}")
        return number

    def must(self, name: str) -> float:
        value = self.number_of(name)
        if value is None:
            raise self.wrong(f"{name} is missing")
        return value


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a row measured, AB microjansky and AB magnitudes."""

    flux: float | None
    fluxerr: float
    limiting_mag: float | None
    ref_flux: float | None
    ref_fluxerr: float | None


def _rows(packet: Mapping[str, Any]) -> list[_Row]:
    given = {name: packet[name] for name in _COLUMNS if name in packet}
    lengths = {name: len(value) for name, value in given.items() if isinstance(value, list)}
    count = next(iter(lengths.values()), 1)
    if uneven := [f"{name} has {n}" for name, n in lengths.items() if n != count]:
        raise Invalid(
            f"columns of different lengths: {next(iter(lengths))} has {count}, {uneven[0]}"
        )
    if not count:
        raise Invalid("no rows")
    if count > MOST_ROWS:
        raise Invalid(f"{count} rows in one request; at most {MOST_ROWS}")
    altdata = _altdata(packet.get("altdata"), count)
    return [
        _Row(
            n + 1,
            {name: v[n] if isinstance(v, list) else v for name, v in given.items()},
            altdata[n],
        )
        for n in range(count)
    ]


def _altdata(given: Any, count: int) -> list[Mapping[str, Any] | None]:
    """Return what stands beside each row: one map for all, a map of columns, or a list of maps."""
    rows: list[Any]
    if isinstance(given, list):
        rows = given
    elif isinstance(given, dict) and given and all(_is_column(v, count) for v in given.values()):
        rows = [{name: column[n] for name, column in given.items()} for n in range(count)]
    else:
        rows = [given] * count
    if len(rows) != count:
        raise Invalid(f"altdata has {len(rows)} rows, not {count}")
    for number, row in enumerate(rows, start=1):
        if row is not None and not isinstance(row, dict):
            raise Invalid(f"row {number}: altdata must be a map")
        if row is not None and len(json.dumps(row)) > LARGEST_ALTDATA:
            raise Invalid(f"row {number}: altdata of more than {LARGEST_ALTDATA} bytes")
    return rows


def _is_column(value: Any, count: int) -> bool:
    return isinstance(value, list) and len(value) == count


def _from_flux(row: _Row) -> _Measured:
    zero_point = row.must("zp") - _above(row)
    scale = _power(row, MICROJANSKY_ZERO_POINT - zero_point)
    flux, fluxerr = row.number_of("flux"), row.must("fluxerr")
    ref_zp = row.number_of("ref_zp")
    ref_scale = (
        scale if ref_zp is None else _power(row, MICROJANSKY_ZERO_POINT - ref_zp + _above(row))
    )
    limit = row.number_of("limiting_mag")
    return _Measured(
        _times(flux, scale),
        _positive(row, "fluxerr", fluxerr * scale),
        None if limit is None else limit - _above(row),
        _times(row.number_of("ref_flux"), ref_scale),
        _times(row.number_of("ref_fluxerr"), ref_scale),
    )


def _from_mag(row: _Row) -> _Measured:
    above = _above(row)
    mag, error, limit = map(row.number_of, ("mag", "magerr", "limiting_mag"))
    if (mag is None) != (error is None):
        raise row.wrong("mag and magerr must be given together")
    ref, ref_err = row.number_of("magref"), row.number_of("e_magref")
    ref_flux = None if ref is None else _flux(row, ref - above)
    ref_fluxerr = None if ref_flux is None or ref_err is None else _err(ref_flux, ref_err)
    if mag is not None and error is not None:
        flux = _flux(row, mag - above)
        fluxerr = _positive(row, "magerr", _err(flux, error))
        ab_limit = None if limit is None else limit - above
        return _Measured(flux, fluxerr, ab_limit, ref_flux, ref_fluxerr)
    if limit is None:
        raise row.wrong("a non-detection (no mag) needs limiting_mag")
    nsigma = row.number_of("limiting_mag_nsigma") or LIMIT_NSIGMA
    fluxerr = _positive(row, "limiting_mag_nsigma", _flux(row, limit - above) / nsigma)
    return _Measured(None, fluxerr, limit - above, ref_flux, ref_fluxerr)


def _above(row: _Row) -> float:
    try:
        return above_ab(magnitude_system(row.text("magsys")), row.text("filter"))
    except Invalid as e:
        raise row.wrong(str(e)) from e


def _flux(row: _Row, mag_ab: float) -> float:
    return _power(row, MICROJANSKY_ZERO_POINT - mag_ab)


def _power(row: _Row, mags: float) -> float:
    try:
        return float(10 ** (0.4 * mags))
    except OverflowError as e:
        raise row.wrong("a magnitude or zero point is beyond all measure") from e


def _err(flux: float, mag_err: float) -> float:
    return mag_err / MAG_PER_RELATIVE_FLUX * flux


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale


def _positive(row: _Row, name: str, fluxerr: float) -> float:
    if not (fluxerr > 0 and math.isfinite(fluxerr)):
        raise row.wrong(f"{name} must be greater than zero")
    return fluxerr


def _point(row: _Row, measured: _Measured, altdata: Mapping[str, Any] | None) -> tuple[str, Point]:
    ra, dec = row.number_of("ra"), row.number_of("dec")
    if ra is not None and dec is not None:
        try:
            checked_position(ra, dec)
        except Invalid as e:
            raise row.wrong(str(e)) from e
    origin = row.values.get("origin")
    if origin is not None and len(str(origin)) > LONGEST_ORIGIN:
        raise row.wrong(f"origin of more than {LONGEST_ORIGIN} letters")
    return row.text("obj_id"), Point(
        id=0,
        mjd=row.must("mjd"),
        filter=row.text("filter"),
        instrument_id=_instrument_id(row),
        origin=str(origin),
        flux=measured.flux,
        fluxerr=measured.fluxerr,
        limiting_mag=measured.limiting_mag,
        ra=ra,
        dec=dec,
        ra_unc=row.number_of("ra_unc"),
        dec_unc=row.number_of("dec_unc"),
        ref_flux=measured.ref_flux,
        ref_fluxerr=measured.ref_fluxerr,
        altdata=altdata,
    )


def _instrument_id(row: _Row) -> int:
    value = row.must("instrument_id")
    if value != int(value):
        raise row.wrong("instrument_id must be an integer")
    return int(value)
