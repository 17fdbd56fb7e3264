"""Plots of a comparison as SVG, drawn here: a page that needs nothing but itself.

Each plot has a title and a description for those who do not see it; the two models differ by dash
as well as by colour. Colours are the page's, by the classes ``one`` and ``other``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

import numpy as np

from fritz.classifiers.report_numbers import ModelComparison, SeriesNumbers

__all__ = ["CLASSES", "calibration_svg", "histogram_svg", "roc_svg"]

CLASSES: Final = ("one", "other")
WIDTH, HEIGHT = 360, 330
LEFT, RIGHT, TOP, BOTTOM = 50, 12, 12, 46
LEGEND: Final = 34
LONGEST: Final = 44
"""Characters of a legend's line."""
TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
Points = Sequence[tuple[float, float]]


def roc_svg(comparison: ModelComparison) -> str:
    """Return the ROC curves; empty where no truth is known."""
    drawn = [(kind, each) for kind, each in _series(comparison) if each.roc]
    if not drawn:
        return ""
    curves = "".join(_line(each.roc, kind) for kind, each in drawn)
    told = "; ".join(f"{each.label}: area under the curve {each.auc:.4f}" for _, each in drawn)
    return _svg(
        "roc",
        "ROC curves",
        f"True against false positive rate. {told}.",
        _frame("false positive rate", "true positive rate")
        + _line(((0, 0), (1, 1)), "guess")
        + curves
        + _legend([(kind, f"{each.auc:.4f} {each.label}") for kind, each in drawn]),
    )


def calibration_svg(comparison: ModelComparison) -> str:
    """Return how often alerts of a score are true; empty where no truth is known."""
    drawn = [(kind, each) for kind, each in _series(comparison) if each.calibration]
    if not drawn:
        return ""
    parts = []
    for kind, each in drawn:
        points = [(b.mean_score, b.share_true) for b in each.calibration if b.alerts]
        inside = [(min(max(x, 0.0), 1.0), y) for x, y in points]
        parts.append(_line(inside, kind) + "".join(_dot(x, y, kind) for x, y in inside))
    told = "; ".join(f"{each.label}: {_largest_gap(each):.2f}" for _, each in drawn)
    return _svg(
        "calibration",
        "Calibration",
        f"Share of true alerts against mean score, in tenths. Largest departure from the "
        f"diagonal: {told}.",
        _frame("mean score", "share that is true")
        + _line(((0, 0), (1, 1)), "guess")
        + "".join(parts)
        + _legend([(kind, each.label) for kind, each in drawn]),
    )


def histogram_svg(series: SeriesNumbers, kind: str) -> str:
    """Return how a model's scores are spread: true alerts to the top, all others to the bottom."""
    top, bottom = series.histogram_true, series.histogram_false
    # Logarithmic: the two ends hold nearly all alerts, what is between is of interest.
    most = max(float(np.log10(1 + max((*top, *bottom), default=0))), 1.0)
    bars = "".join(_bars(counts, most, way) for counts, way in ((top, 1), (bottom, -1)) if counts)
    names = (f"true ({sum(top)})", f"others ({sum(bottom)})") if top else ("", f"{sum(bottom)}")
    return _svg(
        f"histogram-{kind}",
        f"Scores of {series.label}",
        f"{sum(top)} true alerts and {sum(bottom)} others by score, logarithmic; "
        f"{_share_above(bottom)} of the others score 0.5 or more.",
        _axis_x("score")
        + _axis_y("alerts, logarithmic", LEFT - 10)
        + f'<g class="{escape(kind)}">{bars}</g>'
        + _text(LEFT + 4, TOP + 12, names[0])
        + _text(LEFT + 4, HEIGHT - BOTTOM - 6, names[1]),
    )


def _series(comparison: ModelComparison) -> Iterable[tuple[str, SeriesNumbers]]:
    return zip(CLASSES, comparison.series, strict=False)


def _largest_gap(series: SeriesNumbers) -> float:
    return max(abs(b.mean_score - b.share_true) for b in series.calibration if b.alerts)


def _share_above(counts: Sequence[int]) -> str:
    above = sum(counts[len(counts) // 2 :])
    return f"{above} ({100 * above / sum(counts):.1f} %)" if sum(counts) else "none"


def _svg(name: str, title: str, description: str, body: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {HEIGHT + LEGEND}" '
        f'aria-labelledby="{name}-title {name}-text">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-text">{escape(description)}</desc>{body}</svg>'
    )


def _x(value: float) -> float:
    return LEFT + value * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM)


def _frame(x_label: str, y_label: str) -> str:
    ticks = "".join(
        f'<path class="grid" d="M{LEFT} {_y(t):.1f}H{WIDTH - RIGHT}"/>'
        + _text(LEFT - 6, _y(t) + 4, f"{t:g}", "end")
        for t in TICKS
    )
    return ticks + _axis_x(x_label) + _axis_y(y_label)


def _axis_y(label: str, x: int = 13) -> str:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<text transform="translate({x} {middle:.1f}) rotate(-90)" text-anchor="middle">'
        f"{escape(label)}</text>"
    )


def _axis_x(label: str) -> str:
    ticks = "".join(
        f'<path class="grid" d="M{_x(t):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        + _text(_x(t), HEIGHT - BOTTOM + 16, f"{t:g}", "middle")
        for t in TICKS
    )
    return ticks + _text(_x(0.5), HEIGHT - 8, label, "middle")


def _line(points: Points, kind: str) -> str:
    path = "L".join(f"{_x(x):.1f} {_y(y):.1f}" for x, y in points)
    return f'<path class="line {escape(kind)}" d="M{path}"/>'


def _dot(x: float, y: float, kind: str) -> str:
    return f'<circle class="dot {escape(kind)}" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3"/>'


def _bars(counts: Sequence[int], most: float, way: int) -> str:
    """Return bars that grow from the middle, up (1) or down (-1)."""
    middle, half = _y(0.5), (HEIGHT - TOP - BOTTOM) / 2 - 18
    width = (WIDTH - LEFT - RIGHT) / len(counts)
    rects = []
    for place, count in enumerate(counts):
        height = float(np.log10(1 + count)) / most * half
        top = middle - height if way > 0 else middle
        rects.append(
            f'<rect class="{"above" if way > 0 else "below"}" x="{LEFT + place * width + 1:.1f}" '
            f'y="{top:.1f}" width="{width - 2:.1f}" height="{height:.1f}"/>'
        )
    return "".join(rects)


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    """Return a line for each model, below the plot: within, a curve may be anywhere."""
    lines = []
    for row, (kind, text) in enumerate(entries):
        y = HEIGHT + 12 + 16 * row
        lines.append(
            f'<path class="line {escape(kind)}" d="M{LEFT} {y - 4}h24"/>'
            + _text(LEFT + 30, y, _short(text))
        )
    return "".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
