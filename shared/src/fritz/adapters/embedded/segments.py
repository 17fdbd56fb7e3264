"""Immutable Parquet files and the catalogue that says which of them make up a table.

A segment counts from the commit of its row in the catalogue (SQLite), so that an append of several
files, or the exchange of many small files for a large one, happens for all readers at once. A file
without a row is a killed writer's and is removed when it is old.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fritz.adapters.embedded.durable import make_folder, sync_folder, synced
from fritz.adapters.embedded.sqlite import SqlitePool
from fritz.archive.schema import Table

__all__ = ["Nights", "Segment", "Segments", "sorted_by"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS segments (
    path TEXT PRIMARY KEY,
    tbl TEXT NOT NULL,
    low INTEGER,
    high INTEGER,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    dropped_at REAL
);
CREATE INDEX IF NOT EXISTS segments_live ON segments (tbl, low) WHERE dropped_at IS NULL
"""
_COLUMNS = "path, low, high, rows, bytes, fingerprint"
_MOST_NIGHTS = 64
_FEW_ROWS = 100
"""Per night; a file for each of many nights that have fewer costs more than it spares readers."""
_FEW_NIGHTS = 4
_GRACE_S = 900.0
_ORPHAN_S = 3600.0
_SORTED_ROWS = 16_384
"""Rows of a sorted table that are read, or passed over, together."""
_KEY = "_id"

Nights = tuple[int, int]
"""First and last value of the partition column, both included; or of the one that sorts."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a table."""

    path: str
    low: int | None
    high: int | None
    rows: int
    bytes: int
    fingerprint: str
    """Of the schema that the file was written with."""

    def touches(self, spans: Sequence[Nights]) -> bool:
        """Return whether the file may hold a row within one of the spans."""
        if self.low is None or self.high is None:
            return True
        return any(low <= self.high and high >= self.low for low, high in spans)


class Segments:
    """The files of all tables below one folder."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder.absolute())
        self.folder = folder.absolute()
        self._pool = SqlitePool(self.folder / "segments.sqlite", _SCHEMA)

    def live(self, table: str, nights: Nights | None = None) -> list[Segment]:
        """Return a table's segments; with `nights`, those that may hold rows of these."""
        first, last = nights or (None, None)
        with self._pool.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM segments WHERE tbl = ? AND dropped_at IS NULL"  # noqa: S608 -- our columns
                " AND (? IS NULL OR low IS NULL OR (high >= ? AND low <= ?)) ORDER BY rowid",
                (table, first, first, last),
            ).fetchall()
        return [Segment(*row) for row in rows]

    def write(self, table: Table, data: pa.Table) -> list[Segment]:
        """Bring rows to the disk, a file for each night; they count once they are added."""
        if table.partition is None:
            return [self._file(table, data, *_extent(table, data))]
        nights: list[int] = sorted(set(data.column(table.partition).to_pylist()))  # type: ignore[arg-type] # never null
        sparse = len(nights) > _FEW_NIGHTS and data.num_rows < _FEW_ROWS * len(nights)
        if sparse or len(nights) > _MOST_NIGHTS:
            return [self._file(table, data, nights[0], nights[-1])]
        column = data.column(table.partition)
        return [
            self._file(table, data.filter(pc.equal(column, pa.scalar(night))), night, night)
            for night in nights
        ]

    def add(self, table: str, new: Sequence[Segment]) -> None:
        """Let segments count."""
        self.replace(table, (), new)

    def replace(self, table: str, old: Sequence[Segment], new: Sequence[Segment]) -> bool:
        """Let segments count in place of others; return False if one of those counts no more."""
        with self._pool.writing() as connection:
            for segment in old:
                dropped = connection.execute(
                    "UPDATE segments SET dropped_at = ? WHERE path = ? AND dropped_at IS NULL",
                    (time.time(), segment.path),
                )
                if dropped.rowcount == 0:
                    connection.execute("ROLLBACK")
                    connection.execute("BEGIN")
                    return False
            connection.executemany(
                "INSERT INTO segments (path, tbl, low, high, rows, bytes, fingerprint)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(s.path, table, s.low, s.high, s.rows, s.bytes, s.fingerprint) for s in new],
            )
        return True

    def remove(self, segments: Sequence[Segment]) -> None:
        """Delete the files of segments that do not count."""
        for segment in segments:
            (self.folder / segment.path).unlink(missing_ok=True)

    def vacant(self, table: Table) -> Path:
        """Return a file of the table's schema without rows."""
        path = self.folder / table.name / f"schema-{table.fingerprint}.parquet"
        if not path.exists():
            make_folder(path.parent)
            temporary = path.with_name(uuid.uuid4().hex)
            with synced(temporary):
                pq.write_table(table.arrow_schema.empty_table(), temporary)
            temporary.rename(path)
        return path

    def sweep(self, table: str) -> None:
        """Delete files that no reader can want any more, and those that never counted."""
        now = time.time()
        with self._pool.writing() as connection:
            late = connection.execute(
                "DELETE FROM segments WHERE tbl = ? AND dropped_at < ? RETURNING path",
                (table, now - _GRACE_S),
            ).fetchall()
            known = connection.execute("SELECT path FROM segments WHERE tbl = ?", (table,))
            names = {path for (path,) in known.fetchall()}
        for (path,) in late:
            (self.folder / path).unlink(missing_ok=True)
        for file in (self.folder / table).glob("*/*.parquet"):
            name = str(file.relative_to(self.folder))
            if name not in names and _age_s(file, now) > _ORPHAN_S:
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Release connections."""
        self._pool.close()

    def _file(self, table: Table, data: pa.Table, low: int | None, high: int | None) -> Segment:
        part = "all" if low is None else str(low) if low == high else f"{low}-{high}"
        name = f"{table.name}/{part}/{uuid.uuid4().hex}.parquet"
        path = self.folder / name
        make_folder(path.parent)
        with synced(path):
            pq.write_table(data, path, **_layout(table))
        sync_folder(path.parent)
        size = path.stat().st_size
        return Segment(name, low, high, data.num_rows, size, table.fingerprint)


def sorted_by(table: Table) -> str | None:
    """Return the column of whole numbers by which a table without nights is sorted, if any."""
    if table.partition is not None or not table.cluster:
        return None
    first = table.column(table.cluster[0])
    return first.name if first.type == "INT64" and first.mode == "REQUIRED" else None


def _extent(table: Table, data: pa.Table) -> tuple[int | None, int | None]:
    ordered = sorted_by(table)
    if ordered is None:
        return None, None
    ends: dict[str, int] = pc.min_max(data.column(ordered)).as_py()  # type: ignore[assignment] # a struct
    return ends["min"], ends["max"]


def _layout(table: Table) -> dict[str, Any]:
    """Return how Parquet lays a table out.

    Of a sorted table a query wants small stretches, and otherwise its cells, positions and keys,
    fast: these compress little, and not packing them halves the time of a scan.
    """
    ordered = sorted_by(table)
    if ordered is None:
        return {"compression": "zstd"}
    names = [column.name for column in table.columns]
    plain = {field.name for field in table.arrow_schema if pa.types.is_floating(field.type)}
    plain |= {ordered, _KEY} & set(names)
    encoding = {ordered: "DELTA_BINARY_PACKED"}
    if _KEY in plain and pa.types.is_string(table.arrow_schema.field(_KEY).type):
        encoding[_KEY] = "DELTA_LENGTH_BYTE_ARRAY"
    return {
        "row_group_size": _SORTED_ROWS,
        "compression": {n: "none" if n in plain else "zstd" for n in names},
        "use_dictionary": [n for n in names if n not in plain],
        "column_encoding": encoding,
    }


def _age_s(file: Path, now: float) -> float:
    try:
        return now - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def fitted(data: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with the schema's columns; new ones are null, nested ones too."""
    columns = [
        data.column(field.name).cast(field.type)
        if field.name in data.column_names
        else pa.nulls(data.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
