"""API tokens: made, kept as digests, recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fritz.errors import Invalid
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.token import Token, digest, secret_of
from fritz.marshal.user import User
from fritz.ports import Create, Delete, DocumentStore, Query, Where, Write

__all__ = ["COLLECTION", "TokenStore"]

COLLECTION = "tokens"

MOST_REPLACED = 400
"""Within what one commit may write."""


@dataclass(frozen=True, slots=True)
class TokenStore:
    """All API tokens, one document each, under the digest of its secret."""

    documents: DocumentStore

    def create(
        self, user: User, name: str, acls: Sequence[str], now: datetime, randomness: bytes
    ) -> str:
        """Make a token for a user and return its secret, which is kept nowhere.

        Parameters
        ----------
        acls : verbs of the token; each must be the user's own.
        randomness : 32 bytes of a cryptographic source (``secrets.token_bytes``).

        Raises
        ------
        Invalid
            The user lacks one of the verbs.
        """
        secret, write = _made(user, name, acls, now, randomness)
        self.documents.commit([write])
        return secret

    def replace(
        self, user: User, name: str, acls: Sequence[str], now: datetime, randomness: bytes
    ) -> str:
        """Make a token as `create` does; the user's tokens of the same name end with it."""
        secret, write = _made(user, name, acls, now, randomness)
        old = [each for each in self.of_user(user.id) if each.name == name]
        ends: list[Write] = [Delete(COLLECTION, each.id) for each in old[-MOST_REPLACED:]]
        self.documents.commit([*ends, write])
        return secret

    def revoke(self, secret: str) -> None:
        """End the token of that secret; nothing happens if there is none."""
        self.documents.commit([Delete(COLLECTION, digest(secret))])

    def find(self, secret: str) -> Token | None:
        """Return the token of that secret, or None."""
        token_id = digest(secret)
        found = self.documents.get(COLLECTION, token_id)
        return Token.from_fields(token_id, found.data) if found else None

    def of_user(self, user_id: int) -> list[Token]:
        """Return a user's tokens, oldest first."""
        rows = self.documents.query(Query(COLLECTION, (Where("user_id", "==", user_id),)))
        found = (Token.from_fields(row.id, row.data) for row in rows)
        return sorted(found, key=lambda token: (token.created_at, token.id))


def _made(
    user: User, name: str, acls: Sequence[str], now: datetime, randomness: bytes
) -> tuple[str, Create]:
    own = user.permissions
    if SYSTEM_ADMIN not in own and (lacking := set(acls) - own):
        raise Invalid(f"{user.username} lacks {', '.join(sorted(lacking))}")
    secret = secret_of(randomness)
    token = Token(digest(secret), name, user.id, tuple(sorted(set(acls))), now)
    return secret, Create(COLLECTION, token.id, token.to_fields())
