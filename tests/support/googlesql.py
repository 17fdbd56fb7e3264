"""Google's own GoogleSQL parser, analyser and reference engine, run as WebAssembly.

A statement that `analyse` accepts names only columns that exist and is well typed against the
tables as `fritz.archive.tables` defines them. `run` executes it on small tables.

Import the fixture `googlesql` into a conftest.py and mark the tests
``pytest.mark.xdist_group("googlesql")``: the engine takes some 15 s to compile once per machine
(kept in wasmtime's cache), half a second after that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest
import wasmtime
import zetasql.core.wasm_client
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from sqlglot import exp
from zetasql import types
from zetasql.api import CatalogBuilder, TableBuilder, TypeFactory
from zetasql.core import ZetaSqlLocalService
from zetasql.types import TypeKind
from zetasql.wasi._pb2.zetasql.local_service.local_service_pb2 import EvaluateQueryResponse

from fritz.archive.bound_tables import as_arrays
from fritz.archive.schema import Column, Table
from fritz.archive.tables import TABLES
from fritz.ports import Statement

__all__ = ["GoogleSql", "googlesql"]

SCALARS = {
    "STRING": TypeKind.TYPE_STRING,
    "INT64": TypeKind.TYPE_INT64,
    "FLOAT64": TypeKind.TYPE_DOUBLE,
    "BOOL": TypeKind.TYPE_BOOL,
    "TIMESTAMP": TypeKind.TYPE_TIMESTAMP,
    "BYTES": TypeKind.TYPE_BYTES,
}
FIELDS = {
    "STRING": "string_value",
    "INT64": "int64_value",
    "FLOAT64": "double_value",
    "BOOL": "bool_value",
    "TIMESTAMP": "timestamp_value",
    "BYTES": "bytes_value",
}
PARAMETERS = {
    bool: "BOOL",
    int: "INT64",
    float: "FLOAT64",
    str: "STRING",
    bytes: "BYTES",
    dt.datetime: "TIMESTAMP",
}


class _CachingConfig(wasmtime.Config):
    """Wasmtime's configuration with its cache of compiled code under the user's cache folder."""

    def __init__(self) -> None:
        super().__init__()
        with suppress(wasmtime.WasmtimeError):
            self.cache = True


class GoogleSql:
    """One engine over the given tables; start it once per session."""

    def __init__(self, tables: Iterable[Table]) -> None:
        with mock.patch.object(zetasql.core.wasm_client, "Config", _CachingConfig):
            self._service = ZetaSqlLocalService.get_instance()
        self._tables = {table.name: table for table in tables}
        self._language = types.LanguageOptions.maximum_features()
        # BigQuery knows only the public types: FLOAT64, not DOUBLE.
        self._language.product_mode = types.ProductMode.PRODUCT_EXTERNAL
        catalog = CatalogBuilder("fritz").with_builtin_functions(
            types.ZetaSQLBuiltinFunctionOptions(language_options=self._language)
        )
        for table in self._tables.values():
            builder = TableBuilder(table.name)
            for column in table.columns:
                builder.add_column(column.name, _type(column))
            catalog.add_table(builder.build())
        self._catalog = catalog.build()
        self._registered = self._service.register_catalog(simple_catalog=self._catalog)

    def analyse(self, statement: Statement | exp.Query) -> str:
        """Return the BigQuery text of a statement that Google's analyser accepts.

        Raises
        ------
        zetasql.core.exceptions.ServerError
            What Google's analyser has against it.
        """
        tree, parameters = _parts(statement)
        sql = tree.sql("bigquery")
        request = types.AnalyzeRequest(
            sql_statement=sql,
            options=self._options(parameters),
            registered_catalog_id=self._registered.registered_id,
        )
        # Not by the package's own `analyze`: it makes objects of the whole tree, for many seconds.
        self._service.wasm_client.call_grpc_func("ZetaSqlLocalService_Analyze", request.to_proto())
        return sql

    def tables_of(self, sql: str) -> set[str]:
        """Return the names of the tables that Google's parser finds in a statement."""
        found = self._service.extract_table_names_from_statement(sql_statement=sql)
        return {".".join(each.table_name_segment) for each in found.table_name}

    def run(
        self, statement: Statement | exp.Query, rows: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> list[list[Any]]:
        """Return the rows of the result, computed by the reference engine over small tables.

        Columns of the result may be of scalar types and structs (as lists) and arrays of these.
        """
        tree, parameters = _parts(statement)
        content = {
            name: types.TableContent(
                table_data=types.TableData(row=[_row(self._tables[name], row) for row in each])
            )
            for name, each in rows.items()
        }
        request = types.EvaluateQueryRequest(
            sql=tree.sql("bigquery"),
            options=self._options(parameters),
            simple_catalog=self._catalog,
            table_content=content,
        ).to_proto()
        # The package's own model of a query's parameters is that of another request.
        for name, value in parameters.items():
            request.params.add(name=name, value=_bound(value).to_proto())
        answer = self._service.wasm_client.call_grpc_func(
            "ZetaSqlLocalService_EvaluateQuery", request, EvaluateQueryResponse
        )
        return [[_plain(cell) for cell in row.cell] for row in answer.content.table_data.row]

    def _options(self, parameters: Mapping[str, Any]) -> types.AnalyzerOptions:
        bound = [
            types.AnalyzerOptions.QueryParameter(name=name, type=_parameter_type(value))
            for name, value in parameters.items()
        ]
        return types.AnalyzerOptions(language_options=self._language, query_parameters=bound)


@pytest.fixture(scope="session")
def googlesql() -> GoogleSql:
    """Google's engine over every table of the archive."""
    return GoogleSql(TABLES.values())


def _parts(statement: Statement | exp.Query) -> tuple[exp.Query, Mapping[str, Any]]:
    if isinstance(statement, Statement):
        bound = as_arrays(statement)
        return bound.tree, bound.parameters
    return statement, {}


def _type(column: Column) -> types.Type:
    if column.type == "STRUCT":
        kind = TypeFactory.create_struct_type([(part.name, _type(part)) for part in column.fields])
    else:
        kind = TypeFactory.create_simple_type(SCALARS[column.type])
    return TypeFactory.create_array_type(kind) if column.mode == "REPEATED" else kind


def _parameter_type(value: Any) -> types.Type:
    if isinstance(value, list):
        element = value[0] if value else 0
        return TypeFactory.create_array_type(_parameter_type(element))
    return TypeFactory.create_simple_type(SCALARS[PARAMETERS[type(value)]])


def _bound(value: Any) -> types.Value:
    if isinstance(value, list):
        return types.Value(array_value=types.Value.Array(element=[_bound(each) for each in value]))
    return _scalar(FIELDS[PARAMETERS[type(value)]], value)


def _row(table: Table, row: Mapping[str, Any]) -> types.TableData.Row:
    return types.TableData.Row(
        cell=[_value(column, row.get(column.name)) for column in table.columns]
    )


def _value(column: Column, value: Any) -> types.Value:
    if column.mode == "REPEATED":
        elements = [_element(column, each) for each in value or ()]
        return types.Value(array_value=types.Value.Array(element=elements))
    return _element(column, value)


def _element(column: Column, value: Any) -> types.Value:
    if value is None:
        return types.Value()
    if column.type == "STRUCT":
        fields = [_value(part, value.get(part.name)) for part in column.fields]
        return types.Value(struct_value=types.Value.Struct(field=fields))
    return _scalar(FIELDS[column.type], value)


def _scalar(field: str, value: Any) -> types.Value:
    if isinstance(value, dt.datetime):
        stamp = Timestamp()
        stamp.FromDatetime(value)
        value = stamp
    return types.Value(**{field: value})


def _plain(value: Message) -> Any:
    """Return a value of the engine's protocol as Python's own."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    found = getattr(value, kind)
    if kind == "array_value":
        return [_plain(each) for each in found.element]
    if kind == "struct_value":
        return [_plain(each) for each in found.field]
    if kind == "timestamp_value":
        return found.ToDatetime(tzinfo=dt.UTC)
    return found
