"""What the browser may load and tell others: next to nothing that is not ours."""

from __future__ import annotations

from flask import Flask, Response, current_app

__all__ = ["POLICY", "register", "sky_policy"]

DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}

POLICY = "; ".join(f"{name} {value}" for name, value in DIRECTIVES.items())

SURVEY_TILES = "https://*.unistra.fr https://*.cds.unistra.fr"
"""Where the sky's images come from."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def register(app: Flask) -> None:
    """Let the app send the headers with every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def sky_policy() -> str:
    """Return the policy of the one page that shows other people's images of the sky.

    Aladin Lite is WebAssembly, which counts as evaluation; its styles stand in the file itself.
    """
    wider = {
        "script-src": "'self' 'wasm-unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' blob: data: {SURVEY_TILES}",
        "connect-src": f"'self' data: {SURVEY_TILES}",
        "worker-src": "'self' blob:",
    }
    return "; ".join(f"{name} {value}" for name, value in (DIRECTIVES | wider).items())
