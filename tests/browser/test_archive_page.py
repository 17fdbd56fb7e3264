"""Searching the archive, SQL with its price, and the palette, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.support.rich_source import RICH

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_sql_is_priced_while_written_and_its_result_drawn(open_page):
    watched = open_page("brita", "/archive/sql")
    page = watched.page
    expect(page.locator("#price")).to_contain_text("Would read")
    page.fill("#sql", "SELECT objectId,  FROM alerts WHERE night > 0")
    page.evaluate("document.getElementById('sql').setSelectionRange(17, 17)")
    page.get_by_text("alerts", exact=True).first.click()
    page.get_by_text("candidate", exact=True).first.click()
    page.get_by_role("button", name="magpsf", exact=True).first.click()
    expect(page.locator("#sql")).to_have_value(
        "SELECT objectId, candidate.magpsf FROM alerts WHERE night > 0"
    )
    page.fill("#sql", "SELECT objectId, candidate.jd, candidate.magpsf FROM alerts WHERE night > 0")
    page.press("#sql", "Control+Enter")
    expect(page.locator("#result h2")).to_contain_text("rows")
    drawn = page.locator("result-plot .result-plot")
    expect(drawn).to_have_attribute(
        "aria-label", "magpsf against jd, 30 points; the table has the values"
    )
    expect(drawn.locator("canvas")).to_be_visible()
    page.fill("#sql", "SELECT nothing FROM nowhere")
    page.press("#sql", "Control+Enter")
    expect(page.locator("#statement [data-fault]")).to_contain_text("nowhere")
    assert [each for each in watched.complaints if "400" not in each] == []


def test_palette_leads_from_any_page_to_an_object_and_to_a_place(open_page, live):
    page = open_page("brita", "/filters").page
    page.keyboard.press("Control+k")
    page.keyboard.type("2026abc")
    expect(page.locator(".palette li").first).to_contain_text(f"{RICH} (SN 2026abc)")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/source/{RICH}")
    page.keyboard.press("Control+k")
    page.keyboard.type("10:04:00 +20:08:34.3")
    expect(page.locator(".palette li").first).to_contain_text("Archive around 151.0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/archive?q=151.0*")
    expect(page.locator("[aria-label=Alerts] tbody tr")).to_have_count(1)
    assert page.locator(".fault").count() == 0
