from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.marshal_world import make_world
from tests.support.openapi_answers import hold_answers_to_description
from webapp.app import create_app
from webapp.platform import bind
from webapp.settings import WebSettings

SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path)
    yield made
    made.documents.close()


@pytest.fixture
def app_of():
    """Make the app on a world that the test has changed."""

    def make(world, settings=SETTINGS):
        made = create_app(world, settings)
        hold_answers_to_description(made)
        return made

    return make


@pytest.fixture
def app(world, app_of, request):
    """The app on the test's world: one of its own where the test itself asks for it."""
    if "app" in signature(request.function).parameters:
        return app_of(world)
    made = _shared(app_of)
    bind(made, world, SETTINGS.rate)
    return made


_APPS = []


def _shared(app_of):
    """Return the app that most tests share: its routes take longer to make than they to run."""
    if not _APPS:
        with TemporaryDirectory() as folder:
            _APPS.append(app_of(make_world(Path(folder))))
    return _APPS[0]


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def browse(client, world):
    """Sign in as a user and return the client."""

    def go(username):
        client.get("/signin", query_string={"credential": world.credential(username)})
        return client

    return go


@pytest.fixture
def get(client, world):
    """GET as a user by token: ``get("brita", "/api/candidates")``."""

    def ask(username, path, **query):
        token = world.token(username)
        return client.get(
            path, query_string=query or None, headers={"Authorization": f"token {token}"}
        )

    return ask
