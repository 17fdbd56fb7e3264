"""What only the local identity has: links, expiry by a clock, a secret."""

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.identity import LocalIdentity
from fritz.errors import Invalid, Unauthorized
from fritz.ports import Account, Query

VERA = Account("vera", "vera@example.org", True, "Vera Rubin", "local")


class Clock:
    """Seconds that pass when told to."""

    now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def documents(tmp_path):
    store = SqliteDocuments(tmp_path / "documents.sqlite")
    yield store
    store.close()


@pytest.fixture
def identity(documents, clock):
    return LocalIdentity(documents, b"secret", clock)


def test_the_account_is_the_one_the_link_was_made_for(identity):
    cookie = identity.start_session(identity.sign_in_link(VERA), 60)
    assert identity.account(cookie) == VERA


def test_a_link_starts_one_session(identity):
    credential = identity.sign_in_link(VERA)
    identity.start_session(credential, 60)
    with pytest.raises(Unauthorized):
        identity.start_session(credential, 60)


def test_a_link_expires(identity, clock):
    credential = identity.sign_in_link(VERA, valid_s=10)
    clock.now += 11
    with pytest.raises(Unauthorized):
        identity.start_session(credential, 60)


def test_a_link_is_long_and_kept_only_as_a_hash(identity, documents):
    credential = identity.sign_in_link(VERA)
    assert len(credential) >= 43
    [kept] = documents.query(Query("local_sign_in_links"))
    assert credential not in repr(kept)


def test_a_session_expires(identity, clock):
    cookie = identity.start_session(identity.sign_in_link(VERA), 60)
    clock.now += 59
    assert identity.account(cookie) == VERA
    clock.now += 1
    with pytest.raises(Unauthorized):
        identity.account(cookie)


def test_a_cookie_of_another_secret_is_refused(identity, documents, clock):
    forged = LocalIdentity(documents, b"other", clock)
    cookie = forged.start_session(forged.sign_in_link(VERA), 60)
    with pytest.raises(Unauthorized):
        identity.account(cookie)


def test_a_changed_cookie_is_refused(identity):
    cookie = identity.start_session(identity.sign_in_link(VERA), 60)
    for n in range(0, len(cookie) - 1, 7):
        changed = cookie[:n] + ("A" if cookie[n] != "A" else "B") + cookie[n + 1 :]
        with pytest.raises(Unauthorized):
            identity.account(changed)


def test_signing_in_again_after_revocation_works(identity):
    first = identity.start_session(identity.sign_in_link(VERA), 60)
    identity.end_sessions("vera")
    second = identity.start_session(identity.sign_in_link(VERA), 60)
    assert identity.account(second) == VERA
    with pytest.raises(Unauthorized):
        identity.account(first)


def test_revoking_an_unknown_account_does_nothing(identity, documents):
    identity.end_sessions("nobody")
    assert documents.get("local_accounts", "nobody") is None


def test_an_empty_secret_is_refused(documents):
    with pytest.raises(Invalid):
        LocalIdentity(documents, b"")
