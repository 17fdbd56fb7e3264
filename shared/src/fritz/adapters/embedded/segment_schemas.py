"""The embedded warehouse's tables as their files have them, and how old files get new columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from typing_extensions import override

from fritz.adapters.embedded.segments import Segment, Segments, fitted
from fritz.archive.evolution import TableSchemas
from fritz.archive.schema import Column, ColumnType, Mode, Table

__all__ = ["SegmentSchemas"]


class SegmentSchemas(TableSchemas):
    """Reads schemas from the files of a warehouse's folder, and writes old files anew."""

    def __init__(self, folder: Path) -> None:
        self._segments = Segments(folder)

    @override
    def found(self, table: Table) -> Sequence[Column] | None:
        """Return the columns of the file with the fewest; a table without old files is as defined.

        An empty table needs nothing: files come with its first rows.
        """
        kinds = {each.fingerprint: each for each in self._old(table)}
        schemas = [pq.read_schema(self._segments.folder / each.path) for each in kinds.values()]
        if not schemas:
            return table.columns
        return [_column(field) for field in min(schemas, key=len)]

    @override
    def extend(self, table: Table) -> Iterator[str]:
        """Write each old file anew; a file counts in place of its old self at once."""
        for each in self._old(table):
            data = pq.read_table(self._segments.folder / each.path, partitioning=None)
            new = self._segments.write(table, fitted(data, table.arrow_schema))
            if self._segments.replace(table.name, [each], new):
                yield f"{each.rows} rows of {each.path}"
            else:  # it was merged with others meanwhile
                self._segments.remove(new)

    def _old(self, table: Table) -> list[Segment]:
        current = table.fingerprint
        return [each for each in self._segments.live(table.name) if each.fingerprint != current]

    def close(self) -> None:
        """Release connections."""
        self._segments.close()


_TYPES: dict[str, ColumnType] = {
    "string": "STRING",
    "int64": "INT64",
    "double": "FLOAT64",
    "bool": "BOOL",
    "binary": "BYTES",
}


def _column(field: pa.Field[Any]) -> Column:
    kind: pa.DataType = field.type
    mode: Mode = "NULLABLE" if field.nullable else "REQUIRED"
    if pa.types.is_list(kind):
        mode, kind = "REPEATED", kind.value_type
    if pa.types.is_struct(kind):
        return Column(field.name, "STRUCT", "", mode=mode, fields=tuple(map(_column, kind)))
    if pa.types.is_timestamp(kind):
        return Column(field.name, "TIMESTAMP", "", mode=mode)
    return Column(field.name, _TYPES[str(kind)], "", mode=mode)
