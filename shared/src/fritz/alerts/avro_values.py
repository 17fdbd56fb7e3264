"""Avro's simple types, and what reading any type needs."""

import struct
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fritz.errors import Poison

__all__ = [
    "MAX_VALUES",
    "PRIMITIVES",
    "Data",
    "Reader",
    "Type",
    "read_bytes",
    "read_long",
    "read_string",
]

MAX_VALUES = 1_000_000
"""Values that a packet's arrays and maps may hold in all, their elements' fields counted."""
MAX_FIELDS = 2_000
"""Fields of one type, those of the types within it counted."""
VARINT_BITS = 63


class Data(bytes):
    """Bytes to read values from, and how many values arrays and maps may still make of them."""

    left = MAX_VALUES


Reader: TypeAlias = Callable[[Data, int], tuple[Any, int]]


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


def read_string(data: bytes, position: int) -> tuple[str, int]:
    """Return the text at `position` and where it ends."""
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
    "string": read_string,
    "boolean": _read_boolean,
}


class Type:
    """A compiled type: how to read it, how many fields it has, and what it is if nullable."""

    __slots__ = ("fields", "nullable", "primitive", "read")

    def __init__(
        self,
        read: Reader,
        fields: int = 1,
        primitive: str | None = None,
        nullable: "Type | None" = None,
    ) -> None:
        if fields > MAX_FIELDS:
            raise Poison("bad_schema", f"a type of more than {MAX_FIELDS} fields")
        self.read, self.fields, self.primitive, self.nullable = read, fields, primitive, nullable
