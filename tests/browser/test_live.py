"""What one person does appears with the others, as far as it is theirs to see."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

OBJECT = "ZTF26afakqzp"
"""A candidate of a filter of group 2: Brita, Nuria and Farid are in it."""

HEAR = """() => {
  window.heard = [];
  const stream = new EventSource("/live?topics=mine");
  stream.onmessage = ({ data }) => window.heard.push(data);
  return new Promise((resolve, reject) => {
    stream.onopen = () => resolve(true);
    stream.onerror = () => reject(new Error("the stream was refused"));
  });
}"""
"""Writes down all that a stream of one's own says."""


def live(watched):
    expect(watched.page.locator("html")).to_have_attribute("data-live", "live")
    return watched.page


def say(page, text, **more):
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    answer = page.request.post(
        f"/api/sources/{OBJECT}/comments", data={"text": text, **more},
        headers={"X-CSRFToken": token},
    )  # fmt: skip
    assert answer.ok, answer.text()


def test_what_others_say_decide_and_where_they_are_appears_by_itself(open_page):
    brita = live(open_page("brita", "/scan?groupIDs=2"))
    nuria = live(open_page("nuria", "/scan?groupIDs=2"))
    expect(brita.locator("[data-others]")).to_contain_text("Nuria is at 1/")
    nuria.keyboard.press("j")
    expect(brita.locator("[data-others]")).to_contain_text("Nuria is at 2/")
    nuria.keyboard.press("k")
    obj_id = nuria.locator("[data-name]").text_content()
    nuria.keyboard.press("x")
    expect(brita.locator("[data-state]")).to_have_text("rejected by Nuria")
    nuria.keyboard.press("u")
    expect(brita.locator("[data-state]")).to_have_text("")
    assert brita.locator("[data-name]").text_content() == obj_id


def test_comment_appears_on_the_source_page_and_a_restricted_one_never_does(open_page):
    farid = live(open_page("farid", f"/source/{OBJECT}"))
    brita = live(open_page("brita", f"/source/{OBJECT}"))
    assert farid.evaluate(HEAR)
    say(brita, "for my solar system group alone", group_ids=[5])
    say(brita, "for everybody")
    expect(farid.locator("#comments")).to_contain_text("for everybody")
    farid.reload()
    expect(farid.locator("#comments")).to_contain_text("for everybody")
    assert "solar system group alone" not in farid.content()
    expect(brita.locator("#comments")).to_contain_text("solar system group alone")


def test_stream_tells_that_and_never_what(open_page):
    watched = open_page("farid", "/candidates")
    page = watched.page
    assert page.evaluate(HEAR)
    brita = open_page("brita", "/candidates").page
    say(brita, "hidden words", group_ids=[5])
    say(brita, "open words")
    page.wait_for_function("window.heard.some((each) => each.includes('CommentPosted'))")
    heard = page.evaluate("window.heard")
    kinds = [each for each in heard if "CommentPosted" in each]
    assert len(kinds) == 1
    assert "words" not in "".join(heard)
    assert OBJECT in kinds[0]
