"""SQL and saved queries over HTTP."""

import csv
import io

import pyarrow as pa
import pytest

from fritz.cli.platforms import opened
from tests.support.archive_world import FIRST, SETTINGS, filled, token_of
from tests.support.openapi_answers import hold_answers_to_description
from webapp.app import create_app

pytestmark = pytest.mark.xdist_group("penquins")
COUNT = "SELECT COUNT(*) AS n FROM alerts"


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Call the API as a user: ``ask("brita", "post", "/api/sql", sql="…")``."""
    with opened(tmp_path_factory.mktemp("archive")) as platform:
        filled(platform)
        app = create_app(platform, SETTINGS)
        hold_answers_to_description(app)
        client = app.test_client()
        tokens = {name: token_of(platform, name) for name in ("brita", "nuria", "vera", "admin")}

        def call(username, method, path, **body):
            headers = {"Authorization": f"token {tokens[username]}"}
            return getattr(client, method)(path, json=body or None, headers=headers)

        yield call


@pytest.mark.parametrize(
    ("username", "n", "rights"), [("brita", 16, "public"), ("nuria", 24, "partnership")]
)
def test_sql_runs_within_the_asker_s_rights(ask, username, n, rights):
    data = ask(username, "post", "/api/sql", sql=COUNT).json["data"]
    assert data["rows"] == [{"n": n}]
    assert data["price"]["rights"] == rights
    assert not data["truncated"]


def test_the_price_comes_first(ask):
    data = ask("brita", "post", "/api/sql/price", sql=COUNT).json["data"]
    assert data["tables"] == ["alerts"]
    assert data["bytes"] > 0
    assert data["left"] == data["per_day"] - data["used_today"]


def test_rows_are_cut_and_say_so(ask):
    sql = "SELECT candid, candidate.drb AS drb FROM alerts ORDER BY candid"
    data = ask("brita", "post", "/api/sql", sql=sql, limit=2).json["data"]
    assert data["columns"] == ["candid", "drb"]
    assert [row["candid"] for row in data["rows"]] == [FIRST, FIRST + 1]
    assert data["truncated"]


def test_large_results_stream_as_arrow_and_csv(ask):
    sql = "SELECT candid, prv_candidates FROM alerts WHERE night > @night ORDER BY candid"
    given = {"sql": sql, "parameters": {"night": 0}}
    arrow = ask("brita", "post", "/api/sql/stream", **given)
    table = pa.ipc.open_stream(arrow.data).read_all()
    assert table.num_rows == 16
    text = ask("brita", "post", "/api/sql/stream", **given, format="csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["candid"]) for row in rows] == table.column("candid").to_pylist()
    assert rows[0]["prv_candidates"].startswith("[{")


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM ledger", "DROP TABLE alerts", "SELECT nosuch FROM alerts", "x"]
)
def test_other_statements_are_refused(ask, sql):
    answer = ask("admin", "post", "/api/sql", sql=sql)
    assert answer.status_code == 400
    assert answer.json["status"] == "error"


def test_queries_are_kept_shared_and_forgotten(ask):
    made = ask("nuria", "post", "/api/saved_queries", name="n", text=COUNT, group_ids=[3]).json
    number = made["data"]["id"]
    path = f"/api/saved_queries/{number}"
    assert ask("nuria", "get", path).json["data"]["text"] == COUNT
    assert ask("brita", "get", path).status_code == 404
    assert [each["id"] for each in ask("brita", "get", "/api/saved_queries").json["data"]] == []
    assert ask("nuria", "patch", path, name="counted", group_ids=[1]).status_code == 200
    assert ask("brita", "get", path).json["data"]["name"] == "counted"
    assert ask("brita", "patch", path, name="mine").status_code == 403
    assert ask("brita", "delete", path).status_code == 403
    assert ask("nuria", "delete", path).status_code == 200
    assert ask("nuria", "get", path).status_code == 404


def test_a_query_is_shared_with_one_s_own_groups_only(ask):
    answer = ask("brita", "post", "/api/saved_queries", name="n", text="x", group_ids=[6])
    assert answer.status_code == 400


def test_catalogs_are_described(ask):
    names = [each["name"] for each in ask("brita", "get", "/api/catalogs").json["data"]]
    assert "ZTF_alerts" in names
    one = ask("brita", "get", "/api/catalogs/ZTF_alerts").json["data"]
    assert "candidate" in [each["name"] for each in one["fields"]]
    assert ask("brita", "get", "/api/catalogs/nosuch").status_code == 404
