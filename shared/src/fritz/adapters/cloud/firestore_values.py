"""Between our values and those of Google's Firestore client: fields, versions, queries, writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, assert_never

from google.api_core.datetime_helpers import DatetimeWithNanoseconds
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from fritz.errors import Conflict, Invalid
from fritz.ports import (
    ArrayRemove,
    ArrayUnion,
    Create,
    Delete,
    Document,
    Fields,
    Increment,
    Merge,
    Put,
    Query,
    Update,
    Write,
)

__all__ = ["add_write", "collection_at", "document_at", "to_document", "to_firestore", "to_query"]

DOCUMENT_ID = "__name__"
"""Firestore's name for the document's own path in queries."""

RANGE_OPERATORS = frozenset({"<", "<=", ">", ">=", "!=", "not-in"})


def to_firestore(value: Any) -> Any:
    """Return a field's value as Google's client writes it.

    Raises
    ------
    Invalid
        A value that no document can hold: a date without a time zone, a list directly in a list,
        an integer beyond 64 bits, or an object of any other kind.
    """
    match value:
        case Mapping():
            return {key: to_firestore(item) for key, item in value.items()}
        case list() | tuple():
            if any(isinstance(item, list | tuple) for item in value):
                raise Invalid("a list cannot hold a list")
            return [to_firestore(item) for item in value]
        case Increment(by):
            return firestore.Increment(by)
        case ArrayUnion(values):
            return firestore.ArrayUnion(to_firestore(values))
        case ArrayRemove(values):
            return firestore.ArrayRemove(to_firestore(values))
        case datetime() if value.tzinfo is None:
            raise Invalid(f"{value} has no time zone")
        case int() if not -(2**63) <= value < 2**63:
            raise Invalid(f"{value} has more than 64 bits")
        case None | bool() | int() | float() | str() | bytes() | datetime():
            return value
        case _:
            raise Invalid(f"a document cannot hold a {type(value).__name__}")


def from_firestore(value: Any) -> Any:
    """Return a field's value as read, in plain types."""
    if isinstance(value, dict):
        return {key: from_firestore(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_firestore(item) for item in value]
    if isinstance(value, datetime):
        return datetime.fromtimestamp(0, UTC) + (value - _EPOCH)
    return value


_EPOCH = datetime.fromtimestamp(0, UTC)


def to_document(snapshot: firestore.DocumentSnapshot) -> Document:
    """Return what was read of an existing document."""
    reference = snapshot.reference
    return Document(
        collection="/".join(reference.path.split("/")[:-1]),
        id=reference.id,
        data=from_firestore(snapshot.to_dict()),
        version=snapshot.update_time.rfc3339(),
    )


def collection_at(client: firestore.Client, path: str) -> firestore.CollectionReference:
    """Return the collection at a path; `Invalid` if the path names a document or nothing."""
    if not all(path.split("/")):
        raise Invalid(f"{path!r} names no collection")
    try:
        return client.collection(path)
    except ValueError as error:
        raise Invalid(f"{path!r} names no collection: {error}") from error


def document_at(
    client: firestore.Client, collection: str, doc_id: str
) -> firestore.DocumentReference:
    """Return the place of a document; `Invalid` if the id cannot be one."""
    if not doc_id or "/" in doc_id:
        raise Invalid(f"{doc_id!r} in {collection} cannot be an id")
    return collection_at(client, collection).document(doc_id)


def to_query(client: firestore.Client, query: Query) -> firestore.Query:
    """Return a query of Google's client, its order made total by the document id.

    Firestore itself orders by the fields with a range that the query does not order by, and then
    by the id in the direction of the last key. It is said here all the same, since a cursor can
    only speak of keys that are said.

    Raises
    ------
    Invalid
        A path that names no collection or field, a value that no document can hold, or a cursor
        where the order does not name the ranged fields.
    """
    try:
        return _built(client, query)
    except (TypeError, ValueError) as error:
        raise Invalid(f"query of {query.collection}: {error}") from error


def _built(client: firestore.Client, query: Query) -> firestore.Query:
    built = collection_at(client, query.collection)
    for where in query.where:
        condition = FieldFilter(_path(where.field), where.op, to_firestore(where.value))
        built = built.where(filter=condition)
    for field, descending in _total_order(query):
        built = built.order_by(field, direction=_direction(descending))
    if query.start_after is not None:
        _check_cursor(query)
        built = built.start_after(to_firestore(list(query.start_after)))
    if query.limit is not None:
        built = built.limit(query.limit)
    return built


def _total_order(query: Query) -> list[tuple[str, bool]]:
    keys = [(_path(order.field), order.descending) for order in query.order_by]
    last = keys[-1][1] if keys else False
    return [*keys, *((_path(field), last) for field in _ranged_unnamed(query)), (DOCUMENT_ID, last)]


def _ranged_unnamed(query: Query) -> list[str]:
    ranged = {where.field for where in query.where if where.op in RANGE_OPERATORS}
    return sorted(ranged - {order.field for order in query.order_by})


def _check_cursor(query: Query) -> None:
    """Refuse a cursor whose values would be taken for those of other keys."""
    size, keys = len(query.start_after or ()), len(query.order_by)
    if not max(keys, 1) <= size <= keys + 1:
        raise Invalid(f"a cursor of {size} values for {keys} sort keys and an id")
    if _ranged_unnamed(query):
        raise Invalid(f"a cursor needs the order to name {_ranged_unnamed(query)}")


def add_write(client: firestore.Client, batch: firestore.WriteBatch, write: Write) -> None:
    """Add one of our writes to a batch or transaction of Google's client.

    Raises
    ------
    Invalid
        A value, a field path or an id that Firestore cannot hold.
    Conflict
        `if_version` is no version that a document of Firestore ever had.
    """
    reference = document_at(client, write.collection, write.id)
    try:
        match write:
            case Create():
                batch.create(reference, to_firestore(write.data))
            case Put():
                batch.set(reference, to_firestore(write.data))
                _demand_version(batch, write.if_version)
            case Merge():
                batch.set(reference, to_firestore(write.data), merge=True)
            case Update():
                batch.update(reference, _paths_quoted(write.data))
                _demand_version(batch, write.if_version)
            case Delete():
                batch.delete(reference)
            case _:
                assert_never(write)
    except (TypeError, ValueError) as error:
        raise Invalid(f"{write.collection}/{write.id}: {error}") from error


def _demand_version(batch: firestore.WriteBatch, version: str | None) -> None:
    """Let the batch's last write hold only if the document stands at a version.

    Google's client takes such a condition with an update but not with a whole document, although
    Firestore itself does; so it is laid on the wire message that the client has just built.
    """
    if version is None:
        return
    try:
        stamp = DatetimeWithNanoseconds.from_rfc3339(version)
    except ValueError as error:
        raise Conflict(f"no document was ever at version {version!r}") from error
    batch._write_pbs[-1].current_document = {"update_time": stamp}  # noqa: SLF001 - see above


def _paths_quoted(data: Fields) -> dict[str, Any]:
    return {_path(path): to_firestore(value) for path, value in data.items()}


def _path(dotted: str) -> str:
    """Return a dotted path with those parts quoted that are no plain names (``seen.12``)."""
    quoted: str = FieldPath(*dotted.split(".")).to_api_repr()
    return quoted


def _direction(descending: bool) -> str:  # noqa: FBT001 - one private flag
    chosen: str = firestore.Query.DESCENDING if descending else firestore.Query.ASCENDING
    return chosen
