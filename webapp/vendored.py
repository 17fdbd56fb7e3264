"""Copies what npm published into ``static/vendor`` and names the files in ``VENDOR.json``.

``make vendor`` runs it after ``npm ci``; a checkout needs neither, for the copies are tracked.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["FILES", "copy"]

FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "htmx.org": ("LICENSE", "dist/htmx.min.js"),
    "uplot": ("LICENSE", "dist/uPlot.iife.min.js", "dist/uPlot.min.css"),
}
"""What is taken of each package."""


def copy(modules: Path, vendor: Path) -> None:
    """Copy the files of every package anew, each version into a folder of its own.

    Parameters
    ----------
    modules : npm's ``node_modules``.
    vendor : emptied first.
    """
    shutil.rmtree(vendor, ignore_errors=True)
    named = {}
    for package, files in FILES.items():
        published = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
        folder = vendor / f"{package.removesuffix('.org')}-{published['version']}"
        folder.mkdir(parents=True)
        copied = [shutil.copy(modules / package / name, folder) for name in files]
        named[package] = {
            "version": published["version"],
            "licence": published["license"],
            "source": f"npm package {package}",
            "files": {
                str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in map(Path, sorted(copied))
            },
        }
    (vendor / "VENDOR.json").write_text(json.dumps(named, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    copy(Path("node_modules"), Path(__file__).parent / "static" / "vendor")
