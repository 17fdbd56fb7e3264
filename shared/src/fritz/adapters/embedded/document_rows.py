"""Reads and writes of the table `documents` within a transaction of SQLite."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from fritz.adapters.embedded.codec import decode, encode
from fritz.adapters.embedded.mutations import merged, replaced, updated
from fritz.adapters.embedded.query_sql import group_of, select
from fritz.adapters.embedded.rules import check_collection, check_id, check_size
from fritz.errors import Conflict, NotFound
from fritz.ports import Create, Delete, Document, Merge, Put, Query, Update, Write

__all__ = ["SCHEMA", "apply", "matching", "read", "seq"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    grp TEXT NOT NULL,
    version INTEGER NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (collection, id)
);
CREATE INDEX IF NOT EXISTS documents_by_group ON documents (grp);
CREATE TABLE IF NOT EXISTS changes (grp TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock (seq INTEGER NOT NULL);
INSERT INTO clock SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM clock)
"""
_COLUMNS = "collection, id, version, data"
_READ_AT_ONCE = 500


def seq(connection: sqlite3.Connection) -> int:
    """Return the number of the last commit."""
    (number,) = connection.execute("SELECT seq FROM clock").fetchone()
    return int(number)


def _document(row: tuple[str, str, int, str]) -> Document:
    collection, doc_id, version, text = row
    return Document(collection, doc_id, decode(text), str(version))


def read(
    connection: sqlite3.Connection, collection: str, ids: Iterable[str]
) -> dict[str, Document]:
    """Return those of the documents that exist, by id."""
    check_collection(collection)
    wanted = sorted(set(ids))
    for doc_id in wanted:
        check_id(doc_id)
    found = {}
    for start in range(0, len(wanted), _READ_AT_ONCE):
        part = wanted[start : start + _READ_AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM documents"  # noqa: S608 -- columns and marks are ours
            f" WHERE collection = ? AND id IN ({marks})",
            (collection, *part),
        )
        found.update({row[1]: _document(row) for row in rows})
    return found


def matching(connection: sqlite3.Connection, query: Query) -> list[Document]:
    """Return the documents that match a checked query, in order."""
    selection = select(query)
    rows = connection.execute(selection.rows(_COLUMNS), selection.parameters)
    return [_document(row) for row in rows]


def apply(connection: sqlite3.Connection, writes: Sequence[Write]) -> None:
    """Apply checked writes as one commit."""
    now = seq(connection) + 1
    for write in writes:
        _apply_one(connection, write, now)
    connection.execute("UPDATE clock SET seq = ?", (now,))
    connection.executemany(
        "INSERT INTO changes VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
        [(group, now) for group in {group_of(write.collection) for write in writes}],
    )


def _apply_one(connection: sqlite3.Connection, write: Write, now: int) -> None:
    key = (write.collection, write.id)
    if isinstance(write, Delete):
        connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", key)
        return
    row = connection.execute(
        "SELECT version, data FROM documents WHERE collection = ? AND id = ?", key
    ).fetchone()
    version, text = row or (None, None)
    data = _written(write, version, text)
    check_size(*key, data)
    connection.execute(
        "INSERT INTO documents (collection, id, grp, version, data) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (collection, id)"
        " DO UPDATE SET version = excluded.version, data = excluded.data",
        (*key, group_of(write.collection), now, encode(data)),
    )


def _written(
    write: Create | Put | Merge | Update, version: int | None, text: str | None
) -> dict[str, Any]:
    """Return the fields that the write leaves, given what stands there."""
    name = f"{write.collection}/{write.id}"
    if isinstance(write, Create) and text is not None:
        raise Conflict(f"{name} exists already")
    if isinstance(write, Update) and text is None:
        raise NotFound(f"no document {name}")
    expected = write.if_version if isinstance(write, Put | Update) else None
    if expected is not None and expected != str(version):
        raise Conflict(f"{name} has changed since version {expected}")
    old = {} if text is None else decode(text)
    match write:
        case Create() | Put():
            return replaced(write.data)
        case Merge():
            return merged(old, write.data)
        case Update():
            return updated(old, write.data)
