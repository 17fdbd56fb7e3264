"""`fritz migrate`: tables and documents as this release writes them."""

from dataclasses import asdict
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json, print_table
from fritz.cli.platforms import chosen
from fritz.cli.signals import ending_on_signals
from fritz.wiring import migration

__all__ = ["migrate"]

KINDS = ("added", "relaxed", "left", "refused")


def migrate(
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be done, do nothing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Look at every document once more.")
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Add what tables and documents lack; start it again if it was broken off.

    Works on the backend that the environment names, while the platform runs. Ends with an error,
    having done nothing, if a table would have to lose or change a column.
    """
    with ending_on_signals(), chosen(data) as platform, migration(platform) as migrating:
        evolutions, steps = migrating.plan(), migrating.pending(again=again)
        parts = 0
        for each in () if plan else migrating.run(again=again):
            console.print(f"{each.subject}: {each.done}", markup=False)
            parts += 1
    refused = [f"{each.table}.{why}" for each in evolutions for why in each.refused]
    if as_json:
        documents = [f"{each.collection} {each.version}" for each in steps]
        tables = [asdict(each) for each in evolutions]
        print_json({"tables": tables, "documents": documents, "parts": parts})
    else:
        rows = [
            [each.table, *(", ".join(getattr(each, kind)) for kind in KINDS)] for each in evolutions
        ]
        print_table("Tables", ["table", *KINDS], rows)
        steps_ = [[each.collection, each.version, each.why] for each in steps]
        print_table("Documents", ["collection", "version", "for"], steps_)
    if refused:
        raise typer.Exit(1)
