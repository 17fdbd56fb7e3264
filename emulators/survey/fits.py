"""Stamps as ZTF packs them: a bare FITS header, big-endian floats, gzip."""

from __future__ import annotations

import numpy as np
from isal import igzip
from numpy.typing import NDArray

__all__ = ["pack_stamp"]

BLOCK = 2880


def _header(height: int, width: int) -> bytes:
    cards = [
        "SIMPLE  =  T",
        "BITPIX  =                  -32",
        "NAXIS   =                    2",
        f"NAXIS1  = {width:20d}",
        f"NAXIS2  = {height:20d}",
        "BUNIT   = 'DN      '",
        "END",
    ]
    return "".join(card.ljust(80) for card in cards).ljust(BLOCK).encode("ascii")


FULL_HEADER = _header(63, 63)


def pack_stamp(image: NDArray[np.float32]) -> bytes:
    """Return a gzipped FITS file of an image.

    Parameters
    ----------
    image : (height, width) array, DN, NaN where masked
    """
    height, width = image.shape
    header = FULL_HEADER if image.shape == (63, 63) else _header(height, width)
    data = image.astype(">f4").tobytes()
    padding = bytes(-len(data) % BLOCK)
    packed: bytes = igzip.compress(header + data + padding, compresslevel=1, mtime=0)
    return packed
