"""One stamp as a picture, the way Fritz has painted them for scripts: interval, stretch, colours.

Unlike `stamp_images`, which paints cards in bulk, this offers every choice there is; astropy and
the colour maps are imported when the first picture is asked for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from fritz.alerts.compression import GZIP, inflate
from fritz.alerts.stamp_images import MISSING, MISSING_COLOUR, png
from fritz.alerts.stamps import GZIP_MAGIC, MAX_BYTES, STAMP_SIDE

__all__ = ["Colours", "Interval", "Stretch", "cutout_png", "plain_fits", "triplet"]

Interval = Literal["asymmetric_percentile", "min_max", "zscale"]
Stretch = Literal["linear", "log", "asinh", "sqrt"]
Colours = Literal["bone", "gray", "cividis", "viridis", "magma"]
Stamp = NDArray[np.float32]

ABSURD: Final = 1e20
"""Beyond it a pixel stands for none: templates hold the lowest float where there is no image."""


def cutout_png(
    stamp: Stamp,
    stretch: Stretch,
    interval: Interval = "asymmetric_percentile",
    colours: Colours = "bone",
) -> bytes:
    """Return a stamp as a PNG image, one pixel of it for each of the stamp's.

    Values are stretched between their extremes, then the interval of what comes out is spread over
    the colour map (`astropy.visualization`); pixels without a value have a colour of their own.

    Parameters
    ----------
    stamp
        (ny, nx), row 0 painted on top: north up, east left.
    """
    levels = np.full(stamp.shape, MISSING, dtype=np.uint8)
    valid = np.isfinite(stamp) & (np.abs(stamp) <= ABSURD)
    if valid.any():
        values = stamp[valid].astype(np.float64)
        low, high = values.min(), values.max()
        stretched = _stretch(stretch)(np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0))
        low, high = _interval(interval).get_limits(stretched)
        shown = np.clip((stretched - low) / ((high - low) or 1.0), 0.0, 1.0)
        levels[valid] = np.rint(shown * (MISSING - 1)).astype(np.uint8)
    return png(levels, _palette(colours))


def plain_fits(data: bytes) -> bytes:
    """Return a stamp's FITS file as the survey made it, uncompressed.

    Raises
    ------
    Poison
        It cannot be uncompressed.
    """
    return inflate(data, MAX_BYTES, GZIP) if data[:2] == GZIP_MAGIC else data


def triplet(
    stamps: tuple[Stamp, Stamp, Stamp], *, normalize: bool
) -> tuple[NDArray[np.float32], bool]:
    """Return science, template and difference stamp as one array, and whether it is of no use.

    Missing pixels, and those that lack to 63x63, become the stamp's median.

    Parameters
    ----------
    normalize
        Whether each stamp is divided by its L2 norm.

    Returns
    -------
    (63, 63, 3) array, and whether a stamp has no values, or zeros only.
    """
    planes = np.zeros((STAMP_SIDE, STAMP_SIDE, len(stamps)), dtype=np.float32)
    corrupt = False
    for plane, stamp in enumerate(stamps):
        known = stamp[np.isfinite(stamp)]
        fill = float(np.median(known)) if known.size else 0.0
        pixels = np.where(np.isfinite(stamp), stamp, np.float32(fill))
        norm = float(np.linalg.norm(pixels.astype(np.float64)))
        corrupt |= norm == 0 or not known.size
        if normalize and norm > 0:
            pixels, fill = pixels / norm, fill / norm
        ny, nx = (min(side, STAMP_SIDE) for side in pixels.shape)
        planes[..., plane] = fill
        planes[:ny, :nx, plane] = pixels[:ny, :nx]
    return planes, corrupt


def _stretch(name: Stretch) -> Any:
    from astropy import visualization as astropy  # noqa: PLC0415 - see the module

    match name:
        case "linear":
            return astropy.LinearStretch()
        case "log":
            return astropy.LogStretch()
        case "asinh":
            return astropy.AsinhStretch()
        case "sqrt":
            return astropy.SqrtStretch()
        case _:
            assert_never(name)


def _interval(name: Interval) -> Any:
    from astropy import visualization as astropy  # noqa: PLC0415 - see the module

    match name:
        case "asymmetric_percentile":
            return astropy.AsymmetricPercentileInterval(1, 100)
        case "min_max":
            return astropy.MinMaxInterval()
        case "zscale":
            return astropy.ZScaleInterval(n_samples=600, contrast=0.045, krej=2.5)
        case _:
            assert_never(name)


@lru_cache
def _palette(colours: Colours) -> bytes:
    from cmap import Colormap  # noqa: PLC0415 - see the module

    lut = np.rint(np.asarray(Colormap(colours).lut(MISSING))[:, :3] * 255).astype(np.uint8)
    return bytes(lut.tobytes()) + bytes(MISSING_COLOUR)
