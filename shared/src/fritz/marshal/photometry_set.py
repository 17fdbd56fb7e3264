"""The points of one object that the same people see, in chunks, and what joins or leaves them.

An object's points are kept apart by whom they are open to: one `VisibleSet` for each set of
principals, each with its own statistics. A chunk holds at most `CHUNK_POINTS` points, so that its
document stays far below Firestore's megabyte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fritz.marshal.phot_stat import PhotStat
from fritz.marshal.photometry import Point

__all__ = ["CHUNK_POINTS", "Chunk", "Head", "VisibleSet"]

CHUNK_POINTS: Final = 2000


@dataclass(slots=True)
class Chunk:
    """Some points of a set: their document's name and what may be known without reading it."""

    id: str
    count: int = 0
    first_mjd: float = 0.0
    last_mjd: float = 0.0
    points: list[Point] | None = None
    """None until they are read."""
    changed: bool = False

    def covers(self, first_mjd: float, last_mjd: float) -> bool:
        """Return whether it may hold a point from between the times."""
        return self.count > 0 and self.first_mjd <= last_mjd and first_mjd <= self.last_mjd

    def put(self, points: list[Point]) -> None:
        """Take these for its points."""
        self.points, self.changed, self.count = points, True, len(points)
        if points:
            self.first_mjd = min(point.mjd for point in points)
            self.last_mjd = max(point.mjd for point in points)


@dataclass(slots=True)
class VisibleSet:
    """The points that are open to the same principals."""

    principals: tuple[str, ...]
    chunks: list[Chunk] = field(default_factory=list)
    stat: PhotStat = field(default_factory=PhotStat)

    def points(self) -> Iterator[Point]:
        """Yield the points of the chunks that were read."""
        for chunk in self.chunks:
            yield from chunk.points or ()


@dataclass(slots=True)
class Head:
    """What is known of an object's photometry without reading a point."""

    obj_id: str
    number: int
    """The object's own, from which its points' ids are made."""
    last: int = 0
    """How many ids it gave out."""
    last_chunk: int = 0
    instrument_ids: tuple[int, ...] = ()
    """All that ever took one of its points."""
    sets: dict[tuple[str, ...], VisibleSet] = field(default_factory=dict)
    """By principals."""

    @property
    def principals(self) -> tuple[str, ...]:
        """Of all sets that hold a point."""
        held = (each.principals for each in self.sets.values() if each.chunks)
        return tuple(sorted({one for principals in held for one in principals}))

    def next_chunk(self) -> Chunk:
        """Return a new chunk without points."""
        self.last_chunk += 1
        return Chunk(str(self.last_chunk), points=[])

    def append(self, principals: tuple[str, ...], points: Sequence[Point]) -> None:
        """Add points to the set of these principals; its last chunk must have been read."""
        into = self.sets.setdefault(principals, VisibleSet(principals))
        into.stat = into.stat.plus(PhotStat.of(points))
        rest = list(points)
        if into.chunks and into.chunks[-1].count < CHUNK_POINTS:
            last = into.chunks[-1]
            room = CHUNK_POINTS - last.count
            last.put([*(last.points or ()), *rest[:room]])
            rest = rest[room:]
        while rest:
            into.chunks.append(self.next_chunk())
            into.chunks[-1].put(rest[:CHUNK_POINTS])
            rest = rest[CHUNK_POINTS:]

    def take(self, ids: Iterable[int]) -> list[Point]:
        """Remove points and return them; all chunks of their sets must have been read."""
        wanted = set(ids)
        taken: list[Point] = []
        for each in self.sets.values():
            found = [point for point in each.points() if point.id in wanted]
            if not found:
                continue
            taken += found
            for chunk in each.chunks:
                held = chunk.points or []
                left = [point for point in held if point.id not in wanted]
                if len(left) < len(held):
                    chunk.put(left)
            each.stat = PhotStat.of(each.points())
        return taken

    def to_fields(self) -> list[Any]:
        """Return the sets as nested lists, for packing."""
        return [
            [
                list(each.principals),
                [[c.id, c.count, c.first_mjd, c.last_mjd] for c in each.chunks if c.count],
                each.stat.to_fields(),
            ]
            for each in self.sets.values()
            if any(chunk.count for chunk in each.chunks)
        ]

    def read(self, sets: Iterable[Sequence[Any]]) -> None:
        """Take the sets that `to_fields` wrote."""
        for principals, chunks, stat in sets:
            key = tuple(principals)
            self.sets[key] = VisibleSet(
                key, [Chunk(*each) for each in chunks], PhotStat.from_fields(stat)
            )
