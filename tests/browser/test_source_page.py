"""A source at a glance, in a real browser."""

import csv
import io

import pytest
from playwright.sync_api import expect

from tests.support.rich_source import PERIOD, PULSING, RICH, SECRET

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PANEL = "light-curve-panel"
DRAWN = "(panel) => panel.drawn.map((each) => [each.x, each.y, each.low, each.point.filter])"
AT = """(panel, which) => {
  const found = panel.drawn.filter((each) => Boolean(each.point.candid) === which).at(-1);
  const { plot } = panel.plot;
  const box = plot.over.getBoundingClientRect();
  return [box.left + plot.valToPos(found.x, "x"), box.top + plot.valToPos(found.y, "y")];
}"""
"""Where on the screen the last point with an alert, or without one, is drawn."""
FIRST_PAINT = """() => new Promise((resolve) => {
  const told = (list) => list.getEntriesByName("first-contentful-paint").forEach((each) => {
    resolve(each.startTime);
  });
  new PerformanceObserver(told).observe({ type: "paint", buffered: true });
})"""


@pytest.fixture
def source(open_page):
    return open_page("brita", f"/source/{RICH}").page


def test_one_response_brings_what_is_above_the_fold(open_page, live):
    watched = open_page("brita", f"/source/{RICH}")
    page = watched.page
    elsewhere = (f"{live.url}/static/", f"{live.url}/live?")  # kept for a year; opened later
    asked = [each for each in watched.responses if not each.url.startswith(elsewhere)]
    assert len(asked) <= 3, [each.url for each in asked]
    first = asked[0].text()
    for shown in (RICH, "SN 2026abc", "Rising fast", "age days", "152.000000 +21.714286", "0.0312"):
        assert shown in first, shown
    static = [each for each in watched.responses if f"{live.url}/static/" in each.url]
    weight = sum(len(each.body()) for each in static if each.url.endswith((".js", ".css")))
    assert weight <= 300_000, weight
    painted = []
    for _ in range(3):
        page.reload()
        painted.append(page.evaluate(FIRST_PAINT))
    assert min(painted) <= 1000  # 500 ms, and as much again for CI
    assert watched.complaints == []


def test_scale_axis_dust_and_series_are_what_the_controls_say(source):
    panel = source.locator(PANEL)
    assert "44 detections" in panel.locator("[data-summary]").text_content()
    before = panel.evaluate(DRAWN)
    source.keyboard.press("m")
    fluxes = panel.evaluate(DRAWN)
    assert len(fluxes) == 44  # limits have no flux
    brightest = max(fluxes, key=lambda each: each[1])
    assert brightest[1] == pytest.approx(10 ** (0.4 * (23.9 - 17.4)), rel=0.01)
    source.keyboard.press("m")
    assert panel.evaluate(DRAWN) == before
    source.get_by_text("Absolute", exact=True).click()
    modulus = before[0][1] - panel.evaluate(DRAWN)[0][1]
    assert modulus == pytest.approx(35.75, abs=0.01)
    source.get_by_text("Mag", exact=True).click()
    source.get_by_text("Days", exact=True).click()
    assert min(x for x, _, low, _ in panel.evaluate(DRAWN) if low is not None) == 0
    source.fill("[data-ebv]", "0.1")
    brighter = [one[1] - other[1] for one, other in zip(before, panel.evaluate(DRAWN), strict=True)]
    assert {round(each, 2) for each in brighter} == {0.33, 0.23, 0.17}
    source.get_by_label("Show ZTF ztfg alone").click()
    assert {band for *_, band in panel.evaluate(DRAWN)} == {"ztfg"}
    source.uncheck("[data-limits]")
    assert len(panel.evaluate(DRAWN)) == 15
    source.wait_for_url(lambda url: "limits=no" in url)
    source.reload()
    assert len(source.locator(PANEL).evaluate(DRAWN)) == 15


def test_a_box_is_zoomed_to_and_left_again(source):
    plot = source.locator("[data-plot] .u-over").bounding_box()
    x, y = plot["x"] + plot["width"] / 3, plot["y"] + 40
    source.mouse.move(x, y)
    source.mouse.down()
    source.mouse.move(x + 200, y + 150, steps=4)
    source.mouse.up()
    ranges = source.locator(PANEL).evaluate("(panel) => panel.ranges()")
    assert ranges["x"][1] - ranges["x"][0] < 25
    assert ranges["y"][1] - ranges["y"][0] < 2
    source.click("text=Reset zoom")
    whole = source.locator(PANEL).evaluate("(panel) => panel.ranges()")
    assert whole["x"][1] - whole["x"][0] > 60


def test_click_on_a_point_shows_its_stamps(source):
    panel, note = source.locator(PANEL), source.locator("[data-stamps-of]")
    source.mouse.click(*panel.evaluate(AT, False))
    expect(note).to_contain_text("no alert, so no stamps")
    source.mouse.click(*panel.evaluate(AT, True))
    expect(note).to_contain_text("candid 32472535601150")
    for image in source.locator("[data-stamps] img").all():
        expect(image).to_have_js_property("complete", value=True)
        assert image.evaluate("(each) => each.naturalWidth") > 0
    assert "/alert/" in source.locator("[data-stamps] img").first.get_attribute("src")
    source.focus("[data-plot]")
    source.keyboard.press("ArrowLeft")
    source.keyboard.press("Enter")
    expect(note).to_contain_text("no alert, so no stamps")


def test_period_is_found_in_a_worker_and_the_slider_folds(open_page):
    watched = open_page("brita", f"/source/{PULSING}")
    page = watched.page
    page.keyboard.press("p")
    expect(page.locator("[data-status]")).to_contain_text("Best period")
    found = float(page.locator("[data-period]").input_value())
    assert min(abs(found / each - 1) for each in (PERIOD, PERIOD / 2)) < 1e-3
    drawn = page.locator(PANEL).evaluate(DRAWN)
    assert len(drawn) == 640
    assert all(0 <= x < 2 and low is not None for x, _, low, _ in drawn)
    page.locator("[data-slider]").focus()
    page.keyboard.press("ArrowRight")
    moved = float(page.locator("[data-period]").input_value())
    assert moved != found
    assert page.locator(PANEL).evaluate(DRAWN) != drawn
    page.get_by_label("Double the period").click()
    assert float(page.locator("[data-period]").input_value()) == pytest.approx(2 * moved, rel=1e-5)
    assert page.locator("[data-peaks] button").count() >= 2
    assert watched.complaints == []


def test_spectra_come_into_view_with_lines_and_rest_frame(source):
    source.locator("#later-spectra").scroll_into_view_if_needed()
    panel = source.locator("spectra-panel")
    source.wait_for_selector("spectra-panel canvas")
    assert panel.evaluate("(panel) => panel.drawn.length") == 2
    source.get_by_label("Si II").check()
    assert float(panel.get_attribute("data-lines")) == 7
    strongest = "(panel) => panel.marks().find((each) => each.wave === 6347.1).x"
    assert panel.evaluate(strongest) == pytest.approx(6347.1 * 1.0312)
    source.get_by_label("rest frame").check()
    assert panel.evaluate(strongest) == pytest.approx(6347.1)
    source.get_by_label("Velocity of the lines, towards us").fill("10000")
    assert panel.evaluate(strongest) == pytest.approx(6138.9, abs=0.5)


def test_comment_is_posted_and_a_restricted_one_reaches_nobody_else(open_page):
    admin = open_page("admin", f"/source/{RICH}").page
    brita = open_page("brita", f"/source/{RICH}").page
    assert SECRET in admin.content()
    assert SECRET not in brita.content()
    brita.keyboard.press("n")
    brita.keyboard.type("Seen at P200, @admin")
    brita.get_by_role("button", name="Comment", exact=True).click()
    expect(brita.locator("#comments")).to_contain_text("Seen at P200")
    assert brita.locator("#comments .mention").last.text_content() == "@admin"
    assert SECRET not in brita.content()


def test_class_is_said_and_voted_on_and_refusals_are_told(open_page):
    watched = open_page("brita", f"/source/{PULSING}")
    page = watched.page
    page.keyboard.press("c")
    page.wait_for_selector("#classifications form")
    page.select_option("[data-key=c]", label="Variable")
    page.fill("#classifications [name=probability]", "0.8")
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.locator("#classifications li").first).to_contain_text("Variable 0.80")
    vote = page.get_by_label("Vote for Variable")
    expect(vote).to_have_attribute("aria-pressed", "true")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "false")
    page.locator(".facts-line summary").first.click()
    page.fill("[name=redshift]", "not a number")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator(".menu [role=alert]")).to_contain_text("is no number")


def test_table_csv_and_api_say_the_same(open_page, live):
    page = open_page("brita", f"/source/{RICH}").page
    page.click("text=Data table")
    page.wait_for_selector("#table tbody tr")
    rows = page.request.get(f"{live.url}/api/sources/{RICH}/photometry?format=both").json()["data"]
    assert page.locator("#table tbody tr").count() == len(rows) == 61
    written = page.request.get(f"{live.url}/source/{RICH}/photometry.csv").text()
    table = csv.DictReader(io.StringIO(written))
    for row, told in zip(table, rows, strict=True):
        for name, text in row.items():
            value = told[name]
            assert text == ("" if value is None else str(value)), name
