"""Requests that come twice with one key are done once, and answered twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fritz.errors import Conflict, Invalid, TooLarge, TooMany
from fritz.ports import Create, Delete, DocumentStore, Put

__all__ = ["COLLECTION", "KEPT", "Answer", "Replays", "request_id"]

COLLECTION: Final = "idempotency"
KEPT: Final = timedelta(hours=24)
"""How long a key is remembered; Firestore removes what `expires_at` says (a TTL policy)."""
PATIENCE: Final = timedelta(seconds=60)
"""After that a request that never answered is taken for dead, and its key is free."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered."""

    status: int
    body: bytes | None
    """None where it told a secret, which is kept nowhere."""
    mimetype: str


def request_id(user_id: int, method: str, path: str, key: str) -> str:
    """Return the document's id of a key: each user has their own keys on each route."""
    return hashlib.sha256("\0".join((str(user_id), method, path, key)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Replays:
    """Which keys were used, and what was answered."""

    documents: DocumentStore

    def begin(self, each: str, fingerprint: str, now: datetime) -> Answer | None:
        """Claim a key; return the earlier answer if it was used for the same request before.

        Parameters
        ----------
        each : from `request_id`.
        fingerprint : a digest of what is asked for.

        Raises
        ------
        Invalid
            The key was used for another request, or the answer was a secret told once.
        TooMany
            The first request is still being answered.
        """
        claim = {"fingerprint": fingerprint, "begun_at": now, "status": None} | _until(now)
        while True:
            try:
                self.documents.commit([Create(COLLECTION, each, claim)])
            except Conflict:
                if (standing := self.documents.get(COLLECTION, each)) is None:
                    continue  # its first request failed meanwhile: claim it
                if not _over(standing.data, now):
                    return _answer(standing.data, fingerprint)
                self.documents.commit([Delete(COLLECTION, each)])
            else:
                return None

    def finish(self, each: str, fingerprint: str, answer: Answer, now: datetime) -> None:
        """Remember an answer; one too large for a document is forgotten, and so is its key.

        An answer whose body is None is remembered to have been given, and not what it said.
        """
        done = {
            "fingerprint": fingerprint,
            "begun_at": now,
            "status": answer.status,
            "body": answer.body,
            "mimetype": answer.mimetype,
        } | _until(now)
        try:
            self.documents.commit([Put(COLLECTION, each, done)])
        except TooLarge:
            self.abandon(each)

    def abandon(self, each: str) -> None:
        """Free a key whose request changed nothing."""
        self.documents.commit([Delete(COLLECTION, each)])


def _until(now: datetime) -> dict[str, datetime]:
    return {"expires_at": now + KEPT}


def _over(claim: Mapping[str, Any], now: datetime) -> bool:
    """Return whether a key is free again: it was kept long enough, or its request died."""
    died: bool = claim["status"] is None and claim["begun_at"] + PATIENCE < now
    return died or claim["expires_at"] <= now


def _answer(claim: Mapping[str, Any], fingerprint: str) -> Answer:
    if claim["fingerprint"] != fingerprint:
        raise Invalid("Idempotency-Key: it was used for another request")
    if claim["status"] is None:
        raise TooMany("Idempotency-Key: the first request is still being answered", 1)
    if claim["body"] is None:
        raise Invalid(
            f"Idempotency-Key: this was done at {claim['begun_at']:%Y-%m-%dT%H:%M:%SZ}; the answer "
            "told a secret, once, which is not kept: if it was lost, delete what was made and ask "
            "again with another key"
        )
    return Answer(int(claim["status"]), claim["body"], claim["mimetype"])
