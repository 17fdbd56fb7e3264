"""Documents in SQLite with Firestore's semantics and limits."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from fritz.adapters.embedded.composite import check_served, read_indexes
from fritz.adapters.embedded.document_rows import SCHEMA, apply, matching, read
from fritz.adapters.embedded.listening import Listeners
from fritz.adapters.embedded.query_sql import group_of, register_functions, select
from fritz.adapters.embedded.rules import check_commit, check_query
from fritz.adapters.embedded.sqlite import SqlitePool
from fritz.adapters.embedded.transactions import SqliteTransaction
from fritz.ports import Document, DocumentStore, Query, Transaction, Write

__all__ = ["SqliteDocuments"]

T = TypeVar("T")

_INDEXED_FROM = 256
"""Documents in a collection group before its queries get indexes; below, a scan is quick."""
_MOST_INDEXES = 24
_OPTIMISTIC_ATTEMPTS = 6


class SqliteDocuments(DocumentStore):
    """A document store in one file, for any number of threads and processes.

    Parameters
    ----------
    path : the file
    indexes : the declared composite indexes of Firestore; a query that lacks one is `Invalid`
    """

    def __init__(self, path: Path, indexes: Path | None = None) -> None:
        self._pool = SqlitePool(path, SCHEMA, register_functions)
        self._declared = None if indexes is None else read_indexes(indexes)
        self._indexed: set[str] = set()
        self._listeners = Listeners(self._counters)

    @override
    def get(self, collection: str, doc_id: str) -> Document | None:
        return self.get_many(collection, [doc_id]).get(doc_id)

    @override
    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        with self._pool.reading() as connection:
            return read(connection, collection, ids)

    @override
    def query(self, query: Query) -> list[Document]:
        self._prepare(query)
        with self._pool.reading() as connection:
            return matching(connection, query)

    @override
    def count(self, query: Query) -> int:
        self._prepare(query)
        selection = select(query)
        with self._pool.reading() as connection:
            (number,) = connection.execute(selection.count, selection.parameters).fetchone()
            return int(number)

    @override
    def commit(self, writes: Sequence[Write]) -> None:
        check_commit(writes)
        if writes:
            with self._pool.writing() as connection:
                apply(connection, writes)

    @override
    def transact(self, body: Callable[[Transaction], T]) -> T:
        for attempt in range(_OPTIMISTIC_ATTEMPTS):
            transaction = SqliteTransaction(self._prepare)
            with self._pool.reading() as connection:
                result = transaction.run(connection, body)
            if not transaction.writes:
                return result
            with self._pool.writing() as connection:
                if transaction.commit(connection):
                    return result
            time.sleep(random.uniform(0, 0.002) * 2**attempt)  # noqa: S311 -- spreads retries
        return self._transact_alone(body)

    @override
    def listen(
        self, query: Query, on_change: Callable[[list[Document]], None]
    ) -> Callable[[], None]:
        self._prepare(query)
        last: list[list[tuple[str, str]]] = []

        def refresh() -> None:
            documents = self.query(query)
            state = [(document.id, document.version) for document in documents]
            if last != [state]:
                last[:] = [state]
                on_change(documents)

        return self._listeners.add(group_of(query.collection), refresh)

    @override
    def close(self) -> None:
        self._listeners.close()
        self._pool.close()

    def _transact_alone(self, body: Callable[[Transaction], T]) -> T:
        """Run the body while nobody else can write: after many conflicts it must succeed."""
        transaction = SqliteTransaction(self._check)
        with self._pool.writing() as connection:
            result = transaction.run(connection, body)
            transaction.commit(connection)
        return result

    def _check(self, query: Query) -> None:
        check_query(query)
        if self._declared is not None:
            check_served(query, self._declared)

    def _prepare(self, query: Query) -> None:
        """Check the query and make the index of its shape once its collection is large."""
        self._check(query)
        index = select(query).index
        if index is None or index in self._indexed:
            return
        with self._pool.connection() as connection:
            if not _is_large(connection, group_of(query.collection)):
                return
            (made,) = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name GLOB 'documents_????????????????'"
            ).fetchone()
        if made < _MOST_INDEXES:
            with self._pool.writing() as connection:
                connection.execute(index)
        self._indexed.add(index)

    def _counters(self) -> dict[str, int]:
        with self._pool.connection() as connection:
            return dict(connection.execute("SELECT grp, seq FROM changes").fetchall())


def _is_large(connection: sqlite3.Connection, group: str) -> bool:
    some = "SELECT 1 FROM documents WHERE grp = ? LIMIT ?"
    return len(connection.execute(some, (group, _INDEXED_FROM)).fetchall()) == _INDEXED_FROM
