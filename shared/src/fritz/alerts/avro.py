"""Avro's binary encoding, read fast and within bounds.

A schema is compiled once into plain functions ``read(data, position) -> (value, position)``. What
makes it quick on alerts is their shape: long runs of nullable floats, nearly always all there or
all null. Such a run is checked by one comparison and unpacked by one `struct` call.

What a forged packet could ask for is bounded here too: every value costs at least a byte of input,
arrays and maps draw on one allowance per packet, and a schema may neither recurse nor explode.
Values equal fastavro's, except that logical types stay plain numbers.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from typing import Any, TypeAlias

from fritz.errors import Poison

__all__ = [
    "MAX_SCHEMA_BYTES",
    "MAX_VALUES",
    "Data",
    "Reader",
    "compile_schema",
    "read_bytes",
    "read_long",
]

MAX_SCHEMA_BYTES = 256 * 1024
MAX_VALUES = 1_000_000
"""Values that a packet's arrays and maps may hold in all, their elements' fields counted."""
ELEMENT_VALUES = 4
"""What an element costs of that beside its fields."""
MAX_FIELDS = 2_000
"""Fields of one type, those of the types within it counted."""
VARINT_BITS = 63
NULL, PRESENT = 0, 2
"""The bytes of a nullable value's two branches."""


class Data(bytes):
    """Bytes to read values from, and how many values arrays and maps may still make of them."""

    left = MAX_VALUES


Reader: TypeAlias = Callable[[Data, int], tuple[Any, int]]
Step: TypeAlias = Callable[[Data, int, list[Any]], int]


def read_long(data: bytes, position: int) -> tuple[int, int]:
    """Return the zigzag variable-length integer at `position` and where it ends."""
    byte = data[position]
    position += 1
    if byte < 128:  # noqa: PLR2004 - the continuation bit
        return (byte >> 1) ^ -(byte & 1), position
    number, shift = byte & 127, 7
    while byte > 127:  # noqa: PLR2004 - the continuation bit
        byte = data[position]
        position += 1
        number |= (byte & 127) << shift
        shift += 7
        if shift > VARINT_BITS + 7:
            raise Poison("bad_number", f"an integer at byte {position} never ends")
    if number >> (VARINT_BITS + 1):
        raise Poison("bad_number", f"an integer at byte {position} exceeds 64 bits")
    return (number >> 1) ^ -(number & 1), position


def read_bytes(data: bytes, position: int) -> tuple[bytes, int]:
    """Return the length-prefixed bytes at `position` and where they end."""
    length, start = read_long(data, position)
    end = start + length
    if length < 0 or end > len(data):
        raise Poison("truncated", f"{length} bytes at byte {start} of {len(data)}")
    return data[start:end], end


def _read_string(data: bytes, position: int) -> tuple[str, int]:
    raw, end = read_bytes(data, position)
    try:
        return raw.decode(), end
    except UnicodeDecodeError as e:
        raise Poison("bad_text", f"no UTF-8 at byte {position}") from e


def _read_boolean(data: bytes, position: int) -> tuple[bool, int]:
    return data[position] != 0, position + 1


def _fixed_number(form: str) -> Reader:
    unpack, size = struct.Struct(form).unpack_from, struct.calcsize(form)

    def read(data: bytes, position: int) -> tuple[Any, int]:
        return unpack(data, position)[0], position + size

    return read


PRIMITIVES: Mapping[str, Reader] = {
    "int": read_long,
    "long": read_long,
    "float": _fixed_number("<f"),
    "double": _fixed_number("<d"),
    "bytes": read_bytes,
    "string": _read_string,
    "boolean": _read_boolean,
}
WIDTHS = {"float": ("f", 4), "double": ("d", 8)}


class _Type:
    """A compiled type: how to read it, how many fields it has, and what it is if nullable."""

    __slots__ = ("fields", "nullable", "primitive", "read")

    def __init__(
        self,
        read: Reader,
        fields: int = 1,
        primitive: str | None = None,
        nullable: "_Type | None" = None,
    ) -> None:
        if fields > MAX_FIELDS:
            raise Poison("bad_schema", f"a type of more than {MAX_FIELDS} fields")
        self.read, self.fields, self.primitive, self.nullable = read, fields, primitive, nullable


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


def _compile(schema: Any, space: str, named: dict[str, _Type | None]) -> _Type:
    if isinstance(schema, list):
        return _union([None if s == "null" else _compile(s, space, named) for s in schema])
    if isinstance(schema, str):
        if schema in PRIMITIVES:
            return _Type(PRIMITIVES[schema], primitive=schema)
        known = named.get(schema) or named.get(f"{space}.{schema}")
        if known is None:
            raise Poison("bad_schema", f"unknown or recursive type {schema[:100]!r}")
        return known
    kind = schema["type"]
    if kind in COMPOUND:
        return COMPOUND[kind](schema, space, named)
    return _compile(kind, space, named)


def _define(schema: Mapping[str, Any], space: str, named: dict[str, _Type | None]) -> str:
    """Return the full name of a named type, marking it as under construction."""
    name: str = schema["name"]
    if "." not in name:
        space = schema.get("namespace", space)
        name = f"{space}.{name}" if space else name
    named[name] = None
    return name


def _union(branches: Sequence[_Type | None]) -> _Type:
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
    return _Type(read, fields, nullable=only)


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


def _array(schema: Mapping[str, Any], space: str, named: dict[str, _Type | None]) -> _Type:
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

    return _Type(read)


def _map(schema: Mapping[str, Any], space: str, named: dict[str, _Type | None]) -> _Type:
    item = _compile(schema["values"], space, named)

    def read(data: Data, position: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        while True:
            count, position = _block(data, position, item.fields)
            if not count:
                return values, position
            for _ in range(count):
                key, position = _read_string(data, position)
                values[key], position = item.read(data, position)

    return _Type(read)


def _enum(schema: Mapping[str, Any], space: str, named: dict[str, _Type | None]) -> _Type:
    name, symbols = _define(schema, space, named), list(schema["symbols"])

    def read(data: Data, position: int) -> tuple[str, int]:
        index, position = read_long(data, position)
        if not 0 <= index < len(symbols):
            raise Poison("bad_type", f"symbol {index} of {name}")
        return symbols[index], position

    named[name] = found = _Type(read)
    return found


def _fixed(schema: Mapping[str, Any], space: str, named: dict[str, _Type | None]) -> _Type:
    name, size = _define(schema, space, named), int(schema["size"])
    if size < 1:
        raise Poison("bad_schema", f"{name} has no size")

    def read(data: Data, position: int) -> tuple[bytes, int]:
        end = position + size
        if end > len(data):
            raise Poison("truncated", f"{size} bytes at byte {position} of {len(data)}")
        return data[position:end], end

    named[name] = found = _Type(read)
    return found


def _record(schema: Mapping[str, Any], space: str, named: dict[str, _Type | None]) -> _Type:
    full = _define(schema, space, named)
    space = full.rpartition(".")[0]
    names = [str(field["name"]) for field in schema["fields"]]
    types = [_compile(field["type"], space, named) for field in schema["fields"]]
    if not types:
        raise Poison("bad_schema", f"{full} has no fields")
    steps = list(_steps(types))

    def read(data: Data, position: int) -> tuple[dict[str, Any], int]:
        values: list[Any] = []
        for step in steps:
            position = step(data, position, values)
        return dict(zip(names, values, strict=True)), position

    named[full] = found = _Type(read, sum(t.fields for t in types))
    return found


def _steps(types: Sequence[_Type]) -> Iterator[Step]:
    """Yield how to read a record's fields: nullable ones in runs, the others one at a time."""
    for nullable, group in groupby(types, key=lambda t: t.nullable is not None):
        run = list(group)
        if nullable:
            yield _nullable_run([t.nullable for t in run if t.nullable])
        else:
            yield from (_single(t.read) for t in run)


def _single(read: Reader) -> Step:
    def step(data: Data, position: int, values: list[Any]) -> int:
        value, position = read(data, position)
        values.append(value)
        return position

    return step


def _nullable_run(types: Sequence[_Type]) -> Step:
    """Return the step for consecutive fields that are each ``["null", type]``."""
    total = len(types)
    readers = [t.read for t in types]
    present = [_all_present(types[i:]) for i in range(total)]

    def step(data: Data, position: int, values: list[Any]) -> int:
        field = 0
        while field < total:
            branch = data[position]
            if branch == NULL:
                rest = data[position : position + total - field]
                nulls = len(rest) - len(rest.lstrip(b"\0"))
                values.extend([None] * nulls)
                position += nulls
                field += nulls
            elif branch == PRESENT:
                count, size, stride, marks, unpack = present[field]
                if count > 1 and data[position : position + size : stride] == marks:
                    values.extend(unpack(data, position))
                    position += size
                    field += count
                else:
                    value, position = readers[field](data, position + 1)
                    values.append(value)
                    field += 1
            else:
                raise Poison("bad_type", f"branch byte {branch} at byte {position}")
        return position

    return step


def _all_present(
    types: Sequence[_Type],
) -> tuple[int, int, int, bytes, Callable[[bytes, int], tuple[Any, ...]]]:
    """Describe the leading floats, or doubles, if none is null.

    Returns
    -------
    How many, their bytes with each one's branch byte, the bytes of one, the branch bytes, and what
    unpacks them.
    """
    first = types[0].primitive or ""
    if first not in WIDTHS:
        return 1, 0, 1, b"", _nothing
    count = sum(1 for _ in takewhile(lambda t: t.primitive == first, types))
    code, width = WIDTHS[first]
    unpack = struct.Struct("<" + f"x{code}" * count).unpack_from
    return count, count * (width + 1), width + 1, bytes([PRESENT]) * count, unpack


def _nothing(_data: bytes, _position: int) -> tuple[Any, ...]:
    return ()


COMPOUND: Mapping[str, Callable[[Mapping[str, Any], str, dict[str, _Type | None]], _Type]] = {
    "array": _array,
    "enum": _enum,
    "fixed": _fixed,
    "map": _map,
    "record": _record,
}
