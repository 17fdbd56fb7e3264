"""The API's description of itself."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, current_app

from webapp.api.openapi import document
from webapp.api.operation import Plain, operation

__all__ = ["blueprint"]

blueprint = Blueprint("api_described", __name__, url_prefix="/api")

WRITTEN = "fritz_openapi"


@blueprint.get("/openapi.json")
@operation(answer=Plain(dict[str, Any]), public=True)
def openapi() -> Response:
    """Return the OpenAPI document, which is the same for everybody."""
    if WRITTEN not in current_app.extensions:
        current_app.extensions[WRITTEN] = orjson.dumps(document(current_app))
    return Response(current_app.extensions[WRITTEN], mimetype="application/json")
