"""The known asteroid nearest to each detection, as the pipeline looks it up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulators.survey.conditions import Conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.populations import Sources

__all__ = ["solar_system_columns"]

Array = NDArray[np.float64]
NONE_NEAR = -999.0
STRANGERS = 0.012
"""Share of the detections that a known asteroid happens to pass within 30 arcsec."""


def solar_system_columns(objects: Sources, at: Conditions, mag: Array) -> dict[str, Any]:
    """Return distance, magnitude and name: of the asteroid itself, or, seldom, of a stranger."""
    draw = Draws(mix(objects.key, at.exposure.key, 81))
    itself = objects.designation > 0
    near = itself | draw.happens("stranger", STRANGERS)
    offset = np.round(np.abs(draw.normal("offset", 0, 1.5)))
    distance = np.where(itself, offset, draw.integer("distance", 3, 30))
    predicted = mag + draw.normal("predicted", 0.1, 0.25)
    size = np.round(np.where(itself, predicted, draw.uniform("size", 17, 21)), 1)
    number = np.where(itself, objects.designation, draw.integer("number", 100, 620_000))
    return {
        "ssdistnr": np.where(near, distance, NONE_NEAR),
        "ssmagnr": np.where(near, size, NONE_NEAR),
        "ssnamenr": [str(n) if n else "null" for n in (number * near).tolist()],
    }
