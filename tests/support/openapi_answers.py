"""Holds every answer of the API against its own description."""

from flask import request
from jsonschema import Draft202012Validator

from webapp.api.openapi import _PART, document


class NotAsDescribed(BaseException):
    """An answer that the OpenAPI document does not allow; no error handler may catch it."""


_CHECKS = {}
"""By the set of routes: the document and its validators, which take longer than most tests."""


def hold_answers_to_description(app):
    """Let an app's tests fail where an answer is not as the document says."""

    @app.after_request
    def check(response):
        view = app.view_functions.get(request.endpoint or "")
        if request.url_rule is not None and hasattr(view, "operation") and request.method != "HEAD":
            _hold(response, _known(app))
        return response


def _known(app):
    known = _CHECKS.setdefault(frozenset(app.view_functions), {})
    if "described" not in known:
        known["described"] = document(app)
    return known


def _hold(response, known):
    path = _PART.sub(r"{\1}", request.url_rule.rule)
    where = f"{request.method} {path} {response.status_code}"
    described = known["described"]["paths"][path][request.method.lower()]["responses"]
    if str(response.status_code) not in described:
        raise NotAsDescribed(f"{where}: status not described")
    if response.status_code == 304:
        return
    content = described[str(response.status_code)]["content"]
    if response.mimetype not in content:
        raise NotAsDescribed(f"{where}: {response.mimetype} not described")
    if response.mimetype == "application/json" and not response.is_streamed:
        key = (path, request.method, response.status_code)
        if key not in known:
            components = {"components": known["described"]["components"]}
            known[key] = Draft202012Validator(components | content["application/json"]["schema"])
        for error in known[key].iter_errors(response.get_json()):
            raise NotAsDescribed(f"{where}: {error.json_path}: {error.message}")
