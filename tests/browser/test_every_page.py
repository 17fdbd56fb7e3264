"""What holds for every page: it asks nobody else, complains of nothing, everybody can use it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import PAGES, PARTS, SIGNED_OUT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SERIOUS = {"serious", "critical"}
PHONE = {"width": 390, "height": 844}


def serious(page, path, rules=None):
    """Return what axe holds against a page, gravely: rule, how often, the first place."""
    where = {"include": PARTS[path]} if path in PARTS else None
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = Axe().run(page, where, options).response["violations"]
    return [
        (each["id"], len(each["nodes"]), each["nodes"][0]["html"][:200])
        for each in found
        if each["impact"] in SERIOUS
    ]


@pytest.mark.parametrize(("username", "path"), [*PAGES, *((None, path) for path in SIGNED_OUT)])
def test_page_is_quiet_accessible_and_fits_a_phone(open_page, live, username, path):
    watched = open_page(username, path)
    page = watched.page
    assert page.locator("h1").count() == 1
    for theme, rules in {"dark": None, "light": ["color-contrast"]}.items():
        page.emulate_media(color_scheme=theme)
        assert serious(page, path, rules) == [], theme
    page.set_viewport_size(PHONE)
    # Plots take a moment to notice that they have less room.
    page.wait_for_function(
        "(width) => document.documentElement.scrollWidth <= width", arg=PHONE["width"]
    )
    assert watched.complaints == []
    elsewhere = [url for url in watched.asked if not url.startswith((live.url + "/", "blob:"))]
    assert elsewhere == []
