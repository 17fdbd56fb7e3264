"""What only the embedded warehouse has: segments, their exchange, views, several processes."""

import multiprocessing
import os
import time

import pytest
from sqlglot import exp, parse_one

from fritz.adapters.embedded import segments as segments_module
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.pruning import nights_read
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.schema import Column, Table
from fritz.errors import Invalid
from fritz.ports import Statement
from tests.support.killing import killed_after

COLUMNS = (
    Column("night", "INT64", "Night", mode="REQUIRED"),
    Column("candid", "INT64", "Id", mode="REQUIRED"),
)
TABLES = {"points": Table("points", COLUMNS, "Points", partition="night")}
VIEWS = {"bright": exp.select("candid").from_("points").where("candid < 5")}


def opened(folder, tables=TABLES, views=VIEWS):
    return ParquetWarehouse(folder / "warehouse", FolderObjects(folder / "objects"), tables, views)


@pytest.fixture
def warehouse(tmp_path):
    store = opened(tmp_path)
    yield store
    store.close()


def rows(count, night=20260301, start=0):
    return [{"night": night, "candid": start + n} for n in range(count)]


def ask(warehouse, sql, **values):
    return warehouse.run(Statement(parse_one(sql, dialect="bigquery"), values)).to_pylist()


def count(warehouse):
    return ask(warehouse, "SELECT COUNT(*) AS n FROM points")[0]["n"]


def files(warehouse, night=20260301):
    return sorted((warehouse._segments.folder / "points" / str(night)).glob("*"))


# --- segments -------------------------------------------------------------------------------------


def test_small_files_of_a_night_become_one(warehouse):
    for n in range(5):
        warehouse.append("points", [*rows(2, start=2 * n), *rows(1, 20260302, n)])
    assert warehouse.compact("points", 20260301) == 5
    assert len(warehouse._segments.live("points", (20260301, 20260301))) == 1
    assert len(warehouse._segments.live("points")) == 6
    assert count(warehouse) == 15
    found = ask(warehouse, "SELECT candid FROM points WHERE night = 20260301 ORDER BY candid")
    assert [row["candid"] for row in found] == list(range(10))
    assert warehouse.compact("points", 20260301) == 0


def test_many_small_appends_are_put_together_without_being_asked(warehouse):
    for n in range(70):
        warehouse.append("points", rows(1, start=n))
    assert len(warehouse._segments.live("points")) < 64
    assert count(warehouse) == 70


def test_replaced_files_stay_for_their_readers_and_then_go(warehouse, monkeypatch):
    for n in range(3):
        warehouse.append("points", rows(1, start=n))
    warehouse.compact("points", 20260301)
    assert len(files(warehouse)) == 4
    monkeypatch.setattr(segments_module, "_GRACE_S", -1.0)
    warehouse._segments.sweep("points")
    assert len(files(warehouse)) == 1
    assert count(warehouse) == 3


def test_of_two_exchanges_one_happens(warehouse):
    for n in range(3):
        warehouse.append("points", rows(1, start=n))
    table, live = TABLES["points"], warehouse._segments.live("points")
    merged = warehouse._segments.write(table, table.arrow_schema.empty_table())
    assert warehouse.compact("points", 20260301) == 3
    assert not warehouse._segments.replace("points", live, merged)
    assert count(warehouse) == 3


def test_a_file_that_never_counted_is_swept_when_old(warehouse):
    warehouse.append("points", rows(1))
    stray = files(warehouse)[0].with_name("stray.parquet")
    stray.write_bytes(b"half a file")
    assert count(warehouse) == 1
    warehouse._segments.sweep("points")
    assert stray.exists()
    old = time.time() - 7200
    os.utime(stray, (old, old))
    warehouse._segments.sweep("points")
    assert not stray.exists()


def test_a_new_column_is_null_in_older_files(tmp_path):
    old = opened(tmp_path)
    old.append("points", rows(2))
    old.close()
    wider = (*COLUMNS, Column("mag", "FLOAT64", "Brightness"))
    new = opened(tmp_path, {"points": Table("points", wider, "Points", partition="night")})
    new.append("points", [{"night": 20260301, "candid": 9, "mag": 18.0}])
    expected = [(0, None), (1, None), (9, 18.0)]
    for _ in range(2):
        found = ask(new, "SELECT candid, mag FROM points ORDER BY candid")
        assert [(row["candid"], row["mag"]) for row in found] == expected
        new.compact("points", 20260301)
    new.close()


def test_a_load_of_very_many_nights_makes_few_files(warehouse):
    warehouse.append("points", [{"night": 20000000 + n, "candid": n} for n in range(200)])
    assert len(warehouse._segments.live("points")) == 1
    assert ask(warehouse, "SELECT candid FROM points WHERE night = 20000150") == [{"candid": 150}]


def test_a_few_rows_of_many_nights_make_one_file_until_there_are_many(warehouse):
    for n in range(70):
        warehouse.append("points", [row for night in range(1, 31) for row in rows(3, night, 3 * n)])
    live = warehouse._segments.live("points")
    assert len([each for each in live if each.low != each.high]) < 64
    assert {each.low for each in live if each.low == each.high} == set(range(1, 31))
    assert count(warehouse) == 70 * 30 * 3
    assert ask(warehouse, "SELECT count(*) AS n FROM points WHERE night = 7") == [{"n": 210}]


# --- statements -----------------------------------------------------------------------------------


def test_a_view_reads_its_table(warehouse):
    warehouse.append("points", rows(9))
    sql = "SELECT COUNT(*) AS n FROM bright WHERE candid > @least"
    assert ask(warehouse, sql, least=1) == [{"n": 3}]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH X AS (SELECT candid FROM bright) SELECT COUNT(*) AS n FROM x",
        "(WITH x AS (SELECT candid FROM bright) SELECT COUNT(*) AS n FROM x)",
        (
            "WITH RECURSIVE x AS (SELECT 0 AS c UNION ALL SELECT c + 1 FROM x WHERE c < 4)"
            " SELECT COUNT(*) AS n FROM x JOIN bright ON candid = c"
        ),
        "WITH POINTS AS (SELECT candid FROM bright) SELECT COUNT(*) AS n FROM Points",
    ],
)
def test_parts_of_a_statement_stand_beside_what_it_reads(warehouse, sql):
    warehouse.append("points", rows(9))
    assert ask(warehouse, sql) == [{"n": 5}]


@pytest.mark.parametrize(
    "source",
    ["read_csv('/etc/passwd')", "read_parquet('x')", "glob('*')", "main.points", "sniff_csv('x')"],
)
def test_nothing_but_the_tables_can_be_read(warehouse, source):
    tree = parse_one(f"SELECT * FROM {source}", dialect="duckdb")
    with pytest.raises(Invalid):
        warehouse.run(Statement(tree))
    nested = exp.select("1").where(exp.Exists(this=tree))
    with pytest.raises(Invalid):
        warehouse.run(Statement(nested))


def test_the_engine_reads_no_file_outside_its_folder(warehouse, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    sql = f"SELECT content FROM read_text('{tmp_path}/secret.txt')"
    with pytest.raises(Exception, match="Permission"):
        warehouse._session().execute(sql)


@pytest.mark.parametrize(
    ("where", "nights"),
    [
        ("night = 5", (5, 5)),
        ("p.night = @n AND candid = 1", (7, 7)),
        ("night > 5 AND night <= @n", (6, 7)),
        ("5 < night", (6, 2**63 - 1)),
        ("night IN (3, @n)", (3, 7)),
        ("night IN (3, candid)", None),
        ("night = 5 OR night = 6", None),
        ("NOT night = 5", None),
        ("night = candid", None),
        ("night = 5.5", None),
        ("q.night = 5", None),
        ("night = 5 AND (night = 5 OR TRUE)", (5, 5)),
        ("night + 1 = 5", None),
        ("TRUE", None),
    ],
)
def test_only_conditions_that_every_row_meets_prune(where, nights):
    tree = parse_one(f"SELECT 1 FROM points AS p WHERE {where}", dialect="bigquery")
    assert nights_read(tree, "points", "night", {"n": 7}) == nights


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM points p JOIN other o ON TRUE WHERE night = 5",
        "SELECT 1 FROM points UNION ALL SELECT 1 FROM points WHERE night = 5",
        "SELECT 1 FROM (SELECT * FROM points) AS p WHERE p.night = 5",
        "SELECT 1 FROM other WHERE night = 5 AND candid IN (SELECT candid FROM points)",
    ],
)
def test_a_condition_on_something_else_prunes_nothing(sql):
    assert nights_read(parse_one(sql, dialect="bigquery"), "points", "night", {}) is None


# --- several processes ----------------------------------------------------------------------------


def append_some(folder, first):
    warehouse = opened(folder)
    for n in range(20):
        night = 20260301 + n % 2
        warehouse.append("points", rows(3, night, first + 3 * n))
        if n % 10 == 0:
            warehouse.compact("points", night)
    warehouse.close()


def test_processes_append_compact_and_read_at_once(tmp_path, warehouse):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=append_some, args=(tmp_path, n * 1000)) for n in range(2)]
    for writer in writers:
        writer.start()
    counts = []
    while any(writer.is_alive() for writer in writers):
        counts.append(count(warehouse))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert all(number % 3 == 0 for number in counts)
    assert counts == sorted(counts)
    assert count(warehouse) == 120
    distinct = ask(warehouse, "SELECT COUNT(DISTINCT candid) AS n FROM points")
    assert distinct == [{"n": 120}]


def append_for_ever(folder):
    warehouse = opened(folder)
    while True:
        warehouse.append("points", [*rows(5), *rows(5, 20260302)])


def test_a_kill_leaves_no_part_of_an_append(tmp_path, warehouse):
    killed_after(append_for_ever, tmp_path, ready=lambda: count(warehouse) > 0)
    assert count(warehouse) % 10 == 0
    by_night = ask(warehouse, "SELECT night, COUNT(*) AS n FROM points GROUP BY night")
    assert len({row["n"] for row in by_night}) == 1
    warehouse.append("points", rows(10))
    assert count(warehouse) % 10 == 0


def test_a_session_knows_only_utc_wherever_the_machine_stands(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        warehouse = ParquetWarehouse(tmp_path, FolderObjects(tmp_path / "objects"), {})
        zone = exp.func("current_setting", exp.Literal.string("TimeZone"))
        found = warehouse.run(Statement(exp.select(exp.alias_(zone, "zone"))))
        assert found.to_pylist() == [{"zone": "UTC"}]
        warehouse.close()
    finally:
        monkeypatch.undo()
        time.tzset()
