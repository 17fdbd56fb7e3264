"""BigQueryWarehouse against the fake service: Google's clients, Google's engine, our wire."""

from datetime import UTC, datetime

import grpc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.bigquery_storage_v1 import types
from sqlglot import exp

from fritz.adapters.cloud.bigquery import BigQueryWarehouse
from fritz.adapters.cloud.bigquery_append import MAX_REQUEST_BYTES
from fritz.adapters.cloud.impersonation import client_as
from fritz.archive.arrow import arrow_table
from fritz.archive.expressions import column, parameter, table
from fritz.archive.schema import Column, Table
from fritz.errors import Invalid, NotFound, Transient
from fritz.ports import Statement
from tests.support.fake_bigquery import FakeBigQuery, serving
from tests.support.googlesql import GoogleSql

pytestmark = pytest.mark.xdist_group("googlesql")

TABLES = {
    "points": Table(
        "points",
        (
            Column("night", "INT64", "Night", mode="REQUIRED"),
            Column("candid", "INT64", "Id", mode="REQUIRED"),
            Column("mag", "FLOAT64", "Brightness"),
            Column("label", "STRING", "Text"),
            Column("good", "BOOL", "Flag"),
            Column("at", "TIMESTAMP", "Moment"),
            Column("raw", "BYTES", "Bytes"),
            Column("tags", "STRING", "Texts", mode="REPEATED"),
        ),
        "Points",
        partition="night",
    )
}
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
ROW = {
    "night": 20260102,
    "candid": 2**62 + 1,
    "mag": 18.25,
    "label": "ξ",
    "good": True,
    "at": NOON,
    "raw": b"\x00\xff",
    "tags": ["a", "b"],
}


class Objects(dict):
    """An object store in memory, as far as a load job reads it."""

    def get(self, key):
        return self[key]


@pytest.fixture(scope="module")
def engine():
    return GoogleSql(TABLES.values())


@pytest.fixture
def fake(engine):
    with serving(FakeBigQuery(engine, TABLES, Objects())) as service:
        yield service


@pytest.fixture
def warehouse(fake):
    return BigQueryWarehouse(
        "p", "archive", "bucket", TABLES, client=fake.client, writer=fake.writer
    )


def select(*conditions, **parameters):
    names = [column(each.name) for each in TABLES["points"].columns]
    tree = exp.select(*names).from_(table("points"))
    for condition in conditions:
        tree = tree.where(condition)
    return Statement(tree, parameters)


def test_appended_rows_come_out_of_a_query(warehouse):
    empty = {"night": 20260103, "candid": 7}
    warehouse.append("points", [ROW, empty])
    found = warehouse.run(select()).to_pylist()
    nothing = dict.fromkeys(ROW) | {"tags": []}
    assert sorted(found, key=lambda row: row["night"]) == [ROW, nothing | empty]


def test_append_goes_to_the_default_stream_in_one_request(warehouse, fake):
    warehouse.append("points", [ROW] * 100)
    (request,) = fake.appended
    assert request.write_stream == ("projects/p/datasets/archive/tables/points/streams/_default")
    assert len(fake.rows("points")) == 100


def test_what_exceeds_a_request_is_committed_together(warehouse, fake):
    large = [dict(ROW, candid=n, raw=bytes(MAX_REQUEST_BYTES // 4)) for n in range(9)]
    warehouse.append("points", large)
    assert len(fake.appended) > 1
    assert max(len(types.AppendRowsRequest.serialize(one)) for one in fake.appended) < 10_000_000
    assert fake.pending == {}
    assert [row["candid"] for row in fake.rows("points")] == list(range(9))


def test_nothing_of_an_interrupted_large_append_is_seen(warehouse, fake):
    large = [dict(ROW, candid=n, raw=bytes(MAX_REQUEST_BYTES // 2)) for n in range(4)]
    fake.fail_with = [grpc.StatusCode.UNAVAILABLE]
    with pytest.raises(Transient):
        warehouse.append("points", large)
    assert fake.rows("points") == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (grpc.StatusCode.UNAVAILABLE, Transient),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Transient),
        (grpc.StatusCode.ABORTED, Transient),
        (grpc.StatusCode.INTERNAL, Transient),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Transient),
        (grpc.StatusCode.INVALID_ARGUMENT, Invalid),
    ],
)
def test_failed_append_says_whether_a_retry_helps(warehouse, fake, status, error):
    fake.fail_with = [status]
    with pytest.raises(error, match="told to fail"):
        warehouse.append("points", [ROW])
    warehouse.append("points", [ROW])
    assert len(fake.rows("points")) == 1


@pytest.mark.parametrize("wrong", [{"candid": "x"}, {"candid": None}, {"tags": [1]}, {"raw": 5}])
def test_row_that_does_not_fit_is_refused_before_it_is_sent(warehouse, fake, wrong):
    with pytest.raises(Invalid, match="points"):
        warehouse.append("points", [ROW, ROW | wrong])
    assert fake.appended == []


def test_table_that_only_the_service_lacks_is_not_found(fake):
    more = TABLES | {"later": TABLES["points"]}
    warehouse = BigQueryWarehouse("p", "d", "b", more, client=fake.client, writer=fake.writer)
    with pytest.raises(NotFound, match="later"):
        warehouse.append("later", [ROW])


def test_values_travel_as_parameters_and_never_in_the_text(warehouse, fake):
    nasty = "'; DROP TABLE points; --"
    warehouse.append("points", [ROW, ROW | {"label": nasty}])
    found = warehouse.run(
        select(
            column("label").eq(parameter("label")),
            column("candid").isin(unnest=parameter("candids")),
            column("at").eq(parameter("at")),
            column("good").eq(parameter("good")),
            column("mag") < parameter("mag"),
            label=nasty,
            candids=[ROW["candid"], 5],
            at=NOON,
            good=True,
            mag=18.5,
        )
    )
    assert found.column("label").to_pylist() == [nasty]
    assert nasty not in fake.asked[-1]["query"]
    assert "@label" in fake.asked[-1]["query"]


def test_query_names_its_dataset_and_its_ceiling(warehouse, fake):
    warehouse.run(select())
    asked = fake.asked[-1]
    assert asked["defaultDataset"] == {"projectId": "p", "datasetId": "archive"}
    assert int(asked["maximumBytesBilled"]) == 100 * 2**30


def test_query_above_the_ceiling_is_refused(fake):
    frugal = BigQueryWarehouse(
        "p", "d", "b", TABLES, client=fake.client, writer=fake.writer, max_bytes_billed=10
    )
    frugal.append("points", [ROW])
    with pytest.raises(Invalid, match="limit for bytes billed"):
        frugal.run(select())


def test_dry_run_runs_nothing_and_tells_the_bytes(warehouse, fake):
    warehouse.append("points", [ROW] * 10)
    assert warehouse.dry_run(select()) == fake.size()
    assert fake.asked[-1]["configuration"]["dryRun"] is True


def test_statement_that_google_refuses_is_invalid(warehouse):
    tree = exp.select(column("no_such_column")).from_(table("points"))
    for call in (warehouse.run, warehouse.dry_run):
        with pytest.raises(Invalid, match="no_such_column"):
            call(Statement(tree))


@pytest.mark.parametrize("value", [[], [1, "a"], object(), None, [None]])
def test_parameter_without_a_type_is_invalid(warehouse, value):
    with pytest.raises(Invalid, match="parameter x"):
        warehouse.run(select(column("candid").eq(parameter("x")), x=value))


def test_load_appends_parquet_objects_of_the_bucket(warehouse, fake):
    sink = pa.BufferOutputStream()
    pq.write_table(arrow_table(TABLES["points"], [ROW, ROW]), sink)
    fake.objects["nights/1.parquet"] = sink.getvalue().to_pybytes()
    assert warehouse.load("points", ["nights/1.parquet"]) == 2
    assert warehouse.load("points", []) == 0
    job = fake.asked[-1]["configuration"]["load"]
    assert job["sourceUris"] == ["gs://bucket/nights/1.parquet"]
    assert (job["sourceFormat"], job["writeDisposition"]) == ("PARQUET", "WRITE_APPEND")
    assert job["parquetOptions"]["enableListInference"] is True
    assert job["schema"]["fields"][-1]["mode"] == "REPEATED"
    assert fake.rows("points") == [ROW, ROW]


class Asked:
    """A client of BigQuery that notes what it is asked, and what stands in the bucket then."""

    def __init__(self, objects):
        self.objects = objects

    def query_and_wait(self, sql, *, job_config, **_timeouts):
        self.sql, self.config, self.kept = sql, job_config, dict(self.objects)
        return self

    def to_arrow(self, **_options):
        return pa.table({"n": [1]})


class Bucket(Objects):
    def create(self, key, data):
        self[key] = data
        return True

    def delete(self, key):
        del self[key]


def test_a_large_table_of_a_statement_is_a_file_while_it_runs():
    bucket = Bucket()
    asked = Asked(bucket)
    warehouse = BigQueryWarehouse(
        "p", "archive", "bucket", TABLES, client=asked, writer=object(), objects=bucket
    )
    mine = pa.table({"candid": list(range(20_001))})
    few = pa.table({"candid": [5]})
    tree = exp.select(column("candid")).from_(table("mine")).join(table("few"), using="candid")
    warehouse.run(Statement(tree, {}, {"mine": mine, "few": few}))
    (key,) = asked.kept
    assert pq.read_table(pa.BufferReader(asked.kept[key])).equals(mine)
    (definition,) = asked.config.table_definitions.items()
    assert definition[0] == "mine"
    assert definition[1].source_uris == [f"gs://bucket/{key}"]
    assert definition[1].source_format == "PARQUET"
    assert asked.sql.startswith("WITH `few` AS")
    assert [each.name for each in asked.config.query_parameters] == ["few_candid"]
    assert bucket == {}


def test_without_a_bucket_a_large_table_is_refused():
    warehouse = BigQueryWarehouse("p", "a", "b", TABLES, client=Asked({}), writer=object())
    mine = pa.table({"candid": list(range(20_001))})
    with pytest.raises(Invalid, match="mine: more than 20000 rows"):
        warehouse.run(Statement(exp.select("*").from_(table("mine")), {}, {"mine": mine}))


def test_a_level_is_queried_as_the_account_that_reads_its_dataset_alone(monkeypatch):
    monkeypatch.setattr("google.auth.default", lambda scopes: (AnonymousCredentials(), "p"))
    client = client_as("query-public@p.iam.gserviceaccount.com", "p")
    credentials = client._credentials
    assert credentials.service_account_email == "query-public@p.iam.gserviceaccount.com"
    assert client.project == "p"
