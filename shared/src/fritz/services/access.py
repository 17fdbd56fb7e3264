"""Who is asking: a token or a session becomes a viewer."""

from __future__ import annotations

from dataclasses import dataclass

from fritz.errors import NotFound, Unauthorized
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer
from fritz.ports import DocumentStore, Identity
from fritz.services.groups import StreamStore, UserStore
from fritz.services.tokens import TokenStore

__all__ = ["MALFORMED", "UNAUTHORIZED", "Access"]

UNAUTHORIZED = "HTTP 401: Unauthorized"
MALFORMED = (
    'HTTP 401: Unauthorized (Credentials malformed; expected form "Authorization: token abc123")'
)


@dataclass(frozen=True, slots=True)
class Access:
    """Recognises whoever asks."""

    documents: DocumentStore
    identity: Identity

    def by_header(self, authorization: str | None) -> Viewer:
        """Return whom the header ``Authorization: token <secret>`` stands for.

        Raises
        ------
        Unauthorized
            There is no such header, or nobody has the token. The messages are SkyPortal's.
        """
        word, _, secret = (authorization or "").partition(" ")
        if word != "token" or not secret.strip():
            raise Unauthorized(MALFORMED)
        token = TokenStore(self.documents).find(secret.strip())
        if token is None:
            raise Unauthorized(UNAUTHORIZED)
        try:
            user = UserStore(self.documents).get(token.user_id)
        except NotFound as gone:
            raise Unauthorized(UNAUTHORIZED) from gone
        return self._viewer(user, frozenset(token.acls) & user.permissions, by_token=True)

    def by_session(self, cookie: str) -> Viewer:
        """Return whom a session cookie stands for.

        Raises
        ------
        Unauthorized
            The session is over or false, or its account is no user here.
        """
        account = self.identity.account(cookie)
        user = UserStore(self.documents).by_uid(account.uid)
        if user is None:
            raise Unauthorized(f"{account.email or account.uid} is not a user here")
        return self._viewer(user, user.permissions, by_token=False)

    def _viewer(self, user: User, acls: frozenset[str], *, by_token: bool) -> Viewer:
        streams = StreamStore(self.documents).get_many(user.stream_ids)
        return Viewer(user, acls, tuple(streams), by_token=by_token)
