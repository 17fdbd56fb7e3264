"""The OpenAPI document: what the routes declare, gathered from the app itself.

The very models that validate requests and make answers are described, so that the document cannot
say anything else than the code does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

from flask import Flask
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DatetimeSchema
from typing_extensions import override
from werkzeug.routing import IntegerConverter, Rule

from webapp.api.operation import File, Operation, Plain, operation_of

__all__ = ["Route", "document", "routes"]

_Schema = dict[str, Any]
_Key = tuple[str, Literal["body", "query", "answer"]]

REF: Final = "#/components/schemas/{model}"
ANY_ROUTE: Final = (400, 401, 403, 429)
"""What any route that asks who calls may answer beside 200."""
PUBLIC: Final = (400, 429)

_NAIVE_TIME: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$"
_PART = re.compile(r"<(?:[^:<>]*:)?([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    rule: Rule
    view: Any
    operation: Operation | None

    @property
    def path(self) -> str:
        """The path as OpenAPI writes it: ``/api/sources/{obj_id}``."""
        return _PART.sub(r"{\1}", self.rule.rule)

    @property
    def name(self) -> str:
        """A name that no other route has."""
        stem = re.sub(r"[^A-Za-z0-9]+", "_", self.path.removeprefix("/api")).strip("_")
        return f"{self.method.lower()}_{stem}"


def routes(app: Flask) -> Iterator[Route]:
    """Yield the API's routes, sorted by path and method."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if not rule.rule.startswith("/api"):
            continue
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule, view, operation_of(view))


def document(app: Flask) -> _Schema:
    """Return the OpenAPI 3.1 document of an app's API."""
    declared = [route for route in routes(app) if route.operation is not None]
    shapes = _schemas(declared)
    paths: dict[str, _Schema] = {}
    for route in declared:
        paths.setdefault(route.path, {})[route.method.lower()] = _described(route, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fritz",
            "version": app.config["VERSION"],
            "description": "The marshal's API, as SkyPortal's clients know it, and the archive's.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {**shapes.named(), "Error": _ERROR},
            "securitySchemes": _SECURITY,
            "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
        },
    }


_SECURITY: Final[_Schema] = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The word `token`, a space, and a token from the profile page.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "fritz_session"},
}

_IDEMPOTENCY_KEY: Final[_Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within a day, the request is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

_ERROR: Final[_Schema] = {
    "type": "object",
    "required": ["status", "message", "data", "version"],
    "properties": {
        "status": {"const": "error"},
        "message": {"type": "string"},
        "data": {"type": "object"},
        "version": {"type": "string"},
    },
}


@dataclass(frozen=True, slots=True)
class _Shapes:
    """The JSON schemas of all routes, with the models that they name, one name one model."""

    of: Mapping[_Key, _Schema]
    models: _Schema

    def parameters(self, route: Route) -> list[_Schema]:
        """Return the parameters of a route's query string."""
        schema = self.of.get((route.name, "query"))
        if schema is None:
            return []
        model = self.models[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        required = model.get("required", [])
        return [
            _query_parameter(name, each, required=name in required)
            for name, each in model.get("properties", {}).items()
        ]

    def named(self) -> _Schema:
        """Return the models that bodies and answers name; those of query strings are parameters."""
        queries = {
            schema.get("$ref", "").rpartition("/")[2]
            for (_, kind), schema in self.of.items()
            if kind == "query"
        }
        return {name: schema for name, schema in self.models.items() if name not in queries}


class _Written(GenerateJsonSchema):
    """Describes times of answers as `webapp.envelope` writes them, which is no ``date-time``."""

    @override
    def datetime_schema(self, schema: DatetimeSchema) -> _Schema:
        if self.mode == "serialization":
            return {"type": "string", "pattern": _NAIVE_TIME, "description": "In UTC."}
        return super().datetime_schema(schema)


def _query_parameter(name: str, schema: _Schema, *, required: bool) -> _Schema:
    """Describe one parameter; in a query string nothing is null, it is left out."""
    shape = dict(schema)
    given = [each for each in shape.pop("anyOf", []) if each != {"type": "null"}]
    shape |= given[0] if len(given) == 1 else {"anyOf": given} if given else {}
    shape.pop("title", None)
    if shape.get("default", ...) is None:
        del shape["default"]
    described: _Schema = {"name": name, "in": "query", "required": required, "schema": shape}
    if text := shape.pop("description", None):
        described["description"] = text
    if shape.get("type") == "array":
        described |= {"style": "form", "explode": False}
    return described


def _schemas(declared: list[Route]) -> _Shapes:
    wanted: list[tuple[_Key, Literal["validation", "serialization"], TypeAdapter[Any]]] = []
    for route in declared:
        of = route.operation
        if of is None:
            continue
        if of.query is not None:
            wanted.append(((route.name, "query"), "validation", TypeAdapter(of.query)))
        if of.body is not None:
            wanted.append(((route.name, "body"), "validation", TypeAdapter(of.body)))
        shape = of.answer.shape if isinstance(of.answer, Plain) else of.answer
        if shape is not None and not isinstance(shape, File):
            wanted.append(((route.name, "answer"), "serialization", TypeAdapter(shape)))
    found, rest = TypeAdapter.json_schemas(
        wanted, by_alias=True, ref_template=REF, schema_generator=_Written
    )
    of_routes = {key: dict(schema) for (key, _), schema in found.items()}
    return _Shapes(of_routes, dict(rest.get("$defs", {})))


def _described(route: Route, shapes: _Shapes) -> _Schema:
    of = route.operation or Operation()
    summary, _, more = (route.view.__doc__ or route.name).strip().partition("\n")
    described: _Schema = {
        "operationId": route.name,
        "tags": [route.path.split("/")[2]],
        "summary": summary,
        "parameters": [*_path_parameters(route), *shapes.parameters(route), *_headers(route, of)],
        "responses": _responses(route, of, shapes.of),
    }
    if accepted := _accepted(route, of, shapes.of):
        described["requestBody"] = {"content": accepted}
    if text := _prose(more, of):
        described["description"] = text
    if of.deprecated:
        described["deprecated"] = True
    if of.public:
        described["security"] = []
    return described


def _prose(more: str, of: Operation) -> str:
    lines = [line.strip() for line in more.strip().splitlines()]
    if of.acl is not None:
        lines.append(f"Needs the ACL `{of.acl}`.")
    return "\n".join(lines).strip()


def _path_parameters(route: Route) -> list[_Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": _kind(route, name)}}
        for name in _PART.findall(route.rule.rule)
    ]


def _headers(route: Route, of: Operation) -> list[_Schema]:
    if route.method != "POST" or of.public:
        return []
    return [{"$ref": "#/components/parameters/IdempotencyKey"}]


def _kind(route: Route, part: str) -> str:
    converters = route.rule._converters  # noqa: SLF001 - werkzeug tells them nowhere else
    return "integer" if isinstance(converters.get(part), IntegerConverter) else "string"


def _accepted(route: Route, of: Operation, schemas: Mapping[_Key, _Schema]) -> _Schema:
    content: _Schema = {media: {"schema": {}} for media in of.accepts}
    if of.body is not None:
        content["application/json"] = {"schema": schemas[route.name, "body"]}
    return content


def _responses(route: Route, of: Operation, schemas: Mapping[_Key, _Schema]) -> _Schema:
    good = {"description": "Done.", "content": _content(route, of, schemas)}
    statuses = sorted({*(PUBLIC if of.public else ANY_ROUTE), *of.errors})
    unchanged = {"304": {"description": "As `If-None-Match` has it."}} if _reads(route) else {}
    return (
        {"200": good}
        | unchanged
        | {
            str(status): {
                "description": HTTPStatus(status).phrase,
                "content": {"application/json": {"schema": {"$ref": REF.format(model="Error")}}},
            }
            for status in statuses
        }
    )


def _reads(route: Route) -> bool:
    return route.method == "GET"


def _content(route: Route, of: Operation, schemas: Mapping[_Key, _Schema]) -> _Schema:
    if isinstance(of.answer, File):
        return {media: {"schema": {}} for media in of.answer.media_types}
    data = schemas.get((route.name, "answer"), {"type": "object"})
    schema = data if isinstance(of.answer, Plain) else _envelope(data)
    return {"application/json": {"schema": schema}}


def _envelope(data: _Schema) -> _Schema:
    return {
        "type": "object",
        "required": ["status", "data", "version"],
        "properties": {
            "status": {"const": "success"},
            "data": data,
            "version": {"type": "string"},
        },
        "additionalProperties": False,
    }
