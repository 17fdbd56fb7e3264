"""The warehouse as Parquet files and DuckDB."""

import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp
from typing_extensions import override

from fritz.adapters.embedded.prepared import PreparedFiles
from fritz.adapters.embedded.pruning import Reading, nights_read, spans_read, tables_read
from fritz.adapters.embedded.segments import (
    Nights,
    Segment,
    Segments,
    fitted,
    sorted_by,
)
from fritz.adapters.embedded.sqlite import literal
from fritz.archive.arrow import arrow_table
from fritz.archive.kept_trees import Kept
from fritz.archive.levels import Prepared
from fritz.archive.schema import Table
from fritz.errors import Invalid, NotFound, Transient
from fritz.ports import Fields, ObjectStore, Statement, Warehouse

__all__ = ["ParquetWarehouse"]

T = TypeVar("T")
_SMALL_BYTES = 32 * 2**20
_MOST_SMALL = 64
_MEMORY = "2GB"
_AGAIN_S = 0.2
# What the engine recommends binds a statement three times: half of the time of a small one.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)


class ParquetWarehouse(Warehouse):
    """Append-only tables in a folder, for any number of processes that append and read at once.

    Parameters
    ----------
    folder : where the files stand
    objects : from where `load` reads
    tables : the tables by name
    views : definitions of views on the tables, by name
    threads : how many threads one query may use
    prepared : views of which each segment's part is kept in a file of its own
    """

    def __init__(
        self,
        folder: Path,
        objects: ObjectStore,
        tables: Mapping[str, Table],
        views: Mapping[str, exp.Query] | None = None,
        threads: int = 2,
        prepared: Mapping[str, Prepared] | None = None,
    ) -> None:
        self._segments = Segments(folder)
        self._prepared = PreparedFiles(self._segments, tables, prepared or {})
        self._objects = objects
        self._tables = tables
        self._views = views or {}
        self._threads = threads
        self._engine: tuple[int, duckdb.DuckDBPyConnection] | None = None
        self._lock = threading.Lock()
        self._readings: Kept[tuple[exp.Query, Reading]] = Kept()

    @property
    @override
    def searches_arrays(self) -> bool:
        return False

    @override
    def append(self, table: str, rows: Sequence[Fields]) -> None:
        definition = self._table(table)
        if not rows:
            return
        known = set(definition.arrow_schema.names)
        for row in rows:
            if unknown := row.keys() - known:
                raise Invalid(f"table {table} has no column {', '.join(sorted(unknown))}")
        try:
            data = arrow_table(definition, rows)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as e:
            raise Invalid(f"rows do not fit table {table}: {e}") from e
        self._add(definition, [data])

    @override
    def load(self, table: str, keys: Sequence[str]) -> int:
        definition = self._table(table)
        return self._add(definition, (self._loaded(definition, key) for key in keys))

    @override
    def run(self, statement: Statement) -> pa.Table:
        reading = self._reading(statement)
        values = _values(reading, statement)

        def answer(engine: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
            found = engine.execute(sql, values).to_arrow_table()
            assert found is not None  # noqa: S101 - every query has a result
            return _as_bigquery(found)

        return self._asked(statement, reading, answer)

    @override
    def dry_run(self, statement: Statement) -> int:
        reading = self._reading(statement)
        values = _values(reading, statement)

        def explain(engine: duckdb.DuckDBPyConnection, sql: str) -> object:
            return engine.execute(f"EXPLAIN {sql}", values).fetchall()

        self._asked(statement, reading, explain)
        read = self._read(statement, reading, self._names(statement, reading))
        whole = sum(segment.bytes for segments in read.values() for segment in segments)
        parts = (self._parts(statement, reading, view) for view in self._named(reading))
        return whole + sum(path.stat().st_size for files in parts for path in files)

    @override
    def close(self) -> None:
        self._segments.close()
        if self._engine is not None and self._engine[0] == os.getpid():
            self._engine[1].close()
        self._engine = None

    def compact(self, table: str, night: int | None = None) -> int:
        """Put the small files of a night (of a table without nights) into one; count them.

        Queries that run keep the files that they began with for a quarter of an hour.
        """
        span = None if night is None else (night, night)
        small = [s for s in self._small(table, span) if s.low == s.high == night]
        return self._merged(self._table(table), small)

    def compact_scattered(self, table: str) -> int:
        """Put the small files of many nights together, a file for each night if it is worth one."""
        small = [s for s in self._small(table) if s.low != s.high]
        return self._merged(self._table(table), small)

    def _small(self, table: str, span: Nights | None = None) -> list[Segment]:
        return [s for s in self._segments.live(table, span) if s.bytes < _SMALL_BYTES]

    def _merged(self, definition: Table, small: Sequence[Segment]) -> int:
        """Exchange segments for their rows written anew; count them."""
        table = definition.name
        self._segments.sweep(table)
        self._prepared.sweep(table)
        if len(small) <= 1:
            return 0
        files = [self._segments.folder / segment.path for segment in small]
        parts = [_checked(definition, pq.read_table(file, partitioning=None)) for file in files]
        merged = self._segments.write(definition, pa.concat_tables(parts))
        if not self._segments.replace(table, small, merged):
            self._segments.remove(merged)
            return 0
        return len(small)

    def _table(self, name: str) -> Table:
        try:
            return self._tables[name]
        except KeyError as e:
            raise NotFound(f"no table {name}") from e

    def _add(self, table: Table, parts: Iterable[pa.Table]) -> int:
        """Write parts one after the other, let all of them count at once, and count their rows."""
        written: list[Segment] = []
        try:
            for part in parts:
                _require_values(table, part)
                written += self._segments.write(table, part) if part.num_rows else []
        except Invalid:
            self._segments.remove(written)
            raise
        if written:
            self._segments.add(table.name, written)
        if table.partition is not None:
            for night in {segment.low for segment in written if segment.low == segment.high}:
                self._compact_if_many(table.name, night)
            if any(segment.low != segment.high for segment in written):
                self._compact_scattered_if_many(table.name)
        elif sorted_by(table) is None:
            self._compact_if_many(table.name, None)
        return sum(segment.rows for segment in written)

    def _compact_scattered_if_many(self, table: str) -> None:
        if len([s for s in self._small(table) if s.low != s.high]) >= _MOST_SMALL:
            self.compact_scattered(table)

    def _compact_if_many(self, table: str, night: int | None) -> None:
        span = None if night is None else (night, night)
        small = [s for s in self._small(table, span) if s.low == s.high]
        if len(small) >= _MOST_SMALL:
            self.compact(table, night)

    def _loaded(self, table: Table, key: str) -> pa.Table:
        try:
            data = pq.read_table(BytesIO(self._objects.get(key)))
            return _checked(table, data)
        except pa.ArrowException as e:
            raise Invalid(f"object {key} does not fit table {table.name}: {e}") from e

    def _names(self, statement: Statement, reading: Reading) -> set[str]:
        """Return the names of the tables and views that a statement reads, its own too."""
        known = self._tables.keys() | self._views.keys() | statement.tables.keys()
        return tables_read(reading, known)

    def _read(
        self, statement: Statement, reading: Reading, named: set[str]
    ) -> dict[str, list[Segment]]:
        """Return the segments that a statement can see, by table; through a view, all of them."""
        behind = {
            table
            for view in (named & self._views.keys()) - self._prepared.views.keys()
            for table in tables_read(self._views[view], self._tables)
        }
        found = {name: self._segments.live(name) for name in behind}
        for name in named & self._tables.keys() - behind:
            found[name] = self._pruned(statement, reading, self._tables[name])
        return found

    def _named(self, reading: Reading) -> set[str]:
        """Return the prepared views that a statement reads."""
        return {node.name for node in reading.tables} & self._prepared.views.keys()

    def _parts(self, statement: Statement, reading: Reading, view: str) -> list[Path]:
        """Return the files of a prepared view that may hold rows which a statement asks for."""
        table = self._tables[self._prepared.views[view].table]
        nights = table.partition and nights_read(
            reading, view, table.partition, statement.parameters
        )
        live = self._segments.live(table.name, nights or None)
        return self._prepared.files(view, live, self._source, self._session)

    def _prepared_sources(self, view: str, files: list[Path]) -> dict[str, str]:
        rows = f"{view} rows"
        paths = _list([self._prepared.empty(view), *files])
        once = self._prepared.views[view].once.copy()
        for node in once.find_all(exp.Table):
            node.set("this", exp.to_identifier(rows, quoted=True))
        return {rows: f"SELECT * FROM read_parquet({paths})", view: _sql(once)}  # noqa: S608 -- our own file names

    def _pruned(self, statement: Statement, reading: Reading, table: Table) -> list[Segment]:
        """Return the segments of a table that may hold rows which a statement asks for."""
        values = statement.parameters
        if table.partition is not None:
            nights = nights_read(reading, table.name, table.partition, values)
            return self._segments.live(table.name, nights)
        segments = self._segments.live(table.name)
        ordered = sorted_by(table)
        if ordered is None:
            return segments
        spans = spans_read(reading, table.name, ordered, values)
        return segments if spans is None else [each for each in segments if each.touches(spans)]

    def _asked(
        self,
        statement: Statement,
        reading: Reading,
        ask: Callable[[duckdb.DuckDBPyConnection, str], T],
    ) -> T:
        """Answer from the segments of this moment; once more if they went while it took long."""
        for last in (False, True):
            try:
                with self._session() as engine, _limited(engine, statement.timeout_s):
                    return ask(engine, self._shown(engine, statement, reading))
            except duckdb.InterruptException as e:
                raise Invalid(f"the statement took longer than {statement.timeout_s} s") from e
            except duckdb.IOException as e:
                if last:
                    raise Transient(f"the warehouse could not read its files: {e}") from e
            except duckdb.Error as e:
                raise Invalid(f"the statement cannot run: {e}") from e
        raise AssertionError

    def _shown(
        self, engine: duckdb.DuckDBPyConnection, statement: Statement, reading: Reading
    ) -> str:
        """Make what the statement reads visible to a session; return its SQL for that.

        Parts of the statement itself take less time to bind than views, but cannot be put before
        every statement.
        """
        for name, own in statement.tables.items():
            engine.register(name, own)
        sources = self._sources(statement, reading)
        if _may_stand_before(sources, reading):
            return _after(sources, reading.sql)
        for name, source in sources.items():
            engine.execute(f"CREATE TEMP VIEW {_quoted(name)} AS {source}")
        return reading.sql

    def _sources(self, statement: Statement, reading: Reading) -> dict[str, str]:
        """Return the queries behind the names that a statement reads, each below those it reads."""
        named = self._names(statement, reading)
        sources = {
            name: self._source(self._tables[name], segments)
            for name, segments in self._read(statement, reading, named).items()
        }
        for name in named:
            if name in self._prepared.views:
                sources |= self._prepared_sources(name, self._parts(statement, reading, name))
            elif name in self._views:
                sources[name] = _sql(self._views[name])
        return sources

    def _reading(self, statement: Statement) -> Reading:
        """Return what is to know of a statement's tree, kept if the tree comes again."""
        tree = statement.tree
        if not statement.recurs:
            return Reading.of(tree)
        # An id is a tree's own for as long as the tree is held: with its reading.
        return self._readings.get(id(tree), lambda: (tree, Reading.of(tree)))[1]

    def _source(self, table: Table, segments: Sequence[Segment]) -> str:
        """Return the query that reads the whole of these segments."""
        current = table.fingerprint
        same = [segment for segment in segments if segment.fingerprint == current]
        older = [segment for segment in segments if segment.fingerprint != current]
        # DuckDB estimates the rows of all files from the first: the empty one must not be it.
        files = [*(self._segments.folder / s.path for s in same), self._segments.vacant(table)]
        source = f"SELECT * FROM read_parquet({_list(files)})"  # noqa: S608 -- our own file names
        if older:
            paths = _list([self._segments.folder / segment.path for segment in older])
            source += f" UNION ALL BY NAME SELECT * FROM read_parquet({paths}, union_by_name=true)"  # noqa: S608 -- as above
        return source

    def _session(self) -> duckdb.DuckDBPyConnection:
        """Return a connection with views of its own; a forked child gets an engine of its own."""
        with self._lock:
            if self._engine is None or self._engine[0] != os.getpid():
                self._engine = (os.getpid(), self._started())
            return self._engine[1].cursor()

    def _started(self) -> duckdb.DuckDBPyConnection:
        """Start an engine that can read this folder's files and nothing else."""
        engine = duckdb.connect(
            ":memory:", config={"threads": self._threads, "memory_limit": _MEMORY}
        )
        engine.execute("SET GLOBAL TimeZone = 'UTC'")
        engine.execute("SET GLOBAL parquet_metadata_cache = true")
        engine.execute(f"SET allowed_directories = [{literal(f'{self._segments.folder}/')}]")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        return engine


@contextmanager
def _limited(engine: duckdb.DuckDBPyConnection, timeout_s: float | None) -> Iterator[None]:
    """Interrupt what the engine does in the block after a time."""
    if timeout_s is None:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        # A query that is not yet running when it is interrupted would run on: hence again.
        late = not done.wait(timeout_s)
        while late:
            engine.interrupt()
            late = not done.wait(_AGAIN_S)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _require_values(table: Table, part: pa.Table) -> None:
    for field in table.arrow_schema:
        if not field.nullable and part.column(field.name).null_count:
            raise Invalid(f"column {field.name} of table {table.name} must not be null")


def _values(reading: Reading, statement: Statement) -> dict[str, Any]:
    """Return the values that the statement names."""
    given = statement.parameters
    if missing := set(reading.parameters) - given.keys():
        raise Invalid(f"the statement lacks values for {', '.join(sorted(missing))}")
    return {name: given[name] for name in reading.parameters}


def _sql(tree: exp.Query) -> str:
    return tree.sql(dialect="duckdb")


def _may_stand_before(names: Iterable[str], reading: Reading) -> bool:
    """Return whether a statement may begin with parts of these names.

    Not where parts of its own are called so, in whatever case; nor before a parenthesis, as DuckDB
    forgets a WITH inside it for the one before.
    """
    taken = any(name.lower() in reading.local for name in names)
    return not taken and not reading.sql.startswith("(")


def _after(sources: Mapping[str, str], sql: str) -> str:
    """Return a query with parts before its own."""
    if not sources:
        return sql
    parts = ", ".join(f"{_quoted(n)} AS NOT MATERIALIZED ({s})" for n, s in sources.items())
    begins = next((w for w in ("WITH RECURSIVE ", "WITH ") if sql.startswith(w)), None)
    return f"WITH {parts} {sql}" if begins is None else f"{begins}{parts}, {sql[len(begins) :]}"


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def _list(files: Sequence[Path]) -> str:
    return "[" + ", ".join(literal(str(file)) for file in files) + "]"


def _checked(table: Table, data: pa.Table) -> pa.Table:
    """Return the data in the table's columns and types; a missing column is null."""
    schema = table.arrow_schema
    if unknown := set(data.column_names) - set(schema.names):
        raise Invalid(f"table {table.name} has no column {', '.join(sorted(unknown))}")
    return fitted(data, schema)


def _as_bigquery(data: pa.Table) -> pa.Table:
    """Return a result in the few types that BigQuery has: 64-bit integers, moments in UTC."""
    fields = [field.with_type(_bigquery_type(field.type)) for field in data.schema]
    return data.cast(pa.schema(fields))


def _bigquery_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
        return pa.int64()
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return pa.timestamp("us", tz="UTC")
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_bigquery_type(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_bigquery_type(field.type)) for field in kind])
    return kind
