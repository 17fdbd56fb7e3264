"""The last thirty days of each object: detections, upper limits, forced photometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulators.survey.avro import FORCED, PREVIOUS
from emulators.survey.conditions import Conditions, conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.identity import candidate_ids, image_name, principal
from emulators.survey.measure import Measured, detection_columns, light, positions
from emulators.survey.populations import Objects, Sources
from emulators.survey.schedule import Exposures
from emulators.survey.solar_system import solar_system_columns

__all__ = ["FIRST_LIGHT_DAYS", "HISTORY_DAYS", "Past", "exposure_columns", "look_back"]

Array = NDArray[np.float64]
HISTORY_DAYS = 30.0
FIRST_LIGHT_DAYS = 220.0
"""How far back a transient's first detection is looked for."""
MOST_FORCED = 21
NOT_MEASURED = -99999.0
LIMIT_ONLY = {
    "jd", "fid", "pid", "diffmaglim", "pdiffimfilename", "programpi", "programid", "nid", "rcid",
    "field", "magzpsci", "magzpsciunc", "magzpscirms", "clrcoeff", "clrcounc", "rbversion",
}  # fmt: skip
RB_VERSION = "t17_f5_c3"


@dataclass(frozen=True, slots=True)
class Past:
    """The history of one object."""

    previous: list[bytes]
    """Encoded records, oldest first."""
    forced: list[bytes]
    detections: list[float]
    """Times of the earlier detections, days."""


def exposure_columns(at: Conditions) -> dict[str, Any]:
    """Return the fields of a packet that the exposure and the readout channel decide."""
    exposure = at.exposure
    return {
        "jd": exposure.jd, "fid": exposure.fid, "pid": at.pid, "programid": exposure.programid,
        "nid": exposure.nid, "rcid": at.rcid, "field": exposure.field,
        "programpi": principal(exposure.programid), "rbversion": [RB_VERSION] * len(exposure),
    }  # fmt: skip


def look_back(groups: list[Objects], exposures: Exposures, shown: NDArray[np.bool_]) -> list[Past]:
    """Return the history of each object over the exposures given, in the groups' order.

    Parameters
    ----------
    exposures : all the field's exposures of the last `FIRST_LIGHT_DAYS`, oldest first
    shown : (E,) those that the packets may speak of
    """
    earlier = [times for group in groups for times in _earlier(group, exposures)]
    exposures = exposures.take(shown)
    sources = Sources.joined(groups)
    number, times = len(sources), len(exposures)
    if not times:
        return [Past([], [], jd) for jd in earlier]
    flux = np.concatenate([_flux(group, exposures) for group in groups])
    pairs = sources.take(np.repeat(np.arange(number), times))
    at = conditions(exposures.take(np.tile(np.arange(times), number)), pairs.rcid)
    seen = light(pairs, at, flux.ravel())
    detected = seen.detected & np.repeat([not k.passing for k in sources.kind], times)
    forced = _forced(pairs, at, seen)
    previous = _previous(pairs, at, seen, detected)
    past = []
    for row in range(number):
        here = slice(row * times, (row + 1) * times)
        jd = earlier[row] or exposures.jd[detected[here]].tolist()
        past.append(Past(previous[here], forced[here][-MOST_FORCED:], jd))
    return past


def _earlier(group: Objects, exposures: Exposures) -> list[list[float]]:
    """Return the times of all earlier detections of transients; nothing for other kinds."""
    number, times = len(group), len(exposures)
    if not group.kind.transient or not times:
        return [[] for _ in range(number)]
    pairs = Sources.joined([group]).take(np.repeat(np.arange(number), times))
    at = conditions(exposures.take(np.tile(np.arange(times), number)), pairs.rcid)
    detected = light(pairs, at, _flux(group, exposures).ravel()).detected.reshape(number, times)
    return [exposures.jd[row].tolist() for row in detected]


def _flux(group: Objects, exposures: Exposures) -> Array:
    if group.kind.passing:
        return np.zeros((len(group), len(exposures)))
    return group.kind.difference(group, exposures.jd, exposures.fid)


def _previous(
    pairs: Sources, at: Conditions, seen: Measured, detected: NDArray[np.bool_]
) -> list[bytes]:
    columns: dict[str, Any] = {**at.columns, **exposure_columns(at)}
    columns["pdiffimfilename"] = image_name(at, archived=True)
    columns = {name: value for name, value in columns.items() if name in LIMIT_ONLY}
    rows = PREVIOUS.encode(columns, len(pairs))
    index = np.flatnonzero(detected)
    if len(index):
        found, where, there = pairs.take(index), take(at, index), _take_light(seen, index)
        full = detection_columns(found, where, there)
        full.update(exposure_columns(where))
        full.update(candidate_ids(found, where, there.flux))
        full["pdiffimfilename"] = image_name(where, archived=True)
        full.update(solar_system_columns(found, where, full["magpsf"]))
        for place, row in zip(index, PREVIOUS.encode(full, len(index)), strict=True):
            rows[place] = row
    return rows


def take(at: Conditions, index: NDArray[np.int64]) -> Conditions:
    """Return some rows of conditions."""
    return Conditions(
        at.exposure.take(index), at.rcid[index], at.pid[index], at.seeing_px[index],
        at.reference_px[index], at.sky_dn[index], at.noise_dn[index],
        {name: value[index] for name, value in at.columns.items()},
    )  # fmt: skip


def _take_light(seen: Measured, index: NDArray[np.int64]) -> Measured:
    return Measured(
        seen.true_flux[index], seen.flux[index], seen.error[index], seen.reference[index]
    )


STATUS = ("0", "56", "61", "55")
STATUS_WEIGHTS = (0.62, 0.04, 0.33, 0.01)


def _forced(pairs: Sources, at: Conditions, seen: Measured) -> list[bytes]:
    draw = Draws(mix(pairs.key, at.exposure.key, 50))
    number = len(pairs)
    status = draw.choice("status", STATUS_WEIGHTS)
    failed = (status == 2) & draw.happens("no flux", 0.5) | (status == 3)
    to_dn = 10.0 ** (0.4 * (at.zero_point - 25.0))
    unc = seen.error * to_dn * draw.lognormal("unc", 0.62, 0.15)
    near = pairs.counterpart_mag[np.arange(number), at.exposure.fid - 1] < 22.8
    near &= np.hypot(*pairs.offset_px.T) < 5.0
    mag = pairs.counterpart_mag[np.arange(number), at.exposure.fid - 1]
    own = Draws(mix(pairs.key, 51, at.exposure.fid))

    def known(value: Array) -> Array:
        return np.where(near, value, NOT_MEASURED)

    where = positions(pairs, at)
    columns: dict[str, Any] = {**at.columns, **exposure_columns(at)}
    columns.update(
        rfid=at.exposure.field * 10**6 + 120_000 + at.exposure.fid * 100 + at.rcid,
        sciinpseeing=at.seeing_px, scibckgnd=at.sky_dn, scisigpix=at.noise_dn,
        exptime=np.full(number, 30.0), adpctdif1=draw.lognormal("ast1", 0.089, 0.2),
        adpctdif2=draw.lognormal("ast2", 0.087, 0.2),
        forcediffimflux=np.where(failed, NOT_MEASURED, seen.flux * to_dn),
        forcediffimfluxunc=np.where(failed, NOT_MEASURED, unc),
        procstatus=[STATUS[code] for code in status],
        distnr=known(np.hypot(*pairs.offset_px.T) * 1.01), magnr=known(np.round(mag, 3)),
        ranr=known(where[0]), decnr=known(where[1]),
        sigmagnr=known(np.clip(0.012 + 10 ** (0.4 * (mag - 24.0)), 0.008, 0.36)),
        chinr=known(own.lognormal("chi", 0.75, 0.4)), sharpnr=known(own.normal("sharp", 0.0, 0.1)),
    )  # fmt: skip
    return FORCED.encode(columns, number)
