"""Why subtractions fail: dipoles, rings, spikes, cosmic rays, columns, trails, clouds, masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from emulators.survey.stamps import Scene, Stamps

__all__ = ["Damage", "damage", "fading", "mask"]

Image = NDArray[np.float64]
SIZE = 63
CENTRE = 31
Y, X = np.mgrid[:SIZE, :SIZE].astype(float) - CENTRE
SATURATED_STAR_DN = 2.6e5
CLOUDED = 0.12
"""Share of the alerts that come from clouded exposures."""
KNOWN_CLOUDS_MAG = 0.5
"""From here on clouds are in the zero point."""
POINT_NOISE = 1.5
"""Noise of a point source's flux, in pixel noises and pixels of seeing."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is added to the (B, 63, 63) images."""

    science: Image
    template: Image
    difference: Image

    def dimmed(self, scene: Scene, share: NDArray[np.float64]) -> Damage:
        """Return it as clouds dim what they leave of stars, with (B,) shares of the light left.

        Other objects are as bright as measured: through clouds that is.
        """
        clouded = np.array([name == "clouds" for name in scene.defect])
        left = np.where(clouded, share, 1.0)[:, None, None]
        return Damage(self.science * left, self.template, self.difference * left)


def damage(scene: Scene, point: Image, rng: np.random.Generator) -> Damage:
    """Return the light of the objects and defects: a point source, or what looks like one.

    Parameters
    ----------
    point : (B, 63, 63) images of the objects as clean point sources
    """
    science, difference, halo = point.copy(), point.copy(), np.zeros_like(point)
    for index, name in enumerate(scene.defect):
        if name in PAINTERS:
            science[index], difference[index] = PAINTERS[name](scene, index, rng)
        if name == "spike":
            halo[index] = _halo(scene, index, rng)
            science[index] += halo[index]
            difference[index] += halo[index] * rng.normal(0, 0.12)
    return Damage(science, halo, difference)


def fading(scene: Scene, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the share of the sky's light that clouds let through, (B,); 1 for clear exposures.

    Alerts of the kind ``clouds`` are seen through clouds so thick that what the subtraction leaves
    of the stars is a few times the noise. Some of the others come from clouded exposures too.
    """
    number = len(scene.defect)
    noise = POINT_NOISE * scene.noise * scene.seeing
    few = rng.lognormal(np.log(20.0), 0.6, number) * noise
    thick = few / np.maximum(np.abs(scene.transient), 1.0)
    own = scene.star_flux[:, 0] + scene.galaxy[:, :, 0].sum(axis=1)
    # what fades cannot lose more light than is left of it
    least = np.where(scene.transient < 0, -scene.transient / np.maximum(own, 1.0), 0.0)
    thin = np.maximum(rng.uniform(0.03, 0.8, number), least)
    share = np.where(rng.random(number) < CLOUDED, thin, 1.0)
    clouded = np.array([name == "clouds" for name in scene.defect])
    # an exposure whose zero point tells of clouds is dimmed as a whole, its template with it
    known = scene.extinction > KNOWN_CLOUDS_MAG
    return np.where(known, 1.0, np.minimum(np.where(clouded, thick, share), 1.0))


def _gaussian(dx: float, dy: float, sigma: float) -> Image:
    return np.exp(-0.5 * ((X - dx) ** 2 + (Y - dy) ** 2) / sigma**2) / (2 * np.pi * sigma**2)


def _dipole(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a star out of place: a bright and a dark lobe beside each other."""
    flux, sigma = scene.transient[index], scene.seeing[index] / 2.3
    angle, gap = rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 2.2) * sigma
    dx, dy = gap * np.cos(angle), gap * np.sin(angle)
    lobes = _gaussian(0, 0, sigma) - rng.uniform(0.5, 1.3) * _gaussian(dx, dy, sigma)
    return np.zeros_like(X), 1.4 * flux * lobes


def _ring(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a PSF that does not match: a core inside a ring of the other sign."""
    flux, sigma = scene.transient[index], scene.seeing[index] / 2.3
    inner = rng.uniform(0.55, 0.85) * sigma
    outer = rng.uniform(1.2, 1.7) * sigma
    bite = _gaussian(rng.normal(0, 0.3), rng.normal(0, 0.3), outer) * rng.uniform(0.7, 1.2)
    rough = 0.36 * rng.lognormal(0.3, 0.7)
    speckle = rng.standard_normal(X.shape) * _gaussian(0, 0, 1.6 * sigma)
    return np.zeros_like(X), 1.4 * flux * (_gaussian(0, 0, inner) - bite + rough * speckle)


def _from_brightest(scene: Scene, index: int) -> tuple[Image, Image]:
    """Return the distance of each pixel from the brightest star, along both axes."""
    dx, dy = scene.star_place[index, int(np.argmax(scene.star_flux[index]))] - CENTRE
    return X - dx, Y - dy


def _halo(scene: Scene, index: int, rng: np.random.Generator) -> Image:
    """Return the light that a bright star spreads: a halo and diffraction spikes."""
    x, y = _from_brightest(scene, index)
    distance = np.hypot(x, y) + 3.0
    spikes = np.exp(-0.5 * (x / 1.3) ** 2) + np.exp(-0.5 * (y / 1.3) ** 2)
    level = scene.noise[index] * rng.lognormal(np.log(20.0), 0.7)
    return level * (spikes * rng.uniform(0.5, 6.0) / distance + 60.0 / distance**2)


def _spike(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a blotch in the halo of a bright star, among many smaller ones."""
    x, y = _from_brightest(scene, index)
    core = scene.transient[index] * _gaussian(
        rng.normal(0, 0.3), rng.normal(0, 0.3), scene.seeing[index] * rng.uniform(0.25, 0.6)
    )
    rough = rng.standard_normal(X.shape) * scene.noise[index] * 14.0 / (np.hypot(x, y) + 3.0)
    return core, core + rough


def _cosmic_ray(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a hit by a particle: sharper than the PSF, often a short track."""
    flux = abs(scene.transient[index])
    angle, length = rng.uniform(0, np.pi), rng.exponential(2.0)
    track = np.zeros_like(X)
    for step in np.linspace(-0.5, 0.5, 7):
        track += _gaussian(step * length * np.cos(angle), step * length * np.sin(angle), 0.42) / 7
    ringing = 0.35 * _gaussian(0, 0, 1.9)
    return flux * track, np.sign(scene.transient[index]) * flux * (track - ringing)


def _column(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a bad column or row crossing the stamp, with a hot pixel in the middle."""
    flux = scene.transient[index]
    across, along = (X, Y) if rng.random() < 0.8 else (Y, X)
    line = np.where(np.abs(across) < 0.6, 0.18, 0.0) * (along > rng.integers(-31, 8))
    pattern = flux * (0.5 * _gaussian(0, 0, 0.5) + 0.25 * line)
    return pattern, pattern - 0.3 * flux * _gaussian(0, 0, 2.0)


def _noise(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a chance peak of the noise: a few pixels that do not add up to a PSF."""
    flux = scene.transient[index]
    pattern = 0.16 * _gaussian(0, 0, 0.45)
    for _ in range(7):
        x, y = rng.normal(0, 2.2, 2)
        pattern += rng.normal(0.04, 0.16) * _gaussian(x, y, rng.uniform(0.4, 0.7))
    return 0.8 * flux * pattern, flux * pattern


def _trail(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return a satellite's or aeroplane's trail through the stamp."""
    angle = rng.uniform(0, np.pi)
    across = -X * np.sin(angle) + Y * np.cos(angle)
    along = X * np.cos(angle) + Y * np.sin(angle)
    width = scene.seeing[index] / 2.2
    glow = np.exp(-0.5 * (across / width) ** 2) * (1 + 0.15 * np.sin(along / rng.uniform(3, 9)))
    pattern = abs(scene.transient[index]) * 0.09 * glow
    return pattern, pattern * np.sign(scene.transient[index])


def _edge(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return garbage beside the edge of the image or of a masked region."""
    flux = scene.transient[index]
    rough = rng.standard_normal(X.shape) * np.exp(-0.5 * (np.hypot(X, Y) / 5.0) ** 2) * 0.02
    rough *= rng.lognormal(-1.0, 1.0)
    pattern = flux * (0.5 * _gaussian(0, rng.normal(0, 1), 0.9) + rough)
    return 0.5 * pattern, pattern


def _clouds(scene: Scene, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
    """Return what a clouded exposure leaves, before it is dimmed: a share of every star."""
    sigma = scene.seeing[index] / 2.3
    flux, place = scene.star_flux[index], scene.star_place[index] - CENTRE
    own = max(flux[0], 1.0)
    shares = scene.transient[index] / own * rng.lognormal(0, 0.5, len(flux))
    shares[0] = scene.transient[index] / own
    rough, pattern = rng.uniform(0.1, 1.0), np.zeros_like(X)
    for star in np.flatnonzero(flux > 0.02 * own):
        dx, dy = place[star] + rng.normal(0, 0.15, 2)
        core = _gaussian(dx, dy, sigma * rng.uniform(0.4, 1.0))
        x, y = rng.normal(0, 0.7 * sigma, 2)
        bite = rng.uniform(0, 0.7) * _gaussian(dx + x, dy + y, sigma * rng.uniform(0.7, 1.6))
        speckle = rng.standard_normal(X.shape) * _gaussian(dx, dy, sigma)
        pattern += flux[star] * shares[star] * (1.3 * core - bite + rough * speckle)
    return pattern, pattern


PAINTERS: dict[str, Callable[[Scene, int, np.random.Generator], tuple[Image, Image]]] = {
    "dipole": _dipole, "ring": _ring, "spike": _spike, "cosmic_ray": _cosmic_ray,
    "column": _column, "noise": _noise, "trail": _trail, "edge": _edge,
    "clouds": _clouds,
}  # fmt: skip


def mask(scene: Scene, stamps: Stamps, rng: np.random.Generator) -> None:
    """Set masked pixels to NaN in all three stamps: saturated stars, edges of the images."""
    for index, name in enumerate(scene.defect):
        masked = _saturation_boxes(scene, index, rng)
        if name == "edge" or rng.random() < 0.02:
            masked |= _outside(rng, near=name == "edge")
        masked[CENTRE - 1 : CENTRE + 2, CENTRE - 1 : CENTRE + 2] = False
        if masked.any():
            for image in (stamps.science, stamps.template, stamps.difference):
                image[index][masked] = np.nan


def _saturation_boxes(scene: Scene, index: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    masked = np.zeros(X.shape, bool)
    for star in np.flatnonzero(scene.star_flux[index] > SATURATED_STAR_DN):
        dx, dy = scene.star_place[index, star] - CENTRE
        half = 7.5 + 4.0 * np.log10(scene.star_flux[index, star] / SATURATED_STAR_DN)
        masked |= (np.abs(X - dx) < half) & (np.abs(Y - dy) < half)
        if rng.random() < 0.4:  # charge that ran along the column
            masked |= (np.abs(X - dx) < 2.0) & (np.abs(Y - dy) < 2.2 * half)
    return masked


def _outside(rng: np.random.Generator, *, near: bool) -> NDArray[np.bool_]:
    """Return the part of a stamp beyond a slightly tilted edge."""
    distance = rng.uniform(1.5, 9) if near else rng.uniform(8, 30)
    tilt = rng.choice([0.0, 0.0, rng.normal(0, 0.08)])
    side = rng.integers(0, 4)
    along, across = ((X, Y), (X, -Y), (Y, X), (Y, -X))[side]
    return across > distance + tilt * along
