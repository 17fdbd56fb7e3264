"""What the real/bogus network is told beside the stamps: how the detection was measured.

Those of the classifier of objects, and more of the detection's shape. Neither position nor time nor
``drb`` and ``rb``; nor the exposure's calibration, which tells of clouds, but taught the network
nothing that held for real alerts (docs/models.md).
"""

from __future__ import annotations

from typing import Final

from fritz.classifiers.blocks import FeatureBlock
from fritz.classifiers.training.class_features import CLASS_FEATURES, MISSING

__all__ = ["REALBOGUS_FEATURES", "realbogus_block"]

REALBOGUS_FEATURES: Final = (
    *CLASS_FEATURES, "seeratio", "aimage", "bimage", "ssnrms", "dsnrms",
)  # fmt: skip


def realbogus_block() -> FeatureBlock:
    """Return the model's second input; a feature that is missing never fails an alert."""
    return FeatureBlock(REALBOGUS_FEATURES, tuple((name, MISSING) for name in REALBOGUS_FEATURES))
