"""Holds every answer of the API against its own description."""

from flask import request
from jsonschema import Draft202012Validator

from webapp.api.openapi import _PART, document


class NotAsDescribed(BaseException):
    """An answer that the OpenAPI document does not allow; no error handler may catch it."""


def hold_answers_to_description(app):
    """Let an app's tests fail where an answer is not as the document says."""
    checks = {}

    @app.after_request
    def check(response):
        rule = request.url_rule
        view = app.view_functions.get(request.endpoint or "")
        if rule is None or not hasattr(view, "operation") or request.method == "HEAD":
            return response
        if "described" not in checks:
            checks["described"] = document(app)
        path = _PART.sub(r"{\1}", rule.rule)
        where = f"{request.method} {path} {response.status_code}"
        described = checks["described"]["paths"][path][request.method.lower()]["responses"]
        if str(response.status_code) not in described:
            raise NotAsDescribed(f"{where}: status not described")
        if response.status_code == 304:
            return response
        content = described[str(response.status_code)]["content"]
        if response.mimetype not in content:
            raise NotAsDescribed(f"{where}: {response.mimetype} not described")
        if response.mimetype == "application/json" and not response.is_streamed:
            key = (path, request.method, response.status_code)
            if key not in checks:
                checks[key] = Draft202012Validator(
                    {"components": checks["described"]["components"]}
                    | content["application/json"]["schema"]
                )
            for error in checks[key].iter_errors(response.get_json()):
                raise NotAsDescribed(f"{where}: {error.json_path}: {error.message}")
        return response
