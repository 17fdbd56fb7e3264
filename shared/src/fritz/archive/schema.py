"""What a warehouse table is: columns, partition, clustering, in words that every engine gets.

One definition serves the Arrow schema of files and appends (`Table.arrow_schema`), BigQuery's JSON
schema (`Table.bigquery_schema`, also read by Terraform) and the page docs/reference/tables.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NIGHTS", "Column", "ColumnType", "Mode", "Table"]

ColumnType: TypeAlias = Literal[
    "STRING", "INT64", "FLOAT64", "BOOL", "TIMESTAMP", "BYTES", "STRUCT"
]
"""GoogleSQL's type names. TIMESTAMP is UTC with microseconds."""

Mode: TypeAlias = Literal["NULLABLE", "REQUIRED", "REPEATED"]

_API_NAMES: Mapping[ColumnType, str] = {
    "INT64": "INTEGER",
    "FLOAT64": "FLOAT",
    "BOOL": "BOOLEAN",
    "STRUCT": "RECORD",
}
"""BigQuery's API answers with these older names; writing them keeps comparisons simple."""


NIGHTS: Final = (20170000, 20600000, 100)
"""Nights are YYYYMMDD, so a hundred consecutive numbers are one month."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or one field of a STRUCT column."""

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    """As in ``mag``, ``deg``, ``d``; empty for a number without one."""
    mode: Mode = "NULLABLE"
    fields: tuple[Column, ...] = ()
    """The fields of a STRUCT, in order."""

    def bigquery(self) -> dict[str, Any]:
        """Return the column as an element of BigQuery's ``schema.fields``."""
        text = f"{self.description} [{self.unit}]" if self.unit else self.description
        field: dict[str, Any] = {
            "name": self.name,
            "type": _API_NAMES.get(self.type, self.type),
            "mode": self.mode,
            "description": text,
        }
        if self.fields:
            field["fields"] = [part.bigquery() for part in self.fields]
        return field


@dataclass(frozen=True)
class Table:
    """One append-only table of the warehouse."""

    name: str
    columns: tuple[Column, ...]
    description: str
    partition: str | None = None
    """The INT64 column by whose value rows stand apart; a night as YYYYMMDD unless
    `partition_range` says otherwise. The embedded warehouse keeps a folder for each value."""
    partition_range: tuple[int, int, int] = NIGHTS
    """First value, end and width of BigQuery's partitions, of which it allows 10,000; of nights,
    a month's stand together."""
    needs_partition: bool = False
    """Whether BigQuery refuses statements that would read every partition."""
    cluster: tuple[str, ...] = ()
    """The columns by which BigQuery sorts within a partition."""

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises
        ------
        KeyError
            There is none.
        """
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The table's Arrow schema; the first use imports pyarrow."""
        from fritz.archive.arrow import arrow_schema  # noqa: PLC0415 - reading needs no pyarrow

        return arrow_schema(self)

    @cached_property
    def fingerprint(self) -> str:
        """A name of the Arrow schema's columns and types."""
        said = self.arrow_schema.to_string(show_field_metadata=False)
        return uuid.uuid5(uuid.NAMESPACE_OID, said).hex[:12]

    def bigquery_schema(self) -> list[dict[str, Any]]:
        """Return BigQuery's ``schema.fields``: a list that `json.dumps` takes."""
        return [column.bigquery() for column in self.columns]

    def bigquery_partitioning(self) -> dict[str, Any] | None:
        """Return BigQuery's ``rangePartitioning``, or None."""
        if self.partition is None:
            return None
        start, end, interval = map(str, self.partition_range)
        parts = {"start": start, "end": end, "interval": interval}
        return {"field": self.partition, "range": parts}

    def bigquery_clustering(self) -> dict[str, Any] | None:
        """Return BigQuery's ``clustering``, or None."""
        return {"fields": list(self.cluster)} if self.cluster else None
