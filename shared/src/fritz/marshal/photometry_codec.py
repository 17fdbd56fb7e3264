"""How the points of an object are kept: column by column, then compressed."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgpack
import orjson

from fritz.alerts.compression import ZLIB, compress, inflate
from fritz.errors import Invalid, Poison
from fritz.marshal.photometry import Point

__all__ = ["pack_points", "unpack_points"]

VERSION: Final = 1
MAX_BYTES: Final = 64_000_000
"""Of a chunk's points, inflated; thousands of points take one or two."""

FLOATS: Final = frozenset(
    {"mjd", "flux", "fluxerr", "limiting_mag", "ra", "dec", "ra_unc", "dec_unc", "ref_flux",
     "ref_fluxerr"}
)  # fmt: skip
_ABSENT: Final = float("nan")


def pack_points(points: Sequence[Point]) -> bytes:
    """Return points as bytes; `unpack_points` gives back the very same ones, in order.

    Floats take eight bytes each, columns without a value none; what repeats stands in a table.
    """
    columns = dict(zip(Point._fields, zip(*points, strict=True), strict=True))
    kept = [_packed(name, values) for name, values in columns.items()]
    return compress(msgpack.packb([VERSION, len(points), kept]))


def unpack_points(data: bytes) -> list[Point]:
    """Return the points that `pack_points` packed.

    Raises
    ------
    Invalid
        These are no such bytes.
    """
    try:
        body = inflate(data, MAX_BYTES, ZLIB)
        version, count, kept = msgpack.unpackb(body, use_list=False)
        if version != VERSION:
            raise Invalid(f"photometry of version {version!r}, not {VERSION}")
        if not count:
            return []
        columns = [_unpacked(name, each, count) for name, each in zip(_FIELDS, kept, strict=True)]
        return list(map(Point._make, zip(*columns, strict=True)))
    except (Poison, ValueError, TypeError, struct.error, IndexError) as e:
        raise Invalid(f"not an object's photometry: {e}") from e


_FIELDS: Final = Point._fields


def _packed(name: str, values: Sequence[Any]) -> Any:
    if name in FLOATS:
        if all(value is None for value in values):
            return None
        return struct.pack(f"<{len(values)}d", *(_ABSENT if v is None else v for v in values))
    if name == "id":
        return struct.pack(f"<{len(values)}q", *values)
    if name == "altdata":
        return _texts([None if v is None else orjson.dumps(v).decode() for v in values])
    return _texts(values)


def _texts(values: Sequence[Any]) -> Any:
    """Return values by their place in a table; one place for all where they are all the same."""
    table: dict[Any, int] = {}
    places = [table.setdefault(value, len(table)) for value in values]
    if len(table) == 1:
        return (list(table), None)
    return (list(table), struct.pack(f"<{len(places)}I", *places))


def _unpacked(name: str, kept: Any, count: int) -> Iterable[Any]:
    if name in FLOATS:
        if kept is None:
            return [None] * count
        values = struct.unpack(f"<{count}d", kept)
        return [None if value != value else value for value in values]  # noqa: PLR0124 -- NaN
    if name == "id":
        return struct.unpack(f"<{count}q", kept)
    table, places = kept
    if name == "altdata":
        table = [None if text is None else orjson.loads(text) for text in table]
    if places is None:
        return [table[0]] * count
    return [table[place] for place in struct.unpack(f"<{count}I", places)]
