"""Functions as they are deployed: under functions-framework, each in a process of its own."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from emulators.google.process import answers_http, free_port, running
from fritz.cli.checkout import Function, checkout_root

__all__ = ["serving"]


@contextlib.contextmanager
def serving(function: Function, environ: dict[str, str], folder: Path) -> Iterator[str]:
    """Serve one function for the block; yields its URL."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "functions_framework"),
        *("--source", str(checkout_root() / function.source), "--target", function.target),
        *("--signature-type", "cloudevent", "--host", "127.0.0.1", "--port", str(port)),
    ]
    whole = os.environ | dict(function.environment) | environ
    log = folder / f"{function.name}.log"
    with running(command, log, lambda: answers_http(port), environ=whole):
        yield f"http://127.0.0.1:{port}"
