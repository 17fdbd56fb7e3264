"""`fritz reconcile`: what was published on a day, and what became of it."""

from dataclasses import asdict
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import print_json, print_table
from fritz.cli.platforms import chosen
from fritz.wiring import reconciliation

__all__ = ["reconcile"]


def reconcile(
    day: Annotated[int, typer.Option(help="UTC date of publication, YYYYMMDD; 0: today.")] = 0,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Balance the books of a day; ends with status 1 if a packet has come to no end.

    Works on the backend that the environment names, embedded on the folder if it names none.
    """
    with chosen(data) as platform:
        found = asdict(reconciliation(platform).reconcile(day or None))
    if as_json:
        print_json(found)
    else:
        rows = [(name, value) for name, value in found.items() if name != "unbalanced"]
        print_table("Books", ["what", "number"], rows)
        print_table("Unbalanced", ["source"], [[each] for each in found["unbalanced"]])
    if found["missing"]:
        raise typer.Exit(1)
