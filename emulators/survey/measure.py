"""What the pipeline measures: light of the objects in, columns of alert fields out.

Each number depends on the object and the exposure alone, so that the history in tonight's packets
says what the packets of earlier nights said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emulators.survey.conditions import GAIN, Conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.lightcurves import flux_of, mag_of
from emulators.survey.populations import Sources
from emulators.survey.sky import FIELDS, PIXEL_ARCSEC, QUADRANT_PX, sky_position

__all__ = ["DETECTION_SN", "Measured", "detection_columns", "light", "positions"]

Array = NDArray[np.float64]
DETECTION_SN = 5.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Difference flux of N objects in N exposures (row by row), in units of magnitude 25."""

    true_flux: Array
    flux: Array
    error: Array
    reference: Array
    """Flux of the counterpart in the reference image."""

    @property
    def detected(self) -> NDArray[np.bool_]:
        """Whether the pipeline would send an alert."""
        return np.abs(self.flux) >= DETECTION_SN * self.error


def light(objects: Sources, at: Conditions, true_flux: Array) -> Measured:
    """Return the noisy difference flux of each object in its exposure."""
    draw = Draws(mix(objects.key, at.exposure.key))
    row = np.arange(len(objects))
    counterpart = flux_of(objects.counterpart_mag[row, at.exposure.fid - 1])
    # a galaxy's light is spread out: only its core lies under the PSF
    share = 1.0 / (1.0 + (objects.radius_px / 2.0) ** 2)
    away = np.hypot(*objects.offset_px.T)
    reference = counterpart * share * np.exp(-0.5 * (away / (2.0 + objects.radius_px)) ** 2)
    to_dn = 10.0 ** (0.4 * (at.zero_point - 25.0))
    photons = np.sqrt((reference + np.abs(true_flux)) * to_dn / GAIN) / to_dn
    error = np.sqrt(
        (flux_of(at.limit) / 5.0) ** 2 + (1.3 * photons) ** 2 + (0.012 * reference) ** 2
    )
    flux = true_flux + error * draw.normal("flux")
    return Measured(true_flux, flux, error, reference)


def detection_columns(objects: Sources, at: Conditions, seen: Measured) -> dict[str, Array]:
    """Return the fields of detections that packets carry for the present and for the past alike."""
    draw = Draws(mix(objects.key, at.exposure.key))
    snr = np.abs(seen.flux) / seen.error
    limit_snr = np.abs(seen.flux) / (flux_of(at.limit) / 5.0)
    columns = dict(at.columns)
    columns.update(_position(draw, objects, at, snr))
    columns.update(_photometry(draw, objects, at, seen, snr))
    columns.update(_shape(draw, objects, at, snr, limit_snr))
    columns.update(_reference_source(objects, at, columns))
    columns.update(_scores(draw, objects, snr))
    return columns


def positions(
    objects: Sources, at: Conditions, dx: ArrayLike = 0.0, dy: ArrayLike = 0.0
) -> tuple[Array, Array]:
    """Return right ascension and declination in degrees, moved by so many pixels."""
    where = np.searchsorted(FIELDS.ids, at.exposure.field)
    x, y = objects.x + np.asarray(dx), objects.y + np.asarray(dy)
    ra, dec = sky_position(FIELDS.ra[where], FIELDS.dec[where], at.rcid, x, y)
    return np.round(ra, 7), np.round(dec, 7)


def _position(draw: Draws, objects: Sources, at: Conditions, snr: Array) -> dict[str, Array]:
    scatter = np.hypot(0.08, 0.9 / snr) * np.where(objects.real, 1.0, 1.6)
    pointing = Draws(at.exposure.key)
    x = objects.x + draw.normal("x", 0.0, scatter)
    y = objects.y + draw.normal("y", 0.0, scatter)
    ra, dec = positions(objects, at, x - objects.x, y - objects.y)
    x = np.clip(x + pointing.normal("dx", 0, 4.0), 5, QUADRANT_PX[0] - 5)
    y = np.clip(y + pointing.normal("dy", 0, 4.0), 5, QUADRANT_PX[1] - 5)
    edge = np.minimum.reduce([x, y, QUADRANT_PX[0] - x, QUADRANT_PX[1] - y])
    return {
        "ra": ra,
        "dec": dec,
        "xpos": x,
        "ypos": y,
        "mindtoedge": edge,
    }


def _photometry(
    draw: Draws, objects: Sources, at: Conditions, seen: Measured, snr: Array
) -> dict[str, Array]:
    magpsf = mag_of(np.abs(seen.flux))
    fit = snr * draw.lognormal("fit", 0.82, 0.25)
    sigmapsf = np.clip(1.0857 / fit, 0.0145, 0.2171)
    width = np.where(objects.real, 0.25, 0.5)
    magdiff = draw.normal("magdiff", 0.02, 0.02 + width * 6.0 / (4 + snr))
    limit_snr = np.abs(seen.flux) / (flux_of(at.limit) / 5.0)
    sigmagap = np.clip(1.0857 / limit_snr * draw.lognormal("ap", 1.4, 0.2), 0.001, 0.9)
    magap = magpsf + magdiff
    big = draw.normal("big", 0.0, 0.01 + 0.35 * sigmagap)
    scorr = np.maximum(snr * draw.lognormal("scorr", 1.08, 0.12), DETECTION_SN * 1.003)
    chi = (
        1.0
        + 0.5 * draw.lognormal("chi", 1.0, 0.6)
        + (limit_snr / 14.0) ** 1.4 * draw.lognormal("chi2", 0.8, 0.9)
    )
    sky = draw.normal("sky", 0.05, 1.1 * draw.lognormal("patch", 1, 0.5))
    bogus = np.where(objects.real, 1.0, draw.lognormal("bad chi", 2.2, 0.7))
    return {
        "magpsf": magpsf, "sigmapsf": sigmapsf, "magap": magap, "sigmagap": sigmagap,
        "magapbig": magap + big, "sigmagapbig": sigmagap * draw.uniform("apbig", 1.15, 1.35),
        "magdiff": magdiff, "magfromlim": at.limit - magap, "scorr": np.round(scorr, 7),
        "chipsf": np.clip(chi * bogus * 0.8, 0.2, 4000), "sky": sky,
    }  # fmt: skip


def _shape(
    draw: Draws, objects: Sources, at: Conditions, snr: Array, limit_snr: Array
) -> dict[str, Array]:
    sharp = objects.sharp
    scatter = 0.18 + 1.6 / snr
    base = np.where(sharp, 1.22, at.seeing_px * 1.1)
    fwhm = np.clip(np.round(base * draw.lognormal("fwhm", 1.0, scatter), 2), 1.0, 7.5)
    roundness = np.where(objects.real, 0.07, 0.13)
    elong = 1.0 + np.abs(draw.normal("elong", roundness, roundness + 0.35 / snr))
    scale = np.where(sharp, 0.42 * base, 0.36 * at.seeing_px)
    aimage = np.round(scale * np.sqrt(elong) * draw.lognormal("aimage", 1.0, 0.06), 3)
    bimage = np.round(aimage / elong, 3)
    mess = draw.lognormal("sumrat", 0.14, 1.0) * np.where(objects.real, 1.0, 2.6)
    sumrat = 1.0 - np.clip(mess / np.sqrt(np.minimum(limit_snr, snr)) - 0.05, 0.0, 0.48)
    below = 11.0 / np.sqrt(snr) * np.where(objects.real, 1.0, 1.5)
    nneg = np.floor(np.clip(draw.normal("nneg", below, 1.9), 0, 13))
    classtar = np.clip(np.round(1.0 - draw.lognormal("classtar", 0.017, 1.0), 3), 0.4, 1.0)
    ds = limit_snr * draw.lognormal("dsnrms", 0.72, 0.3)
    ss = np.maximum(limit_snr * draw.lognormal("ssnrms", 1.55, 0.2), 5.5)
    return {
        "fwhm": fwhm, "aimage": aimage, "bimage": bimage, "aimagerat": aimage / fwhm,
        "bimagerat": bimage / fwhm, "elong": elong, "classtar": classtar,
        "seeratio": np.minimum(2.0, at.seeing_px * draw.lognormal("see", 1.12, 0.1) / fwhm),
        "sumrat": sumrat, "nneg": nneg, "nbad": np.zeros(len(snr)),
        "dsnrms": ds, "ssnrms": ss, "dsdiff": ds - ss,
    }  # fmt: skip


def _reference_source(
    objects: Sources, at: Conditions, columns: dict[str, Array]
) -> dict[str, Array]:
    """Return the nearest source of the reference catalogue: the counterpart, or a field star."""
    band = at.exposure.fid
    draw = Draws(mix(objects.key, 30, band))
    row = np.arange(len(objects))
    magnr = objects.counterpart_mag[row, band - 1]
    away = np.hypot(*objects.offset_px.T)
    own = (magnr < 22.8) & (away < 15)
    magnr = np.where(
        own, magnr + draw.normal("magnr", 0, 0.03), draw.normal("field mag", 21.6, 1.1)
    )
    angle = draw.uniform("angle", 0, 2 * np.pi)
    reach = draw.uniform("reach", 1.0, 16.0)
    jitter = Draws(mix(objects.key, at.exposure.key))
    dx = np.where(
        own, objects.offset_px[:, 0] + jitter.normal("nr x", 0, 0.12), reach * np.cos(angle)
    )
    dy = np.where(
        own, objects.offset_px[:, 1] + jitter.normal("nr y", 0, 0.12), reach * np.sin(angle)
    )
    cosine = np.cos(np.radians(columns["dec"]))
    sharp = np.where(
        objects.galaxy,
        np.clip(draw.normal("gal", 0.25, 0.25), -0.1, 1.2),
        draw.normal("star", -0.02, 0.05 + 0.02 * np.maximum(0, magnr - 17)),
    )
    chi = draw.lognormal("chinr", 0.75, 0.55) * (1 + 3 * np.maximum(0, 14.5 - magnr))
    return {
        "distnr": np.hypot(dx, dy), "magnr": np.round(np.clip(magnr, 12.3, 23.4), 3),
        "sigmagnr": np.round(np.clip(0.012 + 10 ** (0.4 * (magnr - 24.0)), 0.008, 0.36), 3),
        "chinr": np.round(np.clip(chi, 0.14, 9), 3),
        "sharpnr": np.round(sharp, 3),
        "ranr": np.round(columns["ra"] - dx * PIXEL_ARCSEC / 3600 / cosine, 7),
        "decnr": np.round(columns["dec"] + dy * PIXEL_ARCSEC / 3600, 7),
    }  # fmt: skip


def _scores(draw: Draws, objects: Sources, snr: Array) -> dict[str, Array]:
    """Return the real-bogus scores, right mostly, and less so for the faint."""
    certain = np.clip(np.log(snr / 4.0), 0.2, 2.2)
    level = np.where(objects.real, 2.6 + 5.0 * certain, -2.6)
    drb = draw.normal("drb", level, np.where(objects.real, 4.0, 2.5))
    rb = draw.normal("rb", np.where(objects.real, 0.66 + 0.09 * certain, 0.42), 0.13)
    return {"drb": 1.0 / (1.0 + np.exp(-drb)), "rb": np.clip(np.round(rb, 4), 0.02, 0.99)}
