"""The archive's pages and the palette: what a viewer may see, found however it is asked for."""

import re

import pytest

from tests.support.archived_world import archive_alerts

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browse(client, world):
    """Sign in as a user and return the client and the CSRF token."""

    def go(username):
        client.get("/signin", query_string={"credential": world.credential(username)})
        return client, re.search(
            r'name="csrf-token" content="([^"]+)"', client.get("/archive").text
        )[1]

    return go


@pytest.fixture
def alerts(world):
    """An open alert and one of a partner's program, at (151, 20.14) and (152, 20.29)."""
    made = [
        world.candidate("ZTF26aaaaaaa"),
        world.candidate("ZTF26closed", filter_id=2, programid=2),
    ]
    archive_alerts(world, made)
    return made


def found(page):
    return re.findall(r"<td>(?:<a [^>]*>)?(ZTF\w+)", page)


def test_alerts_are_found_by_name_and_by_any_position(browse, alerts):
    client, _ = browse("brita")
    one, closed = alerts
    for text in (
        "ZTF26aaaaaaa", f"{one.ra} {one.dec}", f"ra={one.ra}, dec={one.dec}",
        "10:04:00 +20:08:34.3",
    ):  # fmt: skip
        page = client.get("/archive", query_string={"q": text}).text
        assert found(page) == ["ZTF26aaaaaaa"], text
    there = {"q": f"{closed.ra} {closed.dec}"}
    assert found(client.get("/archive", query_string=there).text) == []
    said = client.get("/archive", query_string={"q": "ZTF26closed"}).text
    assert "no object" in said
    assert found(browse("admin")[0].get("/archive", query_string=there).text) == ["ZTF26closed"]


def test_what_is_no_place_is_said_and_parts_answer_without_data(browse):
    client, _ = browse("brita")
    assert "0 to 360" in client.get("/archive?q=370+10").text
    assert "no object" in client.get("/archive?q=ZTF26nothing").text
    place = "ra=151&dec=20.1&radius=5"
    assert "No catalog is loaded" in client.get(f"/archive/catalogs?{place}").text
    assert "No release is loaded" in client.get(f"/archive/light_curves?{place}").text
    assert client.get("/archive/catalogs?ra=400&dec=0").status_code == 400


def test_sql_is_priced_run_within_rights_and_kept(browse, alerts):
    client, token = browse("brita")

    def post(part, sql, **form):
        data = {"csrf_token": token, "sql": sql, **form}
        return client.post(f"/archive/sql/{part}", data=data, headers=HTMX)

    sql = "SELECT objectId, candidate.jd AS jd, candidate.magpsf AS mag FROM alerts WHERE night > 0"
    priced = post("price", sql).text
    assert "Would read 10.0 MiB of alerts, with public rights" in priced
    shown = post("run", sql).text
    assert found(shown) == ["ZTF26aaaaaaa"]
    assert '"jd": [' in shown
    assert post("rows.csv", sql).text.splitlines()[0] == "objectId,jd,mag"
    refused = post("run", "DELETE FROM alerts WHERE true")
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    kept = post("saved", sql, name="bright ones").headers["HX-Redirect"]
    page = client.get(kept).text
    assert "bright ones" in page
    assert "FROM alerts WHERE night &gt; 0" in page
    assert "<code>magpsf</code>" in page


def test_palette_knows_names_positions_and_pages(browse, world, client):
    world.candidate("ZTF26aaaaaaa")
    world.candidate("ZTF26hidden", filter_id=2)
    world.save("ZTF26aaaaaaa", 2)
    headers = {"Authorization": f"token {world.token('admin')}"}
    client.patch("/api/sources/ZTF26aaaaaaa", json={"tns_name": "SN 2026abc"}, headers=headers)
    client, _ = browse("brita")

    def offered(text):
        return [each["label"] for each in client.get("/palette", query_string={"q": text}).json]

    assert "Archive" in offered("")
    for text in ("ZTF26aaaaaaa", "ztf26aaa", "SN 2026abc", "2026abc", "at2026abc"):
        assert offered(text)[0] == "ZTF26aaaaaaa (SN 2026abc)", text
    assert offered("ZTF26hidden") == ["Look for ZTF26hidden in the archive"]
    assert offered("10h08m00s +21d42m51.4s")[0] == "Archive around 152.000000 +21.714278"


def test_palette_of_nobody_is_empty(client):
    answer = client.get("/palette?q=ZTF")
    assert (answer.status_code, answer.json) == (401, [])
