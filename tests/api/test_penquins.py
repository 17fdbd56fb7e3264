"""penquins, Kowalski's own client, unchanged, against the archive over HTTP."""

import pyarrow as pa
import pytest
from penquins import Kowalski

from fritz.catalogs.library import catalog
from fritz.catalogs.mapping import mapped
from fritz.cli.platforms import opened
from fritz.services.catalog_store import CatalogStore, LoadReport
from tests.support.archive_world import FIRST, archive_packets, filled, served, token_of

pytestmark = pytest.mark.xdist_group("penquins")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("archive")) as platform:
        filled(platform)
        load_catalog(platform)
        with served(platform) as port:
            yield platform, port


def load_catalog(platform):
    """Put three rows of a catalog in the warehouse, and say that it is loaded."""
    data = pa.table(
        {
            "id": [1, 2, 3],
            "ra": [150.0, 150.0003, 10.0],
            "dec": [20.0, 20.0, -5.0],
            "phot_g_mean_mag": [15.0, 16.0, float("nan")],
        }
    )
    rows = mapped(catalog("Gaia_DR3"), data).rows
    platform.warehouse.append("catalog_Gaia_DR3", rows.to_pylist())
    report = LoadReport("Gaia_DR3", rows_in=3, rows=3)
    CatalogStore(platform.documents).loaded(report, platform.clock())


@pytest.fixture(scope="module")
def clients(archive):
    platform, port = archive
    made = {}
    for username in ("brita", "nuria"):
        where = {"protocol": "http", "host": "127.0.0.1", "port": port, "timeout": 60}
        made[username] = Kowalski(
            username=username, password=token_of(platform, username), max_retries=0, **where
        )
    yield made
    for each in made.values():
        each.close_all()


def ask(client, kind, catalog=None, **more):
    kwargs = more.pop("kwargs", {})
    query = {"query_type": kind, "query": {"catalog": catalog} | more, "kwargs": kwargs}
    return client.query(query)["default"]


def data(client, kind, catalog="ZTF_alerts", **more):
    answer = ask(client, kind, catalog, **more)
    assert answer["status"] == "success", answer
    return answer["data"]


def test_sign_in_ping_and_catalog_names(clients):
    public = clients["brita"]
    assert public.ping()
    assert public.get_catalogs() == sorted(public.get_catalogs(), reverse=True)
    assert {"ZTF_alerts", "ZTF_alerts_aux"} <= set(public.get_catalogs())


def test_an_api_token_serves_as_token(archive):
    platform, port = archive
    secret = token_of(platform, "vera")
    client = Kowalski(token=secret, protocol="http", host="127.0.0.1", port=port, timeout=60)
    assert client.ping()
    assert data(client, "estimated_document_count") == len(archive_packets())


def test_a_false_password_is_refused(archive):
    _, port = archive
    with pytest.raises(ValueError, match="Unauthorized"):
        Kowalski(username="brita", password="x", protocol="http", host="127.0.0.1", port=port)


@pytest.mark.parametrize(("username", "seen"), [("brita", 16), ("nuria", 24)])
def test_counts_are_of_what_one_may_see(clients, username, seen):
    client = clients[username]
    assert data(client, "estimated_document_count") == seen
    assert data(client, "count_documents", filter={}) == seen
    assert data(client, "count_documents", filter={"candidate.programid": {"$ne": 1}}) == seen - 16
    assert len(data(client, "find", filter={}, projection={"candid": 1})) == seen


def test_find_takes_filter_projection_sort_and_limit(clients):
    found = data(
        clients["brita"],
        "find",
        filter={"candidate.drb": {"$gte": 0.3}},
        projection="{'_id': 0, 'candid': 1, 'candidate.drb': 1}",
        kwargs={"sort": [["candidate.drb", -1], ["candid", 1]], "limit": 2, "skip": 1},
    )
    assert [each["candidate"]["drb"] for each in found] == pytest.approx([0.9, 0.8])
    assert all(set(each) == {"candid", "candidate"} for each in found)
    assert found[0]["candid"] == FIRST + 19


def test_find_one_brings_stamps_as_binary(clients):
    found = data(clients["brita"], "find_one", filter={"candid": FIRST})
    assert found["_id"] == found["candid"] == FIRST
    assert found["cutoutScience"]["stampData"][:2] == b"\x1f\x8b"
    assert "prv_candidates" not in found
    assert data(clients["brita"], "find_one", filter={"candid": FIRST + 2}) is None


def test_the_past_of_an_object_holds_what_one_may_see(clients):
    query = {"filter": {"_id": "ZTF26aaaaaaa"}}
    public, partner = (
        data(clients[name], "find", "ZTF_alerts_aux", **query)[0] for name in ("brita", "nuria")
    )
    assert {each["programid"] for each in public["prv_candidates"]} == {1}
    assert {each["programid"] for each in partner["prv_candidates"]} == {1, 2}
    assert {"jd", "magpsf", "fid"} <= set(public["prv_candidates"][0])


def test_aggregate_groups_across_documents(clients):
    pipeline = [
        {"$match": {"candidate.drb": {"$gt": 0.05}}},
        {"$group": {"_id": "$objectId", "n": {"$sum": 1}, "m": {"$min": "$candidate.magpsf"}}},
        {"$sort": {"_id": 1}},
    ]  # fmt: skip
    found = data(clients["brita"], "aggregate", pipeline=pipeline)
    assert [each["_id"][-1] for each in found] == ["a", "b", "d", "e"]
    assert [each["n"] for each in found] == [3, 4, 4, 3]


def test_aggregate_with_a_broker_s_own_stages_sees_the_history(clients):
    aux = {"from": "ZTF_alerts_aux", "localField": "objectId", "foreignField": "_id", "as": "aux"}
    pipeline = [
        {"$match": {"candid": FIRST + 1}},
        {"$project": {"cutoutScience": 0, "cutoutTemplate": 0, "cutoutDifference": 0}},
        {"$lookup": aux},
        {"$project": {"candid": 1, "prv_candidates": {"$arrayElemAt": ["$aux.prv_candidates", 0]}}},
        {"$project": {"n": {"$size": "$prv_candidates"}}},
    ]  # fmt: skip
    assert data(clients["brita"], "aggregate", pipeline=pipeline) == [{"_id": FIRST + 1, "n": 1}]
    assert data(clients["nuria"], "aggregate", pipeline=pipeline)[0]["n"] == 2


@pytest.mark.parametrize("operator", ["$lookup", "$out", "$merge", "$unionWith", "$graphLookup"])
def test_what_cannot_be_answered_is_refused_by_name(clients, operator):
    answer = ask(clients["brita"], "aggregate", "ZTF_alerts", pipeline=[{operator: {}}])
    assert answer["status"] == "error"
    assert operator in answer["message"]


def test_cone_search_names_every_position(clients):
    query = {
        "query_type": "cone_search",
        "query": {
            "object_coordinates": {
                "cone_search_radius": 2,
                "cone_search_unit": "arcsec",
                "radec": {
                    "a.b": [150.0, 20.0],
                    "far": [10.0, -5.0],
                    "text": ["10:00:24.0", "20:00:00.8"],
                },
            },
            "catalogs": {"ZTF_alerts": {"filter": {}, "projection": {"_id": 0, "candid": 1}}},
        },
    }  # fmt: skip
    found = clients["brita"].query(query)["default"]["data"]["ZTF_alerts"]
    assert set(found) == {"a_b", "far", "text"}
    assert found["far"] == []
    assert {each["candid"] - FIRST for each in found["a_b"]} == {0, 6, 12, 18}
    assert {each["candid"] - FIRST for each in found["text"]} == {1, 7, 13, 19}


def test_near_is_sorted_by_distance(clients):
    query = {
        "query_type": "near",
        "query": {
            "max_distance": 1,
            "distance_units": "arcmin",
            "radec": [[150.0, 20.0002]],
            "catalogs": {"ZTF_alerts": {"projection": {"candid": 1}}},
        },
        "kwargs": {"limit": 2},
    }
    found = clients["brita"].query(query)["default"]["data"]["ZTF_alerts"]
    (name,) = found
    assert name == "[150_0, 20_0002]"
    assert [each["candid"] - FIRST for each in found[name]] == [18, 12]


def test_catalogs_are_searched_as_alerts_are(clients):
    near = {
        "query_type": "near",
        "query": {
            "max_distance": 5,
            "distance_units": "arcsec",
            "radec": {"o": [150.0002, 20.0]},
            "catalogs": {
                "Gaia_DR3": {
                    "filter": {"phot_g_mean_mag": {"$lt": 20}},
                    "projection": {"phot_g_mean_mag": 1},
                }
            },
        },
    }
    found = clients["brita"].query(near)["default"]["data"]["Gaia_DR3"]["o"]
    assert [each["phot_g_mean_mag"] for each in found] == [16.0, 15.0]
    whole = data(clients["brita"], "find_one", "Gaia_DR3", filter={"dec": {"$lt": 0}})
    assert set(whole) == {"_id", "ra", "dec", "coordinates"}
    assert whole["coordinates"]["radec_str"] == ["00:40:00.0000", "-05:00:00.000"]
    assert data(clients["brita"], "estimated_document_count", "Gaia_DR3") == 3


def test_a_catalog_that_nobody_loaded_is_refused(clients):
    assert "AllWISE" not in clients["brita"].get_catalogs()
    query = {"query_type": "find", "query": {"catalog": "AllWISE", "filter": {}}}
    answer = clients["brita"].api("post", "api/queries", query)
    assert answer["status"] == "error"
    assert "not loaded" in answer["message"]


def test_alerts_within_a_sky_map(clients):
    public = clients["brita"]
    given = {"dateobs": "2026-11-10T00:00:00", "contours": [50, 90]}
    circle = {"localization_name": "x", "ra": 150.05, "dec": 20.0, "error": 0.03}
    saved = public.api("put", "api/skymap", given | {"skymap": circle})
    assert saved["data"]["contours"] == [50, 90]
    query = {"skymap": {"localization_name": "x", "dateobs": given["dateobs"], "contour": 90}}
    found = data(public, "skymap", filter={}, projection={"candid": 1}, **query)
    assert {(each["candid"] - FIRST) % 6 for each in found} == {0, 1}
    query["skymap"]["contour"] = 50
    assert data(public, "skymap", filter={}, **query) == []
    query["skymap"]["contour"] = 99
    assert ask(public, "skymap", "ZTF_alerts", filter={}, **query)["status"] == "error"
    name = {"dateobs": given["dateobs"], "localization_name": "x"}
    assert public.api("get", "api/skymap", name)["status"] == "success"
    assert clients["nuria"].api("delete", "api/skymap", name)["status"] == "error"
    assert public.api("delete", "api/skymap", name)["status"] == "success"
    assert public.api("get", "api/skymap", name)["status"] == "error"


def test_a_batch_of_queries_in_threads(clients):
    queries = [
        {
            "query_type": "find",
            "query": {
                "catalog": "ZTF_alerts",
                "filter": {"candid": FIRST + n},
                "projection": {"_id": 0, "candid": 1},
            },
        }
        for n in range(24)
    ]
    answers = clients["brita"].query(
        queries=queries, use_batch_query=True, max_n_threads=4
    )["default"]  # fmt: skip
    found = sorted(each["candid"] - FIRST for answer in answers for each in answer["data"])
    assert found == [n for n in range(24) if n % 3 != 2]


def test_info_of_a_collection(clients):
    info = data(clients["brita"], "info", command="catalog_info")
    assert info["count"] == 16
    assert "_id_" in data(clients["brita"], "info", command="index_info")


@pytest.mark.parametrize(
    ("kind", "query", "said"),
    [
        ("find", {"catalog": "ZTF_alerts", "filter": {"a": {"$near": 1}}}, "$near"),
        ("find", {"catalog": "users", "filter": {}}, "Protected collection"),
        ("drop", {"catalog": "ZTF_alerts"}, "drop"),
        ("find", {"catalog": "ZTF_alerts", "filter": "import os"}, "literal"),
        ("find", {"catalog": "ZTF_alerts_aux", "filter": {}}, "by object"),
        ("count_documents", {"catalog": "ZTF_alerts", "filter": {"$where": "1"}}, "$where"),
        ("nonsense", {}, "query_type"),
    ],
)
def test_bad_requests_are_400_and_say_why(clients, kind, query, said):
    answer = clients["brita"].api("post", "api/queries", {"query_type": kind, "query": query})
    assert answer["status"] == "error"
    assert said in answer["message"]
