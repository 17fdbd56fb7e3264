"""What of a pipeline becomes SQL, and that nothing of a user's stands in it as text."""

import pytest

from fritz.archive.rows import alert_row
from fritz.filters import compile_filter
from fritz.filters.sql import Pushed, Scope, counts_statement, rows_statement, sql_prefix
from fritz.filters.sql.reads import columns_read, reads_properties
from tests.support.backtesting import NIGHTS, NOW, SCOPE, random_rows, stops_statement
from tests.support.duckdb_warehouse import DuckdbWarehouse

HOSTILE = [
    "'; DROP TABLE alerts; --",
    '"',
    "\\",
    "@programids",
    "`x`",
    "{{x}}",
    "%s",
    "é\n\t",
    "\ud800",
    "a\0b",
    "x') OR TRUE --",
]


def pushed(*stages, **options):
    prefix = sql_prefix(compile_filter(list(stages)).stages, **options)
    return {clause.at: clause.pushed.value for clause in prefix.clauses}


def test_each_clause_says_how_much_of_it_became_sql():
    found = pushed(
        {
            "$match": {
                "candidate.drb": {"$gt": 0.5},
                "prv_candidates.rb": {"$mod": [2, 1]},
                "candidate.isdiffpos": {"$regex": "^t"},
                "$or": [
                    {"candidate.rb": {"$gt": 0.5}, "candidate.nid": {"$mod": [2, 1]}},
                    {"candidate.fid": 1},
                ],
            }
        },
        {"$project": {"candid": 1}},
    )
    assert found == {
        "0.$match.candidate.drb": "exactly",
        "0.$match.prv_candidates.rb": "necessary",
        "0.$match.candidate.isdiffpos": "not",
        "0.$match.$or": "necessary",
        "1.$project": "not",
    }


def test_what_may_raise_ends_the_prefix_unless_sql_can_tell_where():
    dividing = {"$project": {"x": {"$divide": ["$candidate.rb", "$candidate.drb"]}}}
    asking = {"$match": {"x": {"$gt": 1}}}
    assert set(pushed(dividing, asking).values()) == {"exactly"}
    failing = {"$project": {"x": {"$divide": ["$candidate.isdiffpos", 2]}}}
    assert set(pushed(failing, asking).values()) == {"not"}


def test_histories_are_looked_into_only_if_asked_to():
    query = {"$match": {"prv_candidates.0": {"$exists": True}}}
    assert list(pushed(query).values()) == ["exactly"]
    assert list(pushed(query, loops=False).values()) == ["not"]


@pytest.mark.parametrize("text", HOSTILE)
def test_strings_of_users_are_bound_never_printed(text):
    stages = [
        {"$match": {"candidate.isdiffpos": text, "objectId": {"$in": [text, "ZTF20abc"]}}},
        {"$match": {"$expr": {"$gt": ["$candidate.ssnamenr", {"$literal": text}]}}},
        {"$match": {f"classifications.{text.replace('.', '_').strip('$')}": {"$gt": 0.5}}}
        if "\0" not in text and "\ud800" not in text
        else {"$match": {}},
        {"$project": {"x": {"$eq": ["$objectId", {"$literal": text}]}}},
        {"$match": {"x": False}},
    ]
    prefix = sql_prefix(compile_filter(stages).stages)
    for dialect in ("bigquery", "duckdb"):
        sql = counts_statement(prefix, Scope(NIGHTS, (1,), objects=[text])).tree.sql(dialect)
        assert text not in sql or text in {'"', "`x`", "@programids", "%s"}
        assert "DROP" not in sql


@pytest.mark.parametrize("text", [each for each in HOSTILE if each.isprintable()])
def test_hostile_strings_are_compared_as_they_are(text):
    engine = DuckdbWarehouse()
    row = random_rows(1, seed=3)[0] | {"programid": 1}
    row["candidate"] |= {"ssnamenr": text, "programid": 1}
    engine.append("alerts", [row])
    for negated, stop in ((False, None), (True, 0)):
        test = {"$ne": text} if negated else {"$eq": text}
        prefix = sql_prefix(compile_filter([{"$match": {"candidate.ssnamenr": test}}]).stages)
        [found] = engine.run(stops_statement(prefix)).to_pylist()
        assert found["stop"] in {stop, None}
    engine.close()


def test_long_pipelines_are_cut_not_spelled_out():
    expression = "$candidate.rb"
    for _ in range(25):
        expression = {"$divide": [1, expression]}
    stages = [
        {"$match": {"candidate.drb": {"$gt": 0.5}}},
        {"$match": {"$expr": {"$gt": [expression, 1]}}},
    ]
    prefix = sql_prefix(compile_filter(stages).stages)
    assert [clause.pushed for clause in prefix.clauses] == [Pushed.EXACTLY, Pushed.NOT]
    doubling = [{"$addFields": {"x0": "$candidate.rb"}}]
    doubling += [
        {"$addFields": {f"x{n + 1}": {"$subtract": [f"$x{n}", f"$x{n}"]}}} for n in range(12)
    ]
    stages = [*doubling, {"$match": {"x12": {"$gt": 0}}}]
    assert sql_prefix(compile_filter(stages).stages).clauses[-1].pushed is Pushed.NOT


def test_only_the_columns_that_are_read_are_wanted():
    def wanted(*stages):
        return columns_read(compile_filter(list(stages)).stages)

    assert wanted({"$match": {"candidate.drb": 1}}, {"$project": {"prv_candidates": 1}}) == set()
    assert wanted({"$match": {"fp_hists.0": {"$exists": True}}}) == {"fp_hists"}
    assert wanted({"$project": {"x": {"$size": "$prv_candidates"}}}) == {"prv_candidates"}
    assert len(wanted({"$project": {"x": {"$objectToArray": "$$ROOT"}}})) == 3
    assert len(wanted({"$match": {"properties.star": False}})) == 3
    assert reads_properties(compile_filter([{"$match": {"properties.star": False}}]).stages)
    assert not reads_properties(compile_filter([{"$match": {"candidate.drb": 1}}]).stages)


def test_an_alert_that_stands_twice_counts_once():
    engine = DuckdbWarehouse()
    row = random_rows(1, seed=5)[0] | {"programid": 1}
    row["candidate"] |= {"programid": 1}
    engine.append("alerts", [row, row])
    prefix = sql_prefix(())
    [counted] = engine.run(counts_statement(prefix, SCOPE)).to_pylist()
    assert counted["alerts"] == 1
    assert engine.run(rows_statement(prefix, SCOPE, ())).num_rows == 1
    cell = counted["cell"]
    assert engine.run(rows_statement(prefix, SCOPE, (), (cell, cell))).num_rows == 1
    assert engine.run(rows_statement(prefix, SCOPE, (), (cell + 1, cell + 1))).num_rows == 0
    engine.close()


def test_rows_of_documents_fit_the_table():
    document = {
        "candid": 1,
        "objectId": "ZTF20abc",
        "survey": "ztf",
        "candidate": {"jd": 2459000.5, "programid": 1},
    }
    row = alert_row(document, healpix=1, packet={}, ingested_at=NOW, night=20200531)
    engine = DuckdbWarehouse()
    engine.append("alerts", [row])
    prefix = sql_prefix(compile_filter([{"$match": {"candidate.drb": None}}]).stages)
    [found] = engine.run(stops_statement(prefix)).to_pylist()
    assert found == {"candid": 1, "stop": None}
    engine.close()
