"""Firestore's order of values as bytes that compare alike.

Values of different types order by type: null, booleans, NaN, numbers, moments, strings, bytes,
lists, maps. Integers and floats compare by their exact numeric value. Comparing two keys byte by
byte gives the order, so that an index of SQLite over keys is an index of Firestore.
"""

import math
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["NULL_KEY", "at_path", "bracket", "sort_key"]

_NULL, _BOOL, _NAN, _NUMBER, _TIME, _TEXT, _BYTES, _LIST, _MAP = (
    bytes([tag]) for tag in (0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x48)
)
_END = b"\x00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

NULL_KEY = _NULL


def sort_key(value: Any) -> bytes:
    """Return bytes that order a normal value (`codec.normal`) as Firestore does.

    Example
    -------
    >>> sort_key(2**53) < sort_key(2**53 + 1) < sort_key("a") < sort_key([1]) < sort_key([1, None])
    True
    >>> sort_key(3) == sort_key(3.0)
    True
    """
    return _KEYS[type(value)](value)


def bracket(key: bytes) -> tuple[bytes, bytes]:
    """Return bounds (first included, last excluded) of the keys of the same type as `key`."""
    return key[:1], bytes([key[0] + 1])


def at_path(fields: Mapping[str, Any], path: str) -> tuple[bool, Any]:
    """Return whether the dotted path exists in the fields, and its value."""
    value: Any = fields
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return False, None
        value = value[name]
    return True, value


def _in_order(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(value.items(), key=lambda item: item[0].encode())


def _entry(name: str, value: Any) -> bytes:
    return sort_key(name) + sort_key(value)


def _escaped(raw: bytes) -> bytes:
    """Return the bytes with an end mark that sorts below every continuation."""
    return raw.replace(b"\x00", b"\x00\xff") + b"\x00\x01"


def _number(value: float) -> bytes:
    """Return the greatest float not above the number, then what an integer exceeds it by."""
    if value != value:  # noqa: PLR0124 -- works for integers too, where isnan overflows
        return _NAN
    floor = float(value)
    rest = 0
    if isinstance(value, int):
        if int(floor) > value:
            floor = math.nextafter(floor, -math.inf)
        rest = value - int(floor)
    (bits,) = struct.unpack(">Q", struct.pack(">d", floor + 0.0))
    bits = bits ^ 0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else bits | 1 << 63
    return _NUMBER + struct.pack(">QH", bits, rest)


_KEYS: Mapping[type, Callable[[Any], bytes]] = {
    type(None): lambda _: _NULL,
    bool: lambda value: _BOOL + bytes([value]),
    int: _number,
    float: _number,
    datetime: lambda v: _TIME + struct.pack(">Q", (v - _EPOCH) // _MICROSECOND + 2**63),
    str: lambda value: _TEXT + _escaped(value.encode()),
    bytes: lambda value: _BYTES + _escaped(value),
    list: lambda value: _LIST + b"".join(map(sort_key, value)) + _END,
    dict: lambda value: _MAP + b"".join(_entry(k, v) for k, v in _in_order(value)) + _END,
}
