"""The JSON envelope that every answer of the API comes in: SkyPortal's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, current_app
from pydantic import BaseModel

__all__ = ["as_json", "failure", "success"]


def success(data: Any) -> Response:
    """Return the answer to a request that went well; `data` may hold pydantic models."""
    return _answer(
        {"status": "success", "data": data, "version": current_app.config["VERSION"]}, 200
    )


def failure(message: str, status: int, data: Mapping[str, Any] | None = None) -> Response:
    """Return the answer to a request that did not; `data` says what a program may want to know."""
    body = {
        "status": "error",
        "message": message,
        "data": dict(data or {}),
        "version": current_app.config["VERSION"],
    }
    return _answer(body, status)


def _answer(body: dict[str, Any], status: int) -> Response:
    body["version"] = current_app.config["VERSION"]
    return Response(as_json(body), status, mimetype="application/json")


def as_json(data: Any) -> bytes:
    """Return data, which may hold pydantic models, as the API writes them."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: Any) -> Any:
    """Write times as SkyPortal does: UTC without saying so."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True)
    raise TypeError(type(value).__name__)
