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


@pytest.fixture
def open_page(browser, live) -> Callable[..., Watched]:
    """Open a page as a user, in a window of its own: ``open_page("brita", "/")``."""
    contexts = []

    def go(username, path="/", **options) -> Watched:
        size = {"width": 1440, "height": 900}
        context = browser.new_context(**{"viewport": size, **options})
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, [], [])
        page.on("response", lambda response: watched.responses.append(response))  # noqa: PLW0108 - it sets marks on its handlers
        page.on("requestfailed", lambda request: watched.complaints.append(request.url))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on("console", lambda line: _note(watched, line))
        page.goto(live.link(username))
        if path != "/":
            page.goto(live.url + path)
        page.wait_for_load_state("networkidle")
        return watched

    yield go
    for context in contexts:
        context.close()


def _note(watched, line):
    if line.type in {"error", "warning"}:
        watched.complaints.append(line.text)
