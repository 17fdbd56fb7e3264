import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, sync_playwright

from tests.plugins.must_run import require

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Live:
    """A marshal that runs, and what its pages did in the browser."""

    url: str
    credentials: dict[str, list[str]]

    def link(self, username: str) -> str:
        """Return a new sign-in link."""
        return f"{self.url}/signin?credential={self.credentials[username].pop()}"


@dataclass
class Watched:
    """A page, with all that it asked for and complained of."""

    page: Page
    responses: list[Response]
    complaints: list[str]
    asked: list[str]
    """URLs of every request, whether or not it was answered."""


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    require("chromium", CHROMIUM.exists(), f"{CHROMIUM} is not installed")
    folder = tmp_path_factory.mktemp("marshal")
    command = [sys.executable, "-m", "tests.browser.serve", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            yield Live(**json.loads(server.stdout.readline()))
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser(live):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(browser, live):
    """Return the cookies of a user who signed in once for all tests."""
    kept = {}

    def cookies(username):
        if username not in kept:
            context = browser.new_context()
            context.new_page().goto(live.link(username))
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return cookies


@pytest.fixture
def open_page(browser, live, signed_in) -> Callable[..., Watched]:
    """Open a page as a user, in a window of its own: ``open_page("brita", "/")``.

    Nobody is signed in where the user is None. What a page complains of is for the test to look at.
    """
    contexts = []

    def go(username, path="/", **options) -> Watched:
        size = {"width": 1440, "height": 900}
        state = None if username is None else signed_in(username)
        context = browser.new_context(**{"viewport": size, "storage_state": state, **options})
        contexts.append(context)
        watched = watch(context.new_page())
        watched.page.goto(live.url + path)
        watched.page.wait_for_load_state("networkidle")
        return watched

    yield go
    for context in contexts:
        context.close()


def watch(page: Page) -> Watched:
    """Note all that a page asks for and complains of from now on."""
    watched = Watched(page, [], [], [])
    page.on("request", lambda request: watched.asked.append(request.url))
    page.on("response", lambda response: watched.responses.append(response))  # noqa: PLW0108 - it sets marks on its handlers
    page.on("requestfailed", lambda request: watched.complaints.append(request.url))
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", lambda line: _note(watched, line))
    return watched


def _note(watched, line):
    if line.type in {"error", "warning"}:
        watched.complaints.append(line.text)
