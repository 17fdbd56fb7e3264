"""The list of sources: what the URL says, of the viewer's groups, kept under names, as a file."""

import csv
import io
import re
from datetime import timedelta

import pytest

from fritz.services.sources import SourceStore
from tests.support.marshal_world import NOW
from tests.support.rich_source import PULSING, RICH, add_sources


@pytest.fixture
def rich(client, world):
    """Two sources of groups 2 and 6, and one that group 3 alone has saved."""
    add_sources(world, client)
    world.candidate("ZTF26theirs", filter_id=2)
    world.save("ZTF26theirs", 3)


def names(page):
    return re.findall(r"<a data-open [^>]*>([^<]+)</a>", page.text)


def test_my_groups_sources_are_listed_as_the_url_says(browse, rich):
    client = browse("brita")
    assert set(names(client.get("/sources"))) == {RICH, PULSING}
    for query, wanted in (
        ("sourceID=2026abc", [RICH]), ("classifications=Ia", [RICH]),
        ("unclassified=true", [PULSING]),
        ("minRedshift=0.01&maxRedshift=0.1", [RICH]), ("group_ids=3", []), ("group_ids=6", []),
        ("hasSpectrum=true", [RICH]), ("sortBy=id&sortOrder=asc", [PULSING, RICH]),
        ("sortBy=id&sortOrder=desc", [RICH, PULSING]), ("listName=favorites", []),
        ("sortBy=id&sortOrder=asc&numPerPage=1&pageNumber=2", [RICH]),
    ):  # fmt: skip
        assert names(client.get(f"/sources?{query}")) == wanted, query
    assert client.get("/sources?sortBy=fish").status_code == 400
    assert "ZTF26theirs" not in client.get("/sources?sourceID=theirs").text


def test_rows_say_what_the_columns_are_and_draw_what_may_be_seen(browse, rich):
    client = browse("brita")
    page = client.get(f"/sources?sourceID={RICH}").text
    for shown in ("SN 2026abc", "0.0312", "Ia", "BTS", "detections over"):
        assert shown in page, shown
    assert "152.00000" not in page
    assert "<svg" not in client.get("/sources?columns=ra,dec").text.partition("<tbody>")[2]
    assert "152.00000" in client.get("/sources?columns=ra,dec").text


def test_a_view_is_kept_under_a_name_and_forgotten(browse, rich):
    client = browse("brita")
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/sources").text)[1]

    def keep(**form):
        return client.post("/sources/views", data={"csrf_token": token, **form})

    kept = keep(name="Ia in reach", classifications="Ia", maxRedshift="0.1", pageNumber="3")
    there = kept.headers["Location"]
    assert (kept.status_code, "pageNumber" in there) == (303, False)
    page = client.get(there)
    assert names(page) == [RICH]
    assert ">Ia in reach</a>" in page.text
    assert keep(name="").status_code == 400
    keep(name="Ia in reach")
    assert "Ia in reach" not in client.get("/sources").text


def test_the_file_has_what_the_list_has(browse, rich):
    client = browse("brita")
    rows = list(csv.DictReader(io.StringIO(client.get("/sources.csv?sourceID=2026abc").text)))
    assert [row["id"] for row in rows] == [RICH]
    assert (rows[0]["redshift"], rows[0]["classification"], rows[0]["groups"]) == (
        "0.0312", "Ia", "BTS",
    )  # fmt: skip


def test_the_last_page_is_the_last(browse, world):
    for n in range(3):
        world.candidate(f"ZTF26{n}")
        world.save(f"ZTF26{n}", 2)
    assert SourceStore(world.documents).of_objects(["ZTF260"])
    client = browse("brita")
    since = (NOW - timedelta(days=1)).strftime("%Y-%m-%d")
    first = client.get(f"/sources?numPerPage=2&savedAfter={since}")
    assert len(names(first)) == 2
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    last = client.get(onward)
    assert len(names(last)) == 1
    assert 'rel="next"' not in last.text
