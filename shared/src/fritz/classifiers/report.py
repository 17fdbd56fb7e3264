"""The report of a comparison: one HTML page without scripts, styles and pictures inside it."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from typing import Final

from fritz.classifiers.report_numbers import Confusion, Disagreement, ModelComparison, SeriesNumbers
from fritz.classifiers.report_plots import CLASSES, calibration_svg, histogram_svg, roc_svg

__all__ = ["Example", "comparison_page"]

STYLE: Final = (files("fritz.classifiers") / "report.css").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Example:
    """What is shown of an alert on which the models disagree."""

    png: bytes | None = None
    """Science, template and difference stamp side by side; None if there is no such image."""
    facts: Mapping[str, str] | None = None
    """More of it, in words: its object, its magnitude."""


def comparison_page(
    comparison: ModelComparison,
    *,
    title: str,
    at: datetime,
    about: Mapping[str, str] | None = None,
    examples: Mapping[int, Example] | None = None,
) -> str:
    """Return the page of a comparison.

    Parameters
    ----------
    comparison
        The numbers.
    title
        What is compared, in words.
    at
        When.
    about
        More that the reader should know: nights, survey, whose labels.
    examples
        By candid, for those of the listed disagreements of which something can be shown.
    """
    about = {"Made": f"{at:%Y-%m-%d %H:%M} UTC", **(about or {})}
    body = "".join((
        f"<header><h1>{escape(title)}</h1>{_facts(about)}</header>",
        _summary(comparison),
        _plots(comparison),
        _confusions(comparison),
        _calibrations(comparison),
        _disagreements(comparison, examples or {}),
    ))  # fmt: skip
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _summary(comparison: ModelComparison) -> str:
    rows = [
        (
            each.label,
            _number(each.auc, 4),
            _percent(math.nan if each.confusion is None else each.confusion.right),
            _percent(math.nan if each.confusion is None else each.confusion.missed),
            _percent(math.nan if each.confusion is None else each.confusion.passed),
        )
        for each in comparison.series
    ]
    truth = (
        f"Truth: {comparison.truth}, known of {comparison.known} alerts, {comparison.true} true."
        if comparison.truth
        else "No truth is known of these alerts."
    )
    left = f" {comparison.left_out} more lack a score." if comparison.left_out else ""
    with_whom = "Both models agree" if len(comparison.series) > 1 else "Model and truth agree"
    return _section(
        "Summary",
        f"<p>{comparison.alerts} alerts have a score.{left} {escape(truth)} {with_whom} on "
        f"{_percent(comparison.agreement)} at {comparison.threshold:g}; "
        f"{comparison.disagreements} disagreements.</p>"
        + _table(
            "Against the truth",
            ("Model", "AUC", "right", "true ones missed", "false ones passed"),
            rows,
        ),
    )


def _plots(comparison: ModelComparison) -> str:
    drawn = [
        ("ROC", roc_svg(comparison)),
        ("Calibration", calibration_svg(comparison)),
        *(
            (f"Scores of {each.label}", histogram_svg(each, kind))
            for kind, each in zip(CLASSES, comparison.series, strict=False)
        ),
    ]
    figures = "".join(
        f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>"
        for caption, svg in drawn
        if svg
    )
    return _section("Plots", f'<div class="plots">{figures}</div>')


def _confusions(comparison: ModelComparison) -> str:
    tables = [
        _confusion(each.label, each.confusion, ("true", "false"))
        for each in comparison.series
        if each.confusion is not None
    ]
    if comparison.between is not None:
        one, other = comparison.series
        caption = f"{other.label}, by what {one.label} says"
        tables.append(_confusion(caption, comparison.between, ("above", "below")))
    return _section("Confusion", f'<div class="tables">{"".join(tables)}</div>')


def _confusion(caption: str, found: Confusion, names: tuple[str, str]) -> str:
    rows = [
        ("above the threshold", str(found.true_above), str(found.false_above)),
        ("below", str(found.true_below), str(found.false_below)),
    ]
    return _table(caption, ("", *names), rows)


def _calibrations(comparison: ModelComparison) -> str:
    tables = "".join(_calibration(each) for each in comparison.series if each.calibration)
    if not tables:
        return ""
    return _section("Calibration in numbers", f'<div class="tables">{tables}</div>')


def _calibration(series: SeriesNumbers) -> str:
    rows = [
        (
            f"{each.low:.1f} to {each.high:.1f}",
            str(each.alerts),
            _number(each.mean_score, 3),
            _number(each.share_true, 3),
        )
        for each in series.calibration
    ]
    return _table(series.label, ("Score", "alerts", "mean score", "share true"), rows)


def _disagreements(comparison: ModelComparison, examples: Mapping[int, Example]) -> str:
    if not comparison.listed:
        return _section("Disagreements", "<p>There are none.</p>")
    shown = "".join(
        _example(each, comparison.series, examples.get(each.candid, Example()))
        for each in comparison.listed
    )
    return _section(
        "Disagreements",
        f"<p>The worst {len(comparison.listed)} of {comparison.disagreements}: science, template "
        f'and difference stamp, north up, east left.</p><ol class="examples">{shown}</ol>',
    )


def _example(found: Disagreement, series: Sequence[SeriesNumbers], example: Example) -> str:
    said = {each.label: f"{score:.3f}" for each, score in zip(series, found.scores, strict=True)}
    if found.truth is not None:
        said["Truth"] = "true" if found.truth else "false"
    picture = '<p class="none">no stamps</p>'
    if example.png is not None:
        data = b64encode(example.png).decode("ascii")
        text = f"Science, template and difference stamp of alert {found.candid}"
        picture = f'<img src="data:image/png;base64,{data}" alt="{text}"/>'
    return f"<li><h3>{found.candid}</h3>{picture}{_facts({**said, **(example.facts or {})})}</li>"


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _facts(facts: Mapping[str, str]) -> str:
    pairs = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts.items()
    )
    return f"<dl>{pairs}</dl>"


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(
        f'<th scope="col">{escape(each)}</th>' if each else "<td></td>" for each in header
    )
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(each)}</td>" for each in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _number(value: float, digits: int) -> str:
    return "unknown" if math.isnan(value) else f"{value:.{digits}f}"


def _percent(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{100 * value:.1f} %"
