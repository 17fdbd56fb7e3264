"""Avro's binary encoding, read fast and within bounds.

A schema is compiled once into plain functions ``read(data, position) -> (value, position)``.

What a forged packet could ask for is bounded here: every value costs at least a byte of input,
arrays and maps draw on one allowance per packet, and a schema may neither recurse nor explode.
Values equal fastavro's, except that logical types stay plain numbers.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from fritz.alerts.avro_runs import steps_of
from fritz.alerts.avro_values import PRIMITIVES, Data, Reader, Type, read_long, read_string
from fritz.errors import Poison

__all__ = ["MAX_SCHEMA_BYTES", "compile_schema"]

MAX_SCHEMA_BYTES = 256 * 1024
ELEMENT_VALUES = 4
"""What an element of an array or map costs of the allowance beside its fields."""


@lru_cache(maxsize=16)
def compile_schema(schema: bytes) -> Reader:
    """Return the reader of one datum of the schema (JSON).

    Raises
    ------
    Poison
        ``bad_schema``: not a schema, or one of a kind that no survey publishes.
    """
    if len(schema) > MAX_SCHEMA_BYTES:
        raise Poison("bad_schema", f"{len(schema)} bytes, at most {MAX_SCHEMA_BYTES}")
    try:
        return _compile(json.loads(schema), "", {}).read
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise Poison("bad_schema", f"{type(e).__name__}: {str(e)[:100]}") from e


def _compile(schema: Any, space: str, named: dict[str, Type | None]) -> Type:
    if isinstance(schema, list):
        return _union([None if s == "null" else _compile(s, space, named) for s in schema])
    if isinstance(schema, str):
        if schema in PRIMITIVES:
            return Type(PRIMITIVES[schema], primitive=schema)
        known = named.get(schema) or named.get(f"{space}.{schema}")
        if known is None:
            raise Poison("bad_schema", f"unknown or recursive type {schema[:100]!r}")
        return known
    kind = schema["type"]
    if kind in COMPOUND:
        return COMPOUND[kind](schema, space, named)
    return _compile(kind, space, named)


def _define(schema: Mapping[str, Any], space: str, named: dict[str, Type | None]) -> str:
    """Return the full name of a named type, marking it as under construction."""
    name: str = schema["name"]
    if "." not in name:
        space = schema.get("namespace", space)
        name = f"{space}.{name}" if space else name
    named[name] = None
    return name


def _union(branches: Sequence[Type | None]) -> Type:
    if len(branches) == 2 and branches[0] is None and branches[1] is not None:  # noqa: PLR2004 - a pair
        only = branches[1]
    else:
        only = None
    if not branches:
        raise Poison("bad_schema", "a union of nothing")

    def read(data: Data, position: int) -> tuple[Any, int]:
        index, position = read_long(data, position)
        if not 0 <= index < len(branches):
            raise Poison("bad_type", f"branch {index} of a union of {len(branches)}")
        branch = branches[index]
        return (None, position) if branch is None else branch.read(data, position)

    fields = max((branch.fields for branch in branches if branch), default=1)
    return Type(read, fields, nullable=only)


def _block(data: Data, position: int, fields: int) -> tuple[int, int]:
    """Return how many items a block of an array or map holds, and where they start."""
    count, position = read_long(data, position)
    if count < 0:
        count = -count
        _, position = read_long(data, position)
    data.left -= count * (fields + ELEMENT_VALUES)
    if data.left < 0 or count > len(data) - position:
        raise Poison("too_large", f"{count} elements announced at byte {position}")
    return count, position


def _array(schema: Mapping[str, Any], space: str, named: dict[str, Type | None]) -> Type:
    item = _compile(schema["items"], space, named)

    def read(data: Data, position: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        append, read_item = values.append, item.read
        while True:
            count, position = _block(data, position, item.fields)
            if not count:
                return values, position
            for _ in range(count):
                value, position = read_item(data, position)
                append(value)

    return Type(read)


def _map(schema: Mapping[str, Any], space: str, named: dict[str, Type | None]) -> Type:
    item = _compile(schema["values"], space, named)

    def read(data: Data, position: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        while True:
            count, position = _block(data, position, item.fields)
            if not count:
                return values, position
            for _ in range(count):
                key, position = read_string(data, position)
                values[key], position = item.read(data, position)

    return Type(read)


def _enum(schema: Mapping[str, Any], space: str, named: dict[str, Type | None]) -> Type:
    name, symbols = _define(schema, space, named), list(schema["symbols"])

    def read(data: Data, position: int) -> tuple[str, int]:
        index, position = read_long(data, position)
        if not 0 <= index < len(symbols):
            raise Poison("bad_type", f"symbol {index} of {name}")
        return symbols[index], position

    named[name] = found = Type(read)
    return found


def _fixed(schema: Mapping[str, Any], space: str, named: dict[str, Type | None]) -> Type:
    name, size = _define(schema, space, named), int(schema["size"])
    if size < 1:
        raise Poison("bad_schema", f"{name} has no size")

    def read(data: Data, position: int) -> tuple[bytes, int]:
        end = position + size
        if end > len(data):
            raise Poison("truncated", f"{size} bytes at byte {position} of {len(data)}")
        return data[position:end], end

    named[name] = found = Type(read)
    return found


def _record(schema: Mapping[str, Any], space: str, named: dict[str, Type | None]) -> Type:
    full = _define(schema, space, named)
    space = full.rpartition(".")[0]
    names = [str(field["name"]) for field in schema["fields"]]
    types = [_compile(field["type"], space, named) for field in schema["fields"]]
    if not types:
        raise Poison("bad_schema", f"{full} has no fields")
    steps = list(steps_of(types))

    def read(data: Data, position: int) -> tuple[dict[str, Any], int]:
        values: list[Any] = []
        for step in steps:
            position = step(data, position, values)
        return dict(zip(names, values, strict=True)), position

    named[full] = found = Type(read, sum(t.fields for t in types))
    return found


COMPOUND: Mapping[str, Callable[[Mapping[str, Any], str, dict[str, Type | None]], Type]] = {
    "array": _array,
    "enum": _enum,
    "fixed": _fixed,
    "map": _map,
    "record": _record,
}
