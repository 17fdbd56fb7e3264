"""Loading a catalog: files of any size become sorted Parquet, then tables of the warehouse.

In five steps, each of which can be cut off and taken up again: what the files hold is mapped a
chunk at a time and split by stretches of the sky; each stretch is sorted; all of them are loaded at
once; what alerts can match is merged into the atlas; volumes are made for cone searches. No step
holds more than a chunk or a stretch in memory.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Final, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from fritz.archive.sky_queries import rows_in_sky, rows_in_table
from fritz.catalogs.definition import Catalog
from fritz.catalogs.levels import split_by_level
from fritz.catalogs.mapping import mapped
from fritz.catalogs.sky_rows import sky_rows
from fritz.errors import Conflict
from fritz.ports import ObjectStore, Statement, Warehouse
from fritz.services.atlas_building import AtlasBuilder
from fritz.services.catalog_store import CatalogStore, LoadReport
from fritz.services.catalog_volumes import VolumeBuilder
from fritz.sky.healpix import MAX_ORDER

__all__ = ["CatalogFile", "CatalogLoader"]

STRETCH_ROWS: Final = 1_000_000
"""Rows that are sorted together, about."""
Advance = Callable[[int], None]


class CatalogFile(Protocol):
    """One published file, read a chunk at a time."""

    @property
    def name(self) -> str:
        """What it is called; the same name and size is the same file."""
        ...

    @property
    def size(self) -> int:
        """Its size in bytes."""
        ...

    def chunks(self) -> Iterator[pa.Table]:
        """Yield its rows, in the same chunks each time."""
        ...


class CatalogLoader:
    """Brings catalogs into the warehouse."""

    def __init__(
        self,
        *,
        objects: ObjectStore,
        warehouse: Warehouse,
        store: CatalogStore,
        atlas: AtlasBuilder,
        now: Callable[[], datetime],
    ) -> None:
        self._objects = objects
        self._warehouse = warehouse
        self._store = store
        self._atlas = atlas
        self._now = now

    def load(
        self, catalog: Catalog, files: Sequence[CatalogFile], advance: Advance = lambda _: None
    ) -> LoadReport:
        """Load a catalog from its files, or go on where an earlier call was cut off.

        Parameters
        ----------
        catalog
            What the files are of.
        files
            All of the catalog's.
        advance
            Called with the number of rows of each chunk that is done.

        Raises
        ------
        Conflict
            The catalog is loaded already.
        Invalid
            A file cannot be read, or has no positions.
        """
        if self._store.report(catalog.name) is not None:
            raise Conflict(f"catalog {catalog.name} is loaded; a new version takes a new name")
        counts = Counter[str]()
        for file in files:
            for number, chunk in enumerate(file.chunks()):
                counts += self._staged(catalog, file, number, chunk)
                advance(chunk.num_rows)
        rows, sky = self._sorted(catalog)
        in_sky = self._count(rows_in_sky(catalog.name))
        if not self._count(rows_in_table(catalog.table)):
            self._warehouse.load(catalog.table, rows)
        if sky and not in_sky:
            self._warehouse.load("sky", sky)
        self._atlas.add(catalog.name, sky)
        VolumeBuilder(self._objects).add(catalog.name)
        report = LoadReport(
            catalog=catalog.name,
            files=tuple(file.name for file in files),
            rows_in=counts["in"],
            rows=self._count(rows_in_table(catalog.table)),
            in_sky=self._count(rows_in_sky(catalog.name)),
            refused=_part(counts, "refused "),
            misfits=_part(counts, "misfit "),
        )
        if not report.whole:
            raise Conflict(
                f"catalog {catalog.name}: {report.rows_in} rows in the files, but {report.rows} in "
                f"the warehouse and {sum(report.refused.values())} refused"
            )
        self._store.loaded(report, self._now())
        for key in list(self._objects.list(f"catalogs/{catalog.name}/staged/")):
            self._objects.delete(key)
        return report

    def _staged(
        self, catalog: Catalog, file: CatalogFile, number: int, chunk: pa.Table
    ) -> Counter[str]:
        """Keep a chunk's rows by stretch, unless that is done; return what it came to."""
        mark = hashlib.sha256(f"{file.name} {file.size}".encode()).hexdigest()[:12]
        folder = f"catalogs/{catalog.name}/staged"
        done = f"{folder}/done/{mark}-{number:06d}.json"
        if self._objects.exists(done):
            return Counter(orjson.loads(self._objects.get(done)))
        found = mapped(catalog, chunk)
        for stretch, rows in _by_stretch(catalog, found.rows):
            key = f"{folder}/rows/{stretch:06d}/{mark}-{number:06d}.parquet"
            self._objects.create(key, _parquet(rows))
        counts = Counter({"in": chunk.num_rows})
        counts += Counter({f"refused {why}": rows for why, rows in found.refused.items()})
        counts += Counter({f"misfit {name}": values for name, values in found.misfits.items()})
        self._objects.create(done, orjson.dumps(counts))
        return counts

    def _sorted(self, catalog: Catalog) -> tuple[list[str], list[str]]:
        """Sort each stretch; return the keys of what is for the catalog's table and for `sky`."""
        folder = f"catalogs/{catalog.name}"
        parts: dict[str, list[str]] = {}
        for key in self._objects.list(f"{folder}/staged/rows/"):
            parts.setdefault(key.rsplit("/", 2)[-2], []).append(key)
        for stretch, keys in parts.items():
            if self._objects.exists(f"{folder}/rows/{stretch}.parquet"):
                continue
            read = [pq.read_table(BytesIO(self._objects.get(key))) for key in keys]
            rows = pa.concat_tables(read).sort_by("healpix")
            if catalog.match is not None:
                for order, near in split_by_level(sky_rows(catalog, rows)):
                    key = f"{folder}/sky/{stretch}-{order:02d}.parquet"
                    self._objects.create(key, _parquet(near))
            self._objects.create(f"{folder}/rows/{stretch}.parquet", _parquet(rows))
        return list(self._objects.list(f"{folder}/rows/")), list(
            self._objects.list(f"{folder}/sky/")
        )

    def _count(self, statement: Statement) -> int:
        return int(self._warehouse.run(statement).column("rows")[0].as_py())


def _by_stretch(catalog: Catalog, rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield rows, sorted by cell, by stretch of the sky."""
    order = 0
    while 12 * 4**order * STRETCH_ROWS < catalog.rows:
        order += 1
    if catalog.rows <= STRETCH_ROWS:
        stretches = np.zeros(rows.num_rows, dtype=np.int64)
    else:
        stretches = rows.column("healpix").to_numpy() >> (2 * (MAX_ORDER - order))
    firsts = np.flatnonzero(np.diff(stretches, prepend=-1)).tolist()
    for first, last in zip(firsts, [*firsts[1:], len(stretches)], strict=True):
        yield int(stretches[first]), rows.slice(first, last - first)


def _parquet(rows: pa.Table) -> bytes:
    sink = BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()


def _part(counts: Counter[str], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): number
        for name, number in counts.items()
        if name.startswith(prefix)
    }
