"""The contract of `fritz.ports.Warehouse`. The tables are those of `subjects.TABLES`."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp, parse_one

from fritz.errors import Invalid, NotFound
from fritz.ports import Statement
from tests.contract.subjects import TABLES, fresh

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
NIGHT = 20260301


def row(run, candid, night=NIGHT, **more):
    return {"run": run, "night": night, "candid": candid, **more}


def ask(subject, sql, **values):
    """Run a statement written in BigQuery's dialect; parameters are @named."""
    return subject.warehouse.run(Statement(parse_one(sql, dialect="bigquery"), values))


def rows_of(subject, run, columns="candid"):
    sql = f"SELECT {columns} FROM points WHERE run = @run ORDER BY candid"
    return ask(subject, sql, run=run).to_pylist()


def dry(subject, sql, **values):
    return subject.warehouse.dry_run(Statement(parse_one(sql, dialect="bigquery"), values))


@pytest.fixture
def run():
    return fresh("run")


def test_appended_rows_are_there_at_once(warehouse, run):
    warehouse.warehouse.append("points", [row(run, 2, mag=18.5), row(run, 1)])
    assert rows_of(warehouse, run, "candid, mag") == [
        {"candid": 1, "mag": None},
        {"candid": 2, "mag": 18.5},
    ]


def test_values_of_every_type_read_back(warehouse, run):
    epoch = {"jd": 2461100.5, "mag": None, "programid": 1}
    full = row(
        run,
        2**53 + 1,
        mag=0.1,
        label="ξ 'quoted' \\ ; --",
        good=True,
        at=NOON,
        raw=b"\x00\xff",
        candidate=epoch,
        prv=[epoch, {"jd": 1.0, "mag": 2.0, "programid": 3}],
        tags=["a", ""],
    )
    warehouse.warehouse.append("points", [full])
    assert rows_of(warehouse, run, "*") == [full]


def test_a_result_has_bigquerys_types(warehouse, run):
    warehouse.warehouse.append("points", [row(run, n, mag=1.5, at=NOON) for n in range(3)])
    sql = (
        "SELECT COUNT(*) AS n, SUM(candid) AS total, MAX(mag) AS mag, MIN(at) AS at, 7 AS seven"
        " FROM points WHERE run = @run"
    )
    table = ask(warehouse, sql, run=run)
    assert table.to_pylist() == [{"n": 3, "total": 3, "mag": 1.5, "at": NOON, "seven": 7}]
    assert table.schema.types == [
        pa.int64(),
        pa.int64(),
        pa.float64(),
        pa.timestamp("us", tz="UTC"),
        pa.int64(),
    ]


def test_an_absent_list_is_empty(warehouse, run):
    warehouse.warehouse.append("points", [row(run, 1), row(run, 2, prv=None, tags=[])])
    assert rows_of(warehouse, run, "prv, tags") == [{"prv": [], "tags": []}] * 2


def test_appending_nothing_does_nothing(warehouse, run):
    warehouse.warehouse.append("points", [])
    assert rows_of(warehouse, run) == []


def test_rows_of_several_nights_come_together(warehouse, run):
    nights = [20260301, 20260302, 20260228]
    warehouse.warehouse.append("points", [row(run, n, night) for n, night in enumerate(nights)])
    assert [each["night"] for each in rows_of(warehouse, run, "night")] == nights


def test_a_table_without_nights_takes_rows(warehouse, run):
    warehouse.warehouse.append("labels", [{"run": run, "candid": 5, "label": "x"}])
    found = ask(warehouse, "SELECT candid, label, mag FROM labels WHERE run = @run", run=run)
    assert found.to_pylist() == [{"candid": 5, "label": "x", "mag": None}]


def test_an_empty_table_answers_no_rows_with_its_columns(warehouse):
    table = ask(warehouse, "SELECT * FROM vacant")
    assert table.num_rows == 0
    assert table.column_names == [column.name for column in TABLES["vacant"].columns]
    assert ask(warehouse, "SELECT COUNT(*) AS n FROM vacant").to_pylist() == [{"n": 0}]


@pytest.mark.parametrize(
    "bad",
    [
        {"unknown": 1},
        {"mag": "bright"},
        {"candid": None},
        {"candid": "x"},
        {"candidate": {"jd": "late"}},
    ],
    ids=str,
)
def test_a_row_that_does_not_fit_spoils_its_append(warehouse, run, bad):
    with pytest.raises(Invalid):
        warehouse.warehouse.append("points", [row(run, 1), row(run, 2) | bad])
    assert rows_of(warehouse, run) == []


def test_an_unknown_table_is_not_found(warehouse):
    with pytest.raises(NotFound):
        warehouse.warehouse.append("nowhere", [{"a": 1}])
    with pytest.raises(NotFound):
        warehouse.warehouse.load("nowhere", [])


# --- statements -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("candid", 2**60),
        ("mag", 0.5),
        ("label", "it's; DROP TABLE points --"),
        ("good", False),
        ("at", NOON),
    ],
)
def test_a_parameter_of_each_type_is_bound(warehouse, run, column, value):
    other = {"mag": 9.0, "label": "other", "good": True, "at": datetime(2020, 1, 1, tzinfo=UTC)}
    wanted = row(run, 1, **other) | {column: value}
    warehouse.warehouse.append("points", [wanted, row(run, 2, **other)])
    sql = f"SELECT label FROM points WHERE run = @run AND {column} = @value"
    assert ask(warehouse, sql, run=run, value=value).to_pylist() == [{"label": wanted["label"]}]


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [("candid", [1, 3, 9], [1, 3]), ("label", ["b", "x'"], [2]), ("mag", [0.5], [1])],
)
def test_a_parameter_may_be_a_list(warehouse, run, column, values, found):
    rows = [row(run, n, label=label, mag=n / 2) for n, label in enumerate("abc", 1)]
    warehouse.warehouse.append("points", rows)
    sql = f"SELECT candid FROM points WHERE run = @run AND {column} IN UNNEST(@values)"
    answer = ask(warehouse, sql, run=run, values=values)
    assert sorted(answer.column("candid").to_pylist()) == found


def test_a_tree_built_by_hand_runs(warehouse, run):
    warehouse.warehouse.append("points", [row(run, n) for n in range(5)])
    value = exp.Parameter(this=exp.Var(this="run"))
    tree = (
        exp.select("candid").from_("points").where(exp.column("run").eq(value)).order_by("candid")
    )
    answer = warehouse.warehouse.run(Statement(tree.limit(2), {"run": run}))
    assert answer.column("candid").to_pylist() == [0, 1]


def test_a_parameter_nobody_names_is_no_matter(warehouse, run):
    assert ask(warehouse, "SELECT 1 AS one", run=run).to_pylist() == [{"one": 1}]


def test_a_parameter_without_a_value_is_refused(warehouse):
    with pytest.raises(Invalid):
        ask(warehouse, "SELECT candid FROM points WHERE run = @nobody")


def test_nested_fields_are_reached(warehouse, run):
    candidate = {"jd": 1.0, "mag": 18.0, "programid": 2}
    warehouse.warehouse.append("points", [row(run, 1, candidate=candidate), row(run, 2)])
    sql = "SELECT candidate.mag AS mag FROM points WHERE run = @run AND candidate.programid = 2"
    assert ask(warehouse, sql, run=run).to_pylist() == [{"mag": 18.0}]


def test_repeated_fields_unnest(warehouse, run):
    prv = [{"jd": float(n), "mag": 20.0 - n, "programid": 1} for n in range(3)]
    warehouse.warehouse.append(
        "points", [row(run, 1, prv=prv), row(run, 2, prv=prv[:1]), row(run, 3)]
    )
    sql = (
        "SELECT candid, e.jd AS jd FROM points CROSS JOIN UNNEST(prv) AS e"
        " WHERE run = @run AND e.mag < 19.5 ORDER BY candid, jd"
    )
    assert ask(warehouse, sql, run=run).to_pylist() == [
        {"candid": 1, "jd": 1.0},
        {"candid": 1, "jd": 2.0},
    ]


def test_tables_join(warehouse, run):
    warehouse.warehouse.append("points", [row(run, n) for n in range(3)])
    warehouse.warehouse.append("labels", [{"run": run, "candid": 1, "label": "supernova"}])
    sql = (
        "SELECT p.candid, l.label FROM points AS p LEFT JOIN labels AS l"
        " ON p.candid = l.candid AND p.run = l.run WHERE p.run = @run AND p.night = 20260301"
        " ORDER BY p.candid"
    )
    labels = [each["label"] for each in ask(warehouse, sql, run=run).to_pylist()]
    assert labels == [None, "supernova", None]


def test_common_table_expressions_and_windows_run(warehouse, run):
    warehouse.warehouse.append("points", [row(run, n % 3, mag=float(n)) for n in range(9)])
    sql = (
        "WITH ranked AS (SELECT candid, mag, ROW_NUMBER() OVER"
        " (PARTITION BY candid ORDER BY mag DESC) AS place FROM points WHERE run = @run)"
        " SELECT candid, mag FROM ranked WHERE place = 1 ORDER BY candid"
    )
    assert [each["mag"] for each in ask(warehouse, sql, run=run).to_pylist()] == [6.0, 7.0, 8.0]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nothing FROM points",
        "SELECT * FROM nowhere",
        "SELECT candid + FROM_BASE64(label) FROM points",
        "SELECT label, COUNT(*) FROM points",
    ],
)
def test_a_wrong_statement_is_refused(warehouse, sql):
    with pytest.raises(Invalid):
        ask(warehouse, sql)
    with pytest.raises(Invalid):
        dry(warehouse, sql)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("night = @night", [2]),
        ("@night = night", [2]),
        ("night >= @night", [2, 3]),
        ("night > @night", [3]),
        ("night < @night AND night >= 20260101", [1]),
        ("@night <= night", [2, 3]),
        ("night BETWEEN 20260228 AND @night", [1, 2]),
        ("night IN (20260228, 20260302)", [1, 3]),
        ("(night = @night OR candid = 3)", [2, 3]),
        ("NOT night = @night", [1, 3]),
        ("night = @night AND night = 20260302", []),
    ],
)
def test_a_condition_on_nights_drops_no_other_row(warehouse, run, condition, expected):
    rows = [row(run, n, night) for n, night in enumerate((20260228, NIGHT, 20260302), 1)]
    warehouse.warehouse.append("points", rows)
    sql = f"SELECT candid FROM points WHERE run = @run AND {condition} ORDER BY candid"
    answer = ask(warehouse, sql, run=run, night=NIGHT)
    assert answer.column("candid").to_pylist() == expected


def test_each_use_of_a_table_sees_its_own_nights(warehouse, run):
    nights = (20260228, NIGHT, 20260302)
    warehouse.warehouse.append("points", [row(run, n, night) for n, night in enumerate(nights)])
    sql = (
        "SELECT candid FROM points WHERE run = @run AND night = 20260228 UNION ALL"
        " SELECT candid FROM points WHERE run = @run AND night = 20260302 ORDER BY candid"
    )
    assert ask(warehouse, sql, run=run).column("candid").to_pylist() == [0, 2]
    within = (
        "SELECT candid FROM points WHERE run = @run AND candid + 1 IN"
        " (SELECT candid FROM points WHERE run = @run AND night = 20260302)"
    )
    assert ask(warehouse, within, run=run).column("candid").to_pylist() == [1]


def test_a_dry_run_counts_bytes_without_running(warehouse, run):
    warehouse.warehouse.append("points", [row(run, n, label="x" * 50) for n in range(100)])
    whole = dry(warehouse, "SELECT * FROM points")
    assert isinstance(whole, int)
    assert whole >= 0
    if warehouse.prunes:
        assert whole > 0
        one = dry(warehouse, "SELECT * FROM points WHERE night = @night", night=NIGHT)
        assert 0 < one <= whole
        assert dry(warehouse, "SELECT * FROM points WHERE night = 19990101") == 0


# --- loading --------------------------------------------------------------------------------------


def parquet(rows, schema=None):
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer)
    return buffer.getvalue()


def test_parquet_objects_load(warehouse, run):
    schema = TABLES["points"].arrow_schema
    keys = [fresh("load") + ".parquet" for _ in range(2)]
    nights = (NIGHT, 20260302)
    epoch = {"jd": 1.0, "mag": 1.0, "programid": 1}
    for key, night in zip(keys, nights, strict=True):
        rows = [
            row(
                run,
                night * 10 + n,
                night,
                tags=["t"],
                prv=[{"jd": 1.0, "mag": 1.0, "programid": 1}],
            )
            for n in range(4)
        ]
        warehouse.objects.create(key, parquet(rows, schema))
    assert warehouse.warehouse.load("points", keys) == 8
    found = rows_of(warehouse, run, "night, candid, tags, prv")
    assert [each["night"] for each in found] == [NIGHT] * 4 + [20260302] * 4
    assert found[0]["tags"] == ["t"]
    assert found[0]["prv"] == [epoch]


def test_loading_a_missing_object_is_not_found_and_loads_nothing(warehouse, run):
    key = fresh("load") + ".parquet"
    warehouse.objects.create(key, parquet([row(run, 1)], TABLES["points"].arrow_schema))
    with pytest.raises(NotFound):
        warehouse.warehouse.load("points", [key, fresh("missing")])
    assert rows_of(warehouse, run) == []


def test_loading_no_objects_does_nothing(warehouse):
    assert warehouse.warehouse.load("points", []) == 0


def test_what_does_not_fit_does_not_load(warehouse, run):
    key = fresh("load") + ".parquet"
    warehouse.objects.create(key, parquet([{"run": run, "surprise": 1}]))
    with pytest.raises(Invalid):
        warehouse.warehouse.load("points", [key])
    assert rows_of(warehouse, run) == []


# --- together -------------------------------------------------------------------------------------


def test_appends_of_several_threads_all_count(warehouse, run):
    def append(part):
        rows = [row(run, part * 100 + n, NIGHT + part % 2) for n in range(10)]
        warehouse.warehouse.append("points", rows)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(12)))
    assert len(rows_of(warehouse, run)) == 120


def test_a_reader_sees_each_append_whole(warehouse, run):
    """Each append has ten rows in two nights; no count is ever between."""

    def append(part):
        rows = [row(run, part * 10 + n, NIGHT + n % 2) for n in range(10)]
        warehouse.warehouse.append("points", rows)

    with ThreadPoolExecutor(3) as pool:
        appends = [pool.submit(append, part) for part in range(10)]
        counts = []
        while not all(each.done() for each in appends):
            counts.append(len(rows_of(warehouse, run)))
    assert {count % 10 for count in counts} <= {0}
    assert counts == sorted(counts)
    assert len(rows_of(warehouse, run)) == 100


def test_a_statement_joins_a_table_of_its_own(warehouse, run):
    warehouse.warehouse.append("points", [row(run, n, mag=float(n)) for n in range(4)])
    own = pa.table({"candid": [3, 1, 3], "offset": [0.5, 0.25, 2.0], "note": ["a", "b", "c"]})
    sql = (
        "SELECT own.note, points.mag + own.offset AS total FROM points JOIN own"
        " ON own.candid = points.candid WHERE points.run = @run ORDER BY own.note"
    )
    statement = Statement(parse_one(sql, dialect="bigquery"), {"run": run}, {"own": own})
    found = warehouse.warehouse.run(statement).to_pylist()
    assert found == [
        {"note": "a", "total": 3.5},
        {"note": "b", "total": 1.25},
        {"note": "c", "total": 5.0},
    ]
    assert warehouse.warehouse.dry_run(statement) > 0
