"""Arrow schemas and tables of the warehouse. The only module of the archive that needs pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa
import pyarrow.compute

from fritz.archive.schema import Column, ColumnType, Table

__all__ = ["arrow_field", "arrow_schema", "arrow_table", "logical_bytes"]

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


def arrow_field(column: Column) -> pa.Field[Any]:
    """Return the Arrow field of a column.

    Elements of lists are never null (BigQuery stores no null elements); a REPEATED column itself
    may be null in a file and then counts as empty.
    """
    kind = _element_type(column)
    if column.mode == "REPEATED":
        kind = pa.list_(_element_field(column))
    return pa.field(column.name, kind, nullable=column.mode != "REQUIRED")


def arrow_table(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows as an Arrow table of the table's schema; missing fields are null.

    Several times as fast as `pyarrow.Table.from_pylist`, which walks nested records one by one:
    here each leaf column, however deep, is converted in one call.

    Raises
    ------
    pyarrow.ArrowException
        A value does not fit its column.
    """
    arrays = [_array(column, [row.get(column.name) for row in rows]) for column in table.columns]
    return pa.Table.from_arrays(arrays, schema=table.arrow_schema)


def _array(column: Column, values: list[Any]) -> pa.Array[Any]:
    if column.mode != "REPEATED":
        return _elements(column, values)
    lists = [value or () for value in values]
    offsets = pa.array([0, *accumulate(map(len, lists))], pa.int32())
    flat = _elements(column, [element for elements in lists for element in elements])
    return pa.ListArray.from_arrays(offsets, flat, type=pa.list_(_element_field(column)))


def _elements(column: Column, values: list[Any]) -> pa.Array[Any]:
    if column.type != "STRUCT":
        return pa.array(values, _SCALARS[column.type])
    records = [{} if value is None else value for value in values]
    parts = [_array(part, [record.get(part.name) for record in records]) for part in column.fields]
    absent = pa.array([value is None for value in values], pa.bool_())
    fields = [arrow_field(part) for part in column.fields]
    return pa.StructArray.from_arrays(parts, fields=fields, mask=absent)


def _element_type(column: Column) -> pa.DataType:
    if column.type != "STRUCT":
        return _SCALARS[column.type]
    return pa.struct([arrow_field(part) for part in column.fields])


def _element_field(column: Column) -> pa.Field[Any]:
    return pa.field("element", _element_type(column), nullable=False)


def logical_bytes(values: pa.Array[Any]) -> int:
    """Return the size of values as BigQuery counts it, for rows that are kept and appended.

    Numbers and times take 8 bytes, a truth 1, text 2 and its own; a null nothing, and neither does
    what holds others ("Data size calculation" in BigQuery's documentation of its pricing).

    Examples
    --------
    >>> logical_bytes(pa.array([1.0, None])), logical_bytes(pa.array(["abc", None]))
    (8, 5)
    >>> logical_bytes(pa.array([[{"a": 1, "b": True}], None]))
    9
    """
    kind = values.type
    there = len(values) - values.null_count
    if isinstance(values, pa.ListArray):
        return logical_bytes(values.flatten())
    if isinstance(values, pa.StructArray):
        return sum([logical_bytes(each) for each in values.flatten()])
    if isinstance(values, pa.StringArray | pa.BinaryArray):
        return int(pa.compute.sum(pa.compute.binary_length(values)).as_py() or 0) + 2 * there
    return there * (1 if pa.types.is_boolean(kind) else 8)
