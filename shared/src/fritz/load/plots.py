"""Plots of a simulated night as SVG: nothing but themselves is needed to show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from fritz.load.simulation import PROMISED_S, Outcome

__all__ = ["night_svg"]

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 260, 64, 36, 28, 12
BINS: Final = 120
UNITS: Final = ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (0.001, "ms"))
Points = Sequence[tuple[float, float]]


def night_svg(outcome: Outcome) -> str:
    """Return the latency of alerts and what waited in Pub/Sub, against the time, side by side."""
    last = max(outcome.finished_s, 1.0)
    worst = _binned([(moment, late) for moment, late, _ in outcome.times], last)
    waits = _binned([(moment, float(n)) for moment, n in outcome.backlog], last)
    told = (
        f"{outcome.title}: the slowest alert was filtered {outcome.latency_s[1.0]:.1f} s after its "
        f"publication; at most {max((n for _, n in waits), default=0):.0f} waited in Pub/Sub."
    )
    panels = _panel(0, "slowest alert, s", worst, last, PROMISED_S)
    panels += _panel(HEIGHT, "waiting in Pub/Sub, alerts", waits, last, None)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {2 * HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(outcome.title)}</title>'
        f"<desc>{escape(told)}</desc>"
        f'<rect width="{WIDTH}" height="{2 * HEIGHT}" fill="white"/>{panels}</svg>\n'
    )


def _binned(points: Points, last: float) -> list[tuple[float, float]]:
    """Return the largest value of each of some equal stretches of time."""
    most: dict[int, float] = {}
    for moment, value in points:
        place = min(BINS - 1, int(moment / last * BINS))
        most[place] = max(most.get(place, 0.0), value)
    return [((place + 0.5) * last / BINS, value) for place, value in sorted(most.items())]


def _panel(top: int, label: str, points: Points, last: float, promised: float | None) -> str:
    high = _round_up(max([value for _, value in points] + [promised or 0.0, 1.0]))
    unit, name = next((size, name) for size, name in UNITS if last > 3 * size)

    def place(x: float, y: float) -> str:
        across = LEFT + x / last * (WIDTH - LEFT - RIGHT)
        down = top + TOP + (1 - y / high) * (HEIGHT - TOP - BOTTOM)
        return f"{across:.1f},{down:.1f}"

    line = " ".join(place(x, y) for x, y in points)
    shown = [f'<text x="{LEFT}" y="{top + 16}">{escape(label)}</text>']
    for part in (0.0, 0.5, 1.0):
        across, down = place(0, part * high).split(",")
        shown.append(f'<text x="{LEFT - 6}" y="{float(down) + 4:.1f}" text-anchor="end">')
        shown.append(f"{part * high:g}</text>")
        shown.append(_rule(across, down, place(last, part * high), "#ddd"))
    for part in range(5):
        across, down = place(part / 4 * last, 0).split(",")
        anchor = "end" if part == 4 else "middle"  # noqa: PLR2004 - the last of the five
        shown.append(f'<text x="{across}" y="{float(down) + 18:.1f}" text-anchor="{anchor}">')
        shown.append(f"{part / 4 * last / unit:.3g} {name}</text>")
    if promised is not None:
        across, down = place(0, promised).split(",")
        shown.append(_rule(across, down, place(last, promised), "#c2410c", "4 3"))
    shown.append(f'<polyline points="{line}" fill="none" stroke="#1d4ed8" stroke-width="1.5"/>')
    return "".join(shown)


def _rule(x: str, y: str, end: str, color: str, dash: str = "") -> str:
    right, below = end.split(",")
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x}" y1="{y}" x2="{right}" y2="{below}" stroke="{color}"{dashes}/>'


def _round_up(value: float) -> float:
    """Return the next number of one digit.

    Examples
    --------
    >>> _round_up(61.0), _round_up(5000.0)
    (70.0, 5000.0)
    """
    step: float = 10.0 ** math.floor(math.log10(value))
    return math.ceil(value / step - 1e-9) * step
