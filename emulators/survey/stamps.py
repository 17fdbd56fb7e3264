"""Science, reference and difference stamps of a batch of alerts, pixel by pixel.

A point source is a sum of three Gaussians integrated over pixels: separable, so that all sources
of all stamps of a batch are two matrix products. The noise of the science image is the noise of
the difference, as it is in ZTF; the reference is five times deeper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from emulators.survey import defects
from emulators.survey.conditions import GAIN

__all__ = ["SIZE", "Scene", "Stamps", "render"]

Array = NDArray[np.float64]
Image = NDArray[np.float32]
SIZE = 63
CENTRE = 31.0
PSF_SHARES = np.array([0.74, 0.21, 0.05])
PSF_WIDTHS = np.array([0.98, 1.8, 4.4])
FWHM_SIGMA = 2.3548
CHUNK = 64
"""Products larger than this are given to several threads, which costs more than it saves."""
SATURATION_DN = 55_000.0
EDGES = np.arange(SIZE + 1) - 0.5


@dataclass(frozen=True, slots=True)
class Scene:
    """What B stamps show; fluxes in DN, positions in stamp pixels."""

    transient: Array
    """(B,) flux in the science image beyond the reference, of either sign."""
    place: Array
    """(B, 2) where the object is."""
    star_flux: Array
    """(B, K) reference fluxes of point sources, 0 where there is none."""
    star_place: Array
    """(B, K, 2)."""
    galaxy: Array
    """(B, G, 6) flux, x, y, half-light radius, axis ratio, angle of galaxies; flux 0 for none."""
    seeing: Array
    reference_seeing: Array
    ellipticity: Array
    """(B,) of the science PSF along the x axis."""
    sky: Array
    noise: Array
    extinction: Array
    """(B,) by how many magnitudes clouds dim the science image; the template is scaled to it."""
    defect: tuple[str, ...]
    """(B,) names of what went wrong, empty for a clean point source."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """Three (B, 63, 63) images; NaN where pixels are masked."""

    science: Image
    template: Image
    difference: Image


def render(scene: Scene, rng: np.random.Generator) -> Stamps:
    """Return the stamps of a batch; the difference is turned so that the object is positive."""
    number = len(scene.transient)
    shape = (number, SIZE, SIZE)
    template = _points(scene.star_flux, scene.star_place, scene.reference_seeing, 0 * scene.seeing)
    science = _points(scene.star_flux, scene.star_place, scene.seeing, scene.ellipticity)
    galaxies = [_galaxies(scene, width) for width in (scene.reference_seeing, scene.seeing)]
    template += galaxies[0]
    science += galaxies[1]
    residual = _residuals(scene, rng) + 0.012 * rng.standard_normal((number, 1, 1), np.float32) * (
        galaxies[1] - 0.9 * galaxies[0]
    )
    point = _points(scene.transient[:, None], scene.place[:, None], scene.seeing, scene.ellipticity)
    damage = defects.damage(scene, point, rng)
    fading = defects.fading(scene, rng)
    science *= fading[:, None, None]
    residual *= fading[:, None, None]
    damage = damage.dimmed(scene, fading)
    photons = np.maximum(science + damage.science, 0) / GAIN
    noise = rng.standard_normal(shape, np.float32) * np.sqrt(
        scene.noise[:, None, None] ** 2 + photons
    )
    depth = 0.18 * rng.lognormal(0, 0.3, (number, 1, 1))
    depth *= 10.0 ** (-0.4 * scene.extinction[:, None, None])
    reference_noise = (
        _smoothed(rng.standard_normal(shape, np.float32))
        * np.sqrt(scene.noise[:, None, None] ** 2 + np.maximum(template, 0) / GAIN)
        * depth
    )
    grain = 0.02 * rng.standard_normal(shape, np.float32) * np.abs(science + template) * 0.5
    difference = damage.difference + residual + 0.94 * (noise - reference_noise) + grain
    difference += 0.18 * scene.noise[:, None, None] * rng.standard_normal(shape, np.float32)
    sky = scene.sky[:, None, None]
    science = _saturated(science + damage.science) + noise + sky
    template = _saturated(template + damage.template) + reference_noise + sky
    difference *= np.where(scene.transient < 0, -1.0, 1.0)[:, None, None]
    stamps = Stamps(*(image.astype(np.float32) for image in (science, template, difference)))
    defects.mask(scene, stamps, rng)
    return stamps


def _points(flux: Array, place: Array, fwhm: Array, ellipticity: Array) -> Array:
    """Return (B, 63, 63) images of (B, K) point sources."""
    sigma = (fwhm / FWHM_SIGMA)[:, None, None] * PSF_WIDTHS
    columns = _profile(place[..., 0], sigma * (1 + ellipticity)[:, None, None])
    rows = _profile(place[..., 1], sigma * (1 - ellipticity)[:, None, None])
    rows = rows * (flux[:, :, None] * PSF_SHARES).astype(np.float32)[..., None]
    batch, sources = flux.shape
    rows = rows.reshape(batch, sources * 3, SIZE)
    columns = columns.reshape(batch, sources * 3, SIZE)
    image = np.zeros((batch, SIZE, SIZE), np.float32)
    for start in range(0, sources * 3, CHUNK):
        part = slice(start, start + CHUNK)
        image += np.matmul(rows[:, part].transpose(0, 2, 1), columns[:, part])
    return image


def _profile(centre: Array, sigma: Array) -> Image:
    """Return (B, K, 3, 63) integrals of Gaussians over pixels along one axis."""
    z = (EDGES - centre[..., None, None]) / sigma[..., None]
    return np.diff(ndtr(z.astype(np.float32)), axis=-1)


GALAXY_SHARES = np.array([0.12, 0.25, 0.33, 0.22, 0.08])
GALAXY_WIDTHS = np.array([0.15, 0.38, 0.8, 1.45, 2.7])
"""An exponential-to-de-Vaucouleurs profile as Gaussians, in half-light radii."""
GRID_Y, GRID_X = np.mgrid[:SIZE, :SIZE].astype(np.float32)


def _galaxies(scene: Scene, fwhm: Array) -> Array:
    """Return (B, 63, 63) images of the galaxies, blurred by the seeing."""
    image = np.zeros((len(fwhm), SIZE, SIZE), np.float32)
    for stamp, which in zip(*np.nonzero(scene.galaxy[..., 0]), strict=True):
        flux, x, y, radius, ratio, angle = scene.galaxy[stamp, which]
        along = (GRID_X - x) * np.cos(angle) + (GRID_Y - y) * np.sin(angle)
        across = (GRID_Y - y) * np.cos(angle) - (GRID_X - x) * np.sin(angle)
        along, across = (along**2).astype(np.float32), (across**2).astype(np.float32)
        seeing = (1.08 * fwhm[stamp] / FWHM_SIGMA) ** 2
        for share, width in zip(GALAXY_SHARES, GALAXY_WIDTHS, strict=True):
            a, b = (width * radius) ** 2 + seeing, (width * radius * ratio) ** 2 + seeing
            peak = flux * share / (2 * np.pi * np.sqrt(a * b))
            image[stamp] += np.float32(peak) * np.exp(
                np.float32(-0.5 / a) * along + np.float32(-0.5 / b) * across
            )
    return image


def _residuals(scene: Scene, rng: np.random.Generator) -> Array:
    """Return what imperfect matching leaves of the brightest stars: rings and slight dipoles."""
    brightest = np.argsort(-scene.star_flux, axis=1)[:, :8]
    flux = np.take_along_axis(scene.star_flux, brightest, 1)
    place = np.take_along_axis(scene.star_place, brightest[..., None], 1)
    number = len(flux)
    shift = rng.normal(0, 0.03, (number, 1, 2)) + rng.normal(0, 0.03, place.shape)
    scale = 1 + rng.normal(0, 0.008, flux.shape)
    width = scene.seeing * (1 + rng.normal(0, 0.015, number))
    moved = _points(flux * scale, place + shift, width, scene.ellipticity)
    return moved - _points(flux, place, scene.seeing, scene.ellipticity)


def _smoothed(image: Image) -> Image:
    """Return noise with the short correlation that resampling gives, its variance kept."""
    side, middle = 0.17, 0.97
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    rows = side * (padded[:, :-2] + padded[:, 2:]) + middle * padded[:, 1:-1]
    return side * (rows[..., :-2] + rows[..., 2:]) + middle * rows[..., 1:-1]


def _saturated(image: Array) -> Array:
    return np.minimum(image, SATURATION_DN)
