"""Where the histories of objects are kept: one compact document each, further chunks below it."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from fritz.alerts.history import History
from fritz.catalogs.matching import Matched
from fritz.errors import Conflict, Transient
from fritz.ports import (
    Create,
    Delete,
    Document,
    DocumentStore,
    Put,
    Transaction,
    Update,
    Write,
)

__all__ = ["COLLECTION", "HistoryStore", "Stored"]

COLLECTION = "histories"
MOST_WRITES = 400
MOST_BYTES = 8_000_000
"""Of one commit; Firestore takes 500 writes and 10 MiB, overhead included."""
READS = 5


@dataclass(frozen=True, slots=True)
class Stored:
    """A history as it was read."""

    history: History
    version: str | None
    """Of the document; None: there is none yet."""
    further: tuple[str, ...] = ()
    """Ids of the chunks beyond the first, which stands in the document itself."""
    matched: Matched | None = None
    """What the object was matched with; None: it has not been."""


def document_id(object_id: str) -> str:
    """Return the id of an object's document, spread by hash.

    ZTF's names are nearly sequential, and neighbouring document ids share a Firestore tablet.
    """
    spread = hashlib.sha1(object_id.encode(), usedforsecurity=False).hexdigest()[:4]
    return f"{spread}-{object_id}"


class HistoryStore:
    """The histories of one survey's objects."""

    def __init__(self, documents: DocumentStore, survey: str = "ztf") -> None:
        self._documents = documents
        self._survey = survey

    def get(self, object_id: str) -> History:
        """Return an object's history, empty if nothing is known of it."""
        return self.load([object_id])[object_id].history

    def load(self, object_ids: Iterable[str]) -> dict[str, Stored]:
        """Return the histories of the objects, empty ones included."""
        names = {document_id(name): name for name in object_ids}
        found = self._documents.get_many(COLLECTION, names)
        return {
            name: self._stored(self._documents, name, found.get(key)) for key, name in names.items()
        }

    def load_visible(
        self, object_ids: Iterable[str], programids: Collection[int]
    ) -> dict[str, Stored]:
        """Return the histories of those objects that have an alert of one of the programs.

        What has none is not unpacked, so that the time it takes says as little as may be of whether
        there is such an object.
        """
        names = {document_id(name): name for name in object_ids}
        found = self._documents.get_many(COLLECTION, names)
        stored = {
            name: self._stored(self._documents, name, found[key])
            for key, name in names.items()
            if key in found and _may_be_seen(found[key], programids)
        }
        return {
            name: each
            for name, each in stored.items()
            if not each.history.alert_programs.isdisjoint(programids)
        }

    def save(
        self,
        changed: Mapping[str, History],
        read: Mapping[str, Stored],
        matched: Mapping[str, Matched] | None = None,
    ) -> None:
        """Write histories that were read as `read`; merge anew those that others changed since.

        Parameters
        ----------
        changed
            Histories by object.
        read
            What was read of each.
        matched
            What some of the objects have been matched with now; others keep what they had.
        """
        found = matched or {}
        for part in _commits(
            (name, self._writes(name, history, read[name], found.get(name)))
            for name, history in changed.items()
        ):
            try:
                self._documents.commit([write for _, writes in part for write in writes])
            except Conflict:
                for name, _ in part:
                    self._merge(name, changed[name], found.get(name))

    def rematch(self, matched: Mapping[str, Matched]) -> None:
        """Put anew what objects are matched with; histories stay, objects without one are let be.

        Raises
        ------
        Transient
            The store failed, or an object's history was removed meanwhile.
        """
        known = self._documents.get_many(COLLECTION, [document_id(name) for name in matched])
        updates = [
            Update(COLLECTION, document_id(name), {"matched": _encoded(found)})
            for name, found in matched.items()
            if document_id(name) in known
        ]
        for first in range(0, len(updates), MOST_WRITES):
            self._documents.commit(updates[first : first + MOST_WRITES])

    def _merge(self, name: str, ours: History, matched: Matched | None) -> None:
        def body(transaction: Transaction) -> None:
            theirs = self._stored(transaction, name, transaction.get(COLLECTION, document_id(name)))
            # Another worker's match stands: alerts with it may be out already.
            found = theirs.matched or matched
            transaction.write(*self._writes(name, theirs.history.union(ours), theirs, found))

        self._documents.transact(body)

    def _stored(
        self, source: DocumentStore | Transaction, name: str, document: Document | None
    ) -> Stored:
        """Return a history with its chunks, read again if another worker wrote it meanwhile."""
        for _ in range(READS):
            if document is None:
                return Stored(History.empty(self._survey, name), None)
            further = tuple(document.data["further"])
            found = source.get_many(_chunks_of(document.id), further) if further else {}
            if len(found) == len(further):
                chunks = [document.data["points"], *(found[key].data["points"] for key in further)]
                matched = _decoded(document.data.get("matched"))
                return Stored(History.decode(chunks), document.version, further, matched)
            document = source.get(COLLECTION, document.id)
        raise Transient(f"the history of {name} changes faster than it can be read")

    def _writes(
        self, name: str, history: History, before: Stored, matched: Matched | None = None
    ) -> list[Write]:
        """Return the writes that put a history in place of what was read.

        Chunks are named by their content: a reader finds those its document names, or misses one
        and reads again, but never mixes two histories.
        """
        key = document_id(name)
        first, *rest = history.encode()
        chunks = {
            f"{n}-{hashlib.sha256(data).hexdigest()[:16]}": data for n, data in enumerate(rest)
        }
        fields: dict[str, Any] = {
            "survey": self._survey,
            "object_id": name,
            "programs": sorted(history.alert_programs),
            "points": first,
            "further": list(chunks),
        }
        if (found := matched or before.matched) is not None:
            fields["matched"] = _encoded(found)
        inside = _chunks_of(key)
        further: list[Write] = [Put(inside, each, {"points": chunks[each]}) for each in chunks]
        further += [Delete(inside, each) for each in before.further if each not in chunks]
        if before.version is None:
            return [Create(COLLECTION, key, fields), *further]
        return [Put(COLLECTION, key, fields, if_version=before.version), *further]


def _may_be_seen(document: Document, programids: Collection[int]) -> bool:
    """Return whether an object may have an alert of a program; documents of old do not tell."""
    programs = document.data.get("programs")
    return programs is None or not set(programs).isdisjoint(programids)


def _encoded(matched: Matched) -> bytes:
    """Return matches as they are kept; what an object in a cluster of galaxies has is a few kB."""
    content = {"catalogs": matched.catalogs, "matches": matched.matches}
    return zlib.compress(orjson.dumps(content))


def _decoded(kept: bytes | None) -> Matched | None:
    if kept is None:
        return None
    content = orjson.loads(zlib.decompress(kept))
    return Matched(tuple(content["catalogs"]), content["matches"])


def _commits(
    histories: Iterable[tuple[str, list[Write]]],
) -> Iterator[list[tuple[str, list[Write]]]]:
    """Yield histories in groups that one commit holds."""
    part: list[tuple[str, list[Write]]] = []
    writes = size = 0
    for name, each in histories:
        weight = sum(len(w.data["points"]) for w in each if not isinstance(w, Delete))
        if part and (writes + len(each) > MOST_WRITES or size + weight > MOST_BYTES):
            yield part
            part, writes, size = [], 0, 0
        part.append((name, each))
        writes += len(each)
        size += weight
    if part:
        yield part


def _chunks_of(key: str) -> str:
    return f"{COLLECTION}/{key}/chunks"
