"""When packets are published: nights of ZTF and of LSST, and a burst."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

__all__ = ["SCENARIOS", "Arrivals", "burst", "exposures"]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Packets of a scenario in the order of publication."""

    title: str
    ticks: tuple[tuple[float, int], ...]
    """Seconds since the beginning, and how many packets are published then."""

    @property
    def packets(self) -> int:
        """All of them."""
        return sum(count for _, count in self.ticks)


def exposures(
    title: str, *, alerts: int, count: int, cadence_s: float, over_s: float, seed: int = 1
) -> Arrivals:
    """Return a night of exposures whose alerts come in a rush each, galactic fields with most.

    Parameters
    ----------
    alerts
        Of the whole night.
    count
        Exposures.
    cadence_s
        From one exposure to the next.
    over_s
        How long it takes to publish those of one exposure, evenly.
    """
    random = np.random.default_rng(seed)
    crowded = random.lognormal(0.0, 0.7, count)
    per_exposure = random.multinomial(alerts, crowded / crowded.sum())
    steps = max(1, int(over_s * 4))
    ticks = []
    for number, found in enumerate(per_exposure):
        for step, part in enumerate(_shared(int(found), steps)):
            if part:
                ticks.append((number * cadence_s + step * over_s / steps, part))
    return Arrivals(title, tuple(sorted(ticks)))


def burst(title: str, *, alerts: int, over_s: float) -> Arrivals:
    """Return one rush and nothing else."""
    steps = max(1, int(over_s * 4))
    shared = enumerate(_shared(alerts, steps))
    return Arrivals(title, tuple((step * over_s / steps, part) for step, part in shared))


def _shared(count: int, parts: int) -> list[int]:
    """Return a count in almost equal parts.

    Examples
    --------
    >>> _shared(7, 3)
    [2, 2, 3]
    """
    edges = [count * n // parts for n in range(parts + 1)]
    return [high - low for low, high in pairwise(edges)]


SCENARIOS = {
    "ztf-3e5": exposures(
        "ZTF, 300,000 alerts in 9 h", alerts=300_000, count=810, cadence_s=40, over_s=20
    ),
    "ztf-1e6": exposures(
        "ZTF, 1,000,000 alerts in 9 h", alerts=1_000_000, count=810, cadence_s=40, over_s=20
    ),
    "burst": burst("80,000 alerts in one minute", alerts=80_000, over_s=60),
    "lsst": exposures(
        "LSST, 10,000 alerts every 37 s for an hour",
        alerts=970_000, count=97, cadence_s=37, over_s=10,
    ),
}  # fmt: skip
