"""The record that a running local platform leaves in its folder: `local.json`."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["LocalPlatform"]


@dataclass(frozen=True, slots=True)
class LocalPlatform:
    """A platform that is running on a folder."""

    base_url: str
    admin_token: str
    pid: int

    def write(self, data: Path) -> None:
        """Leave the record, readable by its owner only."""
        path = data / "local.json"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file)

    @staticmethod
    def remove(data: Path) -> None:
        """Take the record away."""
        (data / "local.json").unlink(missing_ok=True)

    @classmethod
    def running(cls, data: Path) -> "LocalPlatform | None":
        """Return the platform that runs on the folder, or None; a dead one's record is ignored."""
        try:
            found = cls(**json.loads((data / "local.json").read_text()))
        except FileNotFoundError:
            return None
        return found if _alive(found.pid) else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
