"""Reading blocks of files in the object store: neighbours at once, many at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from fritz.ports import Extent, ObjectStore

if TYPE_CHECKING:
    from fritz.catalogs.blocks import Index

__all__ = ["Blocks", "Indexed", "Indexes", "read_blocks"]

NEAR_BYTES: Final = 262_144
"""Blocks of one file that are no further apart are read at once: a read costs more than that."""
MOST_INDEXES: Final = 2_000
"""Indexes that are kept, some sixty megabytes."""
_Run = tuple[Extent, list[tuple[int, int]]]
"""What is read at once, and offset and length in it of each block that is wanted."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A file of blocks, and where its index is."""

    key: str
    index_key: str
    index_bytes: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """Some blocks of one file."""

    key: str
    index: Index
    numbers: NDArray[np.int64]
    """In order."""


@dataclass(frozen=True, slots=True)
class Indexes:
    """Indexes of files that never change; those that were used are kept."""

    objects: ObjectStore
    known: dict[str, Index] = field(default_factory=dict)

    def of(self, files: Sequence[Indexed]) -> list[Index]:
        """Return the indexes of files, of which those that are not kept are read together."""
        from fritz.catalogs.blocks import Index  # noqa: PLC0415 - pyarrow

        held = {each.index_key: self.known.get(each.index_key) for each in files}
        lacking = {each.index_key: each for each in files if held[each.index_key] is None}
        read = self.objects.get_ranges(
            [Extent(each.index_key, 0, each.index_bytes) for each in lacking.values()]
        )
        new = {key: Index.of(data) for key, data in zip(lacking, read, strict=True)}
        if len(self.known) + len(new) > MOST_INDEXES:
            self.known.clear()
        self.known.update(new)
        return [held[each.index_key] or new[each.index_key] for each in files]


def read_blocks(objects: ObjectStore, wanted: Sequence[Blocks]) -> list[memoryview]:
    """Return the bytes of blocks, file by file, in order."""
    runs = [run for each in wanted for run in _runs(each)]
    read = objects.get_ranges([extent for extent, _ in runs])
    return [
        memoryview(data)[start : start + length]
        for data, (_, places) in zip(read, runs, strict=True)
        for start, length in places
    ]


def _runs(blocks: Blocks) -> list[_Run]:
    """Return what to read of a file."""
    index, numbers = blocks.index, blocks.numbers
    if not len(numbers):
        return []
    first, end = index.offset[numbers], index.offset[numbers] + index.length[numbers]
    breaks = np.flatnonzero(first[1:] - end[:-1] > NEAR_BYTES) + 1
    found: list[_Run] = []
    for mine in np.split(np.arange(len(numbers)), breaks):
        low, high = int(first[mine[0]]), int(end[mine[-1]])
        places = [(int(first[each]) - low, int(end[each] - first[each])) for each in mine]
        found.append((Extent(blocks.key, low, high - low), places))
    return found
