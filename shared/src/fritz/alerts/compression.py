"""Deflate, quick and bounded."""

from typing import Final, cast

from isal import isal_zlib

from fritz.errors import Poison

__all__ = ["GZIP", "RAW", "ZLIB", "compress", "inflate"]

RAW: Final = -15
ZLIB: Final = 15
GZIP: Final = 31
"""Containers of a deflated stream, as zlib's ``wbits``."""

IsalError = cast("type[Exception]", isal_zlib.error)


def compress(data: bytes) -> bytes:
    """Return the data as a zlib stream; quickly rather than small."""
    return bytes(isal_zlib.compress(data, 1))


def inflate(data: bytes, max_bytes: int, container: int) -> bytes:
    """Return what was deflated; what follows the stream is ignored.

    Raises
    ------
    Poison
        ``bomb``: more than `max_bytes` would come of it; ``truncated``: the stream has no end;
        ``bad_stream``: it is none.
    """
    inflater = isal_zlib.decompressobj(wbits=container)
    try:
        found = inflater.decompress(data, max_bytes + 1)
    except (IsalError, ValueError) as e:
        raise Poison("bad_stream", f"{len(data)} bytes do not inflate: {e}") from e
    if len(found) > max_bytes:
        raise Poison("bomb", f"{len(data)} bytes inflate to more than {max_bytes}")
    if not inflater.eof:
        raise Poison("truncated", f"{len(data)} bytes of a deflated stream without its end")
    return bytes(found)
