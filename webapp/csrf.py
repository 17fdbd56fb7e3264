"""Writes that a browser's cookie vouches for must carry a token that other sites cannot know."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from webapp.sessions import has_session_only

__all__ = ["register"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Let the app refuse forged writes; requests with a token header need no protection."""
    protection = CSRFProtect()
    protection.init_app(app)

    @app.before_request
    def refuse_forgery() -> None:
        if request.method not in SAFE and has_session_only():
            protection.protect()
