"""A document store that counts what it hands out: what Firestore would charge for."""

from typing import Any


class CountingDocuments:
    """Counts documents read, queries and written documents of another store."""

    def __init__(self, documents: Any) -> None:
        self._documents = documents
        self.read = self.asked = self.written = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)

    def reset(self) -> None:
        """Begin counting anew."""
        self.read = self.asked = self.written = 0

    def get(self, collection: str, doc_id: str) -> Any:
        """Count one, whether or not it exists: Firestore charges for both."""
        self.read += 1
        return self._documents.get(collection, doc_id)

    def get_many(self, collection: str, ids: Any) -> Any:
        """Count as many as were asked for."""
        wanted = list(ids)
        self.read += len(wanted)
        return self._documents.get_many(collection, wanted)

    def query(self, query: Any) -> Any:
        """Count what is found; an empty result counts one."""
        found = self._documents.query(query)
        self.asked += 1
        self.read += max(1, len(found))
        return found

    def count(self, query: Any) -> Any:
        """Count one for each thousand index entries."""
        number = self._documents.count(query)
        self.asked += 1
        self.read += 1 + number // 1000
        return number

    def commit(self, writes: Any) -> None:
        """Count the writes."""
        self.written += len(writes)
        self._documents.commit(writes)

    def transact(self, body: Any) -> Any:
        """Count what the transaction reads and writes."""
        return self._documents.transact(lambda transaction: body(_Counted(transaction, self)))


class _Counted:
    def __init__(self, transaction: Any, counts: CountingDocuments) -> None:
        self._transaction, self._counts = transaction, counts

    def get(self, collection: str, doc_id: str) -> Any:
        self._counts.read += 1
        return self._transaction.get(collection, doc_id)

    def get_many(self, collection: str, ids: Any) -> Any:
        wanted = list(ids)
        self._counts.read += len(wanted)
        return self._transaction.get_many(collection, wanted)

    def query(self, query: Any) -> Any:
        found = self._transaction.query(query)
        self._counts.read += max(1, len(found))
        return found

    def write(self, *writes: Any) -> None:
        self._counts.written += len(writes)
        self._transaction.write(*writes)
