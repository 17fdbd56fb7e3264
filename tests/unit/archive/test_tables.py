"""One definition of each table serves Arrow, BigQuery and the embedded warehouse."""

import json

import pyarrow as pa
import pytest
from google.cloud import bigquery

from fritz.archive.tables import ALERTS, LEDGER, TABLES
from fritz.archive.ztf_columns import CANDIDATE, FP_HIST, PRV_CANDIDATE
from tests.plugins.must_run import kit

AVRO_TYPES = {
    "double": "FLOAT64",
    "float": "FLOAT64",
    "int": "INT64",
    "long": "INT64",
    "string": "STRING",
}


OURS = {
    "candidate": {},
    "prv_candidate": {"drb": "FLOAT64", "drbversion": "STRING"},
    "fp_hist": {
        "alert_mag": "FLOAT64",
        "alert_ra": "FLOAT64",
        "alert_dec": "FLOAT64",
        "alert_programid": "INT64",
    },
}
"""What our histories know beyond the packet."""


@pytest.mark.kit
@pytest.mark.parametrize(
    ("record", "columns"),
    [("candidate", CANDIDATE), ("prv_candidate", PRV_CANDIDATE), ("fp_hist", FP_HIST)],
)
def test_columns_are_the_fields_of_the_official_schema_and_ours(record, columns):
    schema = json.loads(kit(f"schemas/ztf_4.02_official/{record}.avsc").read_bytes())
    official = {}
    for field in schema["fields"]:
        kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
        official[field["name"]] = AVRO_TYPES[next(kind for kind in kinds if kind != "null")]
    assert {column.name: column.type for column in columns} == official | OURS[record]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_bigquery_client_reads_the_schema(table):
    fields = [bigquery.SchemaField.from_api_repr(field) for field in table.bigquery_schema()]
    assert [field.name for field in fields] == table.arrow_schema.names
    assert all(field.description for field in fields)


PARTITIONED = {name: table for name, table in TABLES.items() if table.partition}


@pytest.mark.parametrize("table", PARTITIONED.values(), ids=PARTITIONED)
def test_bigquery_accepts_the_number_of_partitions(table):
    parts = table.bigquery_partitioning()["range"]
    count = (int(parts["end"]) - int(parts["start"])) // int(parts["interval"])
    assert count < 10_000
    assert table.column(table.partition).type == "INT64"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_at_most_four_existing_columns_cluster(table):
    assert 1 <= len(table.cluster) <= 4
    assert set(table.cluster) <= set(table.arrow_schema.names)


def test_history_is_a_list_of_structs_as_clients_expect():
    history = ALERTS.arrow_schema.field("prv_candidates").type
    assert pa.types.is_list(history)
    assert history.value_type.field("magpsf").type == pa.float64()
    assert ALERTS.arrow_schema.field("candidate").type.field("candid").type == pa.int64()


def test_required_columns_are_required_everywhere():
    for table in (ALERTS, LEDGER):
        for column, field in zip(table.columns, table.arrow_schema, strict=True):
            assert field.nullable == (column.mode != "REQUIRED")


def test_unknown_column_is_a_key_error():
    with pytest.raises(KeyError, match="nosuch"):
        ALERTS.column("nosuch")


def test_a_month_of_nights_is_one_partition_and_a_field_another():
    nights = TABLES["detections"].bigquery_partitioning()
    fields = TABLES["ztf_sources"].bigquery_partitioning()
    assert nights["range"] == {"start": "20170000", "end": "20600000", "interval": "100"}
    assert fields == {"field": "field", "range": {"start": "0", "end": "2000", "interval": "1"}}


def test_light_curves_keep_the_surveys_own_columns():
    detections = {column.name: column.type for column in TABLES["detections"].columns}
    forced = {column.name: column.type for column in TABLES["forced_photometry"].columns}
    assert {column.name: column.type for column in PRV_CANDIDATE}.items() <= detections.items()
    assert {column.name: column.type for column in FP_HIST}.items() <= forced.items()
