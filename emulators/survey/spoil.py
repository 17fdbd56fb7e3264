"""What goes wrong on the way: packets cut short or damaged, packets that come twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from emulators.survey.packet import Packet

__all__ = ["repeated", "spoilt"]

LATER = 40
"""A repeated packet comes this many packets after the first."""


def _truncated(packet: Packet, rng: np.random.Generator) -> bytes:
    return packet.data[: int(len(packet.data) * rng.uniform(0.05, 0.95))]


def _wrong_magic(packet: Packet, _rng: np.random.Generator) -> bytes:
    return b"HTML" + packet.data[4:]


def _empty(_packet: Packet, _rng: np.random.Generator) -> bytes:
    return b""


def _nan_position(packet: Packet, _rng: np.random.Generator) -> bytes:
    """Return the packet with its right ascension replaced, found by its own bytes."""
    ra = np.float64(packet.truth.ra).tobytes()
    return packet.data.replace(ra, np.float64("nan").tobytes())


def _garbled(packet: Packet, rng: np.random.Generator) -> bytes:
    """Return the packet with the lengths inside its first record overwritten."""
    start = packet.data.find(packet.object_id.encode()) - 6
    return packet.data[:start] + rng.bytes(24) + packet.data[start + 24 :]


DAMAGES: dict[str, Callable[[Packet, np.random.Generator], bytes]] = {
    "truncated": _truncated, "wrong_magic": _wrong_magic, "empty": _empty,
    "nan_position": _nan_position, "garbled": _garbled,
}  # fmt: skip


def spoilt(packets: Iterable[Packet], seed: int, fraction: float) -> Iterator[Packet]:
    """Yield the packets, a share of them with damaged bytes; the truth says which."""
    rng = np.random.default_rng([seed, 1])
    names = list(DAMAGES)
    for packet in packets:
        if rng.random() >= fraction:
            yield packet
            continue
        name = names[rng.integers(len(names))]
        data = DAMAGES[name](packet, rng)
        yield replace(packet, data=data, truth=replace(packet.truth, damage=name))


def repeated(packets: Iterable[Packet], seed: int, fraction: float) -> Iterator[Packet]:
    """Yield the packets, a share of them again a little later."""
    rng = np.random.default_rng([seed, 2])
    waiting: deque[tuple[int, Packet]] = deque()
    for number, packet in enumerate(packets):
        yield packet
        if rng.random() < fraction:
            waiting.append((number + LATER, packet))
        while waiting and waiting[0][0] <= number:
            yield waiting.popleft()[1]
    for _, packet in waiting:
        yield packet
