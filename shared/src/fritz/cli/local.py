"""Who works on a folder: the lock that is held there, and the record `local.json` for scripts."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from fritz.adapters.embedded.processes import is_alive, this_process
from fritz.errors import Conflict, Invalid

__all__ = ["LOCK", "FolderLock", "LocalPlatform", "owner_of"]

LOCK = "platform.lock"
RECORD = "local.json"


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """A platform that is running on a folder, as scripts are told of it."""

    base_url: str
    admin_token: str
    pid: int

    def write(self, data: Path) -> None:
        """Leave the record, whole at once and readable by its owner only."""
        draft = data / f".{RECORD}.{os.getpid()}"
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file)
        draft.replace(data / RECORD)

    @staticmethod
    def remove(data: Path) -> None:
        """Take the record away."""
        (data / RECORD).unlink(missing_ok=True)

    @classmethod
    def running(cls, data: Path) -> "LocalPlatform | None":
        """Return the platform that runs on the folder, or None; a dead one's record is ignored.

        Raises
        ------
        Invalid
            Something runs there, but the record of it is damaged.
        """
        owner = owner_of(data)
        if owner is None:
            return None
        try:
            found = cls(**json.loads((data / RECORD).read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as e:
            raise Invalid(f"{data / RECORD} is damaged; process {_number(owner)} wrote it") from e
        return found if found.pid == _number(owner) else None


class FolderLock:
    """The right to run a platform on a folder: one process has it at a time, for its life.

    The lock is the operating system's, so it ends with its holder; the file says who that is.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock, making the folder if need be; return False where another has it."""
        self._data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, this_process().encode(), 0)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def require(self) -> None:
        """Take the lock.

        Raises
        ------
        Conflict
            Another process has it; the message says which.
        """
        if self.acquire():
            return
        if other := LocalPlatform.running(self._data):
            raise Conflict(
                f"a platform runs on {self._data} already: {other.base_url}, process {other.pid}"
            )
        owner = owner_of(self._data)
        who = f"process {_number(owner)}" if owner else "another process"
        raise Conflict(f"{who} works on {self._data} already")


def owner_of(data: Path) -> str | None:
    """Return the name of the living process that holds the folder's lock, or None."""
    try:
        name = (data / LOCK).read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return name if name.partition("-")[0].isdigit() and is_alive(name) else None


def _number(name: str) -> int:
    return int(name.partition("-")[0])
