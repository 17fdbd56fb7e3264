"""Arrow schemas of the warehouse's tables. The only module of the archive that needs pyarrow."""

import pyarrow as pa

from fritz.archive.schema import Column, ColumnType, Table

__all__ = ["arrow_field", "arrow_schema"]

_SCALARS: dict[ColumnType, pa.DataType] = {
    "STRING": pa.string(),
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "BOOL": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "BYTES": pa.binary(),
}


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table: a STRUCT is a struct, a REPEATED column a list."""
    return pa.schema([arrow_field(column) for column in table.columns])


def arrow_field(column: Column) -> pa.Field:
    """Return the Arrow field of a column.

    Elements of lists are never null (BigQuery stores no null elements); a REPEATED column itself
    may be null in a file and then counts as empty.
    """
    if column.type == "STRUCT":
        kind: pa.DataType = pa.struct([arrow_field(part) for part in column.fields])
    else:
        kind = _SCALARS[column.type]
    if column.mode == "REPEATED":
        kind = pa.list_(pa.field("element", kind, nullable=False))
    return pa.field(column.name, kind, nullable=column.mode != "REQUIRED")
