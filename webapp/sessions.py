"""Who is asking: the session cookie of a browser, the token of a script."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, current_app, g, request

from fritz.errors import Unauthorized
from fritz.marshal.token import SECRET_PREFIX
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer
from fritz.ports import Account
from webapp.bearer import bearer_viewer, is_bearer
from webapp.platform import marshal

__all__ = [
    "COOKIE",
    "api_viewer",
    "end",
    "end_everywhere",
    "has_session_only",
    "page_viewer",
    "start",
]

COOKIE = "fritz_session"


def has_session_only() -> bool:
    """Return whether the request is to be believed for its cookie: it has no token header."""
    return "Authorization" not in request.headers and COOKIE in request.cookies


def api_viewer() -> Viewer:
    """Return who calls the API; a token header makes cookies count for nothing.

    Raises
    ------
    Unauthorized
        Nobody we know.
    """
    if "viewer" not in g:
        header = request.headers.get("Authorization")
        if has_session_only():
            g.viewer = marshal().access.by_session(request.cookies[COOKIE])
        elif is_bearer(header) and not (_is_bare(header) and _is_skyportals()):
            g.viewer = bearer_viewer(str(header))
        else:
            g.viewer = marshal().access.by_header(header)
    return _viewer()


def page_viewer() -> Viewer:
    """Return who looks at a page.

    Raises
    ------
    Unauthorized
        Nobody is signed in.
    """
    if "viewer" not in g:
        if not has_session_only():  # a page believes cookies alone, and so demands the CSRF token
            raise Unauthorized("not signed in")
        g.viewer = marshal().access.by_session(request.cookies[COOKIE])
    return _viewer()


def _is_bare(header: str | None) -> bool:
    """Return whether a header is an API token's secret and nothing else."""
    return (header or "").startswith(SECRET_PREFIX)


def _is_skyportals() -> bool:
    """Return whether SkyPortal's clients know the route; they say ``token`` before the secret."""
    return request.path.startswith("/api/") and not request.path.startswith("/api/queries")


def _viewer() -> Viewer:
    viewer: Viewer = g.viewer
    return viewer


def start(response: Response, credential: str) -> Account:
    """Sign the browser in for a credential of the identity provider, and return who that is.

    Raises
    ------
    Unauthorized
        The credential is false, used or too old.
    """
    valid_s = current_app.config["SESSION_S"]
    identity = marshal().identity
    cookie = identity.start_session(credential, valid_s)
    account = identity.account(cookie)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=valid_s,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return account


def end(response: Response) -> None:
    """Sign the browser out and revoke every session of its account."""
    if COOKIE in request.cookies:
        identity = marshal().identity
        with suppress(Unauthorized):  # over already, which is what was asked for
            identity.end_sessions(identity.account(request.cookies[COOKIE]).uid)
    response.delete_cookie(COOKIE)


def end_everywhere(response: Response, user: User) -> None:
    """Sign the browser out and revoke every session of every account that is linked to a user."""
    for uid in filter(None, (user.uid, *user.linked_uids)):
        with suppress(Unauthorized):  # the provider forgot the account, and its sessions with it
            marshal().identity.end_sessions(uid)
    response.delete_cookie(COOKIE)
