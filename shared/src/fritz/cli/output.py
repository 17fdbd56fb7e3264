"""What commands print: tables and progress for people on stderr, JSON for scripts on stdout."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

__all__ = ["console", "print_json", "print_table", "progress_bar"]

console = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON object as the last line of stdout."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
    sys.stdout.flush()


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table on stdout; columns of numbers are aligned to the right."""
    table = Table(*header, title=title, title_justify="left")
    listed = [list(row) for row in rows]
    for column, values in zip(table.columns, zip(*listed, strict=True), strict=False):
        if all(isinstance(each, int | float) for each in values):
            column.justify = "right"
    for row in listed:
        table.add_row(
            *(f"{each:,}" if isinstance(each, int | float) else str(each) for each in row)
        )
    Console(highlight=False).print(table)


def progress_bar() -> Progress:
    """Return a progress bar on stderr; it is silent where stderr is not a terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
