"""The list of sources by keyboard, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.rich_source import RICH

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_rows_by_keyboard_and_a_view_that_is_kept(open_page, live):
    page = open_page("brita", "/sources?sortBy=id&sortOrder=asc").page
    page.keyboard.press("j")
    expect(page.locator("tr[data-card]").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("[data-open]").first.text_content()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/source/{first}")
    page.go_back()
    page.get_by_text("Choose and keep").click()
    page.get_by_label("z from").fill("0.01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-open]")).to_have_text([RICH])
    page.get_by_label("Keep what is shown as").fill("Nearby")
    page.get_by_role("button", name="Keep view").click()
    page.goto(f"{live.url}/sources")
    page.get_by_role("link", name="Nearby").click()
    expect(page.locator("[data-open]")).to_have_text([RICH])
    expect(page.locator(".spark path").first).to_be_visible()
    assert "minRedshift=0.01" in page.url
