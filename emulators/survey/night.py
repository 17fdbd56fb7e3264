"""A night, exposure by exposure: the one function that the rest of the project calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from emulators.survey.conditions import conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.history import HISTORY_DAYS, look_back
from emulators.survey.identity import FIRST_NIGHT, candidate_ids
from emulators.survey.measure import light
from emulators.survey.packet import Packet, build_packets
from emulators.survey.populations import PASSING, Objects, Sources, field_objects, make_objects
from emulators.survey.schedule import Exposures, field_history, night_exposures
from emulators.survey.spoil import repeated, spoilt

__all__ = ["DEFAULT_NIGHT", "simulate"]

DEFAULT_NIGHT = date(2026, 3, 18)
ALERTS_PER_EXPOSURE = 25
MOST_LASTING = 0.72
"""Share of an exposure's alerts that lasting objects may take."""
PASSING_SERIALS, PASSING_PER_NIGHT = 2_000_000, 2_000
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


def simulate(
    alerts: int,
    seed: int,
    night: date = DEFAULT_NIGHT,
    *,
    workers: int = 1,
    bad_fraction: float = 0.0,
    duplicate_fraction: float = 0.0,
) -> Iterator[Packet]:
    """Yield the packets of a night in the order of its exposures.

    The same arguments give the same bytes, whatever the number of workers. Nights of one seed
    (and of one `alerts` above 10,000) show the same sky: what one night's packet says of an
    object, later nights' packets repeat in its history.

    Parameters
    ----------
    alerts : number of packets
    bad_fraction : share of the packets whose bytes are spoilt (truncated, NaN position …)
    duplicate_fraction : share of the packets that come a second time, beyond `alerts`

    Raises
    ------
    ValueError
        If `alerts` is negative or the night is before 2018-06-01, when alerts began.
    """
    nid = (night - FIRST_NIGHT).days
    if alerts < 0 or night < date(2018, 6, 1):
        raise ValueError(f"cannot simulate {alerts} alerts in the night {night}")
    packets = _packets(_plan(alerts, seed, nid), workers)
    packets = spoilt(packets, seed, bad_fraction)
    return iter(repeated(packets, seed, duplicate_fraction))


def _plan(alerts: int, seed: int, nid: int) -> list[Shot]:
    """Return the night's exposures that are simulated, with their shares of the alerts."""
    night = night_exposures(seed, nid)
    wanted = min(len(night), max(1, round(alerts / ALERTS_PER_EXPOSURE)))
    rank = Draws(mix(seed, 4, night.field)).uniform("chosen")
    chosen = np.sort(np.argsort(rank, kind="stable")[:wanted])
    shares = np.diff(np.floor(np.linspace(0, alerts, wanted + 1))).astype(int)
    wish = max(float(ALERTS_PER_EXPOSURE), alerts / wanted)
    used: dict[int, int] = {}
    shots = []
    for index, quota in zip(chosen.tolist(), shares.tolist(), strict=True):
        field = int(night.field[index])
        shots.append(Shot(seed, nid, index, quota, wish, used.get(field, 0)))
        used[field] = used.get(field, 0) + 6 * quota + 24
    return shots


def _packets(shots: list[Shot], workers: int) -> Iterable[Packet]:
    if workers <= 1:
        for shot in shots:
            yield from _expose(shot)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[list[Packet]]] = deque()
        for shot in shots:
            ahead.append(pool.submit(_expose_all, shot))
            if len(ahead) > 2 * workers:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


def _expose_all(shot: Shot) -> list[Packet]:
    return list(_expose(shot))


def _expose(shot: Shot) -> Iterator[Packet]:
    """Yield the packets of one exposure."""
    if not shot.quota:
        return
    exposure = night_exposures(shot.seed, shot.nid).take(slice(shot.index, shot.index + 1))
    field, jd = int(exposure.field[0]), float(exposure.jd[0])
    groups = _seen_objects(shot, exposure, field)
    history = field_history(shot.seed, field, jd, HISTORY_DAYS)
    history = history.take(history.programid <= exposure.programid[0])
    for batch in _batches(groups):
        sources = Sources.joined(batch)
        at = conditions(_repeat(exposure, len(sources)), sources.rcid)
        seen = light(sources, at, _true_flux(batch, exposure))
        yield from build_packets(shot.seed, sources, at, seen, look_back(batch, history))


def _repeat(exposure: Exposures, number: int) -> Exposures:
    return exposure.take(np.zeros(number, np.int64))


def _true_flux(groups: list[Objects], exposure: Exposures) -> NDArray[np.float64]:
    flux = [group.kind.difference(group, exposure.jd, exposure.fid)[:, 0] for group in groups]
    return np.concatenate(flux)


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
        bright = np.abs(seen.flux) < 10.0 ** (-0.4 * (12.0 - 25.0))
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
    """Return so many objects that are seen in this exposure only, bright enough for it."""
    found: list[Objects] = []
    start = shot.first_passing
    while number:
        serial = np.arange(start, start + 2 * number + 8)
        chosen = _first(
            _detected(_passing_objects(shot, field, serial), exposure), exposure, number, taken
        )
        found += chosen
        number -= sum(len(group) for group in chosen)
        start = int(serial[-1]) + 1
    return found


def _passing_objects(shot: Shot, field: int, serial: NDArray[np.int64]) -> list[Objects]:
    key = mix(shot.seed, 11, field, shot.nid, serial)
    code = Draws(key).choice("kind", [kind.density for kind in PASSING])
    name = PASSING_SERIALS + (shot.nid % 1000) * PASSING_PER_NIGHT + serial % PASSING_PER_NIGHT
    return [
        make_objects(kind, key[code == which], name[code == which], 0.0)
        for which, kind in enumerate(PASSING)
        if (code == which).any()
    ]


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
