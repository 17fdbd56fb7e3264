"""Picture of the page that compares a candidate with its base: part of ``make screenshots``.

``python -m tests.browser.report_picture [FOLDER]`` goes the way of tests/cli/test_labelling_loop.py
on simulated alerts and writes comparison.png; it needs what `make train` installs.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, QUIET
from tests.browser.screenshots import IMAGES
from tests.cli.test_labelling_loop import begun, label_a_night, learnt

SIZE = {"width": 1100, "height": 1700}


def main(folder: Path = IMAGES) -> None:
    """Train a candidate from labels and take the picture of its page."""
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        survey = begun(Path(scratch) / "data")
        label_a_night(survey)
        page_file = Path(scratch) / "candidate.html"
        learnt(survey, page_file)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport=SIZE)
        page.goto(page_file.as_uri())
        page.screenshot(path=folder / "comparison.png")
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
