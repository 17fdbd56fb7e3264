"""Stamps: the small FITS images that come with an alert, read without astropy and within bounds."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fritz.alerts.compression import GZIP, inflate
from fritz.errors import Poison

__all__ = ["MAX_SIDE", "STAMP_SIDE", "read_stamp"]

STAMP_SIDE: Final = 63
"""Pixels of ZTF's stamps, unless the edge of the detector cuts them."""
MAX_SIDE: Final = 512
"""Pixels; no survey sends larger stamps."""
BLOCK: Final = 2880
CARD: Final = 80
MAX_BYTES: Final = 8 * MAX_SIDE * MAX_SIDE + 16 * BLOCK
MAX_HEADER_BLOCKS: Final = 15
GZIP_MAGIC: Final = b"\x1f\x8b"
PIXELS: Final = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}


class _Image(NamedTuple):
    kind: str
    shape: tuple[int, int]
    scale: float
    zero: float


def read_stamp(data: bytes) -> NDArray[np.float32]:
    """Return a stamp's pixels.

    Parameters
    ----------
    data
        A FITS file whose primary array is the image, gzipped or not.

    Returns
    -------
    (ny, nx) array as FITS has it, row 0 first; NaN where the survey has no value. Smaller than
    63x63 at the edge of a detector.

    Raises
    ------
    Poison
        ``bad_stamp``, ``truncated``, ``bad_stream`` or ``bomb``.
    """
    fits = inflate(data, MAX_BYTES, GZIP) if data[:2] == GZIP_MAGIC else data
    if len(fits) > MAX_BYTES:
        raise Poison("too_large", f"a stamp of {len(fits)} bytes, at most {MAX_BYTES}")
    start = _header_end(fits)
    image = _parsed(fits[:start])
    ny, nx = image.shape
    dtype = np.dtype(image.kind)
    if start + ny * nx * dtype.itemsize > len(fits):
        raise Poison("truncated", f"a stamp of {nx}x{ny} pixels in {len(fits)} bytes")
    pixels = np.frombuffer(fits, dtype, ny * nx, start).reshape(ny, nx)
    if image.scale == 1 and image.zero == 0:
        return pixels.astype(np.float32)
    return (pixels * image.scale + image.zero).astype(np.float32)


def _header_end(fits: bytes) -> int:
    """Return where the data begin: after the block whose cards include END."""
    for block in range(MAX_HEADER_BLOCKS):
        start = block * BLOCK
        found = fits.find(b"END     ", start, start + BLOCK)
        while found >= 0 and (found - start) % CARD:
            found = fits.find(b"END     ", found + 1, start + BLOCK)
        if found >= 0:
            return start + BLOCK
    raise Poison("bad_stamp", "no FITS header with an end")


@lru_cache(maxsize=64)
def _parsed(header: bytes) -> _Image:
    """Return what a primary header says of its image."""
    if not header.startswith(b"SIMPLE  ="):
        raise Poison("bad_stamp", f"starts with {header[:9]!r}, not as FITS does")
    cards = [header[i : i + CARD] for i in range(0, len(header), CARD)]
    values = {c[:8].strip(): c[10:].partition(b"/")[0].strip() for c in cards if c[8:9] == b"="}
    try:
        bitpix, axes = int(values[b"BITPIX"]), int(values[b"NAXIS"])
        nx, ny = int(values[b"NAXIS1"]), int(values[b"NAXIS2"])
        scale = float(values.get(b"BSCALE", b"1"))
        zero = float(values.get(b"BZERO", b"0"))
    except (KeyError, ValueError) as e:
        raise Poison("bad_stamp", f"header: {type(e).__name__} {str(e)[:80]}") from e
    plausible = 1 <= nx <= MAX_SIDE and 1 <= ny <= MAX_SIDE
    if bitpix not in PIXELS or axes != 2 or not plausible:  # noqa: PLR2004 - an image
        raise Poison("bad_stamp", f"BITPIX {bitpix}, NAXIS {axes}, {nx}x{ny} pixels")
    return _Image(PIXELS[bitpix], (ny, nx), scale, zero)
