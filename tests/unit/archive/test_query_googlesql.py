"""Google's own analyser accepts what queries become, and reads SQL of people as we do."""

import pytest
from sqlglot import exp

from fritz.archive.collections import COLLECTIONS, collection_of
from fritz.archive.tables import TABLES
from fritz.archive.user_sql import read_sql
from fritz.filters.queries import parse_query_pipeline
from fritz.filters.sql.groups import grouped
from fritz.filters.sql.places import place_of, within
from fritz.filters.sql.selections import select_rows
from fritz.ports import Statement

pytestmark = pytest.mark.xdist_group("googlesql")

QUERIES = {
    "everything": ("ZTF_alerts", {}),
    "by object and time": (
        "ZTF_alerts",
        {"objectId": "ZTF26aaaaaaa", "candidate.jd": {"$gt": 2461000.5, "$lt": 2461001.5}},
    ),
    "scores": ("ZTF_alerts", {"classifications.braai": {"$gte": 0.5}, "candid": {"$in": [1, 2]}}),
    "catalog": ("Gaia_DR3", {"phot_g_mean_mag": {"$lt": 15}, "_id": {"$in": ["1"]}}),
    "sources": ("ZTF_sources_20210401", {"nobs": {"$gt": 10}, "filter": 1}),
}
SORT = {"ZTF_alerts": "candidate.magpsf", "Gaia_DR3": "phot_g_mean_mag"}


def selection(name, query):
    collection = collection_of(name)
    stages = parse_query_pipeline(
        [{"$match": query}, {"$sort": {SORT.get(name, "_id"): -1, "_id": 1}}]
    ).stages
    place = place_of(collection, stages[:1]).also(within("healpix", [(5, 9), (20, 25)]))
    return select_rows(collection, {1, 2}, stages[:1], sort=stages[1], place=place)


@pytest.mark.parametrize(("name", "query"), QUERIES.values(), ids=QUERIES)
def test_statements_of_queries_are_accepted(googlesql, name, query):
    made = selection(name, query)
    for statement in (made.rows(10), made.rows(10, undecided=True), made.outcomes()):
        assert "LIMIT" in googlesql.analyse(statement) or statement.tree.args.get("group")


def test_groups_are_accepted(googlesql):
    stages = parse_query_pipeline(
        [{"$group": {"_id": {"o": "$objectId", "f": "$candidate.fid"}, "n": {"$sum": 1},
                     "m": {"$avg": "$candidate.magpsf"}, "t": {"$sum": "$candidate.ndethist"}}}]
    ).stages  # fmt: skip
    first = select_rows(COLLECTIONS["ZTF_alerts"], {1}, ())
    made = grouped(first, stages[0])
    chosen = select_rows(COLLECTIONS["ZTF_alerts"], {1}, (), read=made.columns)
    assert "GROUP BY" in googlesql.analyse(chosen.groups(made.keys, made.fields, made.values))


USER_SQL = [
    "SELECT COUNT(*) AS n FROM alerts WHERE night = 20261101",
    "SELECT a.candid, p.jd FROM alerts AS a, UNNEST(a.prv_candidates) AS p WHERE p.magpsf < 18",
    "SELECT objectId, COUNTIF(candidate.drb > 0.9) AS n FROM alerts GROUP BY objectId",
    "WITH bright AS (SELECT * FROM detections WHERE magpsf < 17) SELECT COUNT(*) AS n FROM bright",
    "SELECT o.objectId, s.score FROM objects AS o JOIN scores AS s USING (candid)",
    "SELECT SAFE_DIVIDE(ra, 15) AS h, ROUND(dec, 2) AS d FROM catalog_Gaia_DR3 LIMIT 5",
    "SELECT (SELECT MAX(f.jd) FROM UNNEST(fp_hists) AS f) AS last FROM alerts",
    "SELECT objectId FROM objects EXCEPT DISTINCT SELECT objectId FROM detections",
]


@pytest.mark.parametrize("sql", USER_SQL)
def test_sql_of_people_means_to_google_what_it_means_to_us(googlesql, sql):
    tree = read_sql(sql, {name: name for name in TABLES})
    printed = googlesql.analyse(Statement(tree))
    assert googlesql.tables_of(printed) == {
        node.name for node in tree.find_all(exp.Table) if node.name in TABLES
    }
