"""The five ports through which all I/O passes.

Services and repositories know only these Protocols. Each has an embedded adapter (a laptop, most
tests) and a cloud adapter (Google's product), kept alike by one contract suite (`tests/contract`).
Adapters raise `fritz.errors` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

__all__ = [
    "Account",
    "ArrayRemove",
    "ArrayUnion",
    "Backlog",
    "Bus",
    "Create",
    "Delete",
    "Document",
    "DocumentStore",
    "Extent",
    "Fields",
    "Identity",
    "Increment",
    "Merge",
    "Message",
    "ObjectStore",
    "Operator",
    "Order",
    "Put",
    "Query",
    "Redirect",
    "SignIn",
    "Statement",
    "Subscription",
    "Transaction",
    "Update",
    "Warehouse",
    "Where",
    "Write",
]

T = TypeVar("T")
Fields: TypeAlias = Mapping[str, Any]
"""A document's fields: None, bool, int (64 bit), float (NaN allowed), str, bytes, aware datetime,
lists (not directly nested) and string-keyed maps of these."""


# --- documents: Firestore's model -------------------------------------------------------------

Operator = Literal[
    "==", "!=", "<", "<=", ">", ">=", "in", "not-in", "array_contains", "array_contains_any"
]


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it was read."""

    collection: str
    id: str
    data: dict[str, Any]
    version: str
    """Opaque; differs after each write. Use it as `if_version` of a later write."""


@dataclass(frozen=True, slots=True)
class Where:
    """One condition on a field (dotted path)."""

    field: str
    op: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query over one collection; all of `where` hold (a document lacking a field never matches).

    Results come ordered by `order_by`, then by document id. `start_after` holds one value per
    `order_by` key plus, optionally, a document id: the last row of the page before.
    At most 30 disjunctions (values of `in`, `not-in`, `array_contains_any`, multiplied); more than
    one field with a range, order or array condition needs a composite index declared in
    ``infra/terraform/firestore.indexes.json``.
    """

    collection: str
    where: tuple[Where, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    start_after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Increment:
    """As a field's value in a write: add to the number that stands there (0 if none does)."""

    by: float


@dataclass(frozen=True, slots=True)
class ArrayUnion:
    """As a field's value in a write: append those values that the array lacks."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ArrayRemove:
    """As a field's value in a write: remove these values from the array."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Create:
    """Write a new document; `Conflict` if one stands there."""

    collection: str
    id: str
    data: Fields


@dataclass(frozen=True, slots=True)
class Put:
    """Write a document whole, whether or not one stands there."""

    collection: str
    id: str
    data: Fields
    if_version: str | None = None
    """`Conflict` unless the document stands at this version."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merge maps recursively into the document; create it if there is none."""

    collection: str
    id: str
    data: Fields


@dataclass(frozen=True, slots=True)
class Update:
    """Set the named fields (dotted paths); `NotFound` if the document does not exist."""

    collection: str
    id: str
    data: Fields
    if_version: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a document; nothing happens if there is none."""

    collection: str
    id: str


Write: TypeAlias = Create | Put | Merge | Update | Delete


class Transaction(Protocol):
    """Reads at one moment, then writes that commit only if nothing read has changed since."""

    def get(self, collection: str, doc_id: str) -> Document | None:
        """Return the document, or None."""
        ...

    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        """Return those of the documents that exist, by id."""
        ...

    def query(self, query: Query) -> list[Document]:
        """Return the matching documents in order."""
        ...

    def write(self, *writes: Write) -> None:
        """Add writes to the commit; no read may follow."""
        ...


class DocumentStore(Protocol):
    """Firestore's model: collections of documents of at most 1 MiB, ids of at most 1500 bytes.

    A collection may be nested below a document by its path: ``objects/ZTF18abc/comments``.
    """

    def get(self, collection: str, doc_id: str) -> Document | None:
        """Return the document, or None."""
        ...

    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        """Return those of the documents that exist, by id."""
        ...

    def query(self, query: Query) -> list[Document]:
        """Return the matching documents in order."""
        ...

    def count(self, query: Query) -> int:
        """Return how many documents match, without reading them."""
        ...

    def commit(self, writes: Sequence[Write]) -> None:
        """Apply all writes or none (at most 500).

        Raises
        ------
        Conflict
            A `Create` found a document, or a version had changed.
        NotFound
            An `Update` found none.
        TooLarge
            A document would exceed 1 MiB.
        """
        ...

    def transact(self, body: Callable[[Transaction], T]) -> T:
        """Run `body` until its reads and writes commit together; `body` may run several times."""
        ...

    def listen(
        self, query: Query, on_change: Callable[[list[Document]], None]
    ) -> Callable[[], None]:
        """Call `on_change` with the whole result now and after each change; return a stop."""
        ...

    def close(self) -> None:
        """Release connections and threads."""
        ...


# --- warehouse: BigQuery ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """A query as an expression tree, printed in each engine's dialect, values bound by name."""

    tree: exp.Query
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values for the tree's ``exp.Parameter`` names: int, float, str, bool, datetime, lists."""
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    """Tables of the asker's own, by the name under which the tree reads them: what is joined with
    the warehouse's rows. Columns of int64, double and string, without nulls, at least one row."""
    timeout_s: float | None = None
    """How long it may run, seconds; None for as long as the engine lets it."""
    recurs: bool = False
    """Whether this very tree comes again with other values, so that what an engine makes of it is
    worth keeping; nobody changes such a tree."""


class Warehouse(Protocol):
    """Append-only tables, defined in `fritz.archive.tables`; readers see each append whole."""

    @property
    def searches_arrays(self) -> bool:
        """Whether looking into a row's arrays there is cheaper than reading the row."""
        ...

    def append(self, table: str, rows: Sequence[Fields]) -> None:
        """Append rows durably; all of them or none."""
        ...

    def load(self, table: str, keys: Sequence[str]) -> int:
        """Append Parquet objects from the object store in bulk; return the number of rows."""
        ...

    def run(self, statement: Statement) -> pa.Table:
        """Return the result of a query."""
        ...

    def dry_run(self, statement: Statement) -> int:
        """Check a query and return the bytes it would read (an estimate where embedded)."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


# --- object store: Cloud Storage --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Extent:
    """Some bytes of an object."""

    key: str
    offset: int
    length: int


class ObjectStore(Protocol):
    """Immutable blobs under slash-separated keys."""

    def create(self, key: str, data: bytes) -> bool:
        """Write a new object; return False, changing nothing, if the key is taken."""
        ...

    def get(self, key: str) -> bytes:
        """Return an object's bytes; `NotFound` if there is none."""
        ...

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` (fewer at the end); `NotFound` if no such object."""
        ...

    def get_ranges(self, extents: Sequence[Extent]) -> list[bytes]:
        """Return the bytes of each, as `get_range` does; many at the same time where that helps."""
        ...

    def exists(self, key: str) -> bool:
        """Return whether there is such an object."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the keys that start with `prefix`, sorted."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens if there is none."""
        ...


# --- bus: Pub/Sub with push subscriptions -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: at most 10 MB of data and 100 string attributes."""

    data: bytes
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscription:
    """How one topic is pushed to one endpoint."""

    name: str
    topic: str
    endpoint: str
    """The URL that gets each message as Pub/Sub's push body, topic in the path; any status of 2xx
    acknowledges, anything else retries."""
    dead_letter_topic: str | None = None
    max_attempts: int = 5
    """Attempts before the message goes to the dead-letter topic (Pub/Sub: 5 to 100)."""
    ack_deadline_s: int = 60
    min_backoff_s: float = 10.0
    max_backoff_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in one subscription."""

    messages: int
    oldest: datetime | None
    """When the oldest waiting message was published."""


class Bus(Protocol):
    """Topics with at-least-once push delivery."""

    def create_topic(self, topic: str) -> None:
        """Create the topic unless it exists."""
        ...

    def subscribe(self, subscription: Subscription) -> None:
        """Create the subscription unless it exists; topics must exist (`NotFound`)."""
        ...

    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        """Publish durably and return the message ids, in order.

        Raises
        ------
        NotFound
            No such topic.
        TooLarge
            A message exceeds 10 MB; nothing was published.
        """
        ...

    def backlog(self, subscription: str) -> Backlog | None:
        """Return what waits, or None where only the vendor's monitoring knows (Pub/Sub)."""
        ...

    def close(self) -> None:
        """Release connections; what was published stays."""
        ...


# --- identity ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """Who signed in, as the identity provider knows them."""

    uid: str
    email: str | None
    email_verified: bool
    name: str | None
    provider: str


class Identity(Protocol):
    """Sign-in by an identity provider, kept in a session cookie."""

    def start_session(self, credential: str, valid_s: int) -> str:
        """Return a session cookie for a fresh sign-in credential; `Unauthorized` if it is bad."""
        ...

    def account(self, cookie: str) -> Account:
        """Return who the session cookie stands for; `Unauthorized` if expired, bad or revoked."""
        ...

    def end_sessions(self, uid: str) -> None:
        """Revoke every session of the account."""
        ...


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a browser goes to sign in, and what to remember until it comes back."""

    url: str
    state: str
    """Opaque; whoever comes back must be the browser that kept it."""


class SignIn(Protocol):
    """Sign-in at a provider, by redirects alone: no script of anybody runs on our pages."""

    def providers(self) -> Mapping[str, str]:
        """Return what people may sign in with: names for people, by id."""
        ...

    def begin(self, provider: str, return_url: str) -> Redirect:
        """Return where to send the browser; `Invalid` if there is no such provider."""
        ...

    def finish(self, state: str, returned_url: str) -> str:
        """Return the credential for `Identity.start_session`; `Unauthorized` if there is none.

        Parameters
        ----------
        returned_url : with all that the provider put behind it.
        """
        ...
