"""Stamps as braai, ACAI and BTSbot were trained on them (Duev et al. 2019, arXiv:1907.11259).

Each stamp by itself: NaN becomes 0, pixels are divided by the stamp's L2 norm, what lacks to
63x63 is appended below and to the right. The order is science, template, difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fritz.classifiers.alert_inputs import STAMP_KINDS, AlertInputs, Failure, Stamp

__all__ = ["PADDING", "SIDE", "Layout", "normalized", "triplets"]

SIDE: Final = 63
"""Pixels."""
PADDING: Final = np.float32(1e-9)
Layout = Literal["nhwc", "nchw"]
"""Whether the three stamps are the last axis (Keras) or the second (PyTorch)."""


def triplets(
    alerts: Sequence[AlertInputs], layout: Layout = "nhwc"
) -> tuple[NDArray[np.float32], dict[int, Failure]]:
    """Return the stamps of alerts as one array, and why some have none.

    Returns
    -------
    (N, 63, 63, 3) array, or (N, 3, 63, 63) for the layout ``nchw``; unspecified for alerts that
    failed. Failures by position: ``no_stamp``, ``bad_stamp``, ``stamp_shape``, ``blank_stamp``.
    """
    array = np.empty((len(alerts), len(STAMP_KINDS), SIDE, SIDE), np.float32)
    if layout == "nhwc":
        array = np.empty((len(alerts), SIDE, SIDE, len(STAMP_KINDS)), np.float32)
        planes = array.transpose(0, 3, 1, 2)
    else:
        planes = array
    failures: dict[int, Failure] = {}
    for index, alert in enumerate(alerts):
        failure = _fill(planes[index], alert)
        if failure is not None:
            failures[index] = failure
            array[index] = 0
    return array, failures


def normalized(stamp: Stamp) -> Stamp | None:
    """Return a stamp with zeros for NaN, divided by its L2 norm; None if it is blank.

    Where ZTF has no reference some templates hold the lowest float, -3.4e38. Its square is
    infinite, so all of such a stamp becomes zero. Models were trained on that; so it stays.

    Examples
    --------
    >>> normalized(np.array([[3.0, np.nan], [4.0, 0.0]], np.float32)).tolist()
    [[0.6000000238418579, 0.0], [0.800000011920929, 0.0]]
    """
    missing = np.isnan(stamp)
    pixels = np.where(missing, np.float32(0), stamp) if missing.any() else stamp
    flat = pixels.ravel(order="K")
    with np.errstate(over="ignore"):
        norm = np.sqrt(flat.dot(flat))
    if norm == 0:
        return None
    return pixels / norm if np.isfinite(norm) else np.zeros_like(pixels)


def _fill(planes: NDArray[np.float32], alert: AlertInputs) -> Failure | None:
    for plane, kind in zip(planes, STAMP_KINDS, strict=True):
        stamp = alert.stamps.get(kind)
        if stamp is None:
            why = alert.bad_stamps.get(kind)
            return Failure("bad_stamp", f"{kind}: {why}") if why else Failure("no_stamp", kind)
        if stamp.ndim != 2 or not 1 <= min(stamp.shape) <= max(stamp.shape) <= SIDE:  # noqa: PLR2004 - an image
            shape = "x".join(map(str, stamp.shape))
            return Failure("stamp_shape", f"{kind}: {shape}, at most {SIDE}x{SIDE}")
        pixels = normalized(stamp)
        if pixels is None:
            return Failure("blank_stamp", kind)
        ny, nx = pixels.shape
        if ny < SIDE or nx < SIDE:
            plane[...] = PADDING
        plane[:ny, :nx] = pixels
    return None
