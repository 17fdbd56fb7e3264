"""`fritz down`: the end of the local platform; nothing of it is needed for that."""

import os
import signal
import time
from pathlib import Path

from fritz.adapters.embedded.processes import is_alive
from fritz.cli.local import LocalPlatform, owner_of
from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json
from fritz.errors import Conflict, NotFound, Transient

__all__ = ["down"]

STOPPING_S = 60.0


def down(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Stop the platform that runs on the folder; what it keeps stays."""
    if not data.is_dir():
        raise NotFound(f"there is no platform in {data}")
    record = LocalPlatform.running(data)
    owner = owner_of(data)
    if record is not None and owner is not None:
        _stop(record.pid, owner, data)
    elif owner is not None:
        raise Conflict(f"process {owner.partition('-')[0]} works on {data}, but serves no marshal")
    if as_json:
        print_json({"stopped": record is not None, "pid": record.pid if record else None})
    else:
        console.print("stopped" if record else f"no platform runs on {data}")


def _stop(pid: int, owner: str, data: Path) -> None:
    """Ask the process for its end and wait for it; the name tells it from a later process."""
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOPPING_S
    while is_alive(owner):
        if time.monotonic() > deadline:
            raise Transient(
                f"the platform on {data} has not stopped after {STOPPING_S:.0f} s; process {pid} "
                f"still runs"
            )
        time.sleep(0.1)
