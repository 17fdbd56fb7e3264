"""Integer ids, which the API's contract demands, from blocks that a process leases.

A counter that every insert counts up would be a hot document. So a process takes a block of ids at
once and hands them out by itself; the blocks double while it keeps asking, from `FIRST_BLOCK` to
`LARGEST_BLOCK`. No id is ever given out twice, in any process. Ids of one process ascend; between
processes they ascend by the block. What is left of a block when its process ends is lost: ids have
gaps.
"""

from __future__ import annotations

from collections import defaultdict, deque
from threading import Lock
from typing import ClassVar, Final
from weakref import WeakKeyDictionary

from fritz.errors import Invalid
from fritz.ports import DocumentStore, Order, Put, Query, Transaction

__all__ = ["FIRST_BLOCK", "LARGEST_BLOCK", "Numbers"]

COLLECTION: Final = "counters"

FIRST_BLOCK: Final = 8
"""How many ids a process leases first, so that one that makes a single row wastes few."""
LARGEST_BLOCK: Final = 8192
"""At most so many more than are asked for at once."""


class Numbers:
    """The ids of all collections of one document store.

    Parameters
    ----------
    documents : where the ends of the leased blocks are kept
    """

    _of: ClassVar[WeakKeyDictionary[DocumentStore, Numbers]] = WeakKeyDictionary()
    _lock: ClassVar[Lock] = Lock()

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._blocks: defaultdict[str, _Block] = defaultdict(_Block)

    @classmethod
    def of(cls, documents: DocumentStore) -> Numbers:
        """Return this process's allocator on a store: one, so that blocks are used up."""
        with cls._lock:
            if documents not in cls._of:
                cls._of[documents] = cls(documents)
            return cls._of[documents]

    def next(self, collection: str) -> int:
        """Return an id that no document of the collection has or will get otherwise."""
        return self.take(collection, 1)[0]

    def take(self, collection: str, count: int) -> list[int]:
        """Return `count` ids of a collection, ascending.

        The collection's documents carry their number in the field `id`; those that were written
        without asking here are looked at once, before the first block.

        Raises
        ------
        Invalid
            Fewer than one was asked for.
        """
        if count < 1:
            raise Invalid(f"{count} ids of {collection}")
        with self._lock:
            block = self._blocks[collection]
        with block.lock:
            if (lacking := count - len(block.free)) > 0:
                block.free.extend(self._lease(collection, max(lacking, block.size)))
                block.size = min(2 * block.size, LARGEST_BLOCK)
            return [block.free.popleft() for _ in range(count)]

    def _lease(self, collection: str, count: int) -> range:
        def body(transaction: Transaction) -> range:
            last = _last(transaction, collection)
            transaction.write(Put(COLLECTION, collection, {"last": last + count}))
            return range(last + 1, last + count + 1)

        # One store, few writes a second: whoever loses the race for the counter runs again.
        return self._documents.transact(body)


class _Block:
    """The ids of one collection that this process may still give out."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.free: deque[int] = deque()
        self.size = FIRST_BLOCK


def _last(transaction: Transaction, collection: str) -> int:
    """Return the end of the block that was leased last."""
    counter = transaction.get(COLLECTION, collection)
    if counter is not None:
        return int(counter.data["last"])
    by_id = (Order("id", descending=True),)
    highest = transaction.query(Query(collection, order_by=by_id, limit=1))
    return int(highest[0].data["id"]) if highest else 0
