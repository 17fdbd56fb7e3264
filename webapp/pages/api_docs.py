"""The API's pages for people: every route, what it takes and gives, and how to call it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, current_app, g, render_template
from flask.typing import ResponseReturnValue

from fritz.errors import Unauthorized
from webapp.api.openapi import document
from webapp.sessions import page_viewer

__all__ = ["Example", "blueprint", "example_of"]

blueprint = Blueprint("api_docs", __name__)

DESCRIBED: Final = "fritz_api_docs"
DEEPEST: Final = 4
PARTS: Final[Mapping[str, str]] = {
    "obj_id": "ZTF26aaaaaaa",
    "object_id": "ZTF26aaaaaaa",
    "objectId": "ZTF26aaaaaaa",
    "row_id": "ZTF26aaaaaaa",
    "kind": "sources",
}
"""What examples put into paths; other parts get a 1."""
VALUES: Final[Mapping[str, Any]] = {
    "boolean": True,
    "integer": 1,
    "number": 1.0,
    "string": "text",
}

_Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One call of a route, as a shell and as Python would make it."""

    curl: str
    python: str


@blueprint.get("/api/docs")
def index() -> ResponseReturnValue:
    """Show the API."""
    try:
        viewer = page_viewer()
    except Unauthorized:  # the API's description is open to everybody
        viewer = g.get("viewer")
    if DESCRIBED not in current_app.extensions:
        current_app.extensions[DESCRIBED] = _by_tag(document(current_app))
    return render_template("api_docs.html", viewer=viewer, tags=current_app.extensions[DESCRIBED])


def _by_tag(described: _Schema) -> dict[str, list[dict[str, Any]]]:
    """Return the routes under their first part, each with what the page shows of it."""
    tags: dict[str, list[dict[str, Any]]] = {}
    models = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, each in methods.items():
            shown = {
                "method": method.upper(),
                "path": path,
                "id": each["operationId"],
                "summary": each["summary"],
                "description": each.get("description", ""),
                "deprecated": each.get("deprecated", False),
                "parameters": [p for p in each["parameters"] if "$ref" not in p],
                "example": example_of(method.upper(), path, each, models),
            }
            tags.setdefault(each["tags"][0], []).append(shown)
    return dict(sorted(tags.items()))


def example_of(method: str, path: str, described: _Schema, models: _Schema) -> Example:
    """Return how to call a route; the server and the token stand in the environment.

    Parameters
    ----------
    described : the route, as OpenAPI has it.
    models : the components that it names.
    """
    for part in described["parameters"]:
        if part.get("in") == "path":
            path = path.replace(f"{{{part['name']}}}", PARTS.get(part["name"], "1"))
    content = described.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    body = None if schema is None else _value(schema, models, 0)
    return Example(_curl(method, path, body), _python(method, path, body))


def _curl(method: str, path: str, body: Any) -> str:
    lines = [f'curl -X {method} "$FRITZ_URL{path}" -H "Authorization: token $FRITZ_TOKEN"']
    if body is not None:
        lines.append(f"-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}")
    return " \\\n  ".join(lines)


def _python(method: str, path: str, body: Any) -> str:
    sent = "" if body is None else f",\n    json={body!r}"
    return (
        "import os\n\nimport requests\n\n"
        f'answer = requests.request(\n    "{method}",\n    os.environ["FRITZ_URL"] + "{path}",\n'
        '    headers={"Authorization": "token " + os.environ["FRITZ_TOKEN"]}'
        f'{sent},\n    timeout=60,\n)\nprint(answer.json()["data"])'
    )


def _value(schema: _Schema, models: _Schema, depth: int) -> Any:
    """Return something that fits a schema: what must be there, and no more."""
    if "$ref" in schema:
        return _value(models[schema["$ref"].rpartition("/")[2]], models, depth)
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], models, depth)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        needed = schema.get("required", []) if depth < DEEPEST else []
        fields = schema.get("properties", {})
        return {name: _named(name, fields[name], models, depth) for name in needed}
    if schema.get("type") == "array":
        return [_value(schema.get("items", {}), models, depth + 1)]
    return VALUES.get(schema.get("type", "string"), "text")


def _named(name: str, schema: _Schema, models: _Schema, depth: int) -> Any:
    return PARTS[name] if name in PARTS else _value(schema, models, depth + 1)
