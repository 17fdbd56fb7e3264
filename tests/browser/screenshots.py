"""Pictures of the marshal for the documents, from a running demo.

``python -m tests.browser.screenshots SIGN_IN_LINK [FOLDER]`` writes candidates-dark.png,
candidates-light.png, candidate-dark.png and candidate-light.png.
"""

import sys
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, sync_playwright

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


def main(link: str, folder: Path = IMAGES) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        take(browser, link, folder)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
