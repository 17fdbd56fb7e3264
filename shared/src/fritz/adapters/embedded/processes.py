"""Names of processes that tell a dead one from a later one with the same number."""

import os
from pathlib import Path

__all__ = ["is_alive", "this_process"]


def this_process() -> str:
    """Return this process's name: its number and, where the system tells, its start."""
    return _name(os.getpid())


def is_alive(name: str) -> bool:
    """Return whether the process of that name still runs here."""
    number = int(name.split("-", maxsplit=1)[0])
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's; some systems hide its start too
        return _name(number) in {name, str(number)}
    return _name(number) == name


def _name(number: int) -> str:
    """Return a process's name; a zombie has none that it had alive."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return str(number)
    return f"{number}-dead" if fields[0] in {"Z", "X"} else f"{number}-{fields[19]}"
