"""An object's photometry in the document store: a head, and chunks of points below it.

The head says which chunks there are, whom each is open to and what they come to; lists read heads
alone. Heads and chunks change in one transaction.

A point's id is made of the number of its object and its own place there, so that it leads back to
the object without another document: ``object number x 2^20 + place``. Both are integers, and the
ids stay below 2^53, which browsers can count to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgpack

from fritz.errors import Invalid, Transient
from fritz.marshal.photometry_codec import pack_points, unpack_points
from fritz.marshal.photometry_set import Chunk, Head
from fritz.ports import Delete, Document, DocumentStore, Put, Transaction, Write
from fritz.services.histories import document_id

__all__ = [
    "CHUNKS",
    "HEADS",
    "MOST_POINTS",
    "chunk_id",
    "load",
    "next_id",
    "number_of",
    "read_head",
    "writes",
]

HEADS: Final = "photometry"
CHUNKS: Final = "photometry_chunks"
"""Flat, so that the chunks of many objects are read at once."""
MOST_POINTS: Final = 2**20
"""Of one object, those included that were removed."""
LARGEST_CHUNK: Final = 900_000
"""Bytes; Firestore takes a megabyte."""


def number_of(point_id: int) -> int:
    """Return the number of the object that a point belongs to.

    Examples
    --------
    >>> number_of(3 * 2**20 + 17)
    3
    """
    return point_id // MOST_POINTS


def next_id(head: Head) -> int:
    """Return the id of the object's next point.

    Raises
    ------
    Invalid
        The object has had too many points.
    """
    head.last += 1
    if head.last >= MOST_POINTS:
        raise Invalid(f"{head.obj_id} has had {MOST_POINTS} points; no more can be kept")
    return head.number * MOST_POINTS + head.last


def read_head(document: Document) -> Head:
    """Return the head that a document holds; its chunks are not read."""
    data = document.data
    instruments = tuple(data["instrument_ids"])
    head = Head(data["obj_id"], data["number"], data["last"], data["last_chunk"], instruments)
    head.read(msgpack.unpackb(data["sets"], use_list=False))
    return head


def chunk_id(head: Head, chunk: Chunk) -> str:
    """Return the id of a chunk's document, spread as that of its head."""
    return f"{document_id(head.obj_id)}-{chunk.id}"


def load(source: DocumentStore | Transaction, wanted: Iterable[tuple[Head, Chunk]]) -> None:
    """Read the points of chunks that were not read yet, of all objects at once.

    Raises
    ------
    Transient
        A chunk is gone: its head has changed since it was read.
    """
    missing = {chunk_id(head, chunk): chunk for head, chunk in wanted if chunk.points is None}
    if not missing:
        return
    found = source.get_many(CHUNKS, missing)
    for key, chunk in missing.items():
        if key not in found:
            raise Transient(f"the chunk {key} of photometry went while it was read")
        chunk.points = unpack_points(found[key].data["points"])


def writes(head: Head) -> list[Write]:
    """Return the writes that keep the head and what changed of its chunks."""
    made: list[Write] = []
    for each in head.sets.values():
        for chunk in each.chunks:
            if chunk.changed and not chunk.count:
                made.append(Delete(CHUNKS, chunk_id(head, chunk)))
            elif chunk.changed:
                packed = {"points": _packed(head, chunk)}
                made.append(Put(CHUNKS, chunk_id(head, chunk), packed))
        each.chunks = [chunk for chunk in each.chunks if chunk.count]
    return [Put(HEADS, document_id(head.obj_id), _fields(head)), *made]


def _packed(head: Head, chunk: Chunk) -> bytes:
    packed = pack_points(chunk.points or [])
    if len(packed) > LARGEST_CHUNK:
        raise Invalid(f"{head.obj_id}: too much altdata beside its points")
    return packed


def _fields(head: Head) -> dict[str, Any]:
    held = [chunk for each in head.sets.values() for chunk in each.chunks]
    instruments = {
        point.instrument_id for each in head.sets.values() for point in each.points()
    } | set(head.instrument_ids)
    return {
        "obj_id": head.obj_id,
        "number": head.number,
        "last": head.last,
        "last_chunk": head.last_chunk,
        "instrument_ids": sorted(instruments),
        "first_mjd": min((chunk.first_mjd for chunk in held), default=None),
        "last_mjd": max((chunk.last_mjd for chunk in held), default=None),
        "sets": msgpack.packb(head.to_fields()),
    }
