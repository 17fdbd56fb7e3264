"""`fritz models report`: how two models, or one and the truth, compare on past nights."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from fritz.classifiers.report_numbers import ModelComparison
from fritz.cli.models import app
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json
from fritz.cli.rescore import nights_of
from fritz.errors import Invalid, NotFound
from fritz.services.model_comparison import ComparedAlerts, ModelComparisons
from fritz.settings import Settings
from fritz.wiring import platform_from_settings

__all__ = ["app", "labels_of", "report"]

EVERYBODYS: Final = [1]
COLUMNS: Final = ("agreed", "label", "real")
"""Columns that say what an alert is; the first that a file has counts."""
SIDES: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("real", "1", "true", "sn", "variable", "agn", "asteroid"), True),
    **dict.fromkeys(("bogus", "0", "false"), False),
    **dict.fromkeys(("unsure", ""), None),
}


@app.command()
def report(
    one: Annotated[str, typer.Argument(help="A model as name@version, e.g. braai@d6_m9.")],
    other: Annotated[str | None, typer.Argument(help="Another; left out: only the truth.")] = None,
    *,
    nights: Annotated[str, typer.Option(help="YYYYMMDD:YYYYMMDD, both included; or one night.")],
    out: Annotated[Path, typer.Option(help="File for the page.")] = Path("comparison.html"),
    labels: Annotated[
        Path | None,
        typer.Option(
            help="CSV of labels, as exported, or candid and real (1, 0); else drb is the truth."
        ),
    ] = None,
    programid: Annotated[
        list[int] | None, typer.Option(help="Alerts of which data rights; public ones if left out.")
    ] = None,
    threshold: Annotated[float, typer.Option(help="From here on a model says real.")] = 0.5,
    survey: Annotated[str, typer.Option(help="Whose alerts.")] = "ztf",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Write a page that compares what models said of past nights."""
    alerts = ComparedAlerts(nights_of(nights), programid or EVERYBODYS, survey)
    known = None if labels is None else labels_of(labels)
    platform = platform_from_settings(Settings(data=data))
    try:
        comparisons = ModelComparisons(platform.warehouse, platform.objects)
        found = comparisons.compare(alerts, one, other, labels=known, threshold=threshold)
        out.write_text(comparisons.page(found, alerts, datetime.now(UTC)), "utf-8")
    finally:
        platform.close()
    _say(found, out, as_json=as_json)


def labels_of(path: Path) -> dict[int, bool]:
    """Return whether alerts are real, by candid, from a CSV file.

    What the labellers agreed on counts; alerts of which they are unsure, or do not agree, are left
    out.

    Raises
    ------
    NotFound
        There is no such file.
    Invalid
        A column is missing, or a line holds something else.
    """
    if not path.is_file():
        raise NotFound(f"no file {path}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        names = set(rows.fieldnames or ())
        column = next((each for each in COLUMNS if each in names), None)
        if column is None or "candid" not in names:
            raise Invalid(f"{path}: columns candid and {', '.join(COLUMNS)} (one of) are wanted")
        try:
            sides = {int(row["candid"]): SIDES[row[column].strip().lower()] for row in rows}
        except (ValueError, KeyError, AttributeError) as e:
            raise Invalid(f"{path}, line {rows.line_num}: no candid with a known label") from e
    return {candid: side for candid, side in sides.items() if side is not None}


def _say(found: ModelComparison, out: Path, *, as_json: bool) -> None:
    if as_json:
        # what is not a number becomes null
        models = {each.label: {"auc": each.auc} for each in found.series}
        print_json(
            {"out": str(out), "alerts": found.alerts, "left_out": found.left_out,
             "known": found.known, "agreement": found.agreement,
             "disagreements": found.disagreements, "models": models}
        )  # fmt: skip
        return
    console.print(f"{found.alerts} alerts, {found.disagreements} disagreements: {out}")
