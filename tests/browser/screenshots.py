"""Pictures of the marshal for the documents, from a demo that it runs: ``make screenshots``.

``python -m tests.browser.screenshots [FOLDER]`` writes scan-dark.png, source-dark.png and
home-dark.png, the same in light, scan-grid.png and scan-phone.png, a picture of each page in
`DESK`, and asteroid.png. Each has a palette, so that a checkout stays small.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urljoin

from PIL import Image  # comes with matplotlib
from playwright.sync_api import Browser, Page, sync_playwright

from emulators.survey import simulate
from fritz.cli.platforms import marshal_on, opened, sign_in_link
from fritz.cli.replay import run_packets
from tests.browser.conftest import CHROMIUM, QUIET
from tests.support.asteroid import BODY, asteroid_rows
from tests.support.rich_source import HIERARCHY

GROUP = 2
"""The demo's group of bright transients."""
SIZE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
THROUGH = ("s", "x", " ", "j")
"""What is done on the scan page before its picture is taken."""
SETTLED_MS = 2500
"""Until a page shows all that it asks for; the stream of changes stays open."""
IMAGES = Path(__file__).parents[2] / "docs" / "images"
COLOURS = (256, 128, 64, 32)
LARGEST_BYTES = 250_000
SQL = "SELECT objectId, candidate.jd, candidate.magpsf FROM alerts WHERE night > 0"
DESK = {
    "filters": "/filters",
    "filter": "/filters/1",
    "sources": "/sources",
    "archive": "/archive?q={shown}",
    "sql": f"/archive/sql?sql={quote(SQL)}",
    "solar-system": "/solar-system",
    "labelling": "/labelling",
    "models": "/models",
    "status": "/status",
    "groups": "/groups?show=all",
    "group": f"/groups/{GROUP}",
    "streams": "/streams",
    "taxonomies": "/taxonomies",
    "tokens": "/tokens",
    "scan-report": "/scan/reports/1",
    "public-source": "/public/source/{shown}",
    "users": "/users",
    "access": "/access?obj_id={shown}&username=nuria",
    "profile": "/profile",
    "api": "/api/docs",
}
"""The pages on which people work with text and tables."""
PRESSED = {"filter": ("[data-try]", "#trial .waterfall"), "sql": ("[data-run]", "#result canvas")}
"""What is pressed on some, and what then comes, of which the picture is."""
COUNTED = "() => !/Counting…|reading …|counting …/.test(document.body.innerText)"
"""Whether parts that come later have come."""
PATIENCE_MS = 60_000


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
        settle(page)
        page.screenshot(path=folder / f"home-{theme}.png")
    fill(page, home, shown)
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


def fill(page: Page, home: str, shown: str) -> None:
    """Make what some pages are about: a tree of classes, a token, a report, a public page."""
    csrf = {"X-CSRFToken": page.get_attribute("meta[name=csrf-token]", "content") or ""}
    hours = {"passed_filters_window_hours": 24, "saved_candidates_window_hours": 24}
    for path, body in (
        ("taxonomy", {"name": "Transients", "version": "1.0", "hierarchy": HIERARCHY}),
        ("internal/tokens", {"name": "nightly script", "acls": ["Comment", "Classify"]}),
        ("candidates/scan_reports", {"group_ids": [GROUP], **hours}),
        (f"public_pages/source/{shown}", {"options": {"include_photometry": True}}),
    ):
        answer = page.request.post(urljoin(home, f"/api/{path}"), data=body, headers=csrf)
        if not answer.ok:
            raise SystemExit(f"{path}: {answer.text()}")


def take_desk(page: Page, home: str, folder: Path, shown: str) -> None:
    """Take the pictures of the pages on which people work with text and tables."""
    page.emulate_media(color_scheme="dark")
    for name, path in DESK.items():
        page.goto(urljoin(home, path.format(shown=shown)))
        if name in PRESSED:
            press, comes = PRESSED[name]
            page.click(press)
            page.wait_for_selector(comes, timeout=PATIENCE_MS).scroll_into_view_if_needed()
        settle(page)
        page.screenshot(path=folder / f"{name}.png")


def settle(page: Page) -> None:
    """Wait until a page shows all that it asks for."""
    page.wait_for_timeout(SETTLED_MS)
    page.wait_for_function(COUNTED, timeout=PATIENCE_MS)


def take_asteroid(browser: Browser, link: str, folder: Path) -> None:
    """Take the picture of an asteroid over some nights."""
    page = browser.new_context(viewport=SIZE, color_scheme="dark").new_page()
    page.goto(link)
    page.goto(urljoin(page.url, f"/solar-system/{BODY}?last=2026-11-23"))
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=folder / "asteroid.png")


def reduced(folder: Path) -> None:
    """Give the pictures of a folder a palette, of fewer colours where they are large."""
    for path in folder.glob("*.png"):
        image = Image.open(path).convert("RGB")
        for colours in COLOURS:
            image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size <= LARGEST_BYTES:
                break


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
            with opened(Path(data)) as platform:
                platform.warehouse.append("alerts", asteroid_rows())
                link = sign_in_link(platform, record.base_url)
            take_asteroid(browser, link, folder)
            browser.close()
    reduced(folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
