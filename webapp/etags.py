"""Spares scripts an answer that they have already: ``ETag`` and ``If-None-Match``.

Browsers keep nothing of the API (``no-store``): what one person saw must not stay for the next.
"""

from __future__ import annotations

from flask import Flask, Response, request

__all__ = ["register"]


def register(app: Flask) -> None:
    """Let the app tag what its API reads, and answer 304 where the asker has it already."""

    @app.after_request
    def tag(response: Response) -> Response:
        reads = request.method in {"GET", "HEAD"} and request.path.startswith("/api/")
        if not reads or response.status_code != 200 or response.is_streamed:  # noqa: PLR2004 - success
            return response
        response.add_etag()
        response.make_conditional(request)
        return response
