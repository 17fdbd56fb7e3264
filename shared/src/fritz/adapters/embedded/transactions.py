"""An optimistic transaction on SQLite: what it read is checked when it writes."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import TypeVar

from typing_extensions import override

from fritz.adapters.embedded.document_rows import apply, matching, read, seq
from fritz.adapters.embedded.rules import check_commit
from fritz.errors import Invalid
from fritz.ports import Document, Query, Transaction, Write

__all__ = ["SqliteTransaction"]

T = TypeVar("T")


class SqliteTransaction(Transaction):
    """What a body has read and means to write."""

    def __init__(self, prepare: Callable[[Query], None]) -> None:
        self._prepare = prepare
        self._connection: sqlite3.Connection | None = None
        self.writes: list[Write] = []
        self._read: dict[tuple[str, str], str | None] = {}
        self._queried: list[tuple[Query, list[tuple[str, str]]]] = []
        self._seq = -1

    def run(self, connection: sqlite3.Connection, body: Callable[[Transaction], T]) -> T:
        """Run the body on reads of one moment."""
        self._connection = connection
        self._seq = seq(connection)
        try:
            return body(self)
        finally:
            self._connection = None

    def commit(self, connection: sqlite3.Connection) -> bool:
        """Write, unless something read has changed; return whether it was written."""
        check_commit(self.writes)
        if seq(connection) != self._seq and not self._still_true(connection):
            return False
        apply(connection, self.writes)
        return True

    @override
    def get(self, collection: str, doc_id: str) -> Document | None:
        return self.get_many(collection, [doc_id]).get(doc_id)

    @override
    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        wanted = list(ids)
        found = read(self._reader(), collection, wanted)
        for doc_id in wanted:
            self._read[collection, doc_id] = _version(found.get(doc_id))
        return found

    @override
    def query(self, query: Query) -> list[Document]:
        connection = self._reader()
        self._prepare(query)
        found = matching(connection, query)
        self._queried.append((query, _state(found)))
        return found

    @override
    def write(self, *writes: Write) -> None:
        self.writes += writes

    def _reader(self) -> sqlite3.Connection:
        if self.writes:
            raise Invalid("a transaction reads before it writes")
        if self._connection is None:
            raise Invalid("the transaction has ended")
        return self._connection

    def _still_true(self, connection: sqlite3.Connection) -> bool:
        for (collection, doc_id), version in self._read.items():
            if _version(read(connection, collection, [doc_id]).get(doc_id)) != version:
                return False
        return all(_state(matching(connection, query)) == before for query, before in self._queried)


def _version(document: Document | None) -> str | None:
    return None if document is None else document.version


def _state(documents: list[Document]) -> list[tuple[str, str]]:
    return [(document.id, document.version) for document in documents]
