import gzip
import re
import struct
from datetime import timedelta

from tests.support.marshal_world import JD_NOW, NOW
from tests.support.packets import prv_point


def shown(page):
    return re.findall(r'<h2 id="name-\d+"><a [^>]*>([^<]+)</a>', page.text)


def test_list_shows_tonights_candidates_of_my_groups(browse, world):
    world.candidate("ZTF26new", passed_at=NOW - timedelta(hours=2))
    world.candidate("ZTF26older", passed_at=NOW - timedelta(hours=30))
    world.candidate("ZTF26others", filter_id=5)
    client = browse("brita")
    page = client.get("/candidates")
    assert shown(page) == ["ZTF26new"]
    assert "Why it passed" in page.text
    assert "age days" in page.text
    assert shown(client.get("/candidates?since=3d")) == ["ZTF26new", "ZTF26older"]
    assert shown(client.get("/candidates?since=all&group=2")) == ["ZTF26new", "ZTF26older"]
    assert shown(client.get("/candidates?group=5")) == []


def test_group_selector_offers_my_groups_only(browse):
    page = browse("brita").get("/candidates").text
    assert "Bright Transient Survey" in page
    assert "Active Galaxies" not in page


def test_group_of_others_is_an_error_page(browse):
    page = browse("brita").get("/candidates?group=3")
    assert page.status_code == 400
    assert "<h1>" in page.text


def test_pages_follow_each_other(browse, world):
    for n in range(5):
        world.candidate(f"ZTF26{n}", passed_at=NOW - timedelta(minutes=n))
    client = browse("brita")
    first = client.get("/candidates?per_page=2")
    assert shown(first) == ["ZTF260", "ZTF261"]
    assert "page 1 of 3" in first.text
    older = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert shown(client.get(older)) == ["ZTF262", "ZTF263"]


def test_detail_shows_every_passing_alert_and_a_table(browse, world):
    one = world.candidate("ZTF26aaaaaaa", passed_at=NOW - timedelta(hours=2))
    two = world.candidate("ZTF26aaaaaaa", passed_at=NOW)
    page = browse("brita").get("/candidates/ZTF26aaaaaaa").text
    assert page.count("Bright transients") == 2
    assert f"/candidates/{max(one.candid, two.candid)}/strip.png" in page
    assert "<summary>Data table</summary>" in page
    assert "fainter" not in page


def test_card_tells_why_the_latest_alert_passed(browse, world):
    for days, word in ((2, "before"), (0, "latest"), (1, "between")):
        world.candidate("ZTF26aaaaaaa", jd=JD_NOW - days, word=f"{word} one")
    client = browse("brita")
    assert "latest one" in client.get("/candidates").text
    assert "between one" not in client.get("/candidates").text
    page = client.get("/candidates/ZTF26aaaaaaa").text
    assert page.index("latest one") < page.index("between one") < page.index("before one")


def test_object_of_others_does_not_exist(browse, world):
    hidden = world.candidate("ZTF26hidden", filter_id=2)
    client = browse("brita")
    paths = ("/candidates/ZTF26hidden", *(
        f"/candidates/{hidden.candid}/{what}" for what in ("strip.png", "stamps")
    ))  # fmt: skip
    for path in paths:
        assert client.get(path).status_code == 404
    assert client.get("/candidates/ZTF26nothing").status_code == 404


def test_strip_is_a_png_that_never_changes(browse, world):
    candidate = world.candidate()
    strip = browse("brita").get(f"/candidates/{candidate.candid}/strip.png")
    assert strip.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert strip.headers["Content-Type"] == "image/png"
    assert strip.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_stamps_come_as_published_one_after_another(browse, world):
    candidate = world.candidate()
    answer = browse("brita").get(f"/candidates/{candidate.candid}/stamps")
    lengths = struct.unpack("<3I", answer.data[:12])
    assert sum(lengths) == len(answer.data) - 12
    assert gzip.decompress(answer.data[12 : 12 + lengths[0]]).startswith(b"SIMPLE  =")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Cookie" in answer.headers["Vary"]


def test_light_curve_holds_no_point_of_a_foreign_program(browse, world):
    points = [
        prv_point(JD_NOW - 3, 19.111, programid=1), prv_point(JD_NOW - 2, 19.222, programid=2),
        prv_point(JD_NOW - 1, programid=3, diffmaglim=20.333),
    ]  # fmt: skip
    world.candidate("ZTF26mixed", filter_id=1, prv=points)
    seen = {}
    for username in ("brita", "nuria", "admin"):
        page = browse(username).get("/candidates/ZTF26mixed").text
        seen[username] = [text for text in ("19.111", "19.222", "20.333") if text in page]
    assert seen == {
        "brita": ["19.111"], "nuria": ["19.111", "19.222"], "admin": ["19.111", "19.222", "20.333"],
    }  # fmt: skip


def test_stamps_of_a_foreign_program_do_not_exist(browse, world):
    """A filter never passes such an alert; should one stand there, its stamps stay closed."""
    candidate = world.candidate("ZTF26odd", filter_id=1, programid=3)
    for what in ("strip.png", "stamps"):
        assert browse("brita").get(f"/candidates/{candidate.candid}/{what}").status_code == 404
    assert browse("admin").get(f"/candidates/{candidate.candid}/strip.png").status_code == 200


def test_candids_reach_browsers_as_text(browse, world):
    candidate = world.candidate("ZTF26aaaaaaa")
    page = browse("brita").get("/candidates").text
    for script in re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL):
        assert str(candidate.candid) not in script


def test_text_of_a_filter_is_never_markup(browse, world):
    world.candidate("ZTF26aaaaaaa", **{"<b>name": "<script>alert(1)</script>"})
    page = browse("brita").get("/candidates").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
