"""The solar system's pages: bodies within a viewer's rights, one in numbers and in a file."""

import csv
import io
import json
import re

import pytest

from tests.support.asteroid import BODY, asteroid_alert, asteroid_rows

COMET = "C/2020F3"


@pytest.fixture
def rocks(world):
    """Put twelve open alerts of an asteroid, one of a comet, and two of a partners' body there."""
    open_rows = asteroid_rows()
    comet = asteroid_alert(50, 1.0, ssnamenr=COMET, ssmagnr=-999.0)
    closed = [asteroid_alert(60 + n, n, ssnamenr="99942", programid=2) for n in range(2)]
    nobody = [
        asteroid_alert(70 + n, 0.5, **near)
        for n, near in enumerate(
            (
                {"ssnamenr": "null"}, {"ssnamenr": ""}, {"ssnamenr": None},
                {"ssdistnr": -999.0}, {"ssdistnr": 10.0}, {"ssdistnr": None},
            )
        )
    ]  # fmt: skip
    world.warehouse.append("alerts", [*open_rows, open_rows[0], comet, *closed, *nobody])


def listed(page):
    return re.findall(r'<td><a href="/solar-system/[^"]+">([^<]+)</a></td>', page.text)


def plots(page):
    found = re.findall(r'<script type="application/json">(.+?)</script>', page.text)
    return [json.loads(each) for each in found]


def test_bodies_are_those_that_a_viewer_may_see(browse, rocks):
    client = browse("brita")
    page = client.get("/solar-system")
    assert listed(page) == [BODY, COMET]
    assert re.search(r'<td class="number">12</td>\s*<td class="number">6</td>', page.text)
    assert listed(client.get("/solar-system?name=C/")) == [COMET]
    assert listed(client.get("/solar-system?name=%25")) == []
    assert client.get("/solar-system/99942").status_code == 404
    assert listed(browse("admin").get("/solar-system")) == [BODY, "99942", COMET]
    assert client.get("/solar-system/99942").status_code == 200


def test_nights_bound_what_is_shown_and_wrong_ones_are_refused(browse, rocks):
    client = browse("brita")
    page = client.get(f"/solar-system/{BODY}?first=2026-11-20&last=2026-11-23")
    assert "4 detections" in page.text
    assert listed(client.get("/solar-system?first=2026-11-21&last=2026-11-21")) == []
    assert client.get(f"/solar-system/{BODY}?first=2026-11-21&last=2026-11-21").status_code == 404
    for wrong in (
        "first=2026-11-24&last=2026-11-23",
        "first=2020-01-01&last=2026-11-23",
        "first=x",
    ):
        assert client.get(f"/solar-system?{wrong}").status_code == 400


def test_motion_brightness_and_prediction_are_told_and_drawn(browse, world, rocks):
    world.candidate("ZTF26rock000")
    page = browse("brita").get(f"/solar-system/{BODY}")
    assert "Seen on 6 nights in g, r" in page.text
    assert "0.43 mag fainter than predicted" in page.text
    assert "37.8″ an hour within nights" in page.text
    brightness, path, deviation = plots(page)
    assert sum(len(each["points"]) for each in brightness["series"]) == 12
    assert [each["band"] for each in brightness["series"]] == ["g", "r"]
    ra = [place[0] for place in path["joined"]]
    assert ra == sorted(ra)
    assert ra[0] < 360 < ra[-1]
    assert max(each[1] for each in deviation["series"][0]["points"]) == pytest.approx(
        0.65, abs=0.02
    )
    assert '<a href="/source/ZTF26rock000">' in page.text
    assert '<a href="/archive?q=ZTF26rock001">' in page.text


def test_a_comet_with_a_slash_has_a_page_and_a_file(browse, rocks):
    client = browse("brita")
    page = client.get(f"/solar-system/{COMET}")
    assert "1 detection<" in page.text
    assert "than predicted" not in page.text
    assert len(plots(page)) == 2
    answer = client.get(f"/solar-system/{COMET}/detections.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="C_2020F3.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["mag"], row["predicted_mag"], row["arcsec_per_hour"]) == ("17.23", "", "")


def test_the_file_says_what_the_table_says(browse, rocks):
    text = browse("brita").get(f"/solar-system/{BODY}/detections.csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len({row["candid"] for row in rows}) == 12
    assert [float(row["mjd"]) for row in rows] == sorted(float(row["mjd"]) for row in rows)
    assert float(rows[1]["arcsec_per_hour"]) == pytest.approx(37.9, abs=0.1)
    assert float(rows[1]["position_angle_deg"]) == pytest.approx(108.4, abs=0.3)


def test_who_is_not_signed_in_sees_none(client, rocks):
    for path in ("/solar-system", f"/solar-system/{BODY}", f"/solar-system/{BODY}/detections.csv"):
        assert client.get(path).status_code == 303
