"""How an object's measurements are kept: rows of like shape packed together, then compressed.

Points of one object come in a few shapes (full detection, upper limit, forced photometry): the
names of the fields that are not null, and how each is stored. A float takes four bytes where those
give back the very same number, as ZTF's do, else eight. Text stands in a table, by number.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import msgpack

from fritz.alerts.compression import ZLIB, compress, inflate
from fritz.errors import Invalid, Poison

__all__ = ["Entry", "Key", "Rank", "Shape", "entry", "pack", "point_of", "unpack"]

VERSION = 1
MAX_BYTES = 256_000_000
"""Of a history, decompressed; 5,000 points take about one."""

Key: TypeAlias = tuple[float, int, int, int]
"""Time (JD), filter, programid, candid; 0 for what has no candid, -1 for no programid."""
Rank: TypeAlias = tuple[float, float, int]
"""Grade of an entry, then time and candid of the alert that brought it."""


class Shape(NamedTuple):
    """The fields of a point that are not null, text first, and their codes for `struct`."""

    fields: tuple[str, ...]
    codes: str


class Entry(NamedTuple):
    """One measurement as it is kept."""

    key: Key
    rank: Rank
    shape: Shape
    values: tuple[Any, ...]


def entry(point: Mapping[str, Any], rank: Rank) -> Entry:
    """Return a point without its nulls as an entry; its numbers come back exactly.

    Raises
    ------
    Invalid
        A value is neither number, text nor boolean.
    """
    named = {name: value for name, value in point.items() if value is not None}
    fields, codes = _ordered(tuple(named), tuple(map(type, named.values())))
    values = tuple([named[name] for name in fields])
    doubles = _doubles(values, codes)
    if doubles:
        codes = "".join(["d" if i in doubles else code for i, code in enumerate(codes)])
    key = (named["jd"], named["fid"], named.get("programid", -1), named.get("candid", 0))
    return Entry(key, rank, _shape(fields, codes), values)


def point_of(kept: Entry) -> dict[str, Any]:
    """Return the measurement as a new dictionary, nulls left out."""
    return dict(zip(kept.shape.fields, kept.values, strict=True))


@lru_cache(maxsize=4096)
def _shape(fields: tuple[str, ...], codes: str) -> Shape:
    return Shape(fields, codes)


CODES = {str: "I", int: "q", bool: "?", float: "f"}


@lru_cache(maxsize=4096)
def _ordered(names: tuple[str, ...], kinds: tuple[type, ...]) -> tuple[tuple[str, ...], str]:
    """Return the fields, text first, and their codes as if single precision would do for all."""
    kind_of = dict(zip(names, kinds, strict=True))
    unknown = sorted({kind.__name__ for kind in kinds if kind not in CODES})
    if unknown:
        raise Invalid(f"a history holds no {', '.join(unknown)}")
    fields = tuple(sorted(names, key=lambda name: kind_of[name] is not str))
    return fields, "".join([CODES[kind_of[name]] for name in fields])


def _doubles(values: Sequence[Any], codes: str) -> set[int]:
    """Return the places of the floats that four bytes cannot give back."""
    places, single = _singles(codes)
    floats = [values[place] for place in places]
    try:
        back = single.unpack(single.pack(*floats))
    except OverflowError:
        return set(places)
    return {p for p, one, two in zip(places, floats, back, strict=True) if one != two}


@lru_cache(maxsize=4096)
def _singles(codes: str) -> tuple[tuple[int, ...], struct.Struct]:
    places = tuple(i for i, code in enumerate(codes) if code == "f")
    return places, struct.Struct(f"<{len(places)}f")


@lru_cache(maxsize=4096)
def _layout(shape: Shape) -> tuple[struct.Struct, int, tuple[int, int, int, int]]:
    """Return a row's struct, how many of its fields are text, and where the key's fields are."""
    texts = shape.codes.count("I")
    found = [shape.fields.index(n) if n in shape.fields else -1 for n in KEY_FIELDS]
    return struct.Struct("<ddq" + shape.codes), texts, (found[0], found[1], found[2], found[3])


KEY_FIELDS = ("jd", "fid", "programid", "candid")
RANKED = 3
"""How many values of a row are its rank."""


def pack(
    survey: str,
    object_id: str,
    seen: Mapping[int, str],
    previous: Iterable[Entry],
    forced: Iterable[Entry],
    *,
    max_bytes: int,
) -> list[bytes]:
    """Return everything compressed, cut into chunks; entries must come in a fixed order."""
    texts: dict[str, int] = {}
    groups = [_packed(previous, texts), _packed(forced, texts)]
    marks = sorted(seen.items())
    body = msgpack.packb([VERSION, survey, object_id, marks, groups, list(texts)])
    data = compress(body)
    return [data[start : start + max_bytes] for start in range(0, len(data), max_bytes)]


def _packed(entries: Iterable[Entry], texts: dict[str, int]) -> list[tuple[Any, ...]]:
    shaped: dict[Shape, list[Entry]] = {}
    for each in entries:
        shaped.setdefault(each.shape, []).append(each)
    groups = []
    for shape, rows in shaped.items():
        row, count, _ = _layout(shape)
        number = texts.setdefault
        packed = b"".join(
            [
                row.pack(
                    *rank,
                    *[number(text, len(texts)) for text in values[:count]],
                    *values[count:],
                )
                for _, rank, _, values in rows
            ]
        )
        groups.append((shape.fields, shape.codes, packed))
    return groups


def unpack(
    chunks: Sequence[bytes],
) -> tuple[str, str, dict[int, str], list[Entry], list[Entry]]:
    """Return survey, object id, alerts seen, and the two lists of entries.

    Raises
    ------
    Invalid
        The chunks are not what `pack` made, or not all of it.
    """
    try:
        body = inflate(b"".join(chunks), MAX_BYTES, ZLIB)
        version, survey, object_id, marks, groups, texts = msgpack.unpackb(
            body, strict_map_key=False, use_list=False
        )
        if version != VERSION:
            raise Invalid(f"a history of version {version!r}, not {VERSION}")
        previous, forced = (_unpacked(group, texts) for group in groups)
    except (Poison, ValueError, TypeError, struct.error, IndexError) as e:
        raise Invalid(f"not an object's history: {e}") from e
    return survey, object_id, dict(marks), previous, forced


def _unpacked(groups: Iterable[tuple[Any, ...]], texts: Sequence[str]) -> list[Entry]:
    entries: list[Entry] = []
    for fields, codes, packed in groups:
        shape = _shape(fields, codes)
        row, count, (jd, fid, programid, candid) = _layout(shape)
        for found in row.iter_unpack(packed):
            rank, values = found[:RANKED], found[RANKED:]
            if count:
                values = (*[texts[number] for number in values[:count]], *values[count:])
            key = (
                values[jd],
                values[fid],
                values[programid] if programid >= 0 else -1,
                values[candid] if candid >= 0 else 0,
            )
            entries.append(Entry(key, rank, shape, values))
    return entries
