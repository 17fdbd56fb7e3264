"""Five made-up alerts, one of each kind: what every model is tried on.

All numbers come from closed formulas, so they are the same everywhere. They look real enough for
models of the survey: braai and ACAI take the first four for what they are, the fifth for bogus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import AlertInputs, Stamp

__all__ = ["probe_alerts"]

SIDE: Final = 63
CENTRE: Final = 31.0
JD: Final = 2_460_000.75
SKY: Final = 150.0
"""Counts, as the noise and the fluxes."""
NOISE: Final = 8.0
STARS: Final = 5

CANDIDATE: Final[Mapping[str, Any]] = {
    "jd": JD, "fid": 1, "isdiffpos": "t", "programid": 1, "ra": 150.0, "dec": 20.0,
    "magpsf": 18.4, "sigmapsf": 0.07, "chipsf": 1.4, "magap": 18.5, "sigmagap": 0.05,
    "distnr": 1.8, "magnr": 19.2, "sigmagnr": 0.05, "chinr": 0.9, "sharpnr": 0.02, "sky": 0.4,
    "magdiff": 0.06, "fwhm": 2.1, "classtar": 0.9, "mindtoedge": 700.0, "magfromlim": 1.9,
    "seeratio": 1.1, "aimage": 0.8, "bimage": 0.75, "aimagerat": 0.4, "bimagerat": 0.36,
    "elong": 1.07, "nneg": 3, "nbad": 0, "rb": 0.8, "drb": 0.99, "ssdistnr": -999.0,
    "ssmagnr": -999.0, "sumrat": 0.95, "diffmaglim": 20.4, "sgscore1": 0.5, "distpsnr1": 2.2,
    "sgscore2": 0.9, "distpsnr2": 8.0, "sgscore3": 0.5, "distpsnr3": 14.0, "ndethist": 6,
    "ncovhist": 420, "jdstarthist": JD - 12.0, "jdendhist": JD, "scorr": 16.0, "nmtchps": 7,
    "clrcoeff": -0.05, "clrcounc": 1e-5, "neargaia": 4.2, "neargaiabright": 61.0,
    "maggaia": 18.9, "maggaiabright": 13.2, "magzpsci": 26.2, "exptime": 30.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scene:
    source: float
    """Peak of the new source."""
    host: float
    """Peak of what was there before."""
    host_kind: Literal["galaxy", "nucleus", "star"]
    candidate: Mapping[str, Any]
    width: float = 1.0
    """Sigma of a point source, pixels."""


SCENES: Final = (
    _Scene(150, 300, "galaxy", {"magpsf": 19.4, "ndethist": 2, "sgscore1": 0.02,
                                "distpsnr1": 4.5, "distnr": 4.0}),
    _Scene(200, 0, "galaxy", {"magpsf": 19.4, "ndethist": 1, "distpsnr1": 18.0, "distnr": 12.0,
                              "sgscore2": 0.4, "distpsnr2": 22.0, "distpsnr3": 25.0,
                              "neargaia": 40.0}),
    _Scene(200, 2000, "star", {"magpsf": 18.9, "ndethist": 30, "sgscore1": 0.7, "distpsnr1": 0.2,
                               "distnr": 0.2, "neargaia": 0.2, "nmtchps": 9, "fid": 2}),
    _Scene(250, 1500, "nucleus", {"magpsf": 18.8, "ndethist": 20, "sgscore1": 0.05,
                                  "distpsnr1": 0.2, "distnr": 0.3, "neargaia": 20.0}),
    _Scene(250, 0, "galaxy", {"drb": 0.2, "rb": 0.2, "ndethist": 1, "sgscore1": 0.9,
                              "isdiffpos": "f"}, width=0.3),
)  # fmt: skip
"""A supernova, an orphan, a variable star, a flaring nucleus, a hot pixel."""


@cache
def probe_alerts() -> tuple[AlertInputs, ...]:
    """Return the five alerts: all stamps, every common field, four earlier detections."""
    return tuple(_alert(scene, 1 + index) for index, scene in enumerate(SCENES))


def _alert(scene: _Scene, seed: int) -> AlertInputs:
    template = SKY + scene.host * _host(scene) + _stars(seed)
    source = scene.source * _point(scene.width)
    history = [
        {"jd": JD - 12.0 + 3.0 * i, "magpsf": 19.9 - 0.2 * i, "sigmapsf": 0.1, "fid": 1 + i % 2}
        for i in range(4)
    ]
    return AlertInputs(
        candid=seed,
        candidate={**CANDIDATE, **scene.candidate},
        stamps={
            "science": _stamp(template + source + NOISE * _pattern(3 * seed)),
            "template": _stamp(template + 0.5 * NOISE * _pattern(3 * seed + 1)),
            "difference": _stamp(source + NOISE * _pattern(3 * seed + 2)),
        },
        history=history,
    )


def _stamp(pixels: NDArray[np.float64]) -> Stamp:
    stamp: Stamp = pixels.astype(np.float32)
    return stamp


def _grid(x: float = 0.0, y: float = 0.0) -> NDArray[np.float64]:
    """Return the offsets of all pixels from a point beside the centre, (2, 63, 63), y first."""
    grid: NDArray[np.float64] = np.mgrid[:SIDE, :SIDE] - CENTRE - np.array([y, x])[:, None, None]
    return grid


def _point(sigma: float, x: float = 0.0, y: float = 0.0) -> NDArray[np.float64]:
    image: NDArray[np.float64] = np.exp(-(_grid(x, y) ** 2).sum(axis=0) / (2.0 * sigma**2))
    return image


def _host(scene: _Scene) -> NDArray[np.float64]:
    match scene.host_kind:
        case "galaxy":
            dy, dx = _grid(2.0, 1.0)
            return _disc(dx / 4.0, dy / 2.4)
        case "nucleus":
            dy, dx = _grid(0.2, 0.1)
            return _disc(dx / 3.0, dy / 2.7)
        case "star":
            return _point(scene.width)


def _disc(dx: NDArray[np.float64], dy: NDArray[np.float64]) -> NDArray[np.float64]:
    image: NDArray[np.float64] = np.exp(-np.hypot(dx, dy))
    return image


def _stars(seed: int) -> NDArray[np.float64]:
    field = np.zeros((SIDE, SIDE))
    for star in range(STARS):
        x = 25.0 * np.sin(7.1 * seed + 12.3 * star)
        y = 25.0 * np.cos(3.7 * seed + 5.9 * star)
        field += (300.0 + 200.0 * star) * _point(1.0, x, y)
    return field


def _pattern(seed: int) -> NDArray[np.float64]:
    """Return a fixed pattern that passes for noise of zero mean and unit variance."""
    dy, dx = _grid() + CENTRE
    layers = [
        np.sin((12.9898 + 3.1 * i) * dx + (78.233 - 7.7 * i) * dy + (37.719 + i) * seed)
        for i in range(4)
    ]
    total: NDArray[np.float64] = np.sum([np.mod(43758.5453 * each, 1.0) for each in layers], axis=0)
    total -= 2.0
    total *= np.sqrt(3.0)
    return total
