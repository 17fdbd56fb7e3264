"""SQL of people: within rights, whatever the text; priced, limited, cut."""

from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.levels import PREPARED
from fritz.archive.tables import TABLES
from fritz.archive.views import VIEWS
from fritz.errors import Forbidden, Invalid, TooMany
from fritz.services.sql_queries import LEAST_BYTES, SqlQueries
from tests.support.backtesting import NOW, random_rows
from tests.support.random_sql import statements

ROWS = random_rows(60, seed=5)
PUBLIC, EVERYTHING = (1,), (0, 1, 2, 3)


def detection(row):
    candidate = row["candidate"]
    return {
        "survey": "ztf", "night": row["night"], "objectId": row["objectId"],
        "candid": row["candid"], "programid": row["programid"], "healpix": row["healpix"],
        "jd": candidate["jd"], "ra": 1.0, "dec": 1.0, "fid": candidate["fid"],
        "magpsf": 18.0, "own_alert": True, "ingested_at": NOW,
    }  # fmt: skip


def object_of(row):
    return {
        "survey": "ztf", "objectId": row["objectId"], "programid": row["programid"],
        "candid": row["candid"], "healpix": row["healpix"], "ra": 1.0, "dec": 1.0,
        "jd": row["candidate"]["jd"], "night": row["night"], "ingested_at": NOW,
    }  # fmt: skip


def score(row):
    return {
        "candid": row["candid"], "survey": "ztf", "night": row["night"],
        "programid": row["programid"], "name": "braai", "version": "1", "score": 0.5,
        "state": "shadow", "scored_at": NOW,
    }  # fmt: skip


def public_part(row):
    kept = {
        "prv_candidates": [each for each in row["prv_candidates"] if each["programid"] == 1],
        "fp_hists": [
            each
            for each in row["fp_hists"]
            if each["programid"] == 1 and each.get("alert_programid", 1) in {1, None}
        ],
    }
    return row | kept


def archive(folder, rows):
    """Make an archive that one thread reads: of several rows that fail it names the first."""
    warehouse = ParquetWarehouse(
        folder / "warehouse",
        FolderObjects(folder / "objects"),
        TABLES,
        VIEWS,
        threads=1,
        prepared=PREPARED,
    )
    for half in (rows, rows[:10]):
        warehouse.append("alerts", half)
    for name, make in (("detections", detection), ("objects", object_of), ("scores", score)):
        known = {column.name for column in TABLES[name].columns}
        made = [{k: v for k, v in make(row).items() if k in known} for row in rows]
        warehouse.append(name, made)
    documents = SqliteDocuments(folder / "documents.sqlite")
    return SqlQueries(
        warehouse, documents, lambda: datetime(2026, 8, 1, 23, tzinfo=UTC), 10 * 2**40, 60.0
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    return archive(tmp_path_factory.mktemp("full"), ROWS)


@pytest.fixture(scope="module")
def public_only(tmp_path_factory):
    """An archive that never held anything that is not public."""
    rows = [public_part(row) for row in ROWS if row["programid"] == 1]
    return archive(tmp_path_factory.mktemp("public"), rows)


def answer(queries, sql, programids=PUBLIC, **more):
    table, _ = queries.run(sql, 7, programids, **more)
    return sorted(table.to_pylist(), key=repr)


def outcome(queries, sql):
    """Return the answer, or that there was none and why."""
    try:
        return answer(queries, sql)
    except Invalid as e:
        return str(e)


quietly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HIDDEN_CAST = "SELECT candid FROM alerts WHERE CAST(objectId AS INT64) > 0"
HIDDEN_KEY = (
    "SELECT candid FROM alerts WHERE CAST(CONCAT(CAST(candid AS STRING), "
    "IF(programid = 1, '', 'x')) AS INT64) > 0"
)


@quietly
@given(statements())
@example(HIDDEN_CAST)
@example(HIDDEN_KEY)
@example("SELECT COUNT(*) FROM alerts AS a, UNNEST(a.fp_hists) AS p")
@example("SELECT objectId, COUNT(*) FROM detections GROUP BY objectId")
def test_no_sql_tells_that_there_is_anything_restricted(full, public_only, sql):
    assert outcome(full, sql) == outcome(public_only, sql)


def test_each_level_sees_its_programs(full):
    sql = "SELECT programid, COUNT(*) AS n FROM alerts GROUP BY programid"
    seen = {
        programids: {row["programid"] for row in answer(full, sql, programids)}
        for programids in (PUBLIC, (1, 2), EVERYTHING)
    }
    assert seen == {PUBLIC: {1}, (1, 2): {1, 2}, EVERYTHING: {1, 2}}
    assert answer(full, sql, (1, 3)) == answer(full, sql, PUBLIC)
    with pytest.raises(Forbidden):
        answer(full, sql, ())


def test_histories_are_cut_as_rows_are(full):
    sql = "SELECT DISTINCT p.programid FROM alerts, UNNEST(prv_candidates) AS p"
    assert [row["programid"] for row in answer(full, sql)] == [1]
    assert [row["programid"] for row in answer(full, sql, (1, 2))] == [1, 2]
    assert [row["programid"] for row in answer(full, sql, EVERYTHING)] == [1, 2, 3]


def test_a_price_tells_nothing_of_what_is_hidden(full, public_only):
    sql = "SELECT candid FROM alerts"
    assert full.price(sql, 7, PUBLIC).bytes == public_only.price(sql, 7, PUBLIC).bytes
    assert full.price(sql, 7, PUBLIC).tables == ("alerts",)
    assert full.price("SELECT 1", 7, PUBLIC).tables == ()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM ledger",
        "SELECT * FROM alerts_once",
        "SELECT * FROM alerts_all",
        "SELECT * FROM Alerts_All",
        "SELECT * FROM `alerts rows`",
        "SELECT * FROM `alerts_public rows`",
        "SELECT * FROM archive.alerts",
        "SELECT * FROM INFORMATION_SCHEMA.TABLES",
        "WITH ledger AS (SELECT 1 AS x) SELECT * FROM ledger",
        "WITH ALERTS AS (SELECT 1 AS x) SELECT * FROM alerts",
        "SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x), LEDGER",
        "SELECT t.* FROM (WITH DuckDB_Tables AS (SELECT 1) SELECT 1), duckdb_tables AS t",
        (
            "WITH pragma_database_list AS (SELECT * FROM pragma_database_list) SELECT * FROM"
            " pragma_database_list"
        ),
        "SELECT * FROM read_parquet('x.parquet')",
        "SELECT * FROM 'x.parquet'",
        "SELECT * FROM duckdb_tables()",
        "SELECT * FROM query('SELECT 1')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('memory_limit')",
        "SELECT SESSION_USER()",
        "SELECT RAND()",
        "SELECT ERROR('x')",
        "SELECT @@version",
        "SELECT @nobody",
        "SELECT 1; SELECT 2",
        "DELETE FROM alerts WHERE TRUE",
        "INSERT INTO alerts (candid) VALUES (1)",
        "CREATE TABLE x AS SELECT 1",
        "DROP TABLE alerts",
        "COPY alerts TO 'x'",
        "ATTACH 'x'",
        "SET threads = 1",
        "PRAGMA version",
        "CALL x()",
        "EXPLAIN SELECT 1",
        "EXPORT DATA OPTIONS(uri='x') AS SELECT 1",
        "EXECUTE IMMEDIATE 'SELECT 1'",
        "SELECT * FROM alerts FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()",
        "SELECT * FROM alerts TABLESAMPLE SYSTEM (1 PERCENT)",
        "SELECT candid FROM alerts, UNNEST(fp_hists) AS f WITH OFFSET AS o",
        "SELECT * FROM EXTERNAL_QUERY('a', 'b')",
        "SELECT nosuch FROM alerts",
        "SELECT",
        "",
        "(" * 5000,
    ],
    ids=lambda sql: sql[:50],
)
def test_what_is_no_query_of_one_s_own_tables_is_refused(full, sql):
    with pytest.raises(Invalid):
        answer(full, sql, EVERYTHING)


def test_no_part_of_a_query_is_called_as_a_catalog_of_the_engine(full):
    sql = "SELECT view_name FROM duckdb_views() WHERE schema_name != 'information_schema'"
    named = duckdb.connect().execute(sql).fetchall()
    assert len(named) > 30
    for (name,) in named:
        with pytest.raises(Invalid, match="choose another name"):
            answer(full, f"WITH {name} AS (SELECT 1 AS x) SELECT x FROM {name}")


def test_values_are_bound_and_never_spliced(full):
    sql = "SELECT COUNT(*) AS n FROM alerts WHERE objectId = @name AND fid_of IN UNNEST(@some)"
    sql = sql.replace("fid_of", "candidate.fid")
    found = answer(full, sql, parameters={"name": "x' OR TRUE --", "some": [1, 2, 3]})
    assert found == [{"n": 0}]
    with pytest.raises(Invalid, match="@some"):
        answer(full, sql, parameters={"name": "x", "some": []})


def test_rows_are_cut(full):
    sql = "SELECT candid FROM alerts ORDER BY candid"
    assert [row["candid"] for row in answer(full, sql, EVERYTHING, most_rows=2)] == [1, 2]


def test_a_quota_is_used_up(tmp_path, full):
    documents = SqliteDocuments(tmp_path / "documents.sqlite")
    tight = SqlQueries(full.warehouse, documents, full.now, 2 * LEAST_BYTES)
    sql = "SELECT COUNT(*) AS n FROM objects"
    assert tight.price(sql, 7, PUBLIC).left == 2 * LEAST_BYTES
    for _ in range(2):
        tight.run(sql, 7, PUBLIC)
    with pytest.raises(TooMany, match="0 are left") as refused:
        tight.run(sql, 7, PUBLIC)
    assert refused.value.retry_after_s == 3601
    assert tight.price(sql, 7, PUBLIC).used_today == 2 * LEAST_BYTES
    tight.run(sql, 8, PUBLIC)


def test_what_takes_too_long_is_ended(full):
    quick = SqlQueries(full.warehouse, full.documents, full.now, 2**50, timeout_s=0.2)
    many = "UNNEST(GENERATE_ARRAY(1, 100000))"
    sql = f"SELECT SUM(a * b * c) AS n FROM {many} AS a, {many} AS b, {many} AS c"
    with pytest.raises(Invalid, match="longer than"):
        quick.run(sql, 7, PUBLIC)


def test_prepared_files_follow_what_is_appended_and_put_together(tmp_path):
    queries = archive(tmp_path, ROWS[:20])
    sql = "SELECT COUNT(*) AS n FROM alerts"
    before = answer(queries, sql, EVERYTHING)[0]["n"]
    queries.warehouse.append("alerts", ROWS[20:40])
    assert answer(queries, sql, EVERYTHING)[0]["n"] == before + 20
    for night in {row["night"] for row in ROWS[:40]}:
        queries.warehouse.compact("alerts", night)
    assert answer(queries, sql, EVERYTHING)[0]["n"] == 40


def test_a_level_is_asked_where_its_views_stand(full):
    asked = []

    class Level:
        def __init__(self, level):
            self.level = level

        def __getattr__(self, method):
            asked.append((self.level, method))
            return getattr(full.warehouse, method)

    apart = replace(full, warehouse=None, of_level=Level)
    sql = "SELECT candid FROM alerts"
    assert answer(apart, sql) == answer(full, sql)
    assert answer(apart, sql, EVERYTHING) == answer(full, sql, EVERYTHING)
    both = [(level, method) for level in ("public", "all") for method in ("dry_run", "run")]
    assert asked == both
