"""Accounts of one machine, for the demonstration: sign-in links in place of a provider."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from itsdangerous import BadSignature, URLSafeSerializer
from typing_extensions import override

from fritz.errors import Invalid, Unauthorized
from fritz.ports import (
    Account,
    Delete,
    DocumentStore,
    Fields,
    Identity,
    Increment,
    Merge,
    Put,
    Transaction,
)

__all__ = ["LocalIdentity"]

_ACCOUNTS = "local_accounts"
_LINKS = "local_sign_in_links"
_PROVIDER = "local"
_LINK_BYTES = 32


class LocalIdentity(Identity):
    """An identity provider on documents.

    Whoever runs the platform makes a credential with `sign_in_link` and hands it over; it starts
    one session. Sessions are signed cookies that name the account's generation: revoking them
    starts a new one.

    Parameters
    ----------
    documents : where accounts, and hashes of credentials, are kept
    secret : signs the cookies
    clock : seconds since 1970
    """

    def __init__(
        self, documents: DocumentStore, secret: bytes, clock: Callable[[], float] = time.time
    ) -> None:
        if not secret:
            raise Invalid("cookies need a secret")
        self._documents = documents
        self._cookies = URLSafeSerializer(
            secret, salt="fritz session", signer_kwargs={"digest_method": sha256}
        )
        self._clock = clock

    def sign_in_link(self, account: Account, valid_s: float = 600.0) -> str:
        """Keep the account and return a credential for one sign-in to it, good for `valid_s`."""
        credential = secrets.token_urlsafe(_LINK_BYTES)
        until = datetime.fromtimestamp(self._clock(), UTC) + timedelta(seconds=valid_s)
        fields = {
            "email": account.email,
            "email_verified": account.email_verified,
            "name": account.name,
            "generation": Increment(0),
        }
        link = {"uid": account.uid, "until": until}
        self._documents.commit(
            [Merge(_ACCOUNTS, account.uid, fields), Put(_LINKS, _hash(credential), link)]
        )
        return credential

    @override
    def start_session(self, credential: str, valid_s: int) -> str:
        uid = self._documents.transact(lambda transaction: self._spend(transaction, credential))
        if uid is None:
            raise Unauthorized("this sign-in link is unknown, used or too old")
        session = {
            "uid": uid,
            "generation": self._fields(uid)["generation"],
            "until": self._clock() + valid_s,
        }
        return _text(self._cookies.dumps(session))

    @override
    def account(self, cookie: str) -> Account:
        try:
            session = self._cookies.loads(cookie)
        except BadSignature as e:
            raise Unauthorized("the session cookie is not ours") from e
        fields = self._fields(session["uid"])
        if self._clock() >= session["until"] or fields["generation"] != session["generation"]:
            raise Unauthorized("the session has ended")
        return Account(
            uid=session["uid"],
            email=fields["email"],
            email_verified=fields["email_verified"],
            name=fields["name"],
            provider=_PROVIDER,
        )

    @override
    def end_sessions(self, uid: str) -> None:
        if self._documents.get(_ACCOUNTS, uid) is not None:
            self._documents.commit([Merge(_ACCOUNTS, uid, {"generation": Increment(1)})])

    def _spend(self, transaction: Transaction, credential: str) -> str | None:
        """Remove the credential; return whose it was if it was still good."""
        key = _hash(credential)
        link = transaction.get(_LINKS, key)
        if link is None:
            return None
        transaction.write(Delete(_LINKS, key))
        good = link.data["until"].timestamp() > self._clock()
        return str(link.data["uid"]) if good else None

    def _fields(self, uid: str) -> Fields:
        document = self._documents.get(_ACCOUNTS, uid)
        if document is None:
            raise Unauthorized(f"no account {uid}")
        return document.data


def _hash(credential: str) -> str:
    return sha256(credential.encode()).hexdigest()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()
