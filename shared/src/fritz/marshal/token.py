"""An API token: a secret that lets a script act for its owner."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

__all__ = ["SECRET_BYTES", "SECRET_PREFIX", "Token", "digest", "secret_of"]

SECRET_PREFIX = "fritz_"  # noqa: S105 - marks our tokens for secret scanners; it is no secret
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: never the secret, only its digest."""

    id: str
    """SHA-256 of the secret, hexadecimal."""
    name: str
    user_id: int
    acls: tuple[str, ...]
    """The verbs it may use, at most its owner's."""
    created_at: datetime
    expires_at: datetime | None = None
    last_used: date | None = None
    """The day, UTC, on which it was used last; a finer time would cost a write for each use."""

    def has_expired(self, now: datetime) -> bool:
        """Return whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    def to_fields(self) -> dict[str, Any]:
        """Return the token as a document's fields."""
        return {
            "name": self.name,
            "user_id": self.user_id,
            "acls": list(self.acls),
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "last_used": None if self.last_used is None else self.last_used.isoformat(),
        }

    @classmethod
    def from_fields(cls, token_id: str, fields: Mapping[str, Any]) -> Token:
        """Return the token that `to_fields` wrote under `token_id`."""
        used = fields.get("last_used")
        return cls(
            id=token_id,
            name=fields["name"],
            user_id=int(fields["user_id"]),
            acls=tuple(fields["acls"]),
            created_at=fields["created_at"],
            expires_at=fields.get("expires_at"),
            last_used=None if used is None else date.fromisoformat(used),
        )


def secret_of(randomness: bytes) -> str:
    """Return a new token's secret.

    Parameters
    ----------
    randomness : `SECRET_BYTES` bytes of a cryptographic source.

    Raises
    ------
    ValueError
        There are fewer.
    """
    if len(randomness) < SECRET_BYTES:
        raise ValueError(f"a token needs {SECRET_BYTES} random bytes, not {len(randomness)}")
    return SECRET_PREFIX + randomness.hex()


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret; a plain hash suffices, as the secret is not guessable."""
    return hashlib.sha256(secret.encode()).hexdigest()
