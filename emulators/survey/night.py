"""A night, exposure by exposure: the one function that the rest of the project calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context

import numpy as np

from emulators.survey.draws import Draws, mix
from emulators.survey.exposure import Shot, expose
from emulators.survey.identity import FIRST_NIGHT
from emulators.survey.packet import Packet
from emulators.survey.schedule import is_clear, night_exposures
from emulators.survey.spoil import repeated, spoilt

__all__ = ["DEFAULT_NIGHT", "clouded_night", "plan", "simulate"]

DEFAULT_NIGHT = date(2026, 3, 18)
ALERTS_PER_EXPOSURE = 25


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
    packets = _packets(plan(alerts, seed, nid), workers)
    packets = spoilt(packets, seed, bad_fraction)
    return iter(repeated(packets, seed, duplicate_fraction))


def clouded_night(seed: int, night: date) -> date:
    """Return the first night that is not clear, from a night on."""
    while is_clear(seed, (night - FIRST_NIGHT).days):
        night += timedelta(days=1)
    return night


def plan(alerts: int, seed: int, nid: int) -> list[Shot]:
    """Return the night's exposures that are simulated, with their shares of the alerts."""
    night = night_exposures(seed, nid)
    wanted = min(len(night), max(1, round(alerts / ALERTS_PER_EXPOSURE)))
    rank = Draws(mix(seed, 4, night.field)).uniform("chosen")
    chosen = np.sort(np.argsort(rank, kind="stable")[:wanted])
    shares = np.diff(np.floor(np.linspace(0, alerts, wanted + 1))).astype(int)
    # the sky has to be the same for every number of alerts that leaves part of the night out
    wish = float(ALERTS_PER_EXPOSURE)
    if wanted == len(night):
        wish = max(wish, alerts / wanted)
    used: dict[int, int] = {}
    shots = []
    for index, quota in zip(chosen.tolist(), shares.tolist(), strict=True):
        field = int(night.field[index])
        shots.append(Shot(seed, nid, index, quota, wish, used.get(field, 0)))
        used[field] = used.get(field, 0) + 7 * quota + 32
    return shots


def _packets(shots: list[Shot], workers: int) -> Iterable[Packet]:
    if workers <= 1:
        for shot in shots:
            yield from expose(shot)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[list[Packet]]] = deque()
        for shot in shots:
            ahead.append(pool.submit(_all, shot))
            if len(ahead) > 2 * workers:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


def _all(shot: Shot) -> list[Packet]:
    return list(expose(shot))
