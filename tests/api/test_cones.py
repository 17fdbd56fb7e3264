"""Cone searches of many positions over HTTP."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io.votable import from_table, writeto
from astropy.table import Table

from fritz.cli.platforms import opened
from tests.support.archive_world import FIRST, SETTINGS, filled, token_of
from tests.support.openapi_answers import hold_answers_to_description
from webapp.app import create_app

pytestmark = pytest.mark.xdist_group("penquins")
RA, DEC = [150.0, 10.0, 150.1], [20.0, -5.0, 20.0]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("archive")) as platform:
        filled(platform)
        app = create_app(platform, SETTINGS)
        hold_answers_to_description(app)
        made = app.test_client()
        made.tokens = {name: token_of(platform, name) for name in ("brita", "nuria")}
        yield made


def headers(client, username):
    return {"Authorization": f"token {client.tokens[username]}"}


def votable():
    sink = io.BytesIO()
    writeto(from_table(Table({"RAJ2000": RA, "DEJ2000": DEC})), sink)
    return sink.getvalue()


def parquet():
    sink = io.BytesIO()
    pq.write_table(pa.table({"dec": DEC, "ra": RA}), sink)
    return sink.getvalue()


FILES = {
    "text/csv": "name,RA,Dec\nx,150.0,20.0\nx,10.0,-5.0\nx,150.1,20.0\n",
    "application/x-votable+xml": votable(),
    "application/vnd.apache.parquet": parquet(),
}


def search(client, username="brita", **body):
    given = {"catalog": "ZTF_alerts", "radius_arcsec": 5, "ra": RA, "dec": DEC} | body
    return client.post("/api/cones", json=given, headers=headers(client, username))


def test_a_batch_is_one_result_read_by_page(client):
    found = search(client).json["data"]
    assert found["positions"] == 3
    assert found["positions_with_rows"] == 2
    path = f"/api/cones/{found['id']}"
    page = client.get(path, headers=headers(client, "brita")).json["data"]
    assert page["totalMatches"] == found["rows"] == len(page["rows"])
    first = page["rows"][0]
    assert first["position"] == 0
    assert first["candid"] == FIRST
    assert first["distance_arcsec"] == pytest.approx(0.0, abs=1e-6)
    distances = [row["distance_arcsec"] for row in page["rows"] if row["position"] == 0]
    assert distances == sorted(distances)
    second = client.get(f"{path}?pageNumber=2&numPerPage=2", headers=headers(client, "brita"))
    assert second.json["data"]["rows"] == page["rows"][2:4]


def test_a_batch_shows_what_its_asker_may_see(client):
    around = {"ra": [150.2], "dec": [20.0]}
    assert search(client, "brita", **around).json["data"]["rows"] == 0
    assert search(client, "nuria", **around).json["data"]["rows"] == 4


def test_a_result_is_its_asker_s_alone(client):
    number = search(client).json["data"]["id"]
    for name in (number, "0" * 32, "..%2Fx"):
        answer = client.get(f"/api/cones/{name}", headers=headers(client, "nuria"))
        assert answer.status_code in {400, 404}


@pytest.mark.parametrize("media_type", FILES)
def test_positions_come_in_files(client, media_type):
    answer = client.post(
        "/api/cones?catalog=ZTF_alerts&radius_arcsec=5&columns=candid,magpsf",
        data=FILES[media_type],
        headers={**headers(client, "brita"), "Content-Type": media_type},
    )
    assert answer.json["data"]["positions_with_rows"] == 2, answer.json


def test_a_result_goes_out_as_a_file(client):
    number = search(client).json["data"]["id"]
    read = {
        "parquet": lambda data: pq.read_table(io.BytesIO(data)).to_pylist(),
        "arrow": lambda data: pa.ipc.open_stream(data).read_all().to_pylist(),
        "csv": lambda data: list(csv.DictReader(io.StringIO(data.decode()))),
    }
    for kind, reader in read.items():
        path = f"/api/cones/{number}/file?format={kind}"
        rows = reader(client.get(path, headers=headers(client, "brita")).data)
        assert int(rows[0]["candid"]) == FIRST


@pytest.mark.parametrize(
    "changed",
    [
        {"catalog": "nosuch"},
        {"catalog": "ZTF_alerts_aux"},
        {"radius_arcsec": 0},
        {"radius_arcsec": 1e6},
        {"ra": [1.0]},
        {"dec": [1.0, 2.0, 91.0]},
        {"ra": [], "dec": []},
        {"columns": ["nosuch"]},
    ],
    ids=str,
)
def test_bad_batches_are_refused(client, changed):
    assert search(client, **changed).status_code in {400, 404}


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("text/csv", b"a,b\n1,2\n"),
        ("text/csv", b"ra,dec\n1\n"),
        ("text/csv", b"\xff\xfe"),
        ("application/vnd.apache.parquet", b"PAR1"),
        ("application/x-votable+xml", b"<a/>"),
        ("image/png", b"x"),
    ],
)
def test_bad_files_are_refused(client, media_type, data):
    answer = client.post(
        "/api/cones?catalog=ZTF_alerts&radius_arcsec=5",
        data=data,
        headers={**headers(client, "brita"), "Content-Type": media_type},
    )
    assert answer.status_code == 400


def test_many_positions_are_one_search(client):
    rng = np.random.default_rng(2)
    ra, dec = rng.uniform(0, 360, 50_000).tolist(), rng.uniform(-90, 90, 50_000).tolist()
    found = search(client, ra=[*RA, *ra], dec=[*DEC, *dec]).json["data"]
    assert found["positions"] == 50_003
    assert found["positions_with_rows"] == 2
