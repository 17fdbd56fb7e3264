"""Static files under a URL that names their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, send_from_directory, url_for

__all__ = ["FOLDER", "register", "tree_hash"]

FOLDER = Path(__file__).parent / "static"
YEAR_S = 31536000


def tree_hash(folder: Path) -> str:
    """Return a digest of all files below `folder`: their names and contents.

    One digest stands for the whole tree, so that modules import each other by relative path.
    """
    digest = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def register(app: Flask) -> None:
    """Serve the files, and give templates ``asset(path)`` for their URLs."""
    current = tree_hash(FOLDER)

    @app.get("/static/<version>/<path:path>", endpoint="asset")
    def serve(version: str, path: str) -> Response:
        response = send_from_directory(FOLDER, path)
        response.headers["Cache-Control"] = (
            f"public, max-age={YEAR_S}, immutable" if version == current else "no-cache"
        )
        return response

    def asset(path: str) -> str:
        return url_for("asset", version=current, path=path)

    app.jinja_env.globals["asset"] = asset
