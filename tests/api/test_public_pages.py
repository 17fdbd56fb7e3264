"""What a source's public page shows the world, and what it never does."""

from dataclasses import replace

import orjson
import pytest

from fritz.marshal.acls import MANAGE_SOURCES
from fritz.services.groups import UserStore
from fritz.services.instruments import survey_instrument
from tests.support.marshal_world import NOW

OBJ = "ZTF26aaaaaaa"
PAGES = f"/api/public_pages/source/{OBJ}"
EVERYTHING = {
    "include_photometry": True, "include_spectroscopy": True, "include_classifications": True,
    "include_summary": True,
}  # fmt: skip


@pytest.fixture
def ask(client, world):
    def send(method, username, path, json=None):
        headers = {"Authorization": f"token {world.token(username)}"}
        return client.open(path, method=method, json=json, headers=headers)

    return send


@pytest.fixture
def source(ask, world):
    """A source of groups 2 and 3 with points, spectra and classes of several kinds of openness."""
    world.candidate(OBJ)
    for number in (2, 3, 5):
        manages = lambda user: replace(user, acls=(MANAGE_SOURCES,))  # noqa: E731 - a change
        UserStore(world.documents).change(number, manages)
    camera = survey_instrument(world.documents, "ztf", NOW).id
    ask("POST", "admin", "/api/sources", {"id": OBJ, "group_ids": [2, 3]})
    for mag, openness in (
        (18.1, {"stream_ids": [1, 2, 3]}), (18.2, {"stream_ids": [2, 3]}),
        (18.3, {"group_ids": [2]}), (18.4, {"group_ids": [3]}), (18.5, {"group_ids": "all"}),
    ):  # fmt: skip
        point = {"obj_id": OBJ, "mjd": 61000 + mag, "instrument_id": camera, "filter": "ztfg",
                 "magsys": "ab", "mag": mag, "magerr": 0.1, "limiting_mag": 20.5}  # fmt: skip
        assert ask("POST", "admin", "/api/photometry", point | openness).status_code == 200
    for flux, groups in ((1.0, "all"), (2.0, [2]), (3.0, [3])):
        body = {"obj_id": OBJ, "instrument_id": camera, "observed_at": "2026-11-20T03:00:00",
                "wavelengths": [4000.0, 5000.0], "fluxes": [flux, flux],
                "group_ids": groups}  # fmt: skip
        assert ask("POST", "admin", "/api/spectra", body).status_code == 200
    tree = {"class": "Any", "subclasses": [{"class": "Ia"}, {"class": "Ib"}, {"class": "II"}]}
    body = {"name": "Tree", "version": "1", "hierarchy": tree}
    number = ask("POST", "admin", "/api/taxonomy", body).json["data"]["taxonomy_id"]
    for name, groups in (("Ia", [1]), ("Ib", [2]), ("II", [3])):
        body = {"obj_id": OBJ, "taxonomy_id": number, "classification": name, "group_ids": groups}
        assert ask("POST", "admin", "/api/classification", body).status_code == 200
    ask("POST", "admin", f"/api/sources/{OBJ}/comments", {"text": "between us"})
    return OBJ


def publish(ask, username, **options):
    answer = ask("POST", username, PAGES, {"options": EVERYTHING | options})
    assert answer.status_code == 200, answer.json
    return answer.json["data"]["id"]


def shown(app):
    """Return what the newest page shows: magnitudes, fluxes of spectra, classes, all text."""
    from webapp.platform import marshal  # noqa: PLC0415 - bound while the app is at work

    with app.app_context():
        _, data = marshal().published.pages.open(OBJ)
    mags = sorted(round(each["mag"], 1) for each in data["photometry"])
    fluxes = sorted(each["fluxes"][0] for each in data["spectroscopy"])
    classes = sorted(each["classification"] for each in data["classifications"])
    return mags, fluxes, classes, orjson.dumps(data).decode()


@pytest.mark.parametrize(
    ("username", "options", "expected"),
    [
        ("admin", {}, ([18.1, 18.5], [1.0], ["Ia"])),
        ("brita", {}, ([18.1, 18.5], [1.0], ["Ia"])),
        ("nuria", {"streams": [2]}, ([18.1, 18.2], [], [])),
        ("nuria", {"groups": [2, 1]}, ([18.3, 18.5], [1.0, 2.0], ["Ia", "Ib"])),
        ("brita", {"groups": [2]}, ([18.3], [2.0], [])),
        ("brita", {"streams": [1]}, ([18.1], [], [])),
    ],
)
def test_page_shows_what_was_chosen_of_what_its_publisher_sees(
    app, client, ask, source, username, options, expected
):
    publish(ask, username, **options)
    *found, text = shown(app)
    assert tuple(found) == expected
    assert "between us" not in text
    assert "brita" not in text


@pytest.mark.parametrize("options", [{"streams": [2]}, {"groups": [3]}, {"groups": [2, 3]}])
def test_nobody_publishes_what_is_not_theirs(ask, source, options):
    answer = ask("POST", "brita", PAGES, {"options": EVERYTHING | options})
    assert answer.status_code == 400
    assert ask("GET", "brita", PAGES).json["data"] == []


def test_who_may_not_manage_sources_or_sees_no_source_publishes_nothing(client, ask, world, source):
    weak = {"Authorization": f"token {world.token('brita', 'Upload data')}"}
    assert client.post(PAGES, json={"options": {}}, headers=weak).status_code == 401
    assert ask("POST", "vera", PAGES.replace(OBJ, "ZTF26none"), {"options": {}}).status_code == 404
    assert ask("POST", "brita", PAGES, {}).status_code == 400


def test_versions_are_frozen_and_the_same_one_is_refused(ask, source):
    first = publish(ask, "brita")
    again = ask("POST", "brita", PAGES, {"options": EVERYTHING})
    assert (again.status_code, "already exists" in again.json["message"]) == (400, True)
    ask("PATCH", "admin", f"/api/sources/{OBJ}", {"redshift": 0.03})
    second = publish(ask, "brita", include_spectroscopy=False)
    rows = ask("GET", "brita", PAGES).json["data"]
    assert [row["id"] for row in rows] == [second, first]
    assert rows[0]["options"] == {
        "photometry": "public", "spectroscopy": "private", "classifications": "public",
        "summary": "no data",
    }  # fmt: skip
    assert ask("DELETE", "brita", f"/api/public_pages/source/{second}").status_code == 200
    assert [row["id"] for row in ask("GET", "brita", PAGES).json["data"]] == [first]
    assert ask("DELETE", "brita", f"/api/public_pages/source/{second}").status_code == 404


def test_releases_are_their_groups_and_hide_their_pages(app, ask, source):
    body = {"name": "Data release", "link_name": "dr1", "group_ids": [2]}
    number = ask("POST", "brita", "/api/public_pages/release", body).json["data"]["id"]
    path = f"/api/public_pages/release/{number}"
    assert ask("POST", "brita", "/api/public_pages/release", body).status_code == 400
    auto = body | {"link_name": "dr2", "auto_publish_enabled": True}
    assert ask("POST", "brita", "/api/public_pages/release", auto).status_code == 400
    assert ask("PATCH", "vera", path, {"name": "Mine"}).status_code == 403
    page = {"options": EVERYTHING, "release_id": number}
    assert ask("POST", "vera", PAGES, page).status_code in {403, 404}
    assert ask("POST", "brita", PAGES, page).status_code == 200
    assert ask("DELETE", "brita", path).status_code == 400
    assert shown(app)[0] == [18.1, 18.5]
    assert ask("PATCH", "brita", path, {"is_visible": False}).status_code == 200
    with pytest.raises(Exception, match="no such public page"):
        shown(app)
    (row,) = ask("GET", "vera", "/api/public_pages/release").json["data"]
    assert (row["link_name"], row["group_ids"], row["is_visible"]) == ("dr1", [], False)


def test_stamps_are_shown_of_public_exposures_alone(app, ask, world, source):
    from webapp.platform import marshal  # noqa: PLC0415 - bound while the app is at work

    number = publish(ask, "brita")
    assert number
    with app.app_context():
        pages = marshal().published.pages
        page, _ = pages.open(OBJ)
        assert pages.stamps(OBJ, page.hash).startswith(b"\x89PNG")
        world.candidate("ZTF26private", filter_id=2, programid=2)
        ask("POST", "nuria", "/api/public_pages/source/ZTF26private", {"options": EVERYTHING})
        assert pages.open("ZTF26private")[0].has_stamps is False
