"""`fritz sql`: SQL on the archive of a folder, its price first."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from fritz.archive.levels import LEVELS
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json, print_table
from fritz.cli.platforms import opened_existing
from fritz.services.sql_queries import Price, SqlQueries
from fritz.wiring import warehouses_of_levels

__all__ = ["sql"]

OPERATOR = 0
"""Whose quota counts: nobody's account."""
SHOWN = 100

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would read.")]
Rights = Literal["public", "partnership", "all"]


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT in BigQuery's dialect.")],
    rights: Annotated[Rights, typer.Option(help="Whose eyes it is seen with.")] = "public",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would read.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write all rows to this Parquet file.")
    ] = None,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Run a query on the archive; what it reads is told first."""
    with opened_existing(data) as platform:
        quota = platform.settings.sql_bytes_per_day
        queries = SqlQueries(
            platform.warehouse,
            platform.documents,
            platform.clock,
            quota,
            of_level=warehouses_of_levels(platform),
        )
        programids = LEVELS[rights]
        price = queries.price(statement, OPERATOR, programids)
        if not as_json:
            console.print(_said(price))
        if dry_run:
            if as_json:
                print_json({"price": _row(price)})
            return
        most = None if output is not None else SHOWN + 1
        table, _ = queries.run(statement, OPERATOR, programids, most_rows=most)
    if output is not None:
        from pyarrow import parquet

        parquet.write_table(table, output, compression="zstd")
        typer.echo(f"{table.num_rows} rows in {output}")
        return
    rows = table.slice(0, SHOWN).to_pylist()
    if as_json:
        print_json({"price": _row(price), "rows": rows})
        return
    print_table("", table.column_names, [[str(row[n]) for n in table.column_names] for row in rows])
    if table.num_rows > SHOWN:
        sys.stderr.write(f"… the first {SHOWN} rows; --output FILE writes all\n")


def _said(price: Price) -> str:
    names = ", ".join(price.tables) or "no table"
    return (
        f"reads {price.bytes / 2**20:,.0f} MiB of {names}, {price.level} rights; "
        f"{price.left / 2**20:,.0f} MiB are left today"
    )


def _row(price: Price) -> dict[str, object]:
    return {
        "tables": list(price.tables),
        "rights": price.level,
        "bytes": price.bytes,
        "left": price.left,
    }
