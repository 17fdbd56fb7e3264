import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Response, expect, sync_playwright

from tests.plugins.must_run import require

CHROMIUM = Path("/usr/bin/chromium")
QUIET_MS, STEP_MS = 300, 100
PATIENCE_MS = 30_000
"""What is expected of a page may take so long; how fast it is, benchmarks tell."""
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


expect.set_options(timeout=PATIENCE_MS)


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
    pending: set[Request]
    """Requests that are not answered yet, without streams."""


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

    Nobody is signed in where the user is None; `init` is a script that runs before those of the
    page. What a page complains of is for the test to look at.
    """
    contexts = []

    def go(username, path="/", init="", **options) -> Watched:
        size = {"width": 1440, "height": 900}
        state = None if username is None else signed_in(username)
        context = browser.new_context(
            **{"viewport": size, "storage_state": state, "base_url": live.url, **options}
        )
        contexts.append(context)
        if init:
            context.add_init_script(init)
        watched = watch(context.new_page())
        watched.page.goto(live.url + path)
        at_rest(watched)
        return watched

    yield go
    for context in contexts:
        context.close()


def at_rest(watched: Watched) -> None:
    """Wait until nothing is asked for in a while; a stream of changes may stay open."""
    quiet = QUIET_MS
    while quiet > 0:
        watched.page.wait_for_timeout(STEP_MS)
        quiet = QUIET_MS if watched.pending else quiet - STEP_MS


def watch(page: Page) -> Watched:
    """Note all that a page asks for and complains of from now on."""
    watched = Watched(page, [], [], [], set())
    page.on("request", lambda request: _begun(watched, request))
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: watched.pending.discard(request))  # noqa: PLW0108 - as below
    page.on("response", lambda response: watched.responses.append(response))  # noqa: PLW0108 - it sets marks on its handlers
    page.on("requestfailed", lambda request: _failed(watched, request))
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", lambda line: _note(watched, line))
    return watched


def _failed(watched, request):
    if request.resource_type != "eventsource":  # a page that is left ends its stream
        watched.complaints.append(request.url)


def _begun(watched, request):
    watched.asked.append(request.url)
    if request.resource_type != "eventsource":
        watched.pending.add(request)


def _note(watched, line):
    if line.type in {"error", "warning"}:
        watched.complaints.append(line.text)
