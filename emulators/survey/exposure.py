"""One exposure: which objects it sees, and their packets, exactly as many as the plan wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emulators.survey.conditions import conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.history import FIRST_LIGHT_DAYS, HISTORY_DAYS, look_back
from emulators.survey.identity import candidate_ids
from emulators.survey.measure import light
from emulators.survey.packet import Packet, build_packets
from emulators.survey.populations import (
    ASTEROID,
    PASSING,
    Kind,
    Objects,
    Sources,
    field_objects,
    make_objects,
    moved,
)
from emulators.survey.schedule import Exposures, field_history, night_exposures

__all__ = ["Shot", "expose"]

MOST_LASTING = 0.76
"""Share of an exposure's alerts that lasting objects may take."""
MOST_ASTEROIDS = 0.55
"""Share of the rest that asteroids may take."""
PASSING_SERIALS, PASSING_PER_NIGHT, PASSING_NIGHTS = 2_000_000, 20_000, 500
SATURATION_MAG = 12.0
CLOUD_FLOOD = 20.0
"""How much more often stars are badly subtracted, for each magnitude of clouds."""
BATCH = 64
"""Alerts rendered at once: enough to vectorise, small enough for the cache."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One exposure of the plan: which, and how many alerts it has to give."""

    seed: int
    nid: int
    index: int
    quota: int
    wish: float
    first_passing: int
    """How many passing objects of the field earlier shots of the night may have used."""


def expose(shot: Shot) -> Iterator[Packet]:
    """Yield the packets of one exposure."""
    if not shot.quota:
        return
    exposure = night_exposures(shot.seed, shot.nid).take(slice(shot.index, shot.index + 1))
    field, jd = int(exposure.field[0]), float(exposure.jd[0])
    groups = _seen_objects(shot, exposure, field)
    history = field_history(shot.seed, field, jd, FIRST_LIGHT_DAYS)
    shown = (history.programid <= exposure.programid[0]) & (history.jd >= jd - HISTORY_DAYS)
    for batch in _batches(groups):
        sources = Sources.joined(batch)
        at = conditions(_repeat(exposure, len(sources)), sources.rcid)
        seen = light(sources, at, _true_flux(batch, exposure))
        yield from build_packets(shot.seed, sources, at, seen, look_back(batch, history, shown))


def _repeat(exposure: Exposures, number: int) -> Exposures:
    return exposure.take(np.zeros(number, np.int64))


def _true_flux(groups: list[Objects], exposure: Exposures) -> NDArray[np.float64]:
    flux = [_group_flux(group, exposure) for group in groups]
    return np.concatenate(flux)


def _group_flux(group: Objects, exposure: Exposures) -> NDArray[np.float64]:
    flux = group.kind.difference(group, exposure.jd, exposure.fid)[:, 0]
    if group.kind.inside:
        # counts that no cloud dims, taken for light that one did
        flux = flux * 10.0 ** (0.4 * exposure.extinction_mag[0])
    return flux


def _batches(groups: list[Objects]) -> Iterator[list[Objects]]:
    batch: list[Objects] = []
    room = BATCH
    for group in groups:
        start = 0
        while start < len(group):
            piece = group.take(np.arange(start, min(len(group), start + room)))
            batch.append(piece)
            start += len(piece)
            room -= len(piece)
            if room == 0:
                yield batch
                batch, room = [], BATCH
    if batch:
        yield batch


def _seen_objects(shot: Shot, exposure: Exposures, field: int) -> list[Objects]:
    """Return the objects that give this exposure's alerts, exactly as many as its quota."""
    lasting = _detected(field_objects(shot.seed, field, shot.nid, shot.wish), exposure)
    lasting, names = _thinned(lasting, exposure, int(MOST_LASTING * shot.quota))
    missing = shot.quota - sum(len(group) for group in lasting)
    return lasting + _passing(shot, exposure, field, missing, names)


def _detected(groups: list[Objects], exposure: Exposures) -> list[Objects]:
    found = []
    for group in groups:
        at = conditions(_repeat(exposure, len(group)), group.rcid)
        seen = light(Sources.joined([group]), at, _true_flux([group], exposure))
        bright = np.abs(seen.flux) < 10.0 ** (-0.4 * (SATURATION_MAG - 25.0))
        if (seen.detected & bright).any():
            found.append(group.take(seen.detected & bright))
    return found


def _thinned(
    groups: list[Objects], exposure: Exposures, most: int
) -> tuple[list[Objects], set[int]]:
    """Return at most so many of the objects, no two with one candid, and their candids."""
    if not groups or not most:
        return [], set()
    candids = [_candids(group, exposure) for group in groups]
    rank = [Draws(mix(group.key, exposure.key)).uniform("rank") for group in groups]
    limit = np.sort(np.concatenate(rank))[:most][-1]
    taken: set[int] = set()
    kept = []
    for group, numbers, order in zip(groups, candids, rank, strict=True):
        keep = []
        for place in np.flatnonzero(order <= limit).tolist():
            if numbers[place] not in taken:
                taken.add(numbers[place])
                keep.append(place)
        if keep:
            kept.append(group.take(np.array(keep)))
    return kept, taken


def _candids(group: Objects, exposure: Exposures) -> list[int]:
    at = conditions(_repeat(exposure, len(group)), group.rcid)
    sources = Sources.joined([group])
    seen = light(sources, at, _true_flux([group], exposure))
    numbers: list[int] = np.asarray(candidate_ids(sources, at, seen.flux)["candid"]).tolist()
    return numbers


def _passing(
    shot: Shot, exposure: Exposures, field: int, number: int, taken: set[int]
) -> list[Objects]:
    """Return so many objects that are at their place in this exposure only."""
    rocks = _asteroids(shot, exposure, field)
    start = shot.first_passing + len(rocks)
    most = round(MOST_ASTEROIDS * number)
    found = _first(_detected([rocks], exposure), exposure, most, taken)
    number -= sum(len(group) for group in found)
    while number:
        serial = np.arange(start, start + 2 * number + 8)
        kept = _first(
            _detected(_flashes(shot, exposure, field, serial), exposure), exposure, number, taken
        )
        found += kept
        number -= sum(len(group) for group in kept)
        start = int(serial[-1]) + 1
    return found


def _serials(shot: Shot, count: NDArray[np.int64]) -> NDArray[np.int64]:
    night = PASSING_SERIALS + (shot.nid % PASSING_NIGHTS) * PASSING_PER_NIGHT
    return night + count % PASSING_PER_NIGHT


def _asteroids(shot: Shot, exposure: Exposures, field: int) -> Objects:
    """Return the night's asteroids of the field where they are now."""
    index = np.arange(int(ASTEROID.density * shot.wish) + 1)
    key = mix(shot.seed, 12, field, shot.nid, index)
    rocks = make_objects(ASTEROID, key, _serials(shot, shot.first_passing + index), 0.0)
    return moved(rocks, float(exposure.jd[0]), exposure.key[0])


def _flashes(
    shot: Shot, exposure: Exposures, field: int, serial: NDArray[np.int64]
) -> list[Objects]:
    """Return objects of the passing kinds, each as often as its density and the sky say."""
    key = mix(shot.seed, 11, field, shot.nid, serial)
    code = Draws(key).choice("kind", [_frequency(kind, exposure) for kind in PASSING])
    name = _serials(shot, serial)
    return [
        make_objects(kind, key[code == which], name[code == which], 0.0)
        for which, kind in enumerate(PASSING)
        if (code == which).any()
    ]


def _frequency(kind: Kind, exposure: Exposures) -> float:
    """Return how frequent a passing kind is; what clouds leave of stars crowds all else out."""
    cloud = float(np.clip(exposure.extinction_mag[0] - 0.3, 0.0, 2.0))
    return kind.density * (1.0 + CLOUD_FLOOD * cloud if kind.defect == "clouds" else 1.0)


def _first(
    groups: list[Objects], exposure: Exposures, number: int, taken: set[int]
) -> list[Objects]:
    """Return so many of the objects, by serial number, none with a candid that is taken."""
    rows = [
        (serial, which, place, candid)
        for which, group in enumerate(groups)
        for place, (serial, candid) in enumerate(
            zip(group.serial.tolist(), _candids(group, exposure), strict=True)
        )
    ]
    chosen: list[list[int]] = [[] for _ in groups]
    for _, which, place, candid in sorted(rows):
        if number and candid not in taken:
            taken.add(candid)
            chosen[which].append(place)
            number -= 1
    return [g.take(np.array(places)) for g, places in zip(groups, chosen, strict=True) if places]
