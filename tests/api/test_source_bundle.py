"""A source's export holds all that the caller sees of it, and nothing else."""

import io
import zipfile

import orjson
import pytest
from astropy import units
from astropy.table import Table

from fritz.services.instruments import survey_instrument
from tests.support.marshal_world import NOW

OBJ = "ZTF26aaaaaaa"


@pytest.fixture
def ask(client, world):
    def send(method, username, path, json=None, **query):
        headers = {"Authorization": f"token {world.token(username)}"}
        return client.open(path, method=method, json=json, headers=headers, query_string=query)

    return send


@pytest.fixture
def spectrum(ask, world):
    """The id of brita's spectrum; she has two points and a comment, too, and vera a point."""
    camera = survey_instrument(world.documents, "ztf", NOW).id
    ask("POST", "admin", "/api/sources", {"id": OBJ, "ra": 10.0, "dec": 20.0, "group_ids": [2, 6]})
    points = {"obj_id": OBJ, "mjd": [59000.5, 59001.5], "instrument_id": camera, "filter": "ztfg",
              "magsys": "ab", "mag": [18.0, None], "magerr": [0.1, None], "limiting_mag": 20.5,
              "group_ids": [2]}  # fmt: skip
    assert ask("POST", "brita", "/api/photometry", points).status_code == 200
    late = points | {"mjd": 59002.5, "mag": 19.0, "magerr": 0.2, "group_ids": [6]}
    assert ask("POST", "vera", "/api/photometry", late).status_code == 200
    said = {"text": "A nova?", "group_ids": [2]}
    assert ask("POST", "brita", f"/api/sources/{OBJ}/comments", said).status_code == 200
    made = ask("POST", "brita", "/api/spectra", {
        "obj_id": OBJ, "instrument_id": camera, "observed_at": "2026-11-20T03:00:00",
        "wavelengths": [4000.0, 5000.0], "fluxes": [1.0, 2.0], "group_ids": [2], "pi": [2],
        "units": "Jy",
    })  # fmt: skip
    return made.json["data"]["id"]


def files_of(answer):
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_astropy_reads_the_archive_with_units_and_gaps(ask, spectrum):
    answer = ask("GET", "farid", f"/api/sources/{OBJ}/bundle")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={OBJ}.zip"
    files = files_of(answer)
    assert sorted(files) == ["photometry.ecsv", "source.json", f"spectrum-{spectrum}.ecsv"]
    points = Table.read(files["photometry.ecsv"].decode(), format="ascii.ecsv")
    assert list(points["mjd"]) == [59000.5, 59001.5]
    assert points["mag"][0] == pytest.approx(18.0)
    assert (points["mag"].mask.tolist(), points["mjd"].unit) == ([False, True], units.day)
    assert points["flux"][0] == pytest.approx(10 ** (0.4 * (23.9 - 18.0)))
    table = Table.read(files[f"spectrum-{spectrum}.ecsv"].decode(), format="ascii.ecsv")
    assert list(table["flux"]) == [1.0, 2.0]
    assert table["wavelength"].unit == units.AA
    assert (table.meta["units"], table.meta["obj_id"]) == ("Jy", OBJ)
    whole = orjson.loads(files["source.json"])
    assert [each["text"] for each in whole["source"]["comments"]] == ["A nova?"]
    assert len(whole["source"]["photometry"]) == 2
    assert whole["spectra"][0]["wavelengths"] == [4000.0, 5000.0]
    assert ask("GET", "farid", f"/api/sources/{OBJ}/bundle").data == answer.data


def test_what_others_see_is_in_their_archive_alone(ask, spectrum):
    files = files_of(ask("GET", "vera", f"/api/sources/{OBJ}/bundle"))
    assert sorted(files) == ["photometry.ecsv", "source.json"]
    whole = orjson.loads(files["source.json"])
    assert [each["mjd"] for each in whole["source"]["photometry"]] == [59002.5]
    assert (whole["source"]["comments"], whole["spectra"]) == ([], [])
    assert [each["id"] for each in whole["source"]["groups"]] == [6]
    same = ask("GET", "vera", f"/api/sources/{OBJ}/bundle", format="json").json["data"]
    assert same == whole


def test_a_source_without_data_is_exported_and_an_unseen_one_is_not(ask):
    ask("POST", "admin", "/api/sources", {"id": OBJ, "ra": 10.0, "dec": 20.0, "group_ids": [2]})
    files = files_of(ask("GET", "brita", f"/api/sources/{OBJ}/bundle"))
    assert len(Table.read(files["photometry.ecsv"].decode(), format="ascii.ecsv")) == 0
    assert ask("GET", "vera", f"/api/sources/{OBJ}/bundle").status_code == 404
    assert ask("GET", "brita", f"/api/sources/{OBJ}/bundle", format="csv").status_code == 400
