"""Packs as the work of a job: which a task has, and the alerts read from one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from fritz.alerts.packet import Record, read_packet
from fritz.archive.scores_places import places_of_night
from fritz.errors import Invalid, NotFound, Poison
from fritz.marshal.candidate import PacketPlace
from fritz.ports import ObjectStore, Warehouse
from fritz.services.packs import packet_of

__all__ = ["PackWork", "Placed", "Shard", "packs_of", "read_placed", "read_records"]

ROWS: Final = 4096
"""Places that are made Python values at once."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One task's part of a job: packs by the hash of their key.

    So tasks that start at different times, while nights still grow, have no pack in common and
    leave none out.

    Examples
    --------
    >>> [Shard(index, 2).holds("packs/ztf/20260301/a.pack") for index in (0, 1)]
    [True, False]
    """

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count:
            raise Invalid(f"no task {self.index} of {self.count}")

    def holds(self, pack: str) -> bool:
        """Return whether a pack is this task's."""
        digest = hashlib.sha256(pack.encode()).digest()
        return int.from_bytes(digest[:8]) % self.count == self.index


@dataclass(slots=True)
class PackWork:
    """The alerts of one pack."""

    key: str
    places: list[tuple[int, int, int, int]] = field(default_factory=list)
    """candid, programid, offset and length of each alert's packet."""


def packs_of(warehouse: Warehouse, night: int, survey: str, shard: Shard) -> list[PackWork]:
    """Return a night's packs that are the shard's, with every alert of the archive once."""
    packs: dict[str, PackWork] = {}
    table = warehouse.run(places_of_night(night, survey))
    for batch in table.to_batches(ROWS):
        columns = (batch.column(name).to_pylist() for name in _NAMES)
        for pack, *place in zip(*columns, strict=True):
            # An alert that came without a packet has no pack; its score cannot be made again.
            key = pack or ""
            if shard.holds(key):
                packs.setdefault(key, PackWork(key)).places.append(tuple(place))
    return list(packs.values())


_NAMES: Final = ("pack", "candid", "programid", "offset", "length")


@dataclass(frozen=True, slots=True)
class Placed:
    """One alert as its packet has it."""

    record: Record
    programid: int
    place: PacketPlace
    packet: bytes


def read_records(
    objects: ObjectStore, work: PackWork, survey: str, failures: Counter[str]
) -> Iterator[tuple[Record, int]]:
    """Yield the alerts of a pack with their programid; all else as `read_placed`."""
    for each in read_placed(objects, work, survey, failures):
        yield each.record, each.programid


def read_placed(
    objects: ObjectStore, work: PackWork, survey: str, failures: Counter[str]
) -> Iterator[Placed]:
    """Yield the alerts of a pack, having read it once.

    What cannot be read is counted by reason: that of `Poison`, or ``not_in_packet``.

    Raises
    ------
    NotFound
        The pack is gone, or there never was one.
    """
    if not work.key:
        raise NotFound("alerts without a packet")
    body = objects.get(work.key)
    for (offset, length), wanted in _by_packet(work.places).items():
        packet = packet_of(body[offset : offset + length])
        place = PacketPlace(work.key, offset, length)
        try:
            records = read_packet(packet, survey).records
        except Poison as poison:
            failures[poison.reason] += len(wanted)
            continue
        by_candid = {each.candid: each for each in records}
        for candid, programid in wanted:
            if candid in by_candid:
                yield Placed(by_candid[candid], programid, place, packet)
            else:
                failures["not_in_packet"] += 1


def _by_packet(
    places: Sequence[tuple[int, int, int, int]],
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    packets: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for candid, programid, offset, length in places:
        packets.setdefault((offset, length), []).append((candid, programid))
    return packets
