"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["DEFAULT_DATA", "Data", "Json", "Port", "TaskCount", "TaskIndex", "Workers"]

DEFAULT_DATA = Path(".fritz")

Data: TypeAlias = Annotated[
    Path, typer.Option(help="Folder that holds everything the platform keeps.", file_okay=False)
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on the last line of stdout.")
]
Port: TypeAlias = Annotated[
    int, typer.Option(help="Port of the marshal on this machine.", min=1, max=65535)
]
Workers: TypeAlias = Annotated[
    int, typer.Option(help="Worker processes; 0 means one for each processor core.", min=0)
]
TaskIndex: TypeAlias = Annotated[
    int, typer.Option(help="Which task this is, from 0.", envvar="CLOUD_RUN_TASK_INDEX")
]
TaskCount: TypeAlias = Annotated[
    int, typer.Option(help="Tasks that share the work.", envvar="CLOUD_RUN_TASK_COUNT", min=1)
]
