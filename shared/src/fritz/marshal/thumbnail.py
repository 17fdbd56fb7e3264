"""A thumbnail: a small picture of the sky around an object."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from fritz.errors import Invalid

__all__ = ["THUMBNAIL_TYPES", "Thumbnail", "ThumbnailType", "checked_png"]

ThumbnailType = Literal[
    "new", "ref", "sub", "sdss", "dr8", "ls", "ps1", "sm", "hst", "chandra", "jwst"
]
THUMBNAIL_TYPES: Final[tuple[ThumbnailType, ...]] = (
    "new", "ref", "sub", "sdss", "dr8", "ls", "ps1", "sm", "hst", "chandra", "jwst",
)  # fmt: skip

SMALLEST: Final = 16
LARGEST: Final = 500
"""Pixels on a side."""
LARGEST_BYTES: Final = 2_000_000
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One picture; its bytes stand in the object store."""

    id: int
    obj_id: str
    type: ThumbnailType
    key: str
    """Where its bytes stand."""
    principals: tuple[str, ...]
    """Who may see its exposure; everybody who sees the object, where it is of a public survey."""
    owner_id: int
    created_at: datetime
    modified: datetime
    origin: str | None = None
    survey: str | None = None
    is_grayscale: bool = True

    def to_fields(self) -> dict[str, Any]:
        """Return the thumbnail as a document's fields."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {"principals": list(self.principals)}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Thumbnail:
        """Return the thumbnail that `to_fields` wrote; unknown fields are ignored."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        return cls(**(known | {"principals": tuple(fields["principals"])}))


def checked_png(data: bytes) -> bytes:
    """Return a file if it is a whole PNG image of a thumbnail's size (ISO/IEC 15948, §5).

    Raises
    ------
    Invalid
        It is something else, damaged, too small or too large.
    """
    if len(data) > LARGEST_BYTES:
        raise Invalid(f"data: at most {LARGEST_BYTES} bytes")
    if not data.startswith(_SIGNATURE):
        raise Invalid("data: not a PNG image")
    kinds: list[bytes] = []
    for kind, body in _chunks(data):
        if not kinds:
            _check_header(kind, body)
        kinds.append(kind)
    if b"IDAT" not in kinds or kinds[-1] != b"IEND":
        raise Invalid("data: the PNG image is not whole")
    return data


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(data):
        if place + 12 > len(data):  # length, kind and checksum
            raise Invalid("data: the PNG image is cut off")
        length, kind = _CHUNK.unpack_from(data, place)
        body = data[place + 8 : place + 8 + length]
        checksum = data[place + 8 + length : place + 12 + length]
        if checksum != struct.pack(">I", zlib.crc32(kind + body)):
            raise Invalid("data: the PNG image is damaged or cut off")
        yield kind, body
        place += 12 + length
        if kind == b"IEND":
            return


def _check_header(kind: bytes, body: bytes) -> None:
    if kind != b"IHDR" or len(body) != 13:  # noqa: PLR2004 - as the standard has it
        raise Invalid("data: the PNG image has no header")
    width, height = struct.unpack_from(">II", body)
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise Invalid(f"data: {width}x{height} pixels, {SMALLEST} to {LARGEST} on a side expected")
