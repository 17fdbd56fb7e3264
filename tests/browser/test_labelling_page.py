"""Labelling by keyboard, in a real browser: answers go behind the scenes, again if lost."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_labels_by_keyboard_survive_a_lost_network_and_can_be_changed(open_page, live):
    watched = open_page("nuria", "/labelling")
    page = watched.page
    shown = page.locator("[data-shown]")
    first = shown.get_attribute("data-shown")
    expect(page.locator("light-curve canvas")).to_be_visible()
    page.keyboard.press("1")
    expect(shown).not_to_have_attribute("data-shown", first)
    expect(page.locator("#progress")).to_contain_text(re.compile(r"real\s*1"))
    assert watched.complaints == []
    page.context.set_offline(True)
    page.keyboard.press("2")
    expect(page.locator("[data-trouble]")).to_contain_text("sent later")
    page.context.set_offline(False)
    expect(page.locator("[data-trouble]")).to_be_empty()
    expect(page.locator("#progress")).to_contain_text(re.compile(r"bogus\s*1"))
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(shown).to_have_attribute("data-shown", first)
    expect(page.locator("[data-label=real]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("3")
    expect(page.locator("#progress")).to_contain_text(re.compile(r"unsure\s*1"))
    answer = page.request.get(f"{live.url}/api/labelling/progress").json()["data"]
    assert answer["said"] == {"bogus": 1, "unsure": 1}
