"""Spectra over the API: rows 50 to 53 of the marshal's contract, and case 39's part of them."""

import pytest

from fritz.services.instruments import survey_instrument
from tests.plugins.must_run import kit
from tests.support.marshal_world import NOW

OBJ = "ZTF26aaaaaaa"
TWO = "# OBSERVER: Tycho\n# EXPTIME = 600.0 / s\n4000 1.0\n4001 2.0\n4002 nan\n4003 4.0\n"
THREE = "4000 1.0 0.1\n4001 2.0 0.2\n"


@pytest.fixture
def ask(client, world):
    def send(method, username, path, json=None, acls=(), **query):
        headers = {"Authorization": f"token {world.token(username, *acls)}"}
        return client.open(path, method=method, json=json, headers=headers, query_string=query)

    return send


@pytest.fixture
def spectrum(ask, world):
    """The body of a spectrum of an object that groups 2 and 6 have saved."""
    source = {"id": OBJ, "ra": 10.0, "dec": 20.0, "group_ids": [2, 6]}
    assert ask("POST", "admin", "/api/sources", source).status_code == 200
    return {"obj_id": OBJ, "instrument_id": survey_instrument(world.documents, "ztf", NOW).id,
            "observed_at": "2026-11-20T03:00:00", "wavelengths": [4000.0, 5000.0, 6000.0],
            "fluxes": [1.0, -4.0, 2.0], "errors": [0.1, 0.1, 0.2], "units": "Jy",
            "group_ids": [2], "pi": [2], "external_pi": "T. Brahe"}  # fmt: skip


def data(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error")
    return answer.json["message"]


def as_text(spectrum, text, **more):
    kept = {k: v for k, v in spectrum.items() if k in {"obj_id", "instrument_id", "observed_at"}}
    return kept | {"ascii": text, "filename": "sn.ascii", "group_ids": [2]} | more


@pytest.mark.case(39)
@pytest.mark.parametrize("path", ["/api/spectra", "/api/spectrum"])
def test_a_spectrum_is_its_groups_and_says_whose_it_is(ask, spectrum, path):
    number = data(ask("POST", "brita", path, spectrum))["id"]
    row = data(ask("GET", "farid", f"{path}/{number}"))
    for name in ("wavelengths", "fluxes", "errors", "units", "external_pi", "observed_at"):
        assert row[name] == spectrum[name], name
    assert [each["username"] for each in row["pis"]] == ["brita"]
    assert (row["type"], row["instrument_name"], row["owner"]["id"]) == ("source", "ZTF", 2)
    assert [each["id"] for each in row["groups"]] == [2, 12]
    hidden = ask("GET", "vera", f"{path}/{number}")
    assert refused(hidden) == f"no spectrum {number}"
    assert data(ask("GET", "vera", f"/api/sources/{OBJ}/spectra"))["spectra"] == []
    assert len(data(ask("GET", "farid", f"/api/sources/{OBJ}/spectra"))["spectra"]) == 1


@pytest.mark.case(39)
@pytest.mark.parametrize(
    "changed",
    [{"instrument_id": 99}, {"type": "galaxy"}, {"units": "furlongs"}, {"obj_id": "nowhere"},
     {"wavelengths": [1.0, 2.0]}, {"fluxes": [1.0, 2.0, "x"]}, {"errors": [1.0]},
     {"pi": [], "external_pi": "T. Brahe"}, {"pi": [99]}, {"group_ids": [99]},
     {"observed_at": "yesterday"}],
)  # fmt: skip
def test_what_cannot_be_a_spectrum_is_refused(ask, spectrum, changed):
    refused(ask("POST", "brita", "/api/spectra", spectrum | changed))
    assert data(ask("GET", "brita", "/api/spectra")) == []


@pytest.mark.case(39)
def test_text_of_two_columns_and_of_three(ask, spectrum):
    number = data(ask("POST", "brita", "/api/spectra/ascii", as_text(spectrum, TWO)))["id"]
    row = data(ask("GET", "brita", f"/api/spectra/{number}", includeOriginalFile="true"))
    assert (row["wavelengths"], row["fluxes"]) == ([4000.0, 4001.0, 4003.0], [1.0, 2.0, 4.0])
    assert row["errors"] is None
    assert row["altdata"] == {"OBSERVER": "Tycho", "EXPTIME": 600.0}
    assert (row["original_file_filename"], row["original_file_string"]) == ("sn.ascii", TWO)
    plain = data(ask("GET", "brita", f"/api/spectra/{number}"))
    assert plain["original_file_string"] is None
    three = as_text(spectrum, THREE)
    number = data(ask("POST", "brita", "/api/spectra/ascii", three))["id"]
    assert data(ask("GET", "brita", f"/api/spectra/{number}"))["errors"] is None
    number = data(ask("POST", "brita", "/api/spectra/ascii", three | {"fluxerr_column": 2}))["id"]
    assert data(ask("GET", "brita", f"/api/spectra/{number}"))["errors"] == [0.1, 0.2]


@pytest.mark.case(39)
def test_a_foreign_group_gets_a_spectrum_that_its_members_read(ask, spectrum):
    number = data(ask("POST", "brita", "/api/spectra", spectrum | {"group_ids": [6]}))["id"]
    assert data(ask("GET", "vera", f"/api/spectra/{number}"))["id"] == number
    refused(ask("GET", "farid", f"/api/spectra/{number}"))


def test_the_preview_keeps_nothing(ask, spectrum):
    body = {"ascii": THREE, "fluxerr_column": 2}
    parsed = data(ask("POST", "brita", "/api/spectra/parse/ascii", body))
    assert (parsed["fluxes"], parsed["errors"]) == ([1.0, 2.0], [0.1, 0.2])
    assert data(ask("GET", "brita", "/api/spectra")) == []
    for wrong in ("4000\n5000", "4000 1\n5000 2 3", "4000 1\nfive six", "", "4000 1"):
        refused(ask("POST", "brita", "/api/spectra/parse/ascii", {"ascii": wrong}))
    refused(ask("POST", "brita", "/api/spectra/parse/ascii", {"ascii": TWO, "flux_column": 0}))


@pytest.mark.kit
def test_files_as_people_upload_them(ask):
    folder = kit("marshal/spectra")
    for path in [*sorted(folder.glob("*.ascii")), folder / "spectrum_with_nan.txt"]:
        parsed = data(ask("POST", "brita", "/api/spectra/parse/ascii", {"ascii": path.read_text()}))
        assert len(parsed["wavelengths"]) > 100
    (bad,) = folder.glob("*.bad")
    message = refused(ask("POST", "brita", "/api/spectra/parse/ascii", {"ascii": bad.read_text()}))
    assert "9 columns, not 8" in message or "8 columns, not 9" in message


def test_owner_and_administrator_change_and_remove(ask, spectrum):
    number = data(ask("POST", "brita", "/api/spectra", spectrum))["id"]
    path = f"/api/spectra/{number}"
    assert "not yours" in refused(ask("PUT", "farid", path, {"label": "x"}))
    refused(ask("PUT", "brita", path, {"label": "x"}, acls=["Comment"]), 401)
    new = {"label": "peak", "wavelengths": [1.0, 2.0], "fluxes": [3.0, 4.0], "group_ids": [6]}
    assert ask("PUT", "brita", path, new | {"owner_id": 1}).status_code == 200
    row = data(ask("GET", "vera", path))
    assert (row["label"], row["fluxes"], row["owner_id"]) == ("peak", [3.0, 4.0], 2)
    refused(ask("PUT", "brita", path, {"fluxes": [1.0, 2.0]}))
    refused(ask("DELETE", "farid", path))
    assert ask("DELETE", "admin", path).status_code == 200
    refused(ask("GET", "brita", path))


def test_spectra_are_found_by_what_they_are(ask, spectrum):
    first = data(ask("POST", "brita", "/api/spectra", spectrum))["id"]
    later = spectrum | {"observed_at": "2026-11-21", "type": "host", "label": "b"}
    second = data(ask("POST", "brita", "/api/spectra", later))["id"]

    def found(**query):
        return [each["id"] for each in data(ask("GET", "farid", "/api/spectra", **query))]

    assert found() == [first, second]
    assert found(observedAfter="2026-11-20T12:00:00") == [second]
    assert found(type="source") == [first]
    assert found(objID=OBJ, groupIDs="2", label="b") == [second]
    assert found(instrumentIDs="99") == []
    rows = data(ask("GET", "farid", "/api/spectra", minimalPayload="true"))
    assert [each["fluxes"] for each in rows] == [[], []]
    path = f"/api/sources/{OBJ}/spectra"
    rows = data(ask("GET", "farid", path, sortOrder="desc", normalization="median"))["spectra"]
    assert [each["id"] for each in rows] == [second, first]
    assert rows[0]["fluxes"] == [0.5, -2.0, 1.0]
    ranged = ask("GET", "farid", "/api/spectra/range", min_date="2026-11-20T12:00:00")
    assert [each["id"] for each in data(ranged)] == [second]
    assert ask("GET", "farid", "/api/sources/nowhere/spectra").status_code == 404


def test_what_is_said_of_a_spectrum_stands_in_its_row_for_who_may_read_it(ask, spectrum):
    number = data(ask("POST", "brita", "/api/spectra", spectrum | {"group_ids": [2, 6]}))["id"]
    on = f"/api/spectra/{number}"
    said = {"text": "H alpha at 6600", "group_ids": [2]}
    told = {"origin": "snid", "data": {"type": "II"}, "group_ids": [2]}
    comment = data(ask("POST", "brita", f"{on}/comments", said))["comment_id"]
    # A spectrum has one name, whichever zeros a script writes.
    annotation = data(ask("POST", "brita", f"/api/spectra/0{number}/annotations", told))
    refused(ask("POST", "brita", f"{on}/annotations", told))
    for row in (data(ask("GET", "farid", on)),
                data(ask("GET", "farid", f"/api/sources/{OBJ}/spectra"))["spectra"][0],
                data(ask("GET", "farid", "/api/spectra"))[0]):  # fmt: skip
        (shown,), (noted,) = row["comments"], row["annotations"]
        assert (shown["id"], shown["text"], shown["spectrum_id"]) == (
            comment, "H alpha at 6600", number,
        )  # fmt: skip
        assert (noted["id"], noted["data"]) == (annotation["annotation_id"], {"type": "II"})
        assert noted["spectrum_id"] == number
    hidden = data(ask("GET", "vera", on))
    assert (hidden["comments"], hidden["annotations"]) == ([], [])
    (minimal,) = data(ask("GET", "brita", "/api/spectra", minimalPayload="true"))
    assert minimal["comments"] == []
    assert data(ask("GET", "brita", f"/api/sources/{OBJ}/comments")) == []
    assert data(ask("GET", "brita", f"/api/sources/{OBJ}/annotations")) == []


@pytest.mark.parametrize("what", ["comments", "annotations"])
def test_nobody_speaks_of_a_spectrum_that_they_do_not_see(ask, spectrum, what):
    number = data(ask("POST", "brita", "/api/spectra", spectrum))["id"]
    body = {"text": "x", "origin": "o", "data": {"a": 1}}
    for unseen in (str(number), "99999", "9" * 40, "x"):
        path = f"/api/spectra/{unseen}/{what}"
        said = refused(ask("POST", "vera", path, body), 404)
        assert refused(ask("GET", "vera", path), 404) == said
    data(ask("POST", "brita", f"/api/spectra/{number}/{what}", body | {"group_ids": [2]}))
    refused(ask("GET", "vera", f"/api/spectra/{number}/{what}/1"), 404)
    refused(ask("DELETE", "vera", f"/api/spectra/{number}/{what}/1"), 404)
    assert len(data(ask("GET", "brita", f"/api/spectra/{number}/{what}"))) == 1


def test_what_is_said_of_a_spectrum_follows_it_to_another_object(ask, spectrum):
    number = data(ask("POST", "brita", "/api/spectra", spectrum))["id"]
    made = data(ask("POST", "brita", f"/api/spectra/{number}/comments", {"text": "wrong slit"}))
    other = {"id": "ZTF26bbbbbbb", "ra": 11.0, "dec": 20.0, "group_ids": [2]}
    data(ask("POST", "brita", "/api/sources", other))
    data(ask("PUT", "brita", f"/api/spectra/{number}", {"obj_id": "ZTF26bbbbbbb"}))
    path = f"/api/spectra/{number}/comments/{made['comment_id']}"
    assert data(ask("GET", "brita", path))["text"] == "wrong slit"


def test_candidates_show_the_spectra_that_the_caller_sees(ask, world, spectrum):
    world.candidate(OBJ, filter_id=1)
    world.candidate(OBJ, filter_id=5)
    number = data(ask("POST", "brita", "/api/spectra", spectrum))["id"]
    path = f"/api/candidates/{OBJ}"
    for who, seen in (("brita", [number]), ("vera", [])):
        row = data(ask("GET", who, path, includeSpectra="true"))
        assert [each["id"] for each in row["spectra"]] == seen
    assert "spectra" not in data(ask("GET", "brita", path))
