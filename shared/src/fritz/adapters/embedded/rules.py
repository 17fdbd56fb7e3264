"""What Firestore refuses: ids, sizes and shapes of queries. Each check raises `Invalid`.

Limits are those of Firestore's pages "Usage and limits" and "Order and limit data".
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from fritz.adapters.embedded.codec import normal, size_bytes
from fritz.errors import Invalid, TooLarge
from fritz.ports import Query, Where, Write

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "RANGE_OPERATORS",
    "check_collection",
    "check_commit",
    "check_id",
    "check_query",
    "check_size",
    "effective_order",
]

MAX_DOCUMENT_BYTES = 1_048_576
MAX_ID_BYTES = 1500
MAX_WRITES = 500
MAX_DISJUNCTIONS = 30
MAX_NOT_IN = 10
MAX_RANGE_FIELDS = 10
RANGE_OPERATORS = frozenset({"<", "<=", ">", ">=", "!=", "not-in"})
_LISTS = frozenset({"in", "not-in", "array_contains_any"})
_RESERVED = re.compile(r"__.*__", re.DOTALL)


def check_id(doc_id: str) -> None:
    """Refuse what no document or collection can be called."""
    if not doc_id or "/" in doc_id or doc_id in {".", ".."} or _RESERVED.fullmatch(doc_id):
        raise Invalid(f"{doc_id!r} cannot be an id: not empty, no '/', not '.', '..' or '__x__'")
    try:
        raw = doc_id.encode()
    except UnicodeEncodeError as e:
        raise Invalid(f"{doc_id!r} cannot be an id: not Unicode") from e
    if len(raw) > MAX_ID_BYTES:
        raise Invalid(f"the id {doc_id[:40]!r}... exceeds {MAX_ID_BYTES} bytes")


def check_collection(path: str) -> None:
    """Refuse a path that names no collection, such as that of a document."""
    parts = path.split("/")
    if len(parts) % 2 == 0:
        raise Invalid(f"{path!r} is the path of a document, not of a collection")
    for part in parts:
        check_id(part)


def check_commit(writes: Sequence[Write]) -> None:
    """Refuse too many writes at once, and writes to impossible places."""
    if len(writes) > MAX_WRITES:
        raise Invalid(f"{len(writes)} writes in one commit; at most {MAX_WRITES}")
    for write in writes:
        check_collection(write.collection)
        check_id(write.id)


def check_size(collection: str, doc_id: str, data: Mapping[str, Any]) -> None:
    """Refuse a document above 1 MiB with `TooLarge`."""
    name = sum(size_bytes(part) for part in (*collection.split("/"), doc_id)) + 16
    size = name + size_bytes(data) + 32
    if size > MAX_DOCUMENT_BYTES:
        raise TooLarge(f"{collection}/{doc_id} would have {size} bytes, above 1 MiB")


def effective_order(query: Query) -> list[tuple[str, bool]]:
    """Return the (field, descending) keys that Firestore sorts by before the id.

    A field with a range joins the order where the query does not order by it; a field with an
    equality leaves it, since it cannot tell two results apart.
    """
    fixed = {w.field for w in query.where if w.op == "=="}
    order = [(o.field, o.descending) for o in query.order_by]
    named = {field for field, _ in order}
    last = order[-1][1] if order else False
    ranged = sorted({w.field for w in query.where if w.op in RANGE_OPERATORS} - named)
    return [(f, d) for f, d in [*order, *((f, last) for f in ranged)] if f not in fixed]


def check_query(query: Query) -> None:
    """Refuse what Firestore would refuse without looking at its indexes."""
    check_collection(query.collection)
    if query.limit is not None and query.limit < 1:
        raise Invalid(f"a limit of {query.limit}")
    for where in query.where:
        _check_where(where)
    _check_together(query.where)
    fields = [order.field for order in query.order_by]
    if len(set(fields)) < len(fields):
        raise Invalid(f"the order names a field twice: {fields}")
    _check_cursor(query)


def _check_where(where: Where) -> None:
    at = f"condition {where.field} {where.op}"
    if not where.field or not all(where.field.split(".")):
        raise Invalid(f"{at}: not a field path")
    normal({"value": where.value})
    if where.op not in _LISTS:
        if where.op not in {"==", "!=", "array_contains"} and _unordered(where.value):
            raise Invalid(f"{at}: null and NaN have no order")
        return
    if not isinstance(where.value, list | tuple) or not where.value:
        raise Invalid(f"{at}: wants a list that is not empty")
    if any(map(_unordered, where.value)):
        raise Invalid(f"{at}: null and NaN cannot stand in the list")
    most = MAX_NOT_IN if where.op == "not-in" else MAX_DISJUNCTIONS
    if len(where.value) > most:
        raise Invalid(f"{at}: {len(where.value)} values; at most {most}")


def _unordered(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124 -- NaN


def _check_together(conditions: Sequence[Where]) -> None:
    count = Counter(where.op for where in conditions)
    if count["array_contains"] + count["array_contains_any"] > 1:
        raise Invalid("more than one array condition in a query")
    if count["!="] + count["not-in"] > 1:
        raise Invalid("more than one of != and not-in in a query")
    if count["not-in"] and (count["in"] or count["array_contains_any"]):
        raise Invalid("not-in cannot stand beside in or array_contains_any")
    sizes = [len(w.value) for w in conditions if w.op in {"in", "array_contains_any"}]
    if prod(sizes) > MAX_DISJUNCTIONS:
        raise Invalid(f"{prod(sizes)} disjunctions in a query; at most {MAX_DISJUNCTIONS}")
    ranged = {where.field for where in conditions if where.op in RANGE_OPERATORS}
    if len(ranged) > MAX_RANGE_FIELDS:
        raise Invalid(f"ranges over {len(ranged)} fields; at most {MAX_RANGE_FIELDS}")


def _check_cursor(query: Query) -> None:
    if query.start_after is None:
        return
    keys = len(query.order_by)
    if not 1 <= len(query.start_after) <= keys + 1 or len(query.start_after) < keys:
        raise Invalid(f"a cursor of {len(query.start_after)} values for {keys} sort keys and an id")
    if len(query.start_after) == keys + 1:
        check_id(query.start_after[-1])
    named = {order.field for order in query.order_by}
    ranged = {where.field for where in query.where if where.op in RANGE_OPERATORS}
    if ranged - named:
        raise Invalid(
            f"a cursor needs the order to name the ranged fields {sorted(ranged - named)}"
        )
