"""Draws finder charts; matplotlib is loaded when the first one is asked for, for nothing else."""

from __future__ import annotations

import io
from typing import Any, Final, Literal

import numpy as np

from fritz.marshal.finder import FIELD_ARCMIN, FinderChart
from fritz.services.scanning_stamps import Stamp
from fritz.sky.coordinates import sexagesimal

__all__ = ["drawn"]

PIXEL_ARCSEC: Final = 1.01
"""Of ZTF's stamps."""
LETTERS: Final = "ABCDEFGHIJ"
INK: Final = "black"
MARK: Final = "#c2410c"


def drawn(chart: FinderChart, reference: Stamp | None, extension: Literal["pdf", "png"]) -> bytes:
    """Return a chart as a file.

    Parameters
    ----------
    reference : drawn under the target, where there is one.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, for charts alone

    figure = Figure(figsize=(7.0, 8.6), dpi=110)
    axes = figure.add_axes((0.12, 0.25, 0.84, 0.70))
    half = FIELD_ARCMIN * 30.0
    if reference is not None:
        _underlay(axes, reference)
    for east, north, mag in chart.stars:
        axes.scatter(east, north, s=max(2.0, (19.5 - mag) ** 2), color=INK, linewidths=0)
    for letter, each in zip(LETTERS, chart.offsets, strict=False):
        place = (-each.east_arcsec, -each.north_arcsec)
        axes.scatter(*place, s=160, facecolors="none", edgecolors=MARK)
        axes.annotate(letter, place, (8, 8), textcoords="offset points", color=MARK, weight="bold")
    for start, end in (((4, 0), (14, 0)), ((0, 4), (0, 14))):
        axes.plot(*zip(start, end, strict=True), color=MARK, linewidth=1.6)
    axes.set(xlim=(half, -half), ylim=(-half, half), aspect="equal")
    axes.set_xlabel("arcsec, east is left")
    axes.set_ylabel("arcsec, north is up")
    axes.set_title(chart.obj_id)
    figure.text(0.12, 0.02, _legend(chart), family="monospace", fontsize=8.5, va="bottom")
    written = io.BytesIO()
    # The same chart makes the same bytes: no date in the file.
    figure.savefig(written, format=extension, metadata=_NO_DATE[extension])
    return written.getvalue()


_NO_DATE: Final[dict[str, dict[str, Any]]] = {
    "pdf": {"CreationDate": None, "Creator": "Fritz"},
    "png": {"Software": "Fritz"},
}


def _underlay(axes: Any, reference: Stamp) -> None:
    """Draw a stamp, which has row 0 in the north and east on its left."""
    half = reference.shape[0] / 2 * PIXEL_ARCSEC
    low, high = np.nanpercentile(reference, (5, 99.5)) if np.isfinite(reference).any() else (0, 1)
    axes.imshow(
        reference,
        extent=(half, -half, -half, half),
        cmap="gray_r",
        vmin=low,
        vmax=max(high, low + 1e-6),
        origin="upper",
        alpha=0.9,
    )


def _legend(chart: FinderChart) -> str:
    hours, degrees = sexagesimal(chart.ra, chart.dec)
    lines = [
        f"{chart.obj_id}  {hours[:-2]} {degrees[:-1]}  ({chart.ra:.6f} {chart.dec:+.6f}, J2000)",
        f"field {FIELD_ARCMIN:g}'; stars of {chart.catalog}; image: ZTF reference"
        if chart.catalog
        else "no catalog of stars is loaded; image: ZTF reference",
    ]
    for letter, each in zip(LETTERS, chart.offsets, strict=False):
        hours, degrees = sexagesimal(each.star.ra, each.star.dec)
        east = f'{abs(each.east_arcsec):6.2f}" {"E" if each.east_arcsec >= 0 else "W"}'
        north = f'{abs(each.north_arcsec):6.2f}" {"N" if each.north_arcsec >= 0 else "S"}'
        place = f"{hours[:-2]} {degrees[:-1]}"
        lines.append(f"{letter}  {place}  G {each.star.mag:.1f}  to the target {east} {north}")
    return "\n".join(lines)
