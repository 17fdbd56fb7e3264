"""Declares a route's shapes once: they validate its requests and describe it in OpenAPI.

``@operation(query=…, body=…, answer=…)`` stands below the blueprint's decorator. It finds out who
calls, demands the verb, reads the query string into the keyword ``asked`` and the body into
``given``, and puts what the view returns into the envelope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import Response

from webapp.api.arguments import Query
from webapp.api.arguments import body as read_body
from webapp.api.arguments import query as read_query
from webapp.envelope import success
from webapp.sessions import api_viewer

__all__ = ["File", "Operation", "Plain", "View", "operation", "operation_of"]

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON: the media types that it may have."""

    media_types: tuple[str, ...]

    def __init__(self, *media_types: str) -> None:
        object.__setattr__(self, "media_types", media_types)


@dataclass(frozen=True, slots=True)
class Plain:
    """A JSON answer that comes without the envelope; the view makes the response."""

    shape: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route takes and gives."""

    query: type[Query] | None = None
    body: Any = None
    """A model, or a union of models of which the body must fit one."""
    answer: Any = None
    """The type of `data` in the envelope; None where it is ``{}``; or a `File`, or `Plain`."""
    acl: str | None = None
    """The verb that the caller needs."""
    errors: tuple[int, ...] = ()
    """Statuses beside 400, 401, 403 and 429, which any route may answer."""
    public: bool = False
    """Whether it answers without knowing who calls."""
    deprecated: bool = False
    """Whether it is an older spelling of another route."""
    accepts: tuple[str, ...] = ()
    """Media types of bodies beside JSON that the view reads itself."""
    secret: bool = False
    """Whether the answer tells a secret, which is told once and kept nowhere."""


def operation(
    *,
    query: type[Query] | None = None,
    body: Any = None,
    answer: Any = None,
    acl: str | None = None,
    errors: tuple[int, ...] = (),
    public: bool = False,
    deprecated: bool = False,
    accepts: tuple[str, ...] = (),
    secret: bool = False,
) -> Callable[[View], Callable[..., Response]]:
    """Return the decorator that makes a view of what it declares.

    The caller is refused before the request is read: who may not ask learns nothing from asking.

    Parameters
    ----------
    query, body : what the view gets as the keywords ``asked`` and ``given``.
    answer : the type of what the view returns.
    """
    declared = Operation(query, body, answer, acl, errors, public, deprecated, accepts, secret)

    def declare(view: View) -> Callable[..., Response]:
        @wraps(view)
        def respond(**parts: Any) -> Response:
            _admit(declared)
            if query is not None:
                parts["asked"] = read_query(query)
            if body is not None:
                parts["given"] = read_body(body)
            answered = view(**parts)
            if isinstance(answered, Response):
                return answered
            return success({} if answered is None else answered)

        cast("Any", respond).operation = declared
        return respond

    return declare


def operation_of(view: View) -> Operation | None:
    """Return what a view declares, or None."""
    return getattr(view, "operation", None)


def _admit(declared: Operation) -> None:
    if declared.public:
        return
    viewer = api_viewer()
    if declared.acl is not None:
        viewer.must(declared.acl)
