"""A source's page and its parts: whole for who may, absent for who may not."""

import re
from dataclasses import replace
from math import log10

import orjson
import pytest

from fritz.marshal.acls import MANAGE_SOURCES
from fritz.services.groups import UserStore
from tests.support.marshal_world import JD_NOW
from tests.support.packets import prv_point
from tests.support.rich_source import PULSING, RICH, SECRET, add_sources

PARTS = (
    "", "/comments", "/classifications", "/table", "/spectra", "/neighbours", "/matches", "/trail",
    "/publishing", "/place", "/colour", "/photometry.csv", "/sky",
)  # fmt: skip


@pytest.fixture
def token(browse):
    """Return the CSRF token of whoever is signed in."""

    def of(client, obj_id=RICH):
        page = client.get(f"/source/{obj_id}").text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    return of


@pytest.fixture
def rich(client, world):
    add_sources(world, client)


def plotted(page):
    return orjson.loads(
        re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1]
    )


def test_every_part_is_shown_to_members_and_to_nobody_else(browse, world, rich):
    world.candidate("ZTF26hidden", filter_id=2)
    client = browse("brita")
    for part in PARTS:
        assert client.get(f"/source/{RICH}{part}").status_code == 200, part
        assert client.get(f"/source/ZTF26hidden{part}").status_code == 404, part
        assert client.get(f"/source/ZTF26nothing{part}").status_code == 404, part
        assert SECRET not in client.get(f"/source/{RICH}{part}").text
    assert SECRET in browse("vera").get(f"/source/{RICH}").text


def test_nobody_is_sent_to_sign_in(client, rich):
    assert client.get(f"/source/{RICH}").headers["Location"].endswith("/signin")


def test_photometry_of_alerts_stands_in_and_foreign_programs_stay_away(browse, world):
    points = [
        prv_point(JD_NOW - 3, 19.111, programid=1), prv_point(JD_NOW - 2, 19.222, programid=2),
    ]  # fmt: skip
    world.candidate("ZTF26mixed", filter_id=1, prv=points)
    for username, expected in (("brita", [17.9, 19.11]), ("admin", [17.9, 19.11, 19.22])):
        client = browse(username)
        plot = plotted(client.get("/source/ZTF26mixed").text)
        mags = sorted(round(23.9 - 2.5 * log10(row[5]), 2) for row in plot["points"] if row[5])
        assert mags == expected
        assert "Photometry of the alerts" in client.get("/source/ZTF26mixed/table").text


def test_points_know_their_alerts_and_redshift_gives_absolute_magnitudes(browse, rich):
    plot = plotted(browse("brita").get(f"/source/{RICH}").text)
    assert len(plot["points"]) == 61
    candids = [row[8] for row in plot["points"] if row[8]]
    assert len(candids) == 1
    assert isinstance(candids[0], str)
    assert plot["modulus"] == pytest.approx(35.75, abs=0.01)


def test_stamps_of_any_alert_of_the_object_that_is_open(browse, world, rich):
    one = world.candidate("ZTF26aaaaaaa")
    closed = world.candidate("ZTF26aaaaaaa", programid=3)
    client = browse("brita")
    answer = client.get(f"/source/ZTF26aaaaaaa/alert/{one.candid}/strip.png")
    assert answer.data.startswith(b"\x89PNG")
    for candid in (closed.candid, 12345):
        assert client.get(f"/source/ZTF26aaaaaaa/alert/{candid}/strip.png").status_code == 404
    assert f"candid {one.candid}" in client.get("/source/ZTF26aaaaaaa").text


def test_colour_is_shown_where_gaia_knows_it(browse, rich):
    client = browse("brita")
    assert "M<sub>G</sub> 3.59" in client.get(f"/source/{PULSING}/colour").text
    assert "not known" in client.get(f"/source/{RICH}/colour").text


def test_forms_change_what_the_api_changes(browse, token, rich, world, get):
    client = browse("brita")
    csrf = {"csrf_token": token(client)}
    done = client.post(f"/source/{RICH}/redshift", data=csrf | {"redshift": "0.05"})
    assert done.status_code == 303
    page = client.get(f"/source/{RICH}").text
    assert re.search(r"<li>0.05 .*Brita Bright", page)
    assert client.post(f"/source/{RICH}/favourite", data=csrf | {"on": "1"}).status_code == 303
    assert "★ favourite" in client.get(f"/source/{RICH}").text
    client.post(f"/source/{RICH}/favourite", data=csrf)
    assert "☆ favourite" in client.get(f"/source/{RICH}").text
    saved = client.post(f"/source/{RICH}/save", data=csrf | {"group_ids": ["5"]})
    assert saved.status_code == 303
    assert "Sol" in client.get(f"/source/{RICH}").text
    assert "source saved" in client.get(f"/source/{RICH}/trail").text
    said = client.post(
        f"/source/{RICH}/comments",
        data=csrf | {"text": "<b>bold</b> https://example.org/x", "group_ids": ["2"]},
        headers={"HX-Request": "true"},
    )
    assert "&lt;b&gt;bold" in said.text
    assert 'href="https://example.org/x" rel="noreferrer' in said.text
    rows = get("brita", f"/api/sources/{RICH}/comments").json["data"]
    assert [row["groups"][0]["id"] for row in rows if "bold" in row["text"]] == [2]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("comments", {"text": "  "}, 400),
        ("comments", {"text": "to others", "group_ids": ["6"]}, 400),
        ("redshift", {"redshift": "much"}, 400),
        ("classifications", {"class": "1:No such class"}, 400),
        ("classifications", {"class": ""}, 400),
        ("save", {}, 400),
        ("save", {"group_ids": ["6"]}, 400),
        ("unsave", {"group_id": "2"}, 403),
        ("publish", {"parts": ["photometry"]}, 403),
        ("share", {"group_ids": ["5"]}, 400),
    ],
)
def test_refusals_are_said_beside_the_form(browse, token, rich, path, data, status):
    client = browse("brita")
    answer = client.post(
        f"/source/{RICH}/{path}",
        data=data | {"csrf_token": token(client)},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == status
    assert 'class="fault"' in answer.text
    assert "<html" not in answer.text


def test_forms_without_their_token_are_refused(browse, rich):
    assert browse("brita").post(f"/source/{RICH}/comments", data={"text": "x"}).status_code == 400


def test_public_page_shows_what_was_published_to_nobody_in_particular(
    client, browse, token, world, rich
):
    manages = lambda user: replace(user, acls=(MANAGE_SOURCES,))  # noqa: E731 - a change
    UserStore(world.documents).change(2, manages)
    assert client.get(f"/public/source/{RICH}").status_code == 404
    form = {"parts": ["photometry", "classifications", "spectroscopy"]}
    done = browse("brita").post(
        f"/source/{RICH}/publish", data=form | {"csrf_token": token(client)},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    version = re.search(rf"/public/source/{RICH}/(\w+)", done.text)[1]
    client.delete_cookie("fritz_session")
    for path in (f"/public/source/{RICH}", f"/public/source/{RICH}/{version}"):
        page = client.get(path)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "public, max-age=60")
        assert len(plotted(page.text)["points"]) == 61
        assert "Ia 0.90" in page.text
        for closed in (SECRET, "Rising fast", "brita", "age days", "Sign out"):
            assert closed not in page.text, closed
    assert client.get(f"/public/source/{RICH}/{version}.json").json["redshift"] == 0.0312
    assert client.get(f"/public/source/{RICH}/{version}/strip.png").mimetype == "image/png"
    assert client.get(f"/public/source/{RICH}/{'0' * 32}").status_code == 404
    assert client.get("/public/source/ZTF26nothing").status_code == 404
    assert client.get("/public/release/none").status_code == 404


def test_finder_chart_is_drawn_of_the_reference_and_the_stars(browse, rich):
    client = browse("brita")
    chart = client.get(f"/source/{RICH}/finder.pdf")
    assert (chart.mimetype, chart.data[:5]) == ("application/pdf", b"%PDF-")
    assert client.get(f"/source/{RICH}/finder.svg").status_code == 404
    assert (
        "wasm-unsafe-eval"
        not in client.get(f"/source/{RICH}/sky").headers["Content-Security-Policy"]
    )
