"""Sign-in by redirects against Firebase's REST interface, as the fake speaks it."""

import firebase_admin
import pytest

from fritz.adapters.cloud.firebase import FirebaseIdentity
from fritz.adapters.cloud.firebase_sign_in import FirebaseSignIn
from fritz.errors import Invalid, Transient, Unauthorized
from tests.support.fake_auth import FakeAuth, sign_in

PROJECT = "demo-sign-in"
HERE = "https://fritz.example/signin/finish"


@pytest.fixture
def service(monkeypatch):
    fake = FakeAuth()
    with fake.serving() as host:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", host)
        sign_in(host, PROJECT, "vera", "vera@example.org", "Vera Rubin")
        fake.host = host
        yield fake


@pytest.fixture
def way(service):
    url = f"http://{service.host}/identitytoolkit.googleapis.com/v1"
    return FirebaseSignIn("web-key", ["google.com", " oidc.orcid"], url)


def test_browser_goes_to_the_provider_and_its_return_starts_a_session(service, way):
    assert way.providers() == {"google.com": "Google", "oidc.orcid": "ORCID"}
    there = way.begin("google.com", HERE)
    assert there.url.startswith("https://google.com/auth?")
    credential = way.finish(there.state, f"{HERE}?code=xyz&state={there.state}")
    app = firebase_admin.initialize_app(options={"projectId": PROJECT}, name="sign-in")
    identity = FirebaseIdentity(PROJECT, app)
    account = identity.account(identity.start_session(credential, 86_400))
    firebase_admin.delete_app(app)
    assert (account.uid, account.email) == ("vera", "vera@example.org")


def test_return_to_another_session_is_refused(way):
    first, second = way.begin("google.com", HERE), way.begin("google.com", HERE)
    with pytest.raises(Unauthorized, match="INVALID_IDP_RESPONSE"):
        way.finish(first.state, f"{HERE}?code=xyz&state={second.state}")


def test_address_of_another_provider_is_told(service, way):
    service.confirm = True
    there = way.begin("oidc.orcid", HERE)
    with pytest.raises(Unauthorized, match="signs in with Google here"):
        way.finish(there.state, f"{HERE}?code=xyz&state={there.state}")


def test_only_configured_providers_are_gone_to(way):
    with pytest.raises(Invalid, match="twitter"):
        way.begin("twitter.com", HERE)


def test_failures_of_firebase_may_be_tried_again_and_do_not_show_the_key(service, way):
    service.down = True
    with pytest.raises(Transient, match="HTTP 502"):
        way.begin("google.com", HERE)
    nowhere = FirebaseSignIn("web-key", ["google.com"], "http://127.0.0.1:9")
    with pytest.raises(Transient) as failure:
        nowhere.begin("google.com", HERE)
    assert "web-key" not in str(failure.value)
