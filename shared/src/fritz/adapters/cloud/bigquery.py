"""The warehouse in BigQuery: the Storage Write API in, load jobs in bulk, queries out."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from google.api_core import exceptions as google
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryWriteClient
from typing_extensions import override

from fritz.adapters.cloud.bigquery_append import append_arrow
from fritz.adapters.cloud.vendor_errors import vendor_errors
from fritz.archive.arrow import arrow_table
from fritz.archive.bound_tables import as_arrays
from fritz.archive.schema import Table
from fritz.errors import Invalid, NotFound
from fritz.ports import Fields, ObjectStore, Statement, Warehouse

__all__ = ["BigQueryWarehouse"]

converting = vendor_errors("BigQuery")

MAX_BYTES_BILLED = 100 * 2**30
"""A query that would read more is refused before it costs anything (about 0.6 $ at list price)."""

MOST_ROWS_AS_PARAMETERS = 20_000
"""Of a statement's own table; five columns of so many numbers are 2 MB of the 10 that it may be."""

PARAMETER_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "BOOL"),
    (int, "INT64"),
    (float, "FLOAT64"),
    (str, "STRING"),
    (bytes, "BYTES"),
    (datetime, "TIMESTAMP"),
)


class BigQueryWarehouse(Warehouse):
    """`fritz.ports.Warehouse` in one dataset of BigQuery.

    Parameters
    ----------
    project : Google's project id
    dataset : the dataset that holds the tables, which exist
    bucket : the bucket of the object store, from which `load` reads
    tables : the tables by name, as `fritz.archive.tables.TABLES`
    objects : the object store in that bucket; without it a statement's own tables must be small
    client, writer : clients to use in place of those made here
    max_bytes_billed : bytes that one query may read
    timeout_s : how long a query or an append may take, seconds
    """

    def __init__(
        self,
        project: str,
        dataset: str,
        bucket: str,
        tables: Mapping[str, Table],
        *,
        client: bigquery.Client | None = None,
        writer: BigQueryWriteClient | None = None,
        objects: ObjectStore | None = None,
        max_bytes_billed: int = MAX_BYTES_BILLED,
        timeout_s: float = 120.0,
    ) -> None:
        self._dataset = bigquery.DatasetReference(project, dataset)
        self._bucket = bucket
        self._tables = tables
        self._client = client or bigquery.Client(project=project)
        self._writer = writer or BigQueryWriteClient()
        self._objects = objects
        self._max_bytes_billed = max_bytes_billed
        self._timeout_s = timeout_s

    @property
    @override
    def searches_arrays(self) -> bool:
        return True

    @override
    @converting
    def append(self, table: str, rows: Sequence[Fields]) -> None:
        definition = self._table(table)
        if not rows:
            return
        data = _arrow(definition, rows)
        path = self._writer.table_path(self._dataset.project, self._dataset.dataset_id, table)
        append_arrow(self._writer, path, data, self._timeout_s)

    @override
    @converting
    def load(self, table: str, keys: Sequence[str]) -> int:
        definition = self._table(table)
        if not keys:
            return 0
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            schema=[bigquery.SchemaField.from_api_repr(f) for f in definition.bigquery_schema()],
        )
        # Lists of Parquet come as they are, not as records of records.
        config.parquet_options = bigquery.ParquetOptions.from_api_repr(
            {"enableListInference": True}
        )
        uris = [f"gs://{self._bucket}/{key}" for key in keys]
        job = self._client.load_table_from_uri(uris, self._reference(table), job_config=config)
        done = job.result(timeout=self._timeout_s)
        return int(done.output_rows or 0)

    @override
    @converting
    def run(self, statement: Statement) -> pa.Table:
        timeout_s = min(self._timeout_s, statement.timeout_s or self._timeout_s)
        with self._bound(statement) as (bound, config), _naming_tables():
            rows = self._client.query_and_wait(
                bound.tree.sql("bigquery"),
                job_config=config,
                api_timeout=timeout_s,
                wait_timeout=timeout_s,
            )
        result: pa.Table = rows.to_arrow(create_bqstorage_client=False)
        return result

    @override
    @converting
    def dry_run(self, statement: Statement) -> int:
        with self._bound(statement) as (bound, config), _naming_tables():
            config.dry_run = True
            job = self._client.query(bound.tree.sql("bigquery"), job_config=config)
        return int(job.total_bytes_processed)

    @override
    def close(self) -> None:
        self._writer.transport.close()
        self._client.close()

    @contextlib.contextmanager
    def _bound(self, statement: Statement) -> Iterator[tuple[Statement, bigquery.QueryJobConfig]]:
        """Bind the asker's own tables: small ones as parameters, large ones as files for a while.

        BigQuery takes 10 MB of parameters; a million positions stand in the bucket as Parquet, and
        the statement alone knows them as a table.
        """
        large = {
            name: data
            for name, data in statement.tables.items()
            if data.num_rows > MOST_ROWS_AS_PARAMETERS
        }
        few = {name: data for name, data in statement.tables.items() if name not in large}
        bound = as_arrays(replace(statement, tables=few))
        config = self._query_config(bound)
        if not large:
            yield bound, config
            return
        if self._objects is None:
            raise Invalid(f"{', '.join(large)}: more than {MOST_ROWS_AS_PARAMETERS} rows")
        keys = {name: f"statements/{uuid.uuid4().hex}.parquet" for name in large}
        try:
            for name, data in large.items():
                self._objects.create(keys[name], _parquet(data))
            config.table_definitions = {
                name: _external(f"gs://{self._bucket}/{key}") for name, key in keys.items()
            }
            yield bound, config
        finally:
            for key in keys.values():
                self._objects.delete(key)

    def _query_config(self, statement: Statement) -> bigquery.QueryJobConfig:
        return bigquery.QueryJobConfig(
            default_dataset=self._dataset,
            query_parameters=[_parameter(*item) for item in statement.parameters.items()],
            maximum_bytes_billed=self._max_bytes_billed,
            use_legacy_sql=False,
        )

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            raise NotFound(f"no table {name}")
        return self._tables[name]

    def _reference(self, name: str) -> bigquery.TableReference:
        return self._dataset.table(name)


@contextlib.contextmanager
def _naming_tables() -> Iterator[None]:
    """Call a statement that names a table which does not exist wrong, as any other wrong name."""
    try:
        yield
    except google.NotFound as error:
        raise Invalid(f"BigQuery: {error.message}") from error


def _parquet(data: pa.Table) -> bytes:
    sink = BytesIO()
    pq.write_table(data, sink)
    return sink.getvalue()


def _external(uri: str) -> bigquery.ExternalConfig:
    """Return the definition of a table that one statement reads from a Parquet object."""
    definition = bigquery.ExternalConfig(bigquery.ExternalSourceFormat.PARQUET)
    definition.source_uris = [uri]
    return definition


def _arrow(table: Table, rows: Sequence[Fields]) -> pa.Table:
    """Return the rows as Arrow; `Invalid` for what the table has no place for."""
    unknown = {name for row in rows for name in row} - {column.name for column in table.columns}
    if unknown:
        raise Invalid(f"table {table.name} has no columns {sorted(unknown)}")
    try:
        data = arrow_table(table, rows)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise Invalid(f"rows do not fit table {table.name}: {error}") from error
    for column in table.columns:
        # Arrow itself does not mind a null where its schema allows none.
        if column.mode == "REQUIRED" and data.column(column.name).null_count:
            raise Invalid(f"rows do not fit table {table.name}: {column.name} is missing")
    return data


def _parameter(
    name: str, value: Any
) -> bigquery.ArrayQueryParameter | bigquery.ScalarQueryParameter:
    """Return a value bound to a name, typed as its Python type says."""
    if not isinstance(value, list | tuple):
        return bigquery.ScalarQueryParameter(name, _type(name, value), value)
    if not value:
        raise Invalid(f"parameter {name} is an empty list, which has no type")
    kinds = {_type(name, item) for item in value}
    if kinds == {"INT64", "FLOAT64"}:
        kinds = {"FLOAT64"}
    if len(kinds) > 1:
        raise Invalid(f"parameter {name} mixes {sorted(kinds)}")
    return bigquery.ArrayQueryParameter(name, kinds.pop(), list(value))


def _type(name: str, value: Any) -> str:
    for python, ours in PARAMETER_TYPES:
        if isinstance(value, python):
            return ours
    raise Invalid(f"parameter {name} is a {type(value).__name__}, which no column can hold")
