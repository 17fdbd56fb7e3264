"""The key that signs cookies on a laptop: made once, kept beside the data."""

import os
import secrets
import tempfile
from pathlib import Path

__all__ = ["kept_secret"]


def kept_secret(folder: Path) -> bytes:
    """Return the folder's key, readable by its owner only; processes that race get the same."""
    path = folder / "secret"
    if not path.exists():
        descriptor, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return path.read_bytes()
