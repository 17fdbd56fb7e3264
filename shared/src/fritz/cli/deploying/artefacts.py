"""A function's artefact: main.py, our wheel and the pinned requirements, zipped, named by hash.

The same checkout gives the same bytes, whoever builds it and when, so that an artefact that stands
in the bucket is the one that would be uploaded.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fritz.cli.checkout import Function
from fritz.cli.deploying.requirements import requirements_of
from fritz.errors import FritzError, NotFound

__all__ = ["Artefact", "artefacts", "built_wheel", "zipped"]

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can tell."""
REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "315532800", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True, slots=True)
class Artefact:
    """What is uploaded of a function."""

    source: str
    """Folder below functions/."""
    data: bytes

    @property
    def key(self) -> str:
        """The object's key: the folder and the hash of the content."""
        return f"functions/{self.source}-{hashlib.sha256(self.data).hexdigest()[:16]}.zip"


def artefacts(checkout: Path, functions: Sequence[Function], wheel: Path) -> dict[str, Artefact]:
    """Return the artefact of each function; those of one folder share theirs."""
    library, lock = checkout / "shared/pyproject.toml", checkout / "requirements.lock"
    made: dict[str, Artefact] = {}
    found: dict[str, Artefact] = {}
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for each in functions:
        folder = (checkout / each.source).parent
        if folder.name not in made:
            lines = requirements_of(folder / "pyproject.toml", library, lock)
            lines.append(f"./{wheel.name} --hash=sha256:{digest}")
            content = {
                "main.py": (checkout / each.source).read_bytes(),
                "requirements.txt": "\n".join([*lines, ""]).encode(),
                wheel.name: wheel.read_bytes(),
            }
            made[folder.name] = Artefact(folder.name, zipped(content))
        found[each.name] = made[folder.name]
    return found


def zipped(content: Mapping[str, bytes]) -> bytes:
    """Return files as a zip that tells no time and no owner."""
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(content):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, wherever it is built
            info.external_attr = 0o644 << 16
            archive.writestr(info, content[name])
    return sink.getvalue()


def built_wheel(checkout: Path, folder: Path) -> Path:
    """Build the library's wheel into a folder and return its path.

    Raises
    ------
    NotFound
        There is no uv on this machine, nor in .tools.
    FritzError
        The build failed.
    """
    own = checkout / ".tools/bin/uv"
    uv = shutil.which("uv") or (str(own) if own.exists() else None)
    if uv is None:
        raise NotFound("no uv on the PATH nor in .tools: make install")
    command = [
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--out-dir",
        str(folder),
        str(checkout / "shared"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode:
        raise FritzError(f"the wheel cannot be built: {done.stderr.strip()[-2000:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "SOURCE_DATE_EPOCH": REPRODUCIBLE["SOURCE_DATE_EPOCH"]}
