"""The contract of `fritz.ports.Identity`."""

import pytest

from fritz.errors import Unauthorized
from tests.contract.subjects import fresh

DAY_S = 86_400


def sign_in(identity, uid=None, email="", name="Vera Rubin"):
    """Return the uid and the cookie of a fresh session."""
    uid = uid or fresh("user")
    credential = identity.sign_in(uid, email or f"{uid}@example.org", name)
    return uid, identity.identity.start_session(credential, DAY_S)


def test_a_session_stands_for_who_signed_in(identity):
    uid, cookie = sign_in(identity)
    account = identity.identity.account(cookie)
    assert (account.uid, account.email, account.name) == (uid, f"{uid}@example.org", "Vera Rubin")
    assert account.provider


def test_sessions_do_not_mix(identity):
    first, second = sign_in(identity), sign_in(identity)
    assert identity.identity.account(first[1]).uid == first[0]
    assert identity.identity.account(second[1]).uid == second[0]


def test_an_account_may_have_several_sessions(identity):
    uid, cookie = sign_in(identity)
    _, other = sign_in(identity, uid)
    assert {identity.identity.account(each).uid for each in (cookie, other)} == {uid}


@pytest.mark.parametrize("credential", ["", "nonsense", "a.b.c", "x" * 5000])
def test_a_bad_credential_starts_no_session(identity, credential):
    with pytest.raises(Unauthorized):
        identity.identity.start_session(credential, DAY_S)


@pytest.mark.parametrize("cookie", ["", "nonsense", "a.b.c", "\x00", "ü.ö"])
def test_a_bad_cookie_stands_for_nobody(identity, cookie):
    with pytest.raises(Unauthorized):
        identity.identity.account(cookie)


def test_revoked_sessions_end(identity):
    uid, cookie = sign_in(identity)
    _, other = sign_in(identity, uid)
    bystander, untouched = sign_in(identity)
    identity.identity.end_sessions(uid)
    for revoked in (cookie, other):
        with pytest.raises(Unauthorized):
            identity.identity.account(revoked)
    assert identity.identity.account(untouched).uid == bystander
