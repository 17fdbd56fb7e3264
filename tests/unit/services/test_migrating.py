"""Migration: what is missing is added, whatever interrupts it; what cannot be is refused."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from google.cloud import bigquery
from sqlglot import exp

from fritz.adapters.cloud.bigquery_schemas import BigQuerySchemas
from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.segment_schemas import SegmentSchemas
from fritz.adapters.embedded.segments import Segments
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.evolution import evolution
from fritz.archive.schema import Column, Table
from fritz.errors import Invalid
from fritz.marshal.versions import Step, upgraded
from fritz.ports import Put, Query, Statement
from fritz.services.migrating import Migration
from tests.support.fakes import MemoryObjects
from tests.support.killing import killed_after

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)
NIGHT = Column("night", "INT64", "The night", mode="REQUIRED")
INNER = (Column("a", "INT64", "One"), Column("b", "STRING", "Two"))
OLD = Table(
    "t", (NIGHT, Column("s", "STRUCT", "Both", fields=INNER[:1])), "Test", partition="night"
)
NEW = replace(
    OLD,
    columns=(
        NIGHT,
        Column("s", "STRUCT", "Both", fields=INNER),
        Column("l", "STRUCT", "Many", mode="REPEATED", fields=INNER),
    ),
)
STEPS = (
    Step("things", 2, lambda fields: {"double": 2 * fields["n"]}, "twice"),
    Step("things", 3, lambda fields: {"more": fields["double"] + 1}, "one more"),
)
COUNT = 900


def test_only_what_adds_is_planned():
    found = evolution(NEW, OLD.columns)
    assert (found.added, found.refused, found.is_needed) == (("s.b", "l"), (), True)
    back = evolution(OLD, NEW.columns)
    assert (set(back.left), back.is_needed) == ({"s.b", "l"}, False)
    assert not evolution(NEW, None).exists


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (Column("x", "INT64", "", mode="REQUIRED"), "x: a new column of a table that stands"),
        (Column("night", "STRING", "", mode="REQUIRED"), "night: is INT64, cannot become STRING"),
        (Column("s", "STRUCT", "", mode="REPEATED"), "s: is NULLABLE, cannot become REPEATED"),
    ],
)
def test_what_would_change_or_demand_is_refused(column, said):
    kept = tuple(each for each in OLD.columns if each.name != column.name)
    (why,) = evolution(replace(OLD, columns=(*kept, column)), OLD.columns).refused
    assert why.startswith(said)


def test_a_column_may_cease_to_be_required():
    relaxed = replace(OLD, columns=(replace(NIGHT, mode="NULLABLE"), *OLD.columns[1:]))
    assert evolution(relaxed, OLD.columns).relaxed == ("night",)


def test_documents_of_each_version_become_the_same_and_later_ones_stay():
    whole = {"n": 1, "double": 2, "more": 3, "v": 3}
    assert upgraded("things", {"n": 1}, STEPS) == whole
    assert upgraded("things", {"n": 1, "double": 2, "v": 2}, STEPS) == whole
    assert upgraded("things", whole, STEPS) is None
    assert upgraded("things", {"n": 1, "v": 4}, STEPS) is None
    assert upgraded("others", {"n": 1}, STEPS) is None


@pytest.fixture
def folder(tmp_path):
    """Stores as the release before left them: 40 files of rows, 900 documents."""
    warehouse = ParquetWarehouse(tmp_path / "warehouse", MemoryObjects(), {"t": OLD})
    for night in range(40):
        warehouse.append("t", [{"night": 20260301 + night, "s": {"a": night}}])
    warehouse.close()
    documents = SqliteDocuments(tmp_path / "documents.sqlite")
    for first in range(0, COUNT, 300):
        documents.commit([Put("things", f"{n:04d}", {"n": n}) for n in range(first, first + 300)])
    documents.close()
    return tmp_path


def migration_on(folder):
    return Migration(
        documents=SqliteDocuments(folder / "documents.sqlite"),
        schemas=SegmentSchemas(folder / "warehouse"),
        tables={"t": NEW},
        now=lambda: NOW,
        steps=STEPS,
    )


def migrate(folder):
    """Migrate the first files, in a process that will then be killed."""
    for number, _ in enumerate(migration_on(folder).run()):
        if number == 10:
            (folder / "begun").touch()
            time.sleep(600)


def test_a_migration_that_is_killed_goes_on_where_it_was(folder):
    killed_after(migrate, folder, ready=(folder / "begun").exists, linger_s=0)
    segments = Segments(folder / "warehouse")
    kinds = {each.fingerprint for each in segments.live("t")}
    assert len(kinds) == 2, "it was killed before or after the files"
    parts = list(migration_on(folder).run())
    assert 0 < sum(each.subject == "t" for each in parts) < 40
    check(folder)
    assert list(migration_on(folder).run()) == []


def test_documents_that_were_half_migrated_are_finished(folder):
    running = migration_on(folder).run()
    seen = [next(running) for _ in range(40 + 2)]
    assert [each.subject for each in seen[-3:]] == ["t", "things", "things"]
    rest = [each for each in migration_on(folder).run() if each.subject == "things"]
    assert len(rest) == COUNT // 200 + 1 - 2
    check(folder)
    late = SqliteDocuments(folder / "documents.sqlite")
    late.commit([Put("things", "0000", {"n": 0})])
    assert list(migration_on(folder).run()) == []
    assert len(list(migration_on(folder).run(again=True))) == COUNT // 200 + 1
    check(folder)


def check(folder):
    """Return whether every row and every document is whole and as the new release has it."""
    warehouse = ParquetWarehouse(folder / "warehouse", MemoryObjects(), {"t": NEW})
    rows = warehouse.run(Statement(exp.select("*").from_("t").order_by("night"))).to_pylist()
    assert [(row["s"], row["l"] or []) for row in rows] == [
        ({"a": night, "b": None}, []) for night in range(40)
    ]
    warehouse.append("t", [])
    documents = SqliteDocuments(folder / "documents.sqlite")
    found = [each.data for each in documents.query(Query("things"))]
    assert found == [{"n": n, "double": 2 * n, "more": 2 * n + 1, "v": 3} for n in range(COUNT)]


def test_nothing_is_begun_where_something_is_refused(folder):
    impossible = replace(NEW, columns=(*NEW.columns, Column("x", "INT64", "", mode="REQUIRED")))
    migration = Migration(
        documents=SqliteDocuments(folder / "documents.sqlite"),
        schemas=SegmentSchemas(folder / "warehouse"),
        tables={"t": impossible},
        now=lambda: NOW,
        steps=STEPS,
    )
    with pytest.raises(Invalid, match=r"t\.x: a new column"):
        list(migration.run())
    assert migration.pending() == list(STEPS)


class Client:
    """BigQuery's client, as far as schemas go."""

    def __init__(self, schema):
        self.table = bigquery.Table(
            "p.d.t", [bigquery.SchemaField.from_api_repr(f) for f in schema]
        )
        self.updated = []

    def get_table(self, _):
        return self.table

    def update_table(self, table, fields):
        self.updated.append(fields)


def test_bigquery_s_columns_keep_their_order_and_get_the_new_ones_behind():
    beyond = {"name": "z", "type": "STRING", "mode": "NULLABLE"}
    client = Client([beyond, *OLD.bigquery_schema()])
    schemas = BigQuerySchemas("p", "d", client=client)
    assert evolution(NEW, schemas.found(NEW)).left == ("z",)
    assert list(schemas.extend(NEW)) == ["4 columns, 3 before"]
    assert [each.name for each in client.table.schema] == ["z", "night", "s", "l"]
    assert [each.name for each in client.table.schema[2].fields] == ["a", "b"]
    assert client.updated == [["schema"]]
    assert not evolution(NEW, schemas.found(NEW)).is_needed
