"""What the telescope does in a night: exposures in order, with the conditions of each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.sky import FIELDS

__all__ = ["FIRST_NIGHT_JD", "Exposures", "field_history", "is_clear", "night_exposures"]

FIRST_NIGHT_JD = 2457754.5
"""Night 0 of the survey's own count: 2017-01-01 UT."""

NIGHT_START, SLOT_DAYS, BLOCK_FIELDS = 0.125, 42.0 / 86400, 24
PROGRAMS = {"public": 1, "partnership": 2, "caltech": 3}
HALF_WINDOW_DEG = 62.0
CLEAR = 0.85
"""Share of the nights without clouds; of the others the dome is open for a third."""
PALOMAR_LONGITUDE_DEG = -116.863


@dataclass(frozen=True, slots=True)
class Exposures:
    """A column of exposures; every attribute is an (E,) array."""

    key: NDArray[np.uint64]
    jd: NDArray[np.float64]
    nid: NDArray[np.int64]
    fid: NDArray[np.int64]
    field: NDArray[np.int64]
    programid: NDArray[np.int64]
    seeing_px: NDArray[np.float64]
    sky_dn: NDArray[np.float64]
    extinction_mag: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.jd)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Exposures:
        """Return some of the exposures."""
        return Exposures(*(getattr(self, f.name)[index] for f in fields(self)))

    @staticmethod
    def joined(parts: list[Exposures]) -> Exposures:
        """Return several nights as one column."""
        return Exposures(
            *(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Exposures))
        )


def is_clear(seed: int, nid: int) -> bool:
    """Return whether a night is without clouds."""
    return bool(Draws(mix(seed, 1, nid)).happens("clear", CLEAR)[0])


@lru_cache(maxsize=256)
def night_exposures(seed: int, nid: int) -> Exposures:
    """Return the exposures of a night, in the order in which they were taken.

    Each visible field is visited every second night in g and r (public); the others serve the
    partnership's i band and Caltech's fast cadence.
    """
    wanted = _visits(seed, nid)
    order = np.argsort(wanted[:, 3], kind="stable")
    slots = np.arange(len(order))
    weather = Draws(mix(seed, 1, nid))
    clear = is_clear(seed, nid)
    open_slots = int(760 * (1.0 if clear else 0.3))
    order, slots = order[:open_slots], slots[: min(len(order), open_slots)]
    field, fid, program, _ = wanted[order].T
    jd = FIRST_NIGHT_JD + nid + NIGHT_START + slots * SLOT_DAYS
    key = mix(seed, 2, nid, slots)
    draw = Draws(key)
    night_seeing = weather.lognormal("seeing", 2.35, 0.17)[0]
    return Exposures(
        key=key,
        jd=np.round(jd + draw.uniform("shutter", 0, 6) / 86400, 7),
        nid=np.full(len(order), nid),
        fid=fid,
        field=field,
        programid=program,
        seeing_px=np.clip(
            night_seeing
            * draw.lognormal("seeing", 1.0, 0.12)
            * np.array([0, 1.06, 1.0, 0.96])[fid],
            1.45,
            6.0,
        ),
        sky_dn=_sky_brightness(jd, fid) * draw.lognormal("sky", 1.0, 0.35),
        extinction_mag=weather.lognormal("clouds", 0.04, 0.8)[0] * draw.lognormal("haze", 1.0, 0.4)
        + (0.0 if clear else 1.0) * _cloud(draw),
    )


def _cloud(draw: Draws) -> NDArray[np.float64]:
    """Return by how many magnitudes clouds dim each exposure of a night that is not clear."""
    return np.where(
        draw.happens("gap", 0.2), 0.0, np.minimum(draw.lognormal("cloud", 1.3, 0.8), 4.5)
    )


def _visits(seed: int, nid: int) -> NDArray[np.int64]:
    """Return (V, 4) field, filter, programme and rank in time of the visits wished for."""
    lst = (280.46 + 360.985647 * (nid + FIRST_NIGHT_JD + 0.34 - 2451545.0)) % 360.0
    hour_angle = (FIELDS.ra - lst - PALOMAR_LONGITUDE_DEG + 180.0) % 360.0 - 180.0
    seen = np.flatnonzero(np.abs(hour_angle) < HALF_WINDOW_DEG)
    seen = seen[np.argsort(hour_angle[seen], kind="stable")]
    block = np.arange(len(seen)) // BLOCK_FIELDS
    ids = FIELDS.ids[seen]
    field_draw = Draws(mix(seed, 3, ids))
    public = (field_draw.integer("parity", 0, 2) + nid) % 2 == 0
    partner = ~public & ((field_draw.integer("cycle", 0, 4) + nid) % 4 == 0)
    caltech = field_draw.happens("fast", 0.08)
    place = np.arange(len(seen))
    parts = [
        _visit(ids, public, 1, PROGRAMS["public"], block * 1000 + place),
        _visit(ids, public, 2, PROGRAMS["public"], block * 1000 + 300 + place),
        _visit(ids, partner, 3, PROGRAMS["partnership"], block * 1000 + 600 + place),
        _visit(ids, partner, 2, PROGRAMS["partnership"], block * 1000 + 660 + place),
        _visit(ids, caltech, 2, PROGRAMS["caltech"], block * 1000 + 700 + place),
        _visit(ids, caltech, 1, PROGRAMS["caltech"], block * 1000 + 900 + place),
    ]
    return np.concatenate(parts)


def _visit(
    ids: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    fid: int,
    program: int,
    rank: NDArray[np.int64],
) -> NDArray[np.int64]:
    number = int(chosen.sum())
    return np.column_stack(
        [ids[chosen], np.full(number, fid), np.full(number, program), rank[chosen]]
    )


def _sky_brightness(jd: NDArray[np.float64], fid: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sky in DN per pixel: dark sky of each filter, brighter towards full moon."""
    moon = 0.5 * (1 - np.cos(2 * np.pi * (jd - 2451550.1) / 29.530588))
    dark = np.array([0.0, 100.0, 150.0, 260.0])[fid]
    return dark * (1 + np.array([0.0, 2.0, 1.1, 0.5])[fid] * moon**2)


def field_history(seed: int, field: int, before_jd: float, days: float) -> Exposures:
    """Return the exposures of a field in the `days` before a time, oldest first."""
    last = int(before_jd - FIRST_NIGHT_JD)
    found = []
    for nid in range(max(0, int(before_jd - days - FIRST_NIGHT_JD)), last + 1):
        night = night_exposures(seed, nid)
        found.append(
            night.take(
                (night.field == field) & (night.jd < before_jd) & (night.jd >= before_jd - days)
            )
        )
    return Exposures.joined(found)
