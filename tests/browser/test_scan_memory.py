"""A long night in one page: the scan page keeps as much after many candidates as after a few.

The server's own cards and stamps come again under other names, as if the queue were so long; they
are answered within the page, so that what is measured is the page. `make bench ARGS=scan_memory`
goes through a thousand; the suite through 300, which shows the same in a third of the time.
"""

import base64
import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EARLY, LATE = 100, 300
HEAP_BYTES_EACH = 1000
"""By so much the heap may grow with each candidate: its name and state are kept, and of a decision
what undo needs. A card is some 15 kB, its stamps 50 kB."""
NODES, LISTENERS = 300, 30
"""As many may be more: the side panel and the strip of images are not always of one length."""
KEPT_STAMPS = 16
CANVASES = 3 * KEPT_STAMPS + 8
"""Those of the kept stamps, of the tiles and of the light curve."""
SMALL = {"width": 900, "height": 600}

LONG = """(({ cards, stamps, total }) => {
  const bytes = Uint8Array.from(atob(stamps), (letter) => letter.charCodeAt(0));
  const whole = window.fetch;
  const data = (found) => new Response(JSON.stringify({ status: "success", data: found }));
  window.fetch = async (path, options) => {
    const url = new URL(path, location);
    const asked = (name) => Number(url.searchParams.get(name));
    if (url.pathname.endsWith("/stamps")) return new Response(bytes.slice());
    if (url.pathname === "/api/scan/decisions") {
      return data(JSON.parse(options.body).decisions.map(({ id }) => ({ id, done: true })));
    }
    if (url.pathname !== "/api/scan/candidates") return whole(path, options);
    const first = (asked("pageNumber") - 1) * asked("numPerPage");
    const found = Array.from({ length: Math.min(total - first, asked("numPerPage")) }, (_, n) => ({
      ...cards[(first + n) % cards.length],
      id: `ZTF26${String(first + n).padStart(7, "0")}`,
      candid: String(3n * 10n ** 18n + BigInt(first + n)),
      decisions: [],
    }));
    return data({ cards: found, total, query_id: "night" });
  };
  document.addEventListener("readystatechange", () => {
    const scan = document.querySelector("[data-scan]");
    if (scan) scan.dataset.stripUrl = document.querySelector("link[rel=icon]").href;
  });
})"""
"""Answers what the scan page asks, from a few cards."""

SCAN = """async () => {
  const { scan } = await import(document.querySelector("script[src*='scan/scan.js']").src);
  window.scan = scan;
}"""

THROUGH = """async (until) => {
  const canvases = [...document.querySelectorAll("[data-stamp] canvas")];
  const pause = () => new Promise((resolve) => setTimeout(resolve));
  const current = () => scan.queue.current?.candid;
  const shown = ({ dataset, parentElement }) =>
    dataset.of === current() && !parentElement.hasAttribute("data-missing");
  const missing = [];
  for (let at = scan.queue.index + 1; at < until; at += 1) {
    const key = at % 10 ? "j" : "x";
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const ends = performance.now() + 5000;
    while (!canvases.every(shown) && performance.now() < ends) await pause();
    if (!canvases.every(shown) || scan.queue.index !== at) missing.push(at);
  }
  return missing;
}"""
"""Goes on by key, rejecting each tenth; returns the places whose three stamps were not shown."""


def open_long_night(open_page, total):
    """Open the scan page on a queue of `total`, made of the first candidates over and over."""
    page = open_page("admin", "/sources").page
    cards = page.request.get("/api/scan/candidates?numPerPage=24").json()["data"]["cards"]
    stamps = page.request.get(f"/candidates/{cards[0]['candid']}/stamps").body()
    night = {"cards": cards, "stamps": base64.b64encode(stamps).decode(), "total": total}
    watched = open_page(
        "admin", "/scan?since=all", init=f"{LONG}({json.dumps(night)})", viewport=SMALL
    )
    watched.page.wait_for_selector("light-curve canvas")
    watched.page.evaluate(SCAN)
    return watched


def gone_through(page, early, late):
    """Go through a queue; return what is left in the page at two places of it."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    found = []
    for until in (early, late):
        assert page.evaluate(THROUGH, until) == []
        page.wait_for_timeout(500)
        found.append(counted(session))
    return found


def counted(session):
    """Return what is left in the page after the garbage is collected."""
    session.send("HeapProfiler.collectGarbage")
    told = session.send("Performance.getMetrics")["metrics"]
    metrics = {each["name"]: each["value"] for each in told}
    return {
        "heap_bytes": metrics["JSHeapUsedSize"],
        "nodes": metrics["Nodes"],
        "listeners": metrics["JSEventListeners"],
        "canvases": living(session, "HTMLCanvasElement"),
    }


def living(session, name):
    """Return how many objects of a class there are."""
    prototype = session.send("Runtime.evaluate", {"expression": f"{name}.prototype"})["result"]
    found = session.send("Runtime.queryObjects", {"prototypeObjectId": prototype["objectId"]})
    length = {"functionDeclaration": "function () { return this.length; }"}
    array = {"objectId": found["objects"]["objectId"]}
    number = session.send("Runtime.callFunctionOn", array | length)["result"]["value"]
    session.send("Runtime.releaseObject", array)  # it keeps what it counts
    return number


def test_many_candidates_leave_no_more_behind_than_a_few(open_page):
    watched = open_long_night(open_page, LATE)
    page = watched.page
    early, late = gone_through(page, EARLY, LATE)
    assert page.locator("[data-place]").text_content() == f"{LATE} / {LATE}"
    assert late["heap_bytes"] - early["heap_bytes"] <= HEAP_BYTES_EACH * (LATE - EARLY)
    assert late["nodes"] - early["nodes"] <= NODES
    assert late["listeners"] - early["listeners"] <= LISTENERS
    assert late["canvases"] <= CANVASES
    assert page.evaluate("scan.stamps.kept.size") == KEPT_STAMPS
    assert watched.complaints == []
