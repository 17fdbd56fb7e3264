"""Writing a filter: completed, checked at its place, tried on the night, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_filter_is_completed_checked_tried_and_explained(open_page):
    watched = open_page("brita", "/filters/1")
    page = watched.page
    area = page.locator("#pipeline")
    expect(page.locator(".said")).to_have_text("✓ no findings")
    area.fill('[\n  {"$match": {"candidate.magpfs": {"$lt": 19}}}\n]')
    expect(page.locator(".gutter .error")).to_have_text("2")
    page.get_by_role("button", name="Use candidate.magpsf").click()
    expect(page.locator(".said")).to_have_text("✓ no findings")
    area.press("Control+End")
    area.press("ArrowLeft")
    area.press("Backspace")
    area.type(',\n{"$proj')
    expect(page.get_by_role("option", name="$project stage")).to_have_attribute(
        "aria-selected", "true"
    )
    area.press("Enter")
    area.type('": {"annotations.mag": "$candidate.magps')
    expect(page.get_by_role("option").first).to_contain_text("$candidate.magpsf")
    area.press("Tab")
    area.type('"}}')
    expect(page.locator(".said")).to_have_text("✓ no findings")
    area.press("Control+Enter")
    expect(page.locator("#trial h2")).to_contain_text("30 of 30 alerts pass, 100.00 %")
    expect(page.locator(".waterfall tbody tr")).to_have_count(3)
    expect(page.locator(".passed-card").first).to_contain_text("17.9")
    image = page.locator(".passed-card img").first
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("naturalWidth", 195)
    page.fill("[name=what]", "ZTF26aaakqzp")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#explained")).to_contain_text("ZTF26aaakqzp passes")
    assert watched.complaints == []


def test_what_is_refused_is_said_and_cuts_need_no_pipeline(open_page):
    page = open_page("admin", "/filters").page
    page.fill("[name=name]", "Cuts alone")
    page.get_by_role("button", name="Choose cuts").click()
    expect(page.locator("#pipeline")).to_have_count(0)
    page.get_by_role("button", name="Try on past nights").click()
    expect(page.locator("#draft [data-fault]")).to_contain_text("at least one cut")
    page.get_by_label("Brighter than", exact=False).first.fill("17.95")
    page.get_by_role("button", name="Try on past nights").click()
    expect(page.locator("#trial h2")).to_contain_text("alerts pass")
    expect(page.locator("#draft [data-fault]")).to_be_empty()
