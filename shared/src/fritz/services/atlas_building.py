"""Making the atlas: a catalog's rows are merged into the sheets that they fall in.

Sheets are written under the hash of what they hold and never change; readers go on with the atlas
that they have until its successor stands whole. A merge that was cut off finds the sheets that it
had made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from typing import Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from fritz.catalogs.atlas import END, Atlas, Sheet
from fritz.catalogs.sheets import packed, rows_of_sheet
from fritz.catalogs.sky_rows import SCHEMA
from fritz.errors import Conflict
from fritz.ports import ObjectStore
from fritz.services.atlas_store import AtlasStore

__all__ = ["AtlasBuilder"]

SHEET_ROWS: Final = 1_000_000
"""Most rows of one sheet, some fifty megabytes."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One Parquet object of a catalog's rows of the sky, sorted by cell."""

    key: str
    first: int
    last: int
    rows: int


class AtlasBuilder:
    """Adds catalogs to the atlas."""

    def __init__(self, objects: ObjectStore, store: AtlasStore) -> None:
        self._objects = objects
        self._store = store
        self._rows = lru_cache(maxsize=2)(self._read)

    def add(self, catalog: str, keys: Sequence[str]) -> None:
        """Merge a catalog's rows in, unless they are; safe to repeat.

        Parameters
        ----------
        catalog
            Its name.
        keys
            Parquet objects with the columns of `sky`, each sorted by cell.
        """
        parts = [part for key in keys if (part := self._part(key)) is not None]
        while True:
            named = self._store.named()
            atlas = self._store.read(named.key)
            if catalog in atlas.catalogs:
                return
            mark = hashlib.sha256(named.key.encode()).hexdigest()[:12]
            folder = f"catalogs/{catalog}/staged/atlas/{mark}"
            sheets = tuple(self._merged(atlas, parts, folder))
            try:
                self._store.replace(named, Atlas(atlas.catalogs | {catalog}, sheets))
            except Conflict:
                # Another catalog came in meanwhile: its sheets are those to merge with.
                continue
            return

    def atlas(self) -> Atlas:
        """Return the atlas that counts."""
        return self._store.read(self._store.named().key)

    def _part(self, key: str) -> _Part | None:
        cells = pq.read_table(BytesIO(self._objects.get(key)), columns=["cell"]).column("cell")
        if not len(cells):
            return None
        return _Part(key, cells[0].as_py(), cells[-1].as_py(), len(cells))

    def _merged(self, atlas: Atlas, parts: Sequence[_Part], folder: str) -> Iterator[Sheet]:
        """Yield the sheets of an atlas with the rows of the parts."""
        if not atlas.sheets:
            yield from self._made(0, END, None, parts, folder)
            return
        highs = [*(each.low for each in atlas.sheets[1:]), END]
        for sheet, high in zip(atlas.sheets, highs, strict=True):
            mine = [each for each in parts if each.first < high and each.last >= sheet.low]
            if mine:
                yield from self._made(sheet.low, high, sheet, mine, folder)
            else:
                yield sheet

    def _made(
        self, low: int, high: int, sheet: Sheet | None, parts: Sequence[_Part], folder: str
    ) -> Iterator[Sheet]:
        """Yield the sheets from one cell up to another, read again if they were made before."""
        done = f"{folder}/{low:019d}.json"
        if self._objects.exists(done):
            yield from (Sheet(*each) for each in orjson.loads(self._objects.get(done)))
            return
        made = list(self._written(low, high, sheet, parts))
        kept = [(each.low, each.name, each.rows, each.index_bytes) for each in made]
        self._objects.create(done, orjson.dumps(kept))
        yield from made

    def _written(
        self, low: int, high: int, sheet: Sheet | None, parts: Sequence[_Part]
    ) -> Iterator[Sheet]:
        """Write the sheets from one cell up to another; where much is new, a part at a time."""
        there = SCHEMA.empty_table() if sheet is None else self._sheet(sheet)
        start = low
        for begin, end in pairwise([low, *_cuts(low, parts), high]):
            new = [
                _between(self._rows(each.key), begin, end)
                for each in parts
                if each.first < end and each.last >= begin
            ]
            rows = pa.concat_tables([_between(there, begin, end), *new]).combine_chunks()
            order = np.argsort(rows.column("cell").to_numpy(), kind="stable")
            for piece in _pieces(rows.take(order)):
                yield self._write(start, piece)
                start = int(piece.column("cell")[-1].as_py()) + 1

    def _write(self, low: int, rows: pa.Table) -> Sheet:
        data, index = packed(rows)
        sheet = Sheet(low, hashlib.sha256(data).hexdigest()[:32], rows.num_rows, len(index))
        self._objects.create(sheet.index_key, index)
        self._objects.create(sheet.key, data)
        return sheet

    def _read(self, key: str) -> pa.Table:
        return pq.read_table(BytesIO(self._objects.get(key))).cast(SCHEMA)

    def _sheet(self, sheet: Sheet) -> pa.Table:
        return rows_of_sheet(self._objects.get(sheet.key))


def _cuts(low: int, parts: Sequence[_Part]) -> list[int]:
    """Return the cells at which to cut, so that about a sheet of new rows lies between."""
    cuts: list[int] = []
    latest, rows = low, 0
    for each in sorted(parts, key=lambda part: part.first):
        if rows + each.rows > SHEET_ROWS and each.first > latest:
            latest, rows = each.first, 0
            cuts.append(latest)
        rows += each.rows
    return cuts


def _between(rows: pa.Table, low: int, high: int) -> pa.Table:
    """Return those of sorted rows whose cells lie from `low` up to, not including, `high`."""
    first, end = np.searchsorted(rows.column("cell").to_numpy(), [low, high])
    return rows.slice(int(first), int(end - first))


def _pieces(rows: pa.Table) -> Iterator[pa.Table]:
    """Yield sorted rows in pieces of at most about a sheet; the rows of a cell stay together."""
    if not rows.num_rows:
        return
    cells = rows.column("cell").to_numpy()
    number = -(-len(cells) // SHEET_ROWS)
    places = [len(cells) * each // number for each in range(number)]
    edges = [*np.unique(np.searchsorted(cells, cells[places], side="left")).tolist(), len(cells)]
    for first, last in pairwise(edges):
        yield rows.slice(first, last - first)
