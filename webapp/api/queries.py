"""The archive as Kowalski's clients know it: ``/api/auth``, ``/api/queries``, ``GET /``."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from fritz.archive.collections import Collection, collection_of
from fritz.archive.query_requests import parse_request
from fritz.errors import NotFound, Unauthorized
from fritz.marshal.visibility import programids
from webapp.api.arguments import Body
from webapp.api.operation import Plain, operation
from webapp.bearer import is_bearer, issue_for
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_queries", __name__)

GREETING = {"status": "success", "message": "greetings from Fritz!"}


class AuthBody(Body):
    """Who signs in."""

    username: str = ""
    password: str = Field("", description="One of the user's API tokens.")


class QueryBody(Body):
    """What is asked, in Kowalski's words."""

    query_type: Any = None
    query: Any = None
    kwargs: Any = None


class Authenticated(BaseModel):
    """A web token, to be sent as ``Authorization``."""

    status: str
    token: str


class Answered(BaseModel):
    """The answer to a query."""

    status: str
    message: str
    data: Any


class Greeting(BaseModel):
    """A sign of life."""

    status: str
    message: str


class Described(BaseModel):
    """What a collection holds."""

    name: str
    description: str
    kind: str
    id: str
    fields: list[dict[str, Any]]


@blueprint.before_app_request
def greet() -> Response | None:
    """Answer ``GET /`` of Kowalski's clients; browsers get the first page there."""
    if request.path != "/" or not is_bearer(request.headers.get("Authorization")):
        return None
    api_viewer()
    return _json(GREETING)


@blueprint.post("/api/auth")
@operation(body=AuthBody, answer=Plain(Authenticated), public=True, errors=(401,))
def auth(given: AuthBody) -> Response:
    """Return a web token for a user and one of their API tokens, which is the password here."""
    try:
        token = issue_for(given.username, given.password, marshal().now())
    except Unauthorized as e:
        raise Unauthorized("Unauthorized") from e
    return _json({"status": "success", "token": token})


@blueprint.get("/api/ping")
@operation(answer=Plain(Greeting))
def ping() -> Response:
    """Return a greeting to whoever may ask."""
    return _json(GREETING)


@blueprint.post("/api/queries")
@operation(body=QueryBody, answer=Plain(Answered))
def ask(given: QueryBody) -> Response:
    """Query the archive; every answer is within what the asker may see."""
    wanted = parse_request(given.model_dump())
    data = marshal().archive.queries.answer(wanted, programids(api_viewer(), "ztf"))
    return _json({"status": "success", "message": "Successfully executed query", "data": data})


@blueprint.get("/api/catalogs")
@operation(answer=list[Described])
def catalogs() -> list[Described]:
    """Return the collections that queries may name."""
    archive = marshal().archive.queries
    names = archive.names(programids(api_viewer(), "ztf"))
    return [_described(archive.named(name)) for name in sorted(names)]


@blueprint.get("/api/catalogs/<name>")
@operation(answer=Described, errors=(404,))
def catalog(name: str) -> Described:
    """Return one collection."""
    found = collection_of(name)
    if found is None:
        raise NotFound(f"no catalog {name}")
    return _described(found)


def _described(collection: Collection) -> Described:
    fields = [
        {"name": each.name, "type": each.type, "unit": each.unit, "description": each.description}
        for each in collection.table.columns
        if each.name not in collection.hidden
    ]
    return Described(
        name=collection.name,
        description=collection.table.description,
        kind=collection.kind,
        id=collection.id_column,
        fields=fields,
    )


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body, default=_extended), mimetype="application/json")


def _extended(value: Any) -> Any:
    """Write what JSON lacks as MongoDB's extended JSON, which Kowalski's clients read."""
    if isinstance(value, bytes):
        data = base64.b64encode(value).decode()
        return {"$binary": {"base64": data, "subType": "00"}}
    if isinstance(value, datetime):
        return {"$date": value.isoformat()}
    raise TypeError(type(value).__name__)
