"""Pictures of the marshal for the documents, from a demo that it runs: ``make screenshots``.

``python -m tests.browser.screenshots [FOLDER]`` writes candidates-dark.png, candidates-light.png,
candidate-dark.png and candidate-light.png.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

from playwright.sync_api import Browser, sync_playwright

from emulators.survey import simulate
from fritz.cli.platforms import marshal_on, opened, sign_in_link
from fritz.cli.replay import run_packets
from tests.browser.conftest import CHROMIUM, QUIET

GROUP = 2
"""The demo's group of bright transients."""
SIZE = {"width": 1440, "height": 900}
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def take(browser: Browser, link: str, folder: Path) -> None:
    """Take every picture with one sign-in."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.goto(link)
    listed = f"{page.url}?group={GROUP}"
    page.goto(listed)
    page.wait_for_selector("[data-card]")
    first = page.locator("[data-card] h2 a").first.get_attribute("href")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.goto(listed)
        page.wait_for_load_state("networkidle")
        page.keyboard.press("j")
        page.screenshot(path=folder / f"candidates-{theme}.png")
        page.goto(urljoin(listed, first))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"candidate-{theme}.png")


def main(folder: Path = IMAGES, port: int = 5099) -> None:
    """Run a simulated night through a platform of our own and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, marshal_on(Path(data), port, 0) as (supervisor, record):
        with opened(Path(data)) as platform:
            run_packets(platform, (each.data for each in simulate(2000, 1)), 2000, supervisor)
            link = sign_in_link(platform, record.base_url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            take(browser, link, folder)
            browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
