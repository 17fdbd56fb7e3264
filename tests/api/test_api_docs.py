import os
import threading
from unittest.mock import patch

import pytest
from werkzeug.serving import make_server

from webapp.api.openapi import document
from webapp.pages.api_docs import example_of


@pytest.fixture
def server(app):
    """The app on a port of this machine, for requests that come over the wire."""
    made = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()


def test_page_shows_every_route_to_everybody(app, client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for path, methods in document(app)["paths"].items():
        for each in methods.values():
            assert f'id="{each["operationId"]}"' in text, path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/groups"),
        ("get", "/api/sources/{obj_id}"),
        ("post", "/api/{kind}/{row_id}/comments"),
    ],
)
def test_examples_run(app, world, server, method, path):
    world.candidate("ZTF26aaaaaaa", filter_id=1)
    described = document(app)
    example = example_of(
        method.upper(), path, described["paths"][path][method], described["components"]["schemas"]
    )
    surroundings = {"FRITZ_URL": server, "FRITZ_TOKEN": world.token("brita")}
    printed = []
    with patch.dict(os.environ, surroundings):
        exec(compile(example.python, path, "exec"), {"print": printed.append})  # noqa: S102 - the example is what is tested
    (said,) = printed
    assert str(said).startswith("{")
    assert example.curl.startswith(f"curl -X {method.upper()} ")
