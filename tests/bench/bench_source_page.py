"""The page of a source in the browser: when it is painted, how often it asks, what it weighs."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

LOADS = 12
POINTS = (60, 500, 1500, 5000)
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
ANSWERED = "performance.getEntriesByType('navigation')[0].responseEnd"
REDRAWN = """async (panel, size) => {
  const whole = panel.points;
  panel.points = Array.from({ length: size }, (_, at) => {
    const point = whole[at % whole.length];
    return { ...point, id: at, mjd: point.mjd + at / 97 };
  });
  const times = [];
  for (let round = 0; round < 6; round += 1) {
    const began = performance.now();
    panel.update();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    times.push(performance.now() - began);
  }
  panel.points = whole;
  return times.sort((one, other) => one - other)[3];
}"""
"""How long a light curve of so many points takes to be on the screen anew, milliseconds."""


def bench() -> Iterator[dict[str, Any]]:
    """Yield one line for a first load, one for those that follow, one for redrawing."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, QUIET, Live

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "tests.browser.serve", folder]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **pipes) as server:
            try:
                live = Live(**json.loads(server.stdout.readline()))
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                yield from _measured(browser, live)
            finally:
                server.terminate()


def _measured(browser: Any, live: Any) -> Iterator[dict[str, Any]]:
    from tests.support.rich_source import RICH

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.new_page().goto(live.link("admin"))
    page, url = context.new_page(), f"{live.url}/source/{RICH}"
    yield {"bench": "source page, first load", **_first(page, url)}
    yield {"bench": "source page, again", **_again(page, url)}
    panel = page.locator("light-curve-panel")
    redrawn = {f"{n}_points_ms": round(panel.evaluate(REDRAWN, n), 1) for n in POINTS}
    yield {"bench": "light curve, redrawn", **redrawn}


def _first(page: Any, url: str) -> dict[str, Any]:
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it sets marks
    page.goto(url)
    page.wait_for_timeout(900)
    static = [each for each in answers if "/static/" in each.url]
    stream = [each for each in answers if "/live?" in each.url]
    return {
        "requests": len(answers) - len(static) - len(stream),
        "static_files": len(static),
        "js_bytes": sum(len(each.body()) for each in static if each.url.endswith(".js")),
        "css_bytes": sum(len(each.body()) for each in static if each.url.endswith(".css")),
        "html_bytes": len(answers[0].body()),
    }


def _again(page: Any, url: str) -> dict[str, Any]:
    painted, answered = [], []
    for _ in range(LOADS):
        page.goto(url)
        page.wait_for_timeout(300)
        painted.append(page.evaluate(PAINTED))
        answered.append(page.evaluate(ANSWERED))
    return {
        "loads": LOADS,
        "answered_ms": round(statistics.median(answered)),
        "first_paint_ms": round(statistics.median(painted)),
        "worst_first_paint_ms": round(max(painted)),
        "goal_ms": 500,
    }
