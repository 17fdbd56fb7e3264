"""The features by which the classifier of objects tells its classes apart.

Neither position nor time nor ``drb`` and ``rb``: the simulator's sky is not the real one, and the
survey's own scores would make this one an echo of them.
"""

from __future__ import annotations

from typing import Final

from fritz.classifiers.blocks import FeatureBlock
from fritz.classifiers.light_curve_features import LIGHT_CURVE_FEATURES

__all__ = ["CLASS_FEATURES", "MISSING", "class_block"]

MISSING: Final = -999.0
"""What stands for a value that is not there; ZTF's own mark."""
CLASS_FEATURES: Final = (
    "magpsf", "sigmapsf", "chipsf", "magdiff", "magfromlim", "distnr", "magnr", "chinr", "sharpnr",
    "classtar", "fwhm", "elong", "sumrat", "nneg", "scorr", "fid", "positive",
    "sgscore1", "distpsnr1", "sgmag1", "srmag1", "simag1", "sgscore2", "distpsnr2", "nmtchps",
    "neargaia", "maggaia", "neargaiabright", "maggaiabright", "ssdistnr", "ssmagnr",
    "ndethist", "ncovhist", "age",
    *LIGHT_CURVE_FEATURES,
)  # fmt: skip


def class_block() -> FeatureBlock:
    """Return the model's input; a feature that is missing never fails an alert."""
    return FeatureBlock(CLASS_FEATURES, tuple((name, MISSING) for name in CLASS_FEATURES))
