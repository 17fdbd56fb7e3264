"""Sign-in with Firebase Authentication, kept in Firebase's session cookies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import firebase_admin
from firebase_admin import auth
from typing_extensions import override

from fritz.adapters.cloud.firebase_errors import firebase_errors
from fritz.errors import Invalid, Unauthorized
from fritz.ports import Account, Identity

__all__ = ["FirebaseIdentity"]

FRESH_S = 300
"""How long ago a user may have signed in, for a new session cookie."""
SHORTEST_S, LONGEST_S = 300, 14 * 86400
"""Between these Firebase lets a session cookie last."""
CACHE_S = 60.0
CACHE_SIZE = 10_000


class FirebaseIdentity(Identity):
    """`fritz.ports.Identity` on Firebase Authentication, or on its emulator.

    Whether a session was revoked is asked of Firebase at most once a minute for each cookie, since
    the question costs a request; a revocation made here is obeyed here at once.

    Parameters
    ----------
    project : Google's project id
    app : a Firebase app to use in place of one made here
    clock : seconds since 1970
    """

    def __init__(
        self,
        project: str,
        app: firebase_admin.App | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app or _app(project)
        self._clock = clock
        self._known: dict[bytes, tuple[float, Account]] = {}

    @override
    def start_session(self, credential: str, valid_s: int) -> str:
        if not SHORTEST_S <= valid_s <= LONGEST_S:
            raise Invalid(f"a session of {valid_s} s; from {SHORTEST_S} to {LONGEST_S}")
        if not credential:
            raise Unauthorized("no sign-in credential")
        with firebase_errors:
            claims = auth.verify_id_token(credential, app=self._app)
            self._refuse_stale(claims)
            cookie: str = auth.create_session_cookie(
                credential, expires_in=timedelta(seconds=valid_s), app=self._app
            )
        return cookie

    @override
    def account(self, cookie: str) -> Account:
        if not cookie:
            raise Unauthorized("no session cookie")
        # The hash, not the cookie: memory dumps must not hold sessions.
        key = sha256(cookie.encode()).digest()
        until, account = self._known.get(key, (0.0, None))
        if account is not None and self._clock() < until:
            return account
        with firebase_errors:
            claims = auth.verify_session_cookie(cookie, check_revoked=True, app=self._app)
        account = self._account(claims)
        self._remember(key, min(self._clock() + CACHE_S, float(claims["exp"])), account)
        return account

    @override
    def end_sessions(self, uid: str) -> None:
        # Firebase counts whole seconds and spares those begun in the very second named, so the
        # next one is named.
        with firebase_errors:
            auth.update_user(uid, valid_since=int(self._clock()) + 1, app=self._app)
        self._known = {k: each for k, each in self._known.items() if each[1].uid != uid}

    def _refuse_stale(self, claims: Mapping[str, Any]) -> None:
        """Refuse a token that was not made by a recent sign-in, such as a stolen old one."""
        self._refuse_expired(claims)
        if self._clock() - float(claims["auth_time"]) > FRESH_S:
            raise Unauthorized("sign in again: the sign-in is more than five minutes old")

    def _refuse_expired(self, claims: Mapping[str, Any]) -> None:
        # Firebase's library looks at the expiry only where it checks a signature: not where an
        # emulator is used.
        if self._clock() >= float(claims["exp"]):
            raise Unauthorized("the session or credential has expired")

    def _account(self, claims: Mapping[str, Any]) -> Account:
        self._refuse_expired(claims)
        return Account(
            uid=claims["uid"],
            email=claims.get("email"),
            email_verified=bool(claims.get("email_verified", False)),
            name=claims.get("name"),
            provider=claims.get("firebase", {}).get("sign_in_provider", "unknown"),
        )

    def _remember(self, key: bytes, until: float, account: Account) -> None:
        if len(self._known) >= CACHE_SIZE:
            self._known = {}
        self._known[key] = (until, account)


def _app(project: str) -> firebase_admin.App:
    """Return this process's Firebase app of a project; Firebase allows one of each name."""
    name = f"fritz-{project}"
    try:
        return firebase_admin.get_app(name)
    except ValueError:
        return firebase_admin.initialize_app(options={"projectId": project}, name=name)
