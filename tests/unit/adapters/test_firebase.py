"""FirebaseIdentity beyond its contract: freshness, expiry, the cache, failures."""

import time

import firebase_admin
import pytest

from fritz.adapters.cloud.firebase import CACHE_S, FRESH_S, FirebaseIdentity
from fritz.errors import Invalid, NotFound, Transient, Unauthorized
from tests.support.fake_auth import FakeAuth, sign_in, unsigned

PROJECT = "demo-firebase"
DAY_S = 86_400


class Clock:
    def __init__(self):
        self.ahead_s = 0.0

    def __call__(self):
        return time.time() + self.ahead_s


@pytest.fixture
def service(monkeypatch):
    fake = FakeAuth()
    with fake.serving() as host:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", host)
        fake.host = host
        yield fake


@pytest.fixture
def app():
    """Return a Firebase app of its own: each keeps the address that it first used."""
    made = firebase_admin.initialize_app(options={"projectId": PROJECT}, name=f"test-{time.time()}")
    yield made
    firebase_admin.delete_app(made)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def identity(service, app, clock):
    return FirebaseIdentity(PROJECT, app, clock)


@pytest.fixture
def credential(service):
    return sign_in(service.host, PROJECT, "vera", "vera@example.org", "Vera Rubin")


def test_old_sign_in_starts_no_session(identity, credential, clock):
    clock.ahead_s = FRESH_S + 5
    with pytest.raises(Unauthorized, match="sign in again"):
        identity.start_session(credential, DAY_S)


def test_credential_of_another_project_starts_no_session(service, identity):
    foreign = sign_in(service.host, "demo-other", "eve", "eve@example.org", "Eve")
    with pytest.raises(Unauthorized, match="audience"):
        identity.start_session(foreign, DAY_S)


@pytest.mark.parametrize("valid_s", [299, 14 * DAY_S + 1, 0, -1])
def test_session_lasts_from_five_minutes_to_two_weeks(identity, credential, valid_s):
    with pytest.raises(Invalid):
        identity.start_session(credential, valid_s)


def test_cookie_expires_even_where_an_emulator_checks_nothing(identity, credential, clock):
    cookie = identity.start_session(credential, 300)
    assert identity.account(cookie).uid == "vera"
    clock.ahead_s = 301
    with pytest.raises(Unauthorized, match="expired"):
        identity.account(cookie)


def test_firebase_is_asked_once_a_minute(identity, service, credential, clock):
    cookie = identity.start_session(credential, DAY_S)
    for _ in range(5):
        identity.account(cookie)
    assert service.lookups == 1
    clock.ahead_s = CACHE_S + 1
    identity.account(cookie)
    assert service.lookups == 2


def test_revocation_elsewhere_is_seen_within_a_minute(identity, service, app, credential, clock):
    cookie = identity.start_session(credential, DAY_S)
    identity.account(cookie)
    FirebaseIdentity(PROJECT, app).end_sessions("vera")
    clock.ahead_s = CACHE_S + 1
    with pytest.raises(Unauthorized, match="revoked"):
        identity.account(cookie)


def test_disabled_account_is_nobody(identity, service, credential, clock):
    cookie = identity.start_session(credential, DAY_S)
    service.users["vera"]["disabled"] = True
    with pytest.raises(Unauthorized, match="disabled"):
        identity.account(cookie)


def test_revoking_an_unknown_account_is_not_found(identity):
    with pytest.raises(NotFound):
        identity.end_sessions("nobody")


def test_service_that_is_down_is_transient(identity, service, credential):
    cookie = identity.start_session(credential, DAY_S)
    service.down = True
    for call in (
        lambda: identity.account(cookie),
        lambda: identity.start_session(credential, DAY_S),
        lambda: identity.end_sessions("vera"),
    ):
        with pytest.raises(Transient):
            call()


def test_unsigned_token_is_refused_where_no_emulator_is_named(monkeypatch, app):
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    now = int(time.time())
    claims = {"aud": PROJECT, "sub": "eve", "iat": now, "exp": now + 60, "auth_time": now}
    claims["iss"] = f"https://securetoken.google.com/{PROJECT}"
    monkeypatch.setattr(app.credential, "get_credential", lambda: None)
    with pytest.raises(Unauthorized, match="kid"):
        FirebaseIdentity(PROJECT, app).start_session(unsigned(claims), DAY_S)
