"""An object's alerts as light curves of signed difference flux, one a band."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DifferenceFlux", "difference_flux"]

ZERO_POINT_AB: Final = 23.9
"""AB magnitude of one microjansky."""
POSITIVE: Final = ("t", "T", "1", "y", "Y", 1)
MAG_TO_FLUX_ERROR: Final = np.log(10) / 2.5


@dataclass(frozen=True, slots=True)
class DifferenceFlux:
    """The detections of one band."""

    fid: int
    jd: NDArray[np.float64]
    """(N,) days, strictly ascending."""
    flux_ujy: NDArray[np.float64]
    """(N,) microjansky beyond the reference, negative where the object was fainter."""
    flux_err_ujy: NDArray[np.float64]
    programids: frozenset[int]
    """Of the points: who may see all of them may see what is computed from them."""


def difference_flux(
    points: Iterable[Mapping[str, Any]], granted: Collection[int] | None = None
) -> list[DifferenceFlux]:
    """Return the light curve of each band, by band.

    Parameters
    ----------
    points
        Detections and limits in ZTF's own fields; what is no detection is passed over.
    granted
        Only points of these programs; None: of all.

    Examples
    --------
    >>> point = {"jd": 2460000.5, "fid": 1, "magpsf": 23.9, "sigmapsf": 0.1, "programid": 1}
    >>> [curve] = difference_flux([point | {"isdiffpos": "f"}])
    >>> curve.flux_ujy.tolist(), curve.flux_err_ujy.round(3).tolist()
    ([-1.0], [0.092])
    """
    bands: dict[int, dict[float, tuple[float, float, int]]] = {}
    for point in points:
        values = [point.get(name) for name in ("jd", "magpsf", "sigmapsf", "fid", "programid")]
        if None in values or (granted is not None and values[4] not in granted):
            continue
        jd, mag, error, fid, program = (float(value) for value in values if value is not None)
        flux = 10.0 ** (0.4 * (ZERO_POINT_AB - mag))
        sign = 1.0 if point.get("isdiffpos") in POSITIVE else -1.0
        row = (sign * flux, flux * error * MAG_TO_FLUX_ERROR, int(program))
        if np.isfinite(row[:2]).all() and row[1] > 0:
            # of two measurements in one exposure the better one
            known = bands.setdefault(int(fid), {})
            known[jd] = min(known.get(jd, row), row, key=lambda each: each[1])
    return [_curve(fid, rows) for fid, rows in sorted(bands.items())]


def _curve(fid: int, rows: Mapping[float, tuple[float, float, int]]) -> DifferenceFlux:
    times = sorted(rows)
    table = np.array([rows[jd][:2] for jd in times])
    return DifferenceFlux(
        fid,
        np.array(times),
        table[:, 0],
        table[:, 1],
        frozenset(rows[jd][2] for jd in times),
    )
