"""Sharing: row 78 of the marshal's contract, and who may in §3.4."""

from dataclasses import replace

import pytest

from fritz.services.groups import UserStore
from fritz.services.instruments import survey_instrument
from tests.support.marshal_world import NOW

OBJ, OTHER = "ZTF26aaaaaaa", "ZTF26bbbbbbb"


@pytest.fixture
def ask(client, world):
    def send(method, username, path, json=None, **query):
        headers = {"Authorization": f"token {world.token(username)}"}
        return client.open(path, method=method, json=json, headers=headers, query_string=query)

    return send


def data(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def refused(answer, status=400):
    assert (answer.status_code, answer.json["status"]) == (status, "error")
    return answer.json["message"]


@pytest.fixture
def rows(ask, world):
    """A point of each of two objects and a spectrum, brita's, for group 2; vera is in 6."""
    instrument = survey_instrument(world.documents, "ztf", NOW).id
    for name in (OBJ, OTHER):
        data(ask("POST", "admin", "/api/sources",
                 {"id": name, "ra": 10.0, "dec": 20.0, "group_ids": [2]}))  # fmt: skip
    points = data(ask("POST", "brita", "/api/photometry", {
        "obj_id": [OBJ, OBJ, OTHER], "mjd": [59000.0, 59001.0, 59000.0], "magsys": "ab",
        "instrument_id": instrument, "filter": "ztfg", "flux": 12.0, "fluxerr": 0.1, "zp": 25.0,
        "group_ids": [2], "origin": "P60",
    }))["ids"]  # fmt: skip
    spectrum = data(ask("POST", "brita", "/api/spectra", {
        "obj_id": OBJ, "instrument_id": instrument, "observed_at": "2026-11-20T03:00:00",
        "wavelengths": [4000.0, 5000.0], "fluxes": [1.0, 2.0], "group_ids": [2], "pi": [2],
    }))["id"]  # fmt: skip
    return points, spectrum


def share(ask, who, groups, points=(), spectra=()):
    body = {"groupIDs": groups, "photometryIDs": list(points), "spectrumIDs": list(spectra)}
    return ask("POST", who, "/api/sharing", body)


def test_an_owner_opens_points_and_spectra_to_a_group_of_others(ask, rows):
    (first, second, other), spectrum = rows
    refused(ask("GET", "vera", f"/api/sources/{OBJ}"), 404)
    data(share(ask, "brita", [6], [first, other], [spectrum]))
    data(share(ask, "brita", [6], [first]))
    for name, seen in ((OBJ, [first]), (OTHER, [other])):
        shown = data(ask("GET", "vera", f"/api/sources/{name}/photometry"))
        assert [each["id"] for each in shown] == seen
    assert data(ask("GET", "vera", f"/api/spectra/{spectrum}"))["id"] == spectrum
    assert data(ask("GET", "vera", "/api/photometry/origins")) == ["P60"]
    shown = data(ask("GET", "farid", f"/api/sources/{OBJ}/photometry"))
    assert sorted(each["id"] for each in shown) == sorted([first, second])
    (row,) = [each for each in shown if each["id"] == first]
    assert {2, 6} <= {each["id"] for each in row["groups"]}


def test_nothing_is_shared_where_one_row_or_group_is_not_there(ask, rows):
    (first, *_), spectrum = rows
    for given, word in (
        (([6], [first, 99999], [spectrum]), "no photometry 99999"),
        (([6], [first], [spectrum, 99999]), "no spectrum 99999"),
        (([6, 9999], [first], []), "no group 9999"),
        (([6], [], []), "required"),
        (([], [first], []), "required"),
    ):
        assert word in refused(share(ask, "brita", *given))
    refused(ask("GET", "vera", f"/api/sources/{OBJ}"), 404)
    assert refused(share(ask, "vera", [6], [first])) == f"no photometry {first}"
    assert refused(share(ask, "vera", [6], [], [spectrum])) == f"no spectrum {spectrum}"


def test_others_share_points_where_they_were_let_and_belong(ask, world, rows):
    (first, *_), spectrum = rows
    users = UserStore(world.documents)
    nuria = users.by_name("nuria")
    mine = [each for each in nuria.group_ids if each not in {2, nuria.own_group_id}][:1]
    assert "not yours" in refused(share(ask, "nuria", mine, [first]), 403)
    users.change(nuria.id, lambda user: replace(user, sharing_group_ids=(2,)))
    data(share(ask, "nuria", mine, [first]))
    foreign = next(each for each in range(2, 99) if each not in nuria.group_ids)
    assert "not yours" in refused(share(ask, "nuria", [foreign], [first]), 403)
    assert "not yours" in refused(share(ask, "nuria", mine, [], [spectrum]), 403)
    data(share(ask, "admin", [6], [first], [spectrum]))
