"""What an ONNX file says of itself, read from its protobuf without the onnx package.

Only the few fields that a check needs; everything else is skipped by its length. Field numbers are
those of ``onnx.proto``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fritz.errors import Invalid

__all__ = ["OnnxHeader", "read_header"]

GRAPH, OPSET_IMPORT, IR_VERSION = 7, 8, 1
"""Fields of ModelProto."""
INITIALIZER: Final = 5
"""Field of GraphProto."""
DATA_LOCATION: Final = 14
"""Field of TensorProto; 1 means outside of the file."""
DOMAIN, VERSION = 1, 2
"""Fields of OperatorSetIdProto."""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_VARINT_BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class OnnxHeader:
    """The declarations of an ONNX file."""

    ir_version: int
    opsets: Mapping[str, int]
    """Operator domain -> version; the standard one is ``""``."""
    outside_data: bool
    """Whether weights stand in other files."""


def read_header(data: bytes) -> OnnxHeader:
    """Return the declarations of an ONNX file.

    Raises
    ------
    Invalid
        The bytes are no whole ONNX file.
    """
    ir_version, opsets, outside, graphs = 0, {}, False, 0
    view = memoryview(data)
    for field, value in _fields(view):
        if field == IR_VERSION and isinstance(value, int):
            ir_version = value
        elif field == OPSET_IMPORT and isinstance(value, memoryview):
            domain, version = _opset(value)
            opsets[domain] = version
        elif field == GRAPH and isinstance(value, memoryview):
            graphs += 1
            outside = outside or _has_outside_data(value)
    if not ir_version or not graphs or "" not in opsets:
        raise Invalid("no ONNX file: it names no version, no operators or no graph")
    return OnnxHeader(ir_version, opsets, outside)


def _opset(view: memoryview) -> tuple[str, int]:
    domain, version = "", 0
    for field, value in _fields(view):
        if field == DOMAIN and isinstance(value, memoryview):
            domain = bytes(value).decode("utf-8", "replace")
        elif field == VERSION and isinstance(value, int):
            version = value
    return ("" if domain == "ai.onnx" else domain), version


def _has_outside_data(graph: memoryview) -> bool:
    return any(
        location == 1
        for field, tensor in _fields(graph)
        if field == INITIALIZER and isinstance(tensor, memoryview)
        for number, location in _fields(tensor)
        if number == DATA_LOCATION
    )


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield the fields of a protobuf message: number, and integer or bytes."""
    position = 0
    while position < len(view):
        tag, position = _varint(view, position)
        wire = tag & 7
        if wire == VARINT:
            value, position = _varint(view, position)
            yield tag >> 3, value
            continue
        if wire == BYTES:
            length, position = _varint(view, position)
        elif wire in {FIXED64, FIXED32}:
            length = 8 if wire == FIXED64 else 4
        else:
            raise Invalid(f"no ONNX file: wire type {wire} at byte {position}")
        if position + length > len(view):
            raise Invalid(f"truncated: a field of {length} bytes at {position} of {len(view)}")
        yield tag >> 3, view[position : position + length]
        position += length


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    number = 0
    for index in range(MAX_VARINT_BYTES):
        if position + index >= len(view):
            raise Invalid(f"truncated: within a number at byte {position} of {len(view)}")
        byte = view[position + index]
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 - the last byte has no top bit
            return number, position + index + 1
    raise Invalid(f"no ONNX file: an endless number at byte {position}")
