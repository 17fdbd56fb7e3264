"""Pictures of the marshal for the documents, from a demo that it runs: ``make screenshots``.

``python -m tests.browser.screenshots [FOLDER]`` writes scan-dark.png, source-dark.png and
home-dark.png, the same in light, scan-grid.png and scan-phone.png; of the desk pages filters.png,
filter.png, sources.png, archive.png, sql.png and labelling.png; of people group.png, users.png,
access.png and profile.png.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urljoin

from playwright.sync_api import Browser, Page, sync_playwright

from emulators.survey import simulate
from fritz.cli.platforms import marshal_on, opened, sign_in_link
from fritz.cli.replay import run_packets
from tests.browser.conftest import CHROMIUM, QUIET

GROUP = 2
"""The demo's group of bright transients."""
SIZE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
THROUGH = ("s", "x", " ", "j")
"""What is done on the scan page before its picture is taken."""
SETTLED_MS = 2500
"""Until a page shows all that it asks for; the stream of changes stays open."""
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def take(browser: Browser, link: str, folder: Path) -> None:
    """Take every picture with one sign-in."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.goto(link)
    home = page.url
    scanned = urljoin(home, f"/scan?groupIDs={GROUP}")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.goto(scanned)
        page.wait_for_selector("light-curve canvas")
        for key in THROUGH:
            page.keyboard.press(key)
            page.wait_for_timeout(400)
        page.wait_for_timeout(2 * SETTLED_MS)  # until what was said of the last decision has gone
        page.screenshot(path=folder / f"scan-{theme}.png")
        shown = page.locator("[data-name]").text_content()
        page.goto(urljoin(home, f"/source/{shown}"))
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=folder / f"source-{theme}.png")
        page.goto(home)
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=folder / f"home-{theme}.png")
    take_desk(page, home, folder, shown)
    page.goto(scanned)
    page.wait_for_selector("light-curve canvas")
    page.keyboard.press("g")
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=folder / "scan-grid.png")
    page.keyboard.press("g")
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=folder / "scan-phone.png")


def take_desk(page: Page, home: str, folder: Path, shown: str) -> None:
    """Take the pictures of the pages on which people work with text and tables."""
    sql = "SELECT objectId, candidate.jd, candidate.magpsf FROM alerts WHERE night > 0"
    for name, path, press in (
        ("filters", "/filters", None),
        ("filter", "/filters/1", "[data-try]"),
        ("sources", "/sources", None),
        ("archive", f"/archive?q={shown}", None),
        ("sql", f"/archive/sql?sql={quote(sql)}", "[data-run]"),
        ("labelling", "/labelling", None),
        ("group", "/groups/2", None),
        ("users", "/users", None),
        ("access", f"/access?obj_id={shown}&username=nuria", None),
        ("profile", "/profile", None),
    ):
        page.goto(urljoin(home, path))
        if press is not None:
            page.click(press)
        page.wait_for_timeout(2 * SETTLED_MS)
        page.screenshot(path=folder / f"{name}.png")


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
