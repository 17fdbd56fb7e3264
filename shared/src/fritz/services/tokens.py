"""API tokens: made, kept as digests, recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from fritz.errors import Invalid
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.token import Token, digest, secret_of
from fritz.marshal.user import User
from fritz.ports import (
    Create,
    Delete,
    DocumentStore,
    Put,
    Query,
    Transaction,
    Update,
    Where,
    Write,
)

__all__ = ["COLLECTION", "TokenStore"]

COLLECTION = "tokens"

MOST_REPLACED = 400
"""Within what one commit may write."""


@dataclass(frozen=True, slots=True)
class TokenStore:
    """All API tokens, one document each, under the digest of its secret."""

    documents: DocumentStore

    def create(
        self,
        user: User,
        name: str,
        acls: Sequence[str],
        now: datetime,
        randomness: bytes,
        expires_at: datetime | None = None,
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
        secret, write = _made(user, name, acls, now, randomness, expires_at)
        self.documents.commit([write])
        return secret

    def replace(
        self, user: User, name: str, acls: Sequence[str], now: datetime, randomness: bytes
    ) -> str:
        """Make a token as `create` does; the user's tokens of the same name end with it."""
        secret, write = _made(user, name, acls, now, randomness, None)
        old = [each for each in self.of_user(user.id) if each.name == name]
        ends: list[Write] = [Delete(COLLECTION, each.id) for each in old[-MOST_REPLACED:]]
        self.documents.commit([*ends, write])
        return secret

    def revoke(self, secret: str) -> None:
        """End the token of that secret; nothing happens if there is none."""
        self.end(digest(secret))

    def end(self, token_id: str) -> None:
        """End the token of that id; nothing happens if there is none."""
        self.documents.commit([Delete(COLLECTION, token_id)])

    def find(self, secret: str) -> Token | None:
        """Return the token of that secret, or None."""
        return self.get(digest(secret))

    def get(self, token_id: str) -> Token | None:
        """Return the token of that id, or None."""
        found = self.documents.get(COLLECTION, token_id)
        return Token.from_fields(token_id, found.data) if found else None

    def of_user(self, user_id: int) -> list[Token]:
        """Return a user's tokens, oldest first."""
        rows = self.documents.query(Query(COLLECTION, (Where("user_id", "==", user_id),)))
        found = (Token.from_fields(row.id, row.data) for row in rows)
        return sorted(found, key=lambda token: (token.created_at, token.id))

    def change(self, token_id: str, name: str | None, acls: Sequence[str] | None) -> None:
        """Rename a token or give it other verbs; None leaves it as it is."""

        def body(transaction: Transaction) -> None:
            row = transaction.get(COLLECTION, token_id)
            if row is None:
                raise Invalid("no such token")
            old = Token.from_fields(token_id, row.data)
            new = replace(
                old,
                name=old.name if name is None else name,
                acls=old.acls if acls is None else tuple(sorted(set(acls))),
            )
            transaction.write(Put(COLLECTION, token_id, new.to_fields()))

        self.documents.transact(body)

    def used(self, token_id: str, day: date) -> None:
        """Note that a token that exists was used on a day."""
        self.documents.commit([Update(COLLECTION, token_id, {"last_used": day.isoformat()})])


def _made(
    user: User,
    name: str,
    acls: Sequence[str],
    now: datetime,
    randomness: bytes,
    expires_at: datetime | None,
) -> tuple[str, Create]:
    own = user.permissions
    if SYSTEM_ADMIN not in own and (lacking := set(acls) - own):
        raise Invalid(f"{user.username} lacks {', '.join(sorted(lacking))}")
    secret = secret_of(randomness)
    token = Token(digest(secret), name, user.id, tuple(sorted(set(acls))), now, expires_at)
    return secret, Create(COLLECTION, token.id, token.to_fields())
