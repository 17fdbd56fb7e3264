"""The sky around each object: field stars for the stamps, and catalogue matches for the fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.populations import Sources
from emulators.survey.sky import PIXEL_ARCSEC, galactic_latitude

__all__ = ["MISSING", "Neighbours", "catalogue_columns", "neighbours"]

Array = NDArray[np.float64]
MISSING = -999.0
HALF_BOX_PX = 36.0
CIRCLE_ARCSEC = 30.0
MOST = 96


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Field stars of N objects, up to K each; absent ones are infinitely faint."""

    mag: Array
    """(N, K, 3) g, r, i magnitudes."""
    offset_px: Array
    """(N, K, 2) place relative to the object."""
    star: NDArray[np.bool_]
    """(N, K) stars, not small galaxies."""
    key: NDArray[np.uint64]
    """(N, K)."""


def neighbours(objects: Sources, ra: Array, dec: Array) -> Neighbours:
    """Return the field stars around objects: many near the Galactic plane, few at the poles."""
    own = Draws(objects.key)
    latitude = np.abs(galactic_latitude(ra, dec))
    mean = (7.0 + 95.0 * np.exp(-latitude / 13.0)) * own.lognormal("crowding", 1.0, 0.5)
    mean *= (2 * HALF_BOX_PX * PIXEL_ARCSEC) ** 2 / (np.pi * CIRCLE_ARCSEC**2)
    number = np.clip(np.round(mean + np.sqrt(mean) * own.normal("number")), 0, MOST).astype(int)
    most = max(4, int(number.max(initial=0)))
    key = mix(objects.key[:, None], 40, np.arange(most)[None, :])
    draw = Draws(key)
    present = np.arange(most)[None, :] < number[:, None]
    mag_r = 22.4 + np.log10(draw.uniform("mag")) / 0.25
    colour = np.clip(draw.normal("colour", 0.75, 0.4), -0.2, 1.7)
    mags = np.stack([mag_r + colour, mag_r, mag_r - 0.45 * colour], axis=-1)
    x, y = (
        draw.uniform("x", -HALF_BOX_PX, HALF_BOX_PX),
        draw.uniform("y", -HALF_BOX_PX, HALF_BOX_PX),
    )
    # nothing as bright as the object's own surroundings may sit on top of it
    crowded = (np.hypot(x, y) < 2.0) & (mag_r < 20.5)
    mags[~present | crowded] = np.inf
    star = draw.happens("star", np.clip(1.1 - 0.09 * (mag_r - 15), 0.25, 1.0))
    return Neighbours(mags, np.stack([x, y], axis=-1), star, key)


def catalogue_columns(objects: Sources, around: Neighbours, dec: Array) -> dict[str, Array]:
    """Return matches with Pan-STARRS and Gaia, as the pipeline adds them to each alert."""
    own = Draws(mix(objects.key, 41))
    shown = objects.counterpart_mag[:, 1] < 22.6
    mags = np.concatenate([objects.counterpart_mag[:, None], around.mag], axis=1)
    mags[:, 0][~shown] = np.inf
    offset = np.concatenate([objects.offset_px[:, None], around.offset_px], axis=1)
    offset = offset + 0.08 * np.stack([own.normal("wx"), own.normal("wy")], axis=-1)[:, None]
    star = np.concatenate([~objects.galaxy[:, None], around.star], axis=1)
    key = np.concatenate([mix(objects.key, 42)[:, None], around.key], axis=1)
    distance = np.hypot(offset[..., 0], offset[..., 1]) * PIXEL_ARCSEC
    distance[~np.isfinite(mags[..., 1])] = np.inf
    columns = _panstarrs(mags, distance, star, key, dec)
    columns.update(_gaia(own, mags, distance, star))
    return columns


def _panstarrs(
    mags: Array, distance: Array, star: NDArray[np.bool_], key: NDArray[np.uint64], dec: Array
) -> dict[str, Array]:
    inside = np.where(distance < CIRCLE_ARCSEC, distance, np.inf)
    order = np.argsort(inside, axis=1)[:, :3]
    columns: dict[str, Array] = {"nmtchps": np.isfinite(inside).sum(axis=1)}
    for rank in range(3):
        pick = order[:, rank : rank + 1]
        far = np.take_along_axis(inside, pick, 1)[:, 0]
        found = np.isfinite(far)
        draw = Draws(np.take_along_axis(key, pick, 1)[:, 0])
        mag = np.take_along_axis(mags, pick[..., None], 1)[:, 0]
        is_star = np.take_along_axis(star, pick, 1)[:, 0]
        faint = np.clip((mag[:, 1] - 19.0) / 3.0, 0, 1)
        n = str(rank + 1)
        columns["sgscore" + n] = np.where(found, _star_score(draw, is_star, faint), MISSING)
        columns["distpsnr" + n] = np.where(found, far, MISSING)
        bands = {"sg": mag[:, 0], "sr": mag[:, 1], "si": mag[:, 2], "sz": mag[:, 2] - 0.25}
        for band, value in bands.items():
            lost = draw.happens(
                "lost " + band,
                {"sg": 0.85, "sr": 0.55, "si": 0.15, "sz": 0.4}[band] * faint + 0.01,
            )
            ok = found & ~lost & (value < 24.5)
            noisy = value + draw.normal("mag " + band, 0.0, 0.015)
            columns[band + "mag" + n] = np.where(ok, np.round(np.where(ok, noisy, 0), 4), MISSING)
        zone = np.floor((dec + 90.0) / 0.0083333).astype(np.int64)
        name = zone * 10**13 + draw.integer("ps1", 0, 10**13)
        columns["objectidps" + n] = np.where(found, name, int(MISSING))
    return columns


def _star_score(draw: Draws, star: NDArray[np.bool_], faint: Array) -> Array:
    sure = np.where(
        star, 1.0 - draw.lognormal("score", 0.004, 1.2), draw.lognormal("score", 0.012, 1.1)
    )
    blurred = 0.5 + (sure - 0.5) * np.clip(draw.normal("blur", 1.0 - 0.5 * faint, 0.2), 0, 1)
    return np.clip(np.where(draw.happens("none", 0.12 * faint), 0.5, blurred), 0, 1)


def _gaia(own: Draws, mags: Array, distance: Array, star: NDArray[np.bool_]) -> dict[str, Array]:
    columns = {}
    for name, limit, chance, reach in (("", 20.4, 0.97, 40.0), ("bright", 14.0, 0.45, 45.0)):
        seen = np.where(star & (mags[..., 1] < limit), distance, np.inf)
        nearest = np.argmin(seen, axis=1)[:, None]
        far = np.take_along_axis(seen, nearest, 1)[:, 0]
        mag = np.take_along_axis(mags[..., 1], nearest, 1)[:, 0] - 0.15
        elsewhere = ~np.isfinite(far) & own.happens("gaia" + name, chance)
        far = np.where(elsewhere, 32.0 + reach * own.uniform("far" + name), far)
        mag = np.where(elsewhere, limit - 4.0 * own.uniform("gmag" + name) ** 3, mag)
        found = np.isfinite(far)
        columns["neargaia" + name] = np.where(found, far, MISSING)
        columns["maggaia" + name] = np.where(found, np.where(found, mag, 0), MISSING)
    return columns
