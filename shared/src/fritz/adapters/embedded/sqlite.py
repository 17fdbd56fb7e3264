"""Connections to one SQLite file, shared by threads and processes."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fritz.errors import Transient

__all__ = ["SqlitePool", "literal"]

_BUSY_S = 60.0
_CACHE_KIB = 16_384
_JOURNAL_BYTES = 64 * 2**20


def literal(name: str) -> str:
    """Return `name` as an SQL string literal; for index definitions, which take no parameters."""
    return "'" + name.replace("'", "''") + "'"


class SqlitePool:
    """Lends connections to a write-ahead-logged SQLite file, each to one thread at a time.

    Every commit is on the disk before it returns. A forked child opens connections of its own.

    Parameters
    ----------
    path : file; created together with its folder
    schema : SQL that creates the tables unless they exist
    prepare : called with each new connection, e.g. to register functions
    page_bytes : page size of a new file
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        prepare: Callable[[sqlite3.Connection], None] | None = None,
        page_bytes: int = 4096,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._prepare = prepare
        self._page_bytes = page_bytes
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._writing = threading.RLock()
        self._pid = os.getpid()
        with _errors(), self.connection() as connection:
            _create(connection, schema)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; each statement stands alone."""
        connection = self._take()
        try:
            with _errors():
                yield connection
        finally:
            self._give(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees the file as it stands at its first read."""
        with self.connection() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that holds the write lock; commit at the end, roll back on error."""
        with self._writing, self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connections that nobody holds."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        if os.getpid() != self._pid:
            self._forget_parent()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        with _errors():
            return self._open()

    def _give(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.rollback()
        with self._lock:
            self._idle.append(connection)

    def _forget_parent(self) -> None:
        """Leave the parent's connections alone: closing them here would drop its file locks."""
        _inherited.extend(self._idle)
        self._idle = []
        self._lock = threading.Lock()
        self._writing = threading.RLock()
        self._pid = os.getpid()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA page_size = {self._page_bytes:d}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA secure_delete = OFF")
        _retry_busy(lambda: connection.execute("PRAGMA journal_mode = WAL"))
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB:d}")
        connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_BYTES:d}")
        if self._prepare:
            self._prepare(connection)
        return connection


_inherited: list[sqlite3.Connection] = []


def _create(connection: sqlite3.Connection, schema: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in schema.split(";"):
        connection.execute(statement)
    connection.execute("COMMIT")


def _retry_busy(step: Callable[[], object]) -> None:
    """Repeat the switch to the write-ahead log: it does not wait for other openers by itself."""
    deadline = time.monotonic() + _BUSY_S
    while True:
        try:
            step()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as e:
        raise Transient(f"the embedded store failed: {e}") from e
