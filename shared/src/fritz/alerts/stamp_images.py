"""Stamps as PNG images, painted with numpy alone.

Orientation: rows of ZTF's stamps run from north to south and columns from east to west (found with
the nearest reference sources of real alerts, see the tests). So the first row is painted on top:
north up, east left. Kowalski flips the array, then paints its first row at the bottom: the same.

Pixels without a value, and what the edge of a detector cut off, get a colour of their own that no
stretch produces.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final, Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from fritz.alerts.packet import Record
from fritz.alerts.stamps import STAMP_SIDE, read_stamp

__all__ = [
    "MISSING",
    "MISSING_COLOUR",
    "Stretch",
    "alert_strip_png",
    "padded",
    "png",
    "stamp_png",
    "strip_png",
]

Stretch = Literal["asinh", "log", "linear"]
Stamp = NDArray[np.float32]

DETECTOR_MIDDLE: Final = 1536
"""Pixels; halfway across a ZTF quadrant. A stamp that an edge cuts is never near it."""
MISSING: Final = 255
"""The palette's last entry; values take the others."""
MISSING_COLOUR: Final = (70, 84, 104)
GAP: Final = 3
"""Pixels between the stamps of a strip."""
NO_PIXELS: Final = np.empty((0, 0), dtype=np.float32)
KINDS: Final = ("science", "template", "difference")
STRETCHES: Final[tuple[Stretch, ...]] = ("asinh", "asinh", "linear")
"""Of science, template and difference; the zero of a difference is no faint end."""


def padded(stamp: Stamp, xpos: float | None = None, ypos: float | None = None) -> Stamp:
    """Return a stamp filled up to 63x63 with NaN, its object in the middle.

    Parameters
    ----------
    stamp
        (ny, nx)
    xpos, ypos
        Where the object is on the detector, pixels: they tell which side was cut. Unknown: the
        far one.
    """
    ny, nx = (min(side, STAMP_SIDE) for side in stamp.shape)
    top = STAMP_SIDE - ny if ypos is not None and ypos < DETECTOR_MIDDLE else 0
    left = STAMP_SIDE - nx if xpos is not None and xpos < DETECTOR_MIDDLE else 0
    full = np.full((STAMP_SIDE, STAMP_SIDE), np.nan, dtype=np.float32)
    full[top : top + ny, left : left + nx] = stamp[:ny, :nx]
    return full


def stamp_png(stamp: Stamp, stretch: Stretch = "asinh") -> bytes:
    """Return a stamp as a PNG image of one byte a pixel.

    Parameters
    ----------
    stamp
        (ny, nx), NaN where there is no value.
    stretch
        How values between the 1st percentile and the maximum become brightness.
    """
    return png(_levels(stamp, stretch), _palette())


def strip_png(stamps: Sequence[Stamp | None]) -> bytes:
    """Return science, template and difference stamp side by side as a PNG image.

    Parameters
    ----------
    stamps
        Three, each (63, 63) or smaller; None paints an empty one.
    """
    tiles = [
        _levels(padded(NO_PIXELS if stamp is None else stamp), stretch)
        for stamp, stretch in zip(stamps, STRETCHES, strict=True)
    ]
    gap = np.full((STAMP_SIDE, GAP), MISSING, dtype=np.uint8)
    return png(np.hstack([tiles[0], gap, tiles[1], gap, tiles[2]]), _palette())


def alert_strip_png(record: Record) -> bytes:
    """Return an alert's three stamps side by side, the object in the middle of each.

    Raises
    ------
    Poison
        A stamp is no image.
    """
    x, y = record.candidate.get("xpos"), record.candidate.get("ypos")
    found = [record.stamp(kind) for kind in KINDS]
    return strip_png([None if data is None else padded(read_stamp(data), x, y) for data in found])


def _levels(stamp: Stamp, stretch: Stretch) -> NDArray[np.uint8]:
    """Return palette entries: 0 to 254 by brightness, 255 where there is no value."""
    levels = np.full(stamp.shape, MISSING, dtype=np.uint8)
    valid = np.isfinite(stamp)
    if not valid.any():
        return levels
    values = stamp[valid].astype(np.float64)
    low, high = np.percentile(values, 1), values.max()
    fraction = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    levels[valid] = np.rint(_stretched(fraction, stretch) * (MISSING - 1)).astype(np.uint8)
    return levels


def _stretched(fraction: NDArray[np.float64], stretch: Stretch) -> NDArray[np.float64]:
    """Return brightness from 0 to 1; softening and contrast as in astropy.visualization."""
    match stretch:
        case "asinh":
            return np.asarray(np.arcsinh(fraction / 0.1) / np.arcsinh(1 / 0.1))
        case "log":
            return np.asarray(np.log1p(1000.0 * fraction) / np.log(1001.0))
        case "linear":
            return fraction
        case _:
            assert_never(stretch)


def _palette() -> bytes:
    greys = [(round(level * 255 / (MISSING - 1)),) * 3 for level in range(MISSING)]
    return bytes(channel for colour in [*greys, MISSING_COLOUR] for channel in colour)


def png(levels: NDArray[np.uint8], palette: bytes) -> bytes:
    """Return palette entries as a PNG file (ISO/IEC 15948), no row filtered.

    Parameters
    ----------
    levels
        (ny, nx)
    palette
        Red, green and blue of each entry.
    """
    height, width = levels.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)
    rows[:, 1:] = levels
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", header),
            (b"PLTE", palette),
            (b"IDAT", zlib.compress(rows.tobytes(), 6)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
