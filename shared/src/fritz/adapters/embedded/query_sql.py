"""A Firestore query as a statement of SQLite over the table `documents`.

Field values are compared as the keys of `fritz.adapters.embedded.ordering`, computed by the SQL
function `fritz_key(data, path)`. An expression index over the same calls makes a shape of query
fast; it covers one collection group only, so that no other collection pays for it.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fritz.adapters.embedded.codec import decode, normal
from fritz.adapters.embedded.ordering import NULL_KEY, at_path, bracket, sort_key
from fritz.adapters.embedded.rules import effective_order
from fritz.adapters.embedded.sqlite import literal
from fritz.ports import Query, Where

__all__ = ["Selection", "group_of", "register_functions", "select"]


_RANGES = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Selection:
    """The parts of a statement that answer a query."""

    condition: str
    parameters: tuple[Any, ...]
    order: str
    limit: int
    index: str | None
    """The definition of the index that serves this shape of query, if a field takes part."""

    @property
    def count(self) -> str:
        """Return the statement that counts the matching documents."""
        if self.limit >= 0:
            return f"SELECT count(*) FROM ({self.rows('1')})"  # noqa: S608 -- built from our parts
        return f"SELECT count(*) FROM documents WHERE {self.condition}"  # noqa: S608 -- as above

    def rows(self, columns: str) -> str:
        """Return the statement that yields `columns` of the matching documents in order."""
        return (
            f"SELECT {columns} FROM documents WHERE {self.condition}"  # noqa: S608 -- our columns
            f" ORDER BY {self.order} LIMIT {self.limit:d}"
        )


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that queries and indexes call."""
    connection.create_function("fritz_key", 2, _field_key, deterministic=True)
    connection.create_function("fritz_holds", -1, _holds, deterministic=True)


def group_of(collection: str) -> str:
    """Return the collection's own name, which it shares with its like below other documents."""
    return collection.rsplit("/", 1)[-1]


def select(query: Query) -> Selection:
    """Return the statement parts for a checked query."""
    order = effective_order(query)
    conditions = ["collection = ?", f"grp = {literal(group_of(query.collection))}"]
    parameters: list[Any] = [query.collection]
    for where in query.where:
        if where.op not in _RANGES:
            condition, values = _condition(where)
            conditions.append(condition)
            parameters += values
    for condition, bound in _bounds(query, order):
        conditions.append(condition)
        parameters.append(bound)
    conditions += [f"{_key(field)} IS NOT NULL" for field, _ in order]
    fixed = {where.field for where in query.where if where.op == "=="}
    conditions += [f"{_key(o.field)} IS NOT NULL" for o in query.order_by if o.field in fixed]
    if query.start_after is not None:
        condition, values = _after(query, order)
        conditions.append(condition)
        parameters += values
    return Selection(
        condition=" AND ".join(conditions),
        parameters=tuple(parameters),
        order=_order_by(query, order),
        limit=-1 if query.limit is None else query.limit,
        index=_index(query, order),
    )


def _order_by(query: Query, order: Sequence[tuple[str, bool]]) -> str:
    """Return the sort expressions.

    SQLite would rather read a whole collection by id than sort the few rows that an `in` finds by
    its index; a plus before the id keeps it from that.
    """
    columns = _sort_columns(order)
    if not order and any(where.op == "in" for where in query.where):
        columns = [(f"+{key}", down) for key, down in columns]
    return ", ".join(f"{key} {_way(down)}" for key, down in columns)


def _condition(where: Where) -> tuple[str, list[bytes]]:
    value = normal({"value": where.value})["value"]
    if where.op in {"in", "not-in", "array_contains_any"}:
        return _list_condition(where, [sort_key(v) for v in value])
    key, bound = _key(where.field), sort_key(value)
    match where.op:
        case "array_contains":
            return f"fritz_holds(data, {literal(where.field)}, ?)", [bound]
        case "!=":
            return f"{key} != ? AND {key} != ?", [NULL_KEY, bound]
        case _:
            return f"{key} = ?", [bound]


def _bounds(query: Query, order: Sequence[tuple[str, bool]]) -> Iterator[tuple[str, bytes]]:
    """Yield one lower and one upper bound, at most, of each field with a range.

    SQLite reads an index between two bounds only: of several it would take any, and might read all
    of it.
    """
    lower: dict[str, list[tuple[bytes, bool]]] = {}
    upper: dict[str, list[tuple[bytes, bool]]] = {}
    for where in query.where:
        if where.op in _RANGES:
            bound = sort_key(normal({"value": where.value})["value"])
            first, last = bracket(bound)
            below, closed = where.op in {"<", "<="}, where.op in {"<=", ">="}
            lower.setdefault(where.field, []).append((first, True) if below else (bound, closed))
            upper.setdefault(where.field, []).append((bound, closed) if below else (last, False))
    if query.start_after is not None and order:
        field, down = order[0]
        (upper if down else lower).setdefault(field, []).append((_leading(query, field), True))
    for field, bounds in lower.items():
        bound, closed = max(bounds, key=lambda each: (each[0], not each[1]))
        yield f"{_key(field)} {'>=' if closed else '>'} ?", bound
    for field, bounds in upper.items():
        bound, closed = min(bounds)
        yield f"{_key(field)} {'<=' if closed else '<'} ?", bound


def _leading(query: Query, field: str) -> bytes:
    """Return the key of a cursor's value of a field."""
    given = dict(zip((o.field for o in query.order_by), query.start_after or (), strict=False))
    return sort_key(normal({"value": given[field]})["value"])


def _list_condition(where: Where, keys: list[bytes]) -> tuple[str, list[bytes]]:
    key = _key(where.field)
    marks = ", ".join("?" * len(keys))
    if where.op == "in":
        return f"{key} IN ({marks})", keys
    if where.op == "not-in":
        return f"{key} != ? AND {key} NOT IN ({marks})", [NULL_KEY, *keys]
    return f"fritz_holds(data, {literal(where.field)}, {marks})", keys


def _key(field: str) -> str:
    return f"fritz_key(data, {literal(field)})"


def _way(descending: bool) -> str:  # noqa: FBT001 -- as in Order
    return "DESC" if descending else "ASC"


def _sort_columns(order: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Return the sort expressions; the id follows the direction of the last field."""
    last = order[-1][1] if order else False
    return [*((_key(field), down) for field, down in order), ("id", last)]


def _after(query: Query, order: Sequence[tuple[str, bool]]) -> tuple[str, list[Any]]:
    """Return the condition that a row stands behind the cursor in the sort order."""
    cursor = query.start_after or ()
    bounds: list[Any] = [_leading(query, field) for field, _ in order]
    bounds += cursor[len(query.order_by) :]
    columns = _sort_columns(order)[: len(bounds)]
    if not columns:
        return "FALSE", []
    alternatives, values = [], []
    for i, (column, down) in enumerate(columns):
        equal = [f"{c} = ?" for c, _ in columns[:i]]
        alternatives.append(" AND ".join([*equal, f"{column} {'<' if down else '>'} ?"]))
        values += bounds[: i + 1]
    return f"({' OR '.join(alternatives)})", values


def _index(query: Query, order: Sequence[tuple[str, bool]]) -> str | None:
    equal = sorted({where.field for where in query.where if where.op in {"==", "in"}})
    sorted_by = [(field, down) for field, down in order if field not in equal]
    if not equal and not sorted_by:
        return None
    flip = bool(sorted_by) and sorted_by[0][1]
    last = sorted_by[-1][1] if sorted_by else False
    columns = [
        "collection",
        *map(_key, equal),
        *(f"{_key(field)} {_way(down != flip)}" for field, down in sorted_by),
        f"id {_way(last != flip)}",
    ]
    body = f"ON documents ({', '.join(columns)}) WHERE grp = {literal(group_of(query.collection))}"
    name = "documents_" + hashlib.sha256(body.encode()).hexdigest()[:16]
    return f"CREATE INDEX IF NOT EXISTS {name} {body}"


@lru_cache(maxsize=16)
def _decoded(text: str) -> dict[str, Any]:
    """Decode once for the several fields of an index that ask for one document."""
    return decode(text)


def _field_key(text: str, path: str) -> bytes | None:
    exists, value = at_path(_decoded(text), path)
    return sort_key(value) if exists else None


def _holds(text: str, path: str, *keys: bytes) -> bool:
    _, value = at_path(_decoded(text), path)
    return isinstance(value, list) and any(sort_key(v) in keys for v in value)
