"""What the scan page keeps after a thousand candidates, against what it keeps after a hundred."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

EARLY, LATE = 100, 1000


@contextmanager
def pages() -> Iterator[Callable[..., Any]]:
    """Yield what opens a page of a marshal of its own as the admin, as the browser tests do."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, QUIET, Live, watch

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "tests.browser.serve", folder]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **pipes) as server:
            try:
                live = Live(**json.loads(server.stdout.readline()))
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                first = browser.new_context()
                first.new_page().goto(live.link("admin"))
                state = first.storage_state()

                def open_page(_: str, path: str, init: str = "", **options: Any) -> Any:
                    context = browser.new_context(storage_state=state, base_url=live.url, **options)
                    context.add_init_script(init)
                    watched = watch(context.new_page())
                    watched.page.goto(live.url + path)
                    return watched

                yield open_page
            finally:
                server.terminate()


def bench() -> Iterator[dict[str, Any]]:
    """Yield one line: heap, nodes and canvases at both places, and the time for each candidate."""
    from tests.browser.test_scan_memory import gone_through, open_long_night

    with pages() as open_page:
        watched = open_long_night(open_page, LATE)
        began = time.perf_counter()
        early, late = gone_through(watched.page, EARLY, LATE)
        each = (time.perf_counter() - began) / LATE
        yield {"after": EARLY, **early, "then_after": LATE, **_then(late, each)}


def _then(late: dict[str, Any], each_s: float) -> dict[str, Any]:
    return {f"then_{name}": value for name, value in late.items()} | {
        "each_ms": round(1000 * each_s, 1)
    }
