"""Small integer ids, which the API's contract demands, given out one after the other."""

from __future__ import annotations

from typing import Final

from fritz.ports import Order, Put, Query, Transaction, Write

__all__ = ["next_id"]

COLLECTION: Final = "counters"


def next_id(transaction: Transaction, collection: str) -> tuple[int, Write]:
    """Return the next free id of a collection and the write that takes it.

    The collection's documents carry their number in the field `id`; those that were written
    without asking here are looked at once, the first time.
    """
    counter = transaction.get(COLLECTION, collection)
    if counter is not None:
        last = int(counter.data["last"])
    else:
        highest = transaction.query(
            Query(collection, order_by=(Order("id", descending=True),), limit=1)
        )
        last = int(highest[0].data["id"]) if highest else 0
    return last + 1, Put(COLLECTION, collection, {"last": last + 1})
