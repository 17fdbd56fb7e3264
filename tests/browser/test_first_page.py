"""What a scientist meets first, in a real browser."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

INK = """(element) => {
  const canvas = element.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const wanted = ["--band-g", "--band-r", "--band-i"].map((name) => {
    const hex = getComputedStyle(element).getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  });
  const counts = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    wanted.forEach((color, band) => {
      if (color.every((part, k) => Math.abs(part - data[at + k]) < 3)) counts[band] += 1;
    });
  }
  return counts;
}"""
"""How many pixels of a light curve are painted in each band's colour."""


def focused(page):
    here = "document.activeElement.closest('[data-card]')?.querySelector('h2').textContent ?? null"
    return page.evaluate(here)


def names(page):
    return page.locator("[data-card] h2").all_text_contents()


def test_first_page_shows_stamps_and_light_curves_and_asks_nobody_else(open_page, live):
    watched = open_page("admin", "/candidates")
    page = watched.page
    assert page.url == f"{live.url}/candidates"
    assert len(names(page)) == 25
    card = page.locator("[data-card]").first
    sizes = card.locator("img").evaluate_all("all => all.map((each) => each.naturalWidth)")
    assert len(sizes) == 3
    assert min(sizes) > 0
    assert min(card.locator("light-curve").evaluate(INK)) > 20
    assert "upper limits in g, r, i" in card.locator("light-curve").get_attribute("aria-label")
    assert watched.complaints == []
    assert all(each.url.startswith(live.url + "/") for each in watched.responses)
    first = next(each for each in watched.responses if each.url == page.url)
    assert "script-src 'self'" in first.headers["content-security-policy"]


def test_every_stamp_is_painted_when_scrolled_to(open_page):
    page = open_page("admin", "/candidates").page
    for card in page.locator("[data-card]").all():
        card.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    missing = "all => all.filter((each) => !(each.complete && each.naturalWidth)).length"
    assert page.locator("[data-card] img").evaluate_all(missing) == 0


def test_keys_move_the_focus_and_open(open_page, live):
    page = open_page("admin", "/candidates").page
    listed = names(page)
    assert focused(page) is None
    for key, name in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("ArrowDown", 2), ("K", 1)):
        page.keyboard.press(key)
        assert focused(page) == listed[name]
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/candidates/{listed[1]}")
    assert page.locator("h1").text_content() == listed[1]


def test_keys_go_on_to_the_next_page_and_back(open_page):
    page = open_page("admin", "/candidates").page
    last = names(page)[-1]
    for _ in range(25):
        page.keyboard.press("j")
    assert focused(page) == last
    page.keyboard.press("j")
    page.wait_for_url("**/candidates?page=2")
    page.wait_for_load_state("networkidle")
    assert focused(page) == names(page)[0]
    page.keyboard.press("k")
    page.wait_for_url(lambda url: "page=" not in url)
    page.wait_for_load_state("networkidle")
    assert focused(page) == last


def test_theme_follows_the_system_until_it_is_chosen(open_page):
    page = open_page("vera", "/candidates", color_scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.click("[data-theme-toggle]")
    assert page.evaluate(ground) == "rgb(14, 18, 23)"
    assert min(page.locator("light-curve").first.evaluate(INK)) > 20
    page.reload()
    assert page.evaluate(ground) == "rgb(14, 18, 23)"
    page.click("[data-theme-toggle]")
    assert page.evaluate(ground) == "rgb(0, 0, 0)"


def test_object_page_saves_with_its_csrf_token(open_page):
    watched = open_page("brita", "/candidates")
    page = watched.page
    page.locator("[data-card] h2 a").first.click()
    page.wait_for_selector("light-curve canvas")
    assert min(page.locator("light-curve").evaluate(INK)) > 20
    page.select_option("select[name=group_id]", label="Bright Transient Survey")
    page.click("text=Save to group")
    assert "saved to BTS" in page.locator(".state").text_content()
    page.click("text=Data table")
    assert page.locator(".points tbody tr").count() > 30
    assert watched.complaints == []


def test_phone_needs_no_sideways_scrolling(open_page):
    page = open_page("admin", "/candidates", viewport={"width": 390, "height": 844}).page
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) <= 390
    page.locator("[data-card] h2 a").first.click()
    page.wait_for_selector("light-curve canvas")
    assert page.evaluate(width) <= 390


def test_sign_out_ends_the_session(open_page, live):
    page = open_page(None).page
    page.goto(live.link("farid"))  # a session of its own: the tests share one
    page.click("text=Sign out")
    page.wait_for_url("**/signin")
    page.goto(live.url)
    assert page.url.endswith("/signin")
