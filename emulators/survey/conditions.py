"""The calibration of one readout channel in one exposure: zero point, depth, PSF, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.schedule import FIRST_NIGHT_JD, Exposures

__all__ = ["GAIN", "Conditions", "conditions"]

Array = NDArray[np.float64]
GAIN = 6.2
"""Electrons per DN."""
ZERO_POINT = np.array([0.0, 26.34, 26.28, 25.62])
COLOUR_TERM = np.array([0.0, -0.062, 0.095, 0.03])
MAG_PER_NOISE = 46.0
"""Flux in DN at `diffmaglim` for pixel noise 1 DN and the median seeing, from real packets."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """One row per pair of exposure and readout channel; (N,) arrays."""

    exposure: Exposures
    rcid: NDArray[np.int64]
    pid: NDArray[np.int64]
    seeing_px: Array
    reference_px: Array
    """Seeing of the reference image, which is deeper and at least as sharp."""
    sky_dn: Array
    noise_dn: Array
    columns: dict[str, Array]
    """Calibration fields under ZTF's names."""

    @property
    def zero_point(self) -> Array:
        """Magnitude of one DN."""
        return self.columns["magzpsci"]

    @property
    def limit(self) -> Array:
        """Five-sigma limiting magnitude of the difference image."""
        return self.columns["diffmaglim"]


def conditions(exposure: Exposures, rcid: NDArray[np.int64]) -> Conditions:
    """Return the calibration of readout channels, one for each exposure given."""
    draw = Draws(mix(exposure.key, 20, rcid))
    channel = Draws(mix(21, exposure.field, rcid, exposure.fid))
    fid = exposure.fid
    seeing = exposure.seeing_px * draw.lognormal("seeing", 1.0, 0.04)
    sky = exposure.sky_dn * draw.lognormal("sky", 1.0, 0.05)
    noise = (
        np.sqrt(sky / GAIN + 3.0) * exposure_noise(exposure) * draw.lognormal("noise", 1.0, 0.05)
    )
    zero_point = ZERO_POINT[fid] - exposure.extinction_mag + channel.normal("zp", 0.0, 0.05)
    limit = zero_point - 2.5 * np.log10(MAG_PER_NOISE * noise * seeing / 2.3)
    columns = _calibration(draw, exposure, zero_point)
    columns["diffmaglim"] = limit + draw.normal("limit", 0.0, 0.06)
    fraction = exposure.jd - FIRST_NIGHT_JD - exposure.nid
    pid = (
        exposure.nid * 10**9
        + np.floor(fraction * 1e5 + 1e-6).astype(np.int64) * 10**4
        + rcid * 100
        + 15
    )
    reference = np.minimum(channel.lognormal("reference", 2.05, 0.1), 1.05 * seeing + 0.2)
    return Conditions(exposure, rcid, pid, seeing, reference, sky, noise, columns)


def exposure_noise(exposure: Exposures) -> Array:
    """Return how much noisier than photon statistics an exposure is."""
    return Draws(exposure.key).lognormal("noise", 2.1, 0.3)


def _calibration(draw: Draws, exposure: Exposures, zero_point: Array) -> dict[str, Array]:
    # through clouds, uneven over the channel, fewer stars agree on the zero point, and less well
    cloud = np.maximum(exposure.extinction_mag - 0.3, 0.0)
    fewer = np.exp(-0.6 * cloud)
    matches = np.clip(draw.lognormal("nmatches", 900, 0.8) * fewer, 40 * fewer, 2300)
    unc = 1.2e-5 * (900 / matches) ** 0.8 * draw.lognormal("zpunc", 1.0, 1.0)
    unc = unc * np.exp(np.minimum(1.4 * cloud, 5.0))
    rms = np.clip(draw.lognormal("zprms", 0.038, 0.35), 0.016, 0.2) + 0.04 * np.minimum(cloud, 4.0)
    clrcounc = unc * draw.lognormal("clrunc", 1.5, 0.25)
    return {
        "magzpsci": zero_point,
        "magzpsciunc": unc,
        "magzpscirms": rms,
        "clrcoeff": COLOUR_TERM[exposure.fid] + draw.normal("clr", 0, 0.018 + 0.03 * cloud),
        "clrcounc": clrcounc,
        "zpclrcov": -clrcounc * draw.uniform("cov", 0.6, 1.0),
        "zpmed": zero_point + draw.normal("zpmed", 0.0, 0.03),
        "nmatches": np.floor(matches),
        "clrmed": np.clip(draw.normal("clrmed", 0.66, 0.13), 0.44, 1.7),
        "clrrms": np.clip(draw.normal("clrrms", 0.235, 0.05), 0.12, 0.35),
    }
