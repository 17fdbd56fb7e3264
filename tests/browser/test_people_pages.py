"""Tokens, groups and access in a real browser: shown once, decided by keyboard, said in words."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import at_rest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SECRET = re.compile(r"fritz_[0-9a-f]{64}")


def test_a_token_is_shown_once_copied_and_gone_after_a_reload(open_page, live):
    watched = open_page("brita", "/tokens", permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_label("Comment", exact=True).check()
    page.keyboard.press("Enter")
    shown = page.locator("#secret")
    expect(shown).to_have_text(SECRET)
    expect(page.locator("#made-head")).to_be_focused()
    secret = shown.text_content()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-copied]")).to_have_text("✓ copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    headers = {"Authorization": f"token {secret}"}
    told = page.request.get(f"{live.url}/api/internal/profile", headers=headers)
    assert told.json()["data"]["permissions"] == ["Comment"]
    page.reload()
    expect(page.get_by_role("row", name=re.compile("nightly"))).to_contain_text("Comment")
    assert SECRET.search(page.content()) is None
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert secret not in kept
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="End the token nightly").click()
    expect(page.locator(".told")).to_contain_text("nothing accepts it any more")
    expect(page.locator("tbody")).to_contain_text("You have none")
    assert watched.complaints == []
    over = page.request.get(f"{live.url}/api/internal/profile", headers=headers)
    assert over.status == 401


def test_a_request_to_join_is_made_and_accepted_by_keyboard(open_page):
    asking = open_page("vera", "/groups?show=all&q=supernovae").page
    asking.get_by_role("button", name="Ask to join Bright Transient Survey").press("Enter")
    expect(asking.locator("tbody")).to_contain_text("waiting since")
    assert "q=supernovae" in asking.url
    watched = open_page("admin", "/groups/2")
    page = watched.page
    page.get_by_role("button", name="Accept vera").press("Enter")
    expect(page.locator(".told")).to_have_text("vera is a member.")
    expect(page.locator(".told")).to_be_focused()
    expect(page.locator("#requests-head")).to_have_count(0)
    asking.reload()
    expect(asking.locator("tbody")).to_contain_text("member")
    page.get_by_label("Add a member").fill("nur")
    expect(page.locator("datalist option").first).to_have_attribute("value", "nuria")
    page.get_by_label("Add a member").fill("nuria")
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.locator("form [data-fault]").filter(has_text="already")).to_be_visible()
    assert page.get_by_label("Add a member").input_value() == "nuria"
    at_rest(watched)
    assert [each for each in watched.complaints if "400" not in each] == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Change vera", exact=True).click()
    page.get_by_role("button", name="Remove vera").click()
    expect(page.locator(".told")).to_contain_text("no member any more")


def test_theme_that_is_chosen_on_the_profile_shows_at_once_and_stays(open_page):
    page = open_page("farid", "/profile").page
    page.locator("[data-theme-choice]").select_option("dome")
    expect(page.locator("html")).to_have_attribute("data-theme", "dome")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dome")
    page.locator("[data-theme-choice]").select_option("")
    assert page.locator("html").get_attribute("data-theme") is None


def test_ctrl_k_leads_to_pages_behind_the_bar(open_page, live):
    page = open_page("brita", "/").page
    page.keyboard.press("Control+k")
    page.keyboard.type("who sees")
    expect(page.get_by_role("option")).to_have_text([re.compile("Access: who sees what")])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/access")
    page.get_by_label("Object").fill("ZTF26aasource")
    page.get_by_label("Seen by", exact=False).fill("nuria")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-head")).to_contain_text("nuria sees ZTF26aasource")


def test_a_key_that_is_chosen_works_when_scanning_and_is_shown(open_page):
    page = open_page("nuria", "/profile").page
    page.get_by_label("reject", exact=True).fill("s")
    page.get_by_label("reject", exact=True).press("Enter")
    keys = page.locator("[data-scan-keys]")
    expect(keys.get_by_role("status")).to_contain_text("S would stand for two things")
    page.get_by_label("reject", exact=True).fill("d")
    keys.get_by_role("button", name="Keep").click()
    expect(keys.get_by_role("status")).to_have_text("kept")
    page.goto(page.url.replace("/profile", "/scan?since=all"))
    expect(page.locator("button[data-command=reject] kbd")).to_have_text("D")
    page.keyboard.press("?")
    expect(page.locator("[data-key-of=reject]")).to_have_text("D")
    page.keyboard.press("Escape")
    page.goto(page.url.partition("/scan")[0] + "/profile")
    page.get_by_role("button", name="All as usual").click()
    expect(keys.get_by_role("status")).to_have_text("kept")
