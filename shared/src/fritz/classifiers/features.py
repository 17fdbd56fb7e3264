"""Tables of features: fields of the packet and derived ones, in a model's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import AlertInputs, Failure
from fritz.classifiers.derived_features import DERIVED, number
from fritz.classifiers.light_curve_features import LIGHT_CURVE_FEATURES, light_curve_features

__all__ = ["ACAI_FEATURES", "BTSBOT_FEATURES", "feature_table"]

ACAI_FEATURES: Final = (
    "drb", "diffmaglim", "ra", "dec", "magpsf", "sigmapsf", "chipsf", "fwhm", "sky", "chinr",
    "sharpnr", "sgscore1", "distpsnr1", "sgscore2", "distpsnr2", "sgscore3", "distpsnr3",
    "ndethist", "ncovhist", "scorr", "nmtchps", "clrcoeff", "clrcounc", "neargaia",
    "neargaiabright",
)  # fmt: skip
"""Raw, as in the packet; -999 stays -999."""
LIGHT_CURVES: Final = frozenset(LIGHT_CURVE_FEATURES)
BTSBOT_FEATURES: Final = (
    "sgscore1", "distpsnr1", "sgscore2", "distpsnr2", "fwhm", "magpsf", "sigmapsf", "chipsf",
    "ra", "dec", "diffmaglim", "ndethist", "nmtchps", "age", "days_since_peak", "days_to_peak",
    "peakmag_so_far", "drb", "ncovhist", "nnondet", "chinr", "sharpnr", "scorr", "sky",
    "maxmag_so_far",
)  # fmt: skip


def feature_table(
    alerts: Sequence[AlertInputs],
    names: Sequence[str],
    fill: Mapping[str, float] | None = None,
) -> tuple[NDArray[np.float32], dict[int, Failure]]:
    """Return the features of alerts, and why some alerts have none.

    Parameters
    ----------
    alerts
        N alerts.
    names
        K features: fields of the candidate, of `DERIVED`, or of `LIGHT_CURVE_FEATURES`.
    fill
        What stands for a feature that is missing. Without an entry the alert fails: the models of
        others were not trained with gaps, and a guess would look like a score.

    Returns
    -------
    (N, K) array, unspecified for alerts that failed. Failures by position: ``missing_feature``
    (null or absent) or ``bad_feature`` (text, NaN, infinite).
    """
    fill = fill or {}
    table = np.zeros((len(alerts), len(names)), np.float32)
    failures: dict[int, Failure] = {}
    of_light_curve = not LIGHT_CURVES.isdisjoint(names)
    for index, alert in enumerate(alerts):
        curve = light_curve_features(alert.candidate, alert.history) if of_light_curve else {}
        row = [_value(alert, name, fill, curve) for name in names]
        if None in row:
            failures[index] = _failure(alert, names[row.index(None)])
            continue
        with np.errstate(over="ignore"):
            table[index] = row
        finite = np.isfinite(table[index])
        if not finite.all():
            failures[index] = Failure("bad_feature", names[int(finite.argmin())])
    return table, failures


def _value(
    alert: AlertInputs, name: str, fill: Mapping[str, float], curve: Mapping[str, float]
) -> float | None:
    if name in LIGHT_CURVES:
        found: float | None = curve[name]
    else:
        derived = DERIVED.get(name)
        found = number(alert.candidate.get(name)) if derived is None else derived(alert)
    if name in fill and (found is None or found != found):  # noqa: PLR0124 - NaN differs from itself
        return fill[name]
    return found


def _failure(alert: AlertInputs, name: str) -> Failure:
    reason = "missing_feature" if alert.candidate.get(name) is None else "bad_feature"
    return Failure(reason, name)
