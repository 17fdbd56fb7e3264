"""Who is asking: a token or a session becomes a viewer.

Tokens and streams are trusted for `TRUSTED_S` after they were read, so that a request of a script
costs the read of its user alone; a token that ends here ends here at once, and everywhere within
that time. Users are read for each request: who joins or leaves a group, or loses a right, does so
at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from fritz.errors import Forbidden, NotFound, Unauthorized
from fritz.marshal.stream import Stream
from fritz.marshal.token import Token, digest
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer
from fritz.ports import Account, DocumentStore, Identity
from fritz.services.groups import StreamStore, UserStore
from fritz.services.kept import Kept
from fritz.services.rate_limits import RateLimits
from fritz.services.tokens import TokenStore

__all__ = ["MALFORMED", "TRUSTED_S", "UNAUTHORIZED", "Access", "Clock"]

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, UTC."""

UNAUTHORIZED = "HTTP 401: Unauthorized"
MALFORMED = (
    'HTTP 401: Unauthorized (Credentials malformed; expected form "Authorization: token abc123")'
)

TRUSTED_S = 60.0


class Access:
    """Recognises whoever asks.

    Parameters
    ----------
    documents : where users and tokens stand
    identity : who signs people in
    now : the time, UTC
    limits : what each token may ask; None for no limit
    """

    def __init__(
        self,
        documents: DocumentStore,
        identity: Identity,
        now: Clock,
        limits: RateLimits | None = None,
    ) -> None:
        self._users = UserStore(documents)
        self._tokens = TokenStore(documents)
        self._streams = StreamStore(documents)
        self._identity = identity
        self._now = now
        self._limits = limits
        clock = lambda: now().timestamp()  # noqa: E731 - two caches share it
        self._kept: Kept[str, Token] = Kept(TRUSTED_S, clock)
        self._kept_streams: Kept[int, Stream] = Kept(TRUSTED_S, clock)

    def by_header(self, authorization: str | None) -> Viewer:
        """Return whom the header ``Authorization: token <secret>`` stands for.

        Raises
        ------
        Unauthorized
            There is no such header, or nobody has the token. The messages are SkyPortal's.
        Forbidden
            The account has expired.
        TooMany
            The token asks too much.
        """
        word, _, secret = (authorization or "").partition(" ")
        if word != "token" or not secret.strip():
            raise Unauthorized(MALFORMED)
        return self.by_token_id(digest(secret.strip()))

    def by_token_id(self, token_id: str) -> Viewer:
        """Return whom a token stands for, which is known by the digest of its secret.

        Raises
        ------
        Unauthorized
            Nobody has the token, or its owner is gone.
        Forbidden
            The account has expired.
        TooMany
            The token asks too much.
        """
        token = self._token(token_id)
        if self._limits is not None:
            self._limits.spend(token.id)
        try:
            user = self._users.get(token.user_id)
        except NotFound as gone:
            raise Unauthorized(UNAUTHORIZED) from gone
        return self._viewer(user, frozenset(token.acls) & user.permissions, by_token=True)

    def by_session(self, cookie: str) -> Viewer:
        """Return whom a session cookie stands for.

        Raises
        ------
        Unauthorized
            The session is over or false, or its account is no user here.
        Forbidden
            The account has expired.
        """
        account = self._identity.account(cookie)
        user = self.user_of(account)
        if user is None:
            raise Unauthorized(f"{account.email or account.uid} is not a user here")
        return self._viewer(user, user.permissions, by_token=False)

    def user_of(self, account: Account) -> User | None:
        """Return whose account it is; an address that the provider vouches for links it."""
        return self._users.by_uid(account.uid) or self._linked(account)

    def viewer_of(self, user: User) -> Viewer:
        """Return whoever a user is when they sign in.

        Raises
        ------
        Forbidden
            The account has expired.
        """
        return self._viewer(user, user.permissions, by_token=False)

    def forget(self, token_id: str) -> None:
        """Look at a token anew: it was changed or ended."""
        self._kept.forget(token_id)

    def _token(self, token_id: str) -> Token:
        token = self._kept.get(token_id) or self._tokens.get(token_id)
        now = self._now()
        if token is None or token.has_expired(now):
            raise Unauthorized(UNAUTHORIZED)
        if token.last_used != now.date():
            try:
                self._tokens.used(token_id, now.date())
            except NotFound as ended:
                raise Unauthorized(UNAUTHORIZED) from ended
            token = replace(token, last_used=now.date())
            return self._kept.put(token_id, token)
        return token if self._kept.get(token_id) else self._kept.put(token_id, token)

    def _linked(self, account: Account) -> User | None:
        """Return the user whose address the provider vouches for, by this account from now on."""
        if not account.email or not account.email_verified:
            return None
        user = self._users.by_email(account.email)
        if user is None:
            return None
        return self._users.change(
            user.id, lambda u: replace(u, linked_uids=tuple({*u.linked_uids, account.uid}))
        )

    def _viewer(self, user: User, acls: frozenset[str], *, by_token: bool) -> Viewer:
        now = self._now()
        if user.has_expired(now):
            raise Forbidden(f"the account of {user.username} expired on {user.expiration_date:%F}")
        known = {each: self._kept_streams.get(each) for each in user.stream_ids}
        unknown = [each for each, stream in known.items() if stream is None]
        read = self._streams.get_many(unknown) if unknown else []
        for stream in read:
            self._kept_streams.put(stream.id, stream)
        streams = [*read, *(stream for stream in known.values() if stream is not None)]
        by_id = sorted(streams, key=lambda each: each.id)
        return Viewer(user, acls, tuple(by_id), by_token=by_token)
