"""Ports that count what passes through them, as Google bills it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from typing_extensions import override

from fritz.archive.arrow import arrow_table, logical_bytes
from fritz.archive.tables import TABLES
from fritz.costs.ledger import Counts, prices
from fritz.ports import (
    Backlog,
    Bus,
    Document,
    DocumentStore,
    Extent,
    Fields,
    Message,
    ObjectStore,
    Query,
    Statement,
    Subscription,
    Transaction,
    Warehouse,
    Write,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CountingBus", "CountingDocuments", "CountingObjects", "CountingWarehouse"]

T = TypeVar("T")
LEAST: Final = int(prices()["pubsub"]["least_message_bytes"])


class CountingBus(Bus):
    """A bus that keeps what it was given, so that functions can be run on it.

    Parameters
    ----------
    counts
        Added to.
    subscribers
        Topic -> subscriptions on it; each gets every message.
    """

    def __init__(self, counts: Counts, subscribers: Mapping[str, int]) -> None:
        self._counts = counts
        self._subscribers = subscribers
        self.messages: dict[str, list[Message]] = {}
        """Topic -> what was published and not yet taken."""

    @override
    def create_topic(self, topic: str) -> None:
        """Do nothing: any topic may be published to."""

    @override
    def subscribe(self, subscription: Subscription) -> None:
        """Do nothing: what is published waits in `messages`."""

    @override
    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        """Count the messages and keep them."""
        size = sum(max(LEAST, len(each.data) + _attributes(each)) for each in messages)
        copies = self._subscribers.get(topic, 0)
        self._counts.published_bytes += size
        self._counts.delivered_bytes += size * copies
        self._counts.requests += len(messages) * copies
        self.messages.setdefault(topic, []).extend(messages)
        return [str(number) for number in range(len(messages))]

    @override
    def backlog(self, subscription: str) -> Backlog | None:
        """Return None: nothing waits for delivery."""
        return None

    @override
    def close(self) -> None:
        """Do nothing."""


class CountingDocuments(DocumentStore):
    """A document store that counts documents read and written."""

    def __init__(self, inner: DocumentStore, counts: Counts) -> None:
        self._inner = inner
        self._counts = counts

    @override
    def get(self, collection: str, doc_id: str) -> Document | None:
        """Read one; one that is missing is billed too."""
        self._counts.document_reads += 1
        return self._inner.get(collection, doc_id)

    @override
    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        """Read some."""
        names = list(ids)
        self._counts.document_reads += len(names)
        return self._inner.get_many(collection, names)

    @override
    def query(self, query: Query) -> list[Document]:
        """Read what matches; nothing found is billed as one."""
        found = self._inner.query(query)
        self._counts.document_reads += max(1, len(found))
        return found

    @override
    def count(self, query: Query) -> int:
        """Count; a thousand index entries are billed as one read."""
        found = self._inner.count(query)
        self._counts.document_reads += 1 + found // 1000
        return found

    @override
    def commit(self, writes: Sequence[Write]) -> None:
        """Write."""
        self._counts.document_writes += len(writes)
        self._inner.commit(writes)

    @override
    def transact(self, body: Callable[[Transaction], T]) -> T:
        """Run a transaction; its reads and writes count as two documents, about."""
        self._counts.document_reads += 1
        self._counts.document_writes += 1
        return self._inner.transact(body)

    @override
    def listen(
        self, query: Query, on_change: Callable[[list[Document]], None]
    ) -> Callable[[], None]:
        """Listen, uncounted: functions do not."""
        return self._inner.listen(query, on_change)

    @override
    def close(self) -> None:
        """Close what is counted."""
        self._inner.close()


class CountingObjects(ObjectStore):
    """An object store that counts operations and bytes."""

    def __init__(self, inner: ObjectStore, counts: Counts) -> None:
        self._inner = inner
        self._counts = counts

    @override
    def create(self, key: str, data: bytes) -> bool:
        """Write."""
        self._counts.object_writes += 1
        self._counts.object_bytes += len(data)
        return self._inner.create(key, data)

    @override
    def get(self, key: str) -> bytes:
        """Read."""
        return self._got(self._inner.get(key))

    @override
    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Read a part."""
        return self._got(self._inner.get_range(key, offset, length))

    @override
    def get_ranges(self, extents: Sequence[Extent]) -> list[bytes]:
        """Read parts, each billed as one read."""
        return [self._got(data) for data in self._inner.get_ranges(extents)]

    @override
    def exists(self, key: str) -> bool:
        """Ask for one."""
        self._counts.object_reads += 1
        return self._inner.exists(key)

    @override
    def list(self, prefix: str) -> Iterator[str]:
        """List; billed as a write."""
        self._counts.object_writes += 1
        return self._inner.list(prefix)

    @override
    def delete(self, key: str) -> None:
        """Remove, which is free."""
        self._inner.delete(key)

    def _got(self, data: bytes) -> bytes:
        self._counts.object_reads += 1
        self._counts.read_bytes += len(data)
        return data


class CountingWarehouse(Warehouse):
    """A warehouse that counts bytes appended and statements run."""

    def __init__(self, inner: Warehouse, counts: Counts) -> None:
        self._inner = inner
        self._counts = counts

    @property
    @override
    def searches_arrays(self) -> bool:
        """As what is counted."""
        return self._inner.searches_arrays

    @override
    def append(self, table: str, rows: Sequence[Fields]) -> None:
        """Append."""
        columns = arrow_table(TABLES[table], rows).columns if rows else []
        size = sum(logical_bytes(chunk) for column in columns for chunk in column.chunks)
        self._counts.appended_bytes += size
        self._counts.by_table[table] = self._counts.by_table.get(table, 0) + size
        if table == "cross_matches":
            self._counts.matches += 1
            self._counts.matched_objects += len(rows)
        self._inner.append(table, rows)

    @override
    def load(self, table: str, keys: Sequence[str]) -> int:
        """Load, which is free."""
        return self._inner.load(table, keys)

    @override
    def run(self, statement: Statement) -> pa.Table:
        """Run a statement."""
        self._counts.statements += 1
        return self._inner.run(statement)

    @override
    def dry_run(self, statement: Statement) -> int:
        """Check a statement, which is free."""
        return self._inner.dry_run(statement)

    @override
    def close(self) -> None:
        """Close what is counted."""
        self._inner.close()


def _attributes(message: Message) -> int:
    return sum(len(name) + len(value) for name, value in message.attributes.items())
