"""Features of light curves by the package light-curve; needs what `make train` installs.

The package is under GPL-3.0-or-later, so nothing that is shipped or served imports this (ADR 41).
"""

from __future__ import annotations

from importlib.metadata import version

import light_curve as lc
import numpy as np
from numpy.typing import NDArray

__all__ = ["LightCurvePackage"]

Array = NDArray[np.float64]


class LightCurvePackage:
    """Features as Malanchev et al. 2021 (MNRAS 502, 5147) define them."""

    def __init__(self) -> None:
        self._extractor = lc.Extractor(
            lc.Amplitude(), lc.AndersonDarlingNormal(), lc.BeyondNStd(1.0), lc.Cusum(),
            lc.Duration(), lc.EtaE(), lc.InterPercentileRange(0.1), lc.Kurtosis(), lc.LinearFit(),
            lc.LinearTrend(), lc.MaximumSlope(), lc.MaximumTimeInterval(), lc.Median(),
            lc.MedianAbsoluteDeviation(), lc.Periodogram(peaks=1), lc.ReducedChi2(), lc.Skew(),
            lc.StandardDeviation(), lc.StetsonK(), lc.WeightedMean(),
        )  # fmt: skip

    @property
    def name(self) -> str:
        """The package and its version."""
        return f"light-curve {version('light-curve')}"

    @property
    def names(self) -> tuple[str, ...]:
        """What is computed, in the package's own words."""
        return tuple(self._extractor.names)

    def features(self, days: Array, flux: Array, flux_err: Array) -> Array:
        """Return the features of a light curve; NaN for those that it has not.

        Parameters
        ----------
        days
            (N,) strictly ascending.
        flux, flux_err
            (N,) of one unit.
        """
        found: Array = self._extractor(days, flux, flux_err, sorted=True, fill_value=np.nan)
        return found
