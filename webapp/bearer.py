"""Credentials as Kowalski's clients send them: a JSON Web Token, bare or after ``Bearer``.

The web token names an API token by its digest and is signed by us; it ends when that one does.
Clients that are given the API token itself send its secret in the same place.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import jwt
from flask import current_app

from fritz.errors import Invalid, Unauthorized
from fritz.marshal.token import SECRET_PREFIX, digest
from fritz.marshal.visibility import Viewer
from webapp.platform import marshal

__all__ = ["bearer_viewer", "is_bearer", "issue", "issue_for"]

ALGORITHM = "HS256"
PARTS = 3
"""Of a JSON Web Token: header, claims, signature."""


def is_bearer(authorization: str | None) -> bool:
    """Return whether a header is of this kind, and not the marshal's ``token …``.

    Examples
    --------
    >>> is_bearer("Bearer a.b.c"), is_bearer("a.b.c"), is_bearer("token a.b.c")
    (True, True, False)
    """
    credential = _credential(authorization)
    return " " not in credential and (
        credential.count(".") == PARTS - 1 or credential.startswith(SECRET_PREFIX)
    )


def bearer_viewer(authorization: str) -> Viewer:
    """Return whom the credential stands for.

    Raises
    ------
    Invalid
        It is no web token of ours; Kowalski answers 400 here.
    Unauthorized
        The API token behind it was revoked.
    """
    credential = _credential(authorization)
    if credential.startswith(SECRET_PREFIX):
        return marshal().access.by_token_id(digest(credential))
    try:
        claims = jwt.decode(credential, _key(), algorithms=[ALGORITHM])
        token_id = claims["token"]
    except (jwt.InvalidTokenError, KeyError) as e:
        raise Invalid("token is invalid") from e
    return marshal().access.by_token_id(str(token_id))


def issue_for(username: str, password: str, now: datetime) -> str:
    """Return the web token of a user whose password is one of their API tokens.

    Raises
    ------
    Unauthorized
        The secret is nobody's, or somebody else's.
    """
    viewer = marshal().access.by_token_id(digest(password))
    if viewer.user.username != username:
        raise Unauthorized("Unauthorized")
    return issue(digest(password), username, now)


def issue(token_id: str, username: str, now: datetime) -> str:
    """Return the web token that stands for an API token.

    Parameters
    ----------
    token_id : digest of the API token's secret.
    """
    claims = {"user_id": username, "token": token_id, "created_at": now.isoformat()}
    return jwt.encode(claims, _key(), ALGORITHM)


def _credential(authorization: str | None) -> str:
    return (authorization or "").strip().removeprefix("Bearer ").strip()


def _key() -> bytes:
    """Return a key of its own, derived from the one that signs cookies."""
    secret = current_app.config["SECRET_KEY"]
    return hashlib.sha256(b"jwt:" + secret).digest()
