"""All kinds together, and the objects of a field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws, mix
from emulators.survey.populations.artefacts import ARTEFACTS
from emulators.survey.populations.extragalactic import EPOCH_DAYS, EXTRAGALACTIC
from emulators.survey.populations.moving import ASTEROID
from emulators.survey.populations.objects import Kind, Objects
from emulators.survey.populations.passing import PASSING_KINDS
from emulators.survey.populations.stars import STARS
from emulators.survey.schedule import FIRST_NIGHT_JD
from emulators.survey.sky import FIELDS, QUADRANT_PX, galactic_latitude

__all__ = ["ALL_KINDS", "LASTING", "PASSING", "field_objects", "make_objects"]

LASTING: tuple[Kind, ...] = STARS + EXTRAGALACTIC + ARTEFACTS
"""Seen at the same place night after night."""
PASSING: tuple[Kind, ...] = PASSING_KINDS
"""Seen once."""
ALL_KINDS: tuple[Kind, ...] = (*LASTING, ASTEROID, *PASSING)

EPOCHS_BACK = 4
TRANSIENT_SERIALS = 500_000
"""Serial numbers of a field: lasting objects, then transients by epoch, then passing ones."""


def make_objects(
    kind: Kind, key: NDArray[np.uint64], serial: NDArray[np.int64], epoch_jd: float
) -> Objects:
    """Return objects of a kind at random places of the camera."""
    draw = Draws(key)
    return Objects(
        kind=kind,
        key=key,
        serial=serial,
        epoch_jd=np.full(len(key), epoch_jd),
        rcid=draw.integer("rcid", 0, 64),
        x=draw.uniform("x", 26, QUADRANT_PX[0] - 26),
        y=draw.uniform("y", 26, QUADRANT_PX[1] - 26),
        traits=kind.traits(draw),
    )


def field_objects(seed: int, field: int, nid: int, wish: float) -> list[Objects]:
    """Return the lasting objects of a field and the transients of the months around a night.

    Parameters
    ----------
    wish : alerts wished per exposure; scales the number of objects
    """
    where = int(np.searchsorted(FIELDS.ids, field))
    disk = np.exp(-abs(float(galactic_latitude(FIELDS.ra[where], FIELDS.dec[where]))) / 15.0)
    epoch = nid // EPOCH_DAYS
    found = []
    for code, kind in enumerate(LASTING):
        mean = kind.density * wish * np.clip(1 + kind.galactic * (3.5 * disk - 0.5), 0.05, 4.0)
        spans = range(epoch - EPOCHS_BACK, epoch + 2) if kind.transient else (0,)
        for span in spans:
            base = mix(seed, 10, field, code, max(span, 0))
            number = int(mean + Draws(base).uniform("number")[0])
            if number:
                index = np.arange(number)
                first = (
                    TRANSIENT_SERIALS + span * 4000 + code * 300
                    if kind.transient
                    else code * 40_000
                )
                start = FIRST_NIGHT_JD + span * EPOCH_DAYS
                found.append(make_objects(kind, mix(base, index), first + index, start))
    return found
