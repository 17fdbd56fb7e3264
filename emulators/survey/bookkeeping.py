"""What the pipeline's databases know of an alert: its past in the survey, its reference image."""

from __future__ import annotations

from typing import Any

import numpy as np

from emulators.survey.conditions import Conditions
from emulators.survey.draws import Draws, mix
from emulators.survey.history import Past
from emulators.survey.populations import Sources
from emulators.survey.schedule import FIRST_NIGHT_JD

__all__ = ["reference_image", "survey_history"]

SURVEY_START_NID = 450
"""March 2018, when the survey began."""


def survey_history(objects: Sources, at: Conditions, past: list[Past]) -> dict[str, Any]:
    """Return how often the place was covered and the object detected since the survey began."""
    draw = Draws(mix(objects.key, 80))
    nights = np.maximum(at.exposure.nid - SURVEY_START_NID, 10)
    coverage = np.floor(nights * draw.lognormal("coverage", 0.5, 0.8)) + 8
    known = np.array([len(p.detections) for p in past]) + 1
    lasting = np.array([not (k.passing or k.transient) for k in objects.kind])
    older = np.floor(coverage * np.clip(draw.lognormal("share", 0.22, 1.1), 0, 0.8)) * lasting
    moments = zip(past, at.exposure.jd.tolist(), strict=True)
    first = np.array([p.detections[0] if p.detections else jd for p, jd in moments])
    began = FIRST_NIGHT_JD + SURVEY_START_NID + draw.uniform("began", 0, 300)
    return {
        "ndethist": known + older,
        "ncovhist": np.maximum(coverage, known + older),
        "jdstarthist": np.where(older > 0, np.round(began, 7), first),
        "jdendhist": at.exposure.jd,
    }


def reference_image(at: Conditions) -> dict[str, Any]:
    """Return which reference image was subtracted and what it was made from."""
    exposure = at.exposure
    draw = Draws(mix(82, exposure.field, at.rcid, exposure.fid))
    start = np.round(FIRST_NIGHT_JD + 420 + draw.uniform("start", 0, 120), 6)
    more = np.floor(np.clip(draw.lognormal("frames", 1.2, 2.2), 0, 29))
    return {
        "rfid": exposure.field * 10**6 + 120_000 + exposure.fid * 100 + at.rcid,
        "jdstartref": start,
        "jdendref": np.round(start + draw.uniform("span", 20, 200), 6),
        "nframesref": 15 + np.where(more > 3, more, 0),
    }
