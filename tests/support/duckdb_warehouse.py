"""A warehouse of a few rows in memory: DuckDB over Arrow tables, for tests of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from threading import RLock
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from fritz.archive.arrow import arrow_table
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.ports import Statement

__all__ = ["DuckdbWarehouse"]


class DuckdbWarehouse:
    """Rows appended are rows read; nothing lasts."""

    searches_arrays = False

    def __init__(self) -> None:
        self._tables = {name: arrow_table(table, []) for name, table in TABLES.items()}
        self._lock = RLock()  # a connection answers one thread at a time

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """The database, made when something is first asked: most tests of pages never do."""
        made = duckdb.connect()
        for name, table in self._tables.items():
            made.register(name, table)
        for name, sql in _views().items():
            made.execute(f"CREATE VIEW {name} AS {sql}")
        return made

    def append(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        added = arrow_table(TABLES[table], rows)
        self._tables[table] = pa.concat_tables([self._tables[table], added])
        self._register(table)

    def load(self, table: str, keys: Sequence[str]) -> int:
        raise NotImplementedError

    def run(self, statement: Statement) -> pa.Table:
        sql = statement.tree.sql("duckdb")
        with self._lock:
            for name, data in statement.tables.items():
                self._database.register(name, data)
            found = self._database.sql(sql, params=dict(statement.parameters) or None)
            return found.to_arrow_table()

    def dry_run(self, statement: Statement) -> int:
        names = {table.name for table in statement.tree.find_all(exp.Table)}
        return sum(self._tables[name].nbytes for name in names & self._tables.keys())

    def close(self) -> None:
        self._database.close()

    def _register(self, name: str) -> None:
        self._database.register(name, self._tables[name])


@cache
def _views() -> dict[str, str]:
    return {name: tree.sql("duckdb") for name, tree in VIEWS.items()}
