"""Where the histories of objects are kept: one compact document each, further chunks below it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fritz.alerts.history import History
from fritz.errors import Conflict
from fritz.ports import Create, Document, DocumentStore, Put, Transaction, Write

__all__ = ["HistoryStore", "Stored"]

COLLECTION = "histories"


@dataclass(frozen=True, slots=True)
class Stored:
    """A history as it was read, with the document's version (None: there is none yet)."""

    history: History
    version: str | None


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

    def save(self, changed: Mapping[str, History], read: Mapping[str, Stored]) -> None:
        """Write histories that were read as `read`; merge anew those that others changed since."""
        names = sorted(changed)
        for start in range(0, len(names), 100):
            part = names[start : start + 100]
            try:
                writes = [w for n in part for w in self._writes(n, changed[n], read[n].version)]
                self._documents.commit(writes)
            except Conflict:
                for name in part:
                    self._merge(name, changed[name])

    def _merge(self, name: str, ours: History) -> None:
        def body(transaction: Transaction) -> None:
            document = transaction.get(COLLECTION, document_id(name))
            theirs = self._stored(transaction, name, document)
            merged = theirs.history.union(ours)
            transaction.write(*self._writes(name, merged, theirs.version))

        self._documents.transact(body)

    def _stored(
        self, source: DocumentStore | Transaction, name: str, document: Document | None
    ) -> Stored:
        if document is None:
            return Stored(History.empty(self._survey, name), None)
        chunks: list[bytes] = [document.data["points"]]
        further = [str(n) for n in range(1, document.data["chunks"])]
        if further:
            found = source.get_many(_chunks_of(document.id), further)
            chunks += [found[n].data["points"] for n in further]
        return Stored(History.decode(chunks), document.version)

    def _writes(self, name: str, history: History, version: str | None) -> list[Write]:
        key = document_id(name)
        chunks: Sequence[bytes] = history.encode()
        fields = {
            "survey": self._survey,
            "object_id": name,
            "chunks": len(chunks),
            "points": chunks[0],
        }
        further: list[Write] = [
            Put(_chunks_of(key), str(n), {"points": chunk}) for n, chunk in enumerate(chunks[1:], 1)
        ]
        if version is None:
            return [Create(COLLECTION, key, fields), *further]
        return [Put(COLLECTION, key, fields, if_version=version), *further]


def _chunks_of(key: str) -> str:
    return f"{COLLECTION}/{key}/chunks"
