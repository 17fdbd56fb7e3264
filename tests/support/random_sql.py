"""Random SQL of people, built as trees: joins, aggregates, windows, nested histories, errors."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlglot import exp, parse_one

__all__ = ["statements"]

TABLES = {
    "alerts": ["candid", "objectId", "night", "programid", "healpix", "schemavsn"],
    "objects": ["objectId", "candid", "programid", "night", "jd", "ra", "dec"],
    "detections": ["objectId", "candid", "programid", "night", "jd", "magpsf"],
    "scores": ["candid", "name", "score", "programid", "night"],
}
NESTED = {"alerts": ["prv_candidates", "fp_hists"]}
COMMON = ("candid", "programid", "night")
NUMBERS = st.sampled_from(["0", "1", "2", "20200601", "0.5", "-1", "NULL"])


def _column(draw: Any, sources: list[tuple[str, str]]) -> str:
    alias, table = draw(st.sampled_from(sources))
    return f"{alias}.{draw(st.sampled_from(TABLES[table]))}"


def _scalar(draw: Any, sources: list[tuple[str, str]], depth: int = 2) -> str:
    if depth == 0 or draw(st.booleans()):
        return _column(draw, sources) if draw(st.integers(0, 3)) else draw(NUMBERS)
    one = _scalar(draw, sources, depth - 1)
    two = _scalar(draw, sources, depth - 1)
    return draw(
        st.sampled_from(
            [
                f"COALESCE(CAST({one} AS STRING), 'x')",
                f"CAST(CAST({one} AS STRING) AS INT64)",
                f"SAFE_CAST(CAST({one} AS STRING) AS FLOAT64)",
                f"LENGTH(CAST({one} AS STRING))",
                f"IF({one} IS NULL, 1, 0)",
                f"SAFE_DIVIDE(SAFE_CAST(CAST({one} AS STRING) AS FLOAT64), 2)",
                f"CASE WHEN {one} IS NOT NULL THEN 'a' ELSE CAST({two} AS STRING) END",
                f"({one} IS NULL)",
            ]
        )
    )


def _condition(draw: Any, sources: list[tuple[str, str]]) -> str:
    one = _scalar(draw, sources)
    return draw(
        st.sampled_from(
            [
                f"{one} IS NOT NULL",
                f"CAST({one} AS STRING) > '1'",
                f"CAST({one} AS STRING) NOT IN ('1', '2')",
                f"CAST(CAST({one} AS STRING) AS INT64) >= 0",
                f"NOT CAST({one} AS STRING) LIKE '%2%'",
            ]
        )
    )


def _from(draw: Any) -> tuple[str, list[tuple[str, str]]]:
    first = draw(st.sampled_from(sorted(TABLES)))
    sources = [("a", first)]
    text = f"{first} AS a"
    for alias in draw(st.sampled_from([(), (), ("b",), ("b", "c")])):
        table = draw(st.sampled_from(sorted(TABLES)))
        kind = draw(st.sampled_from(["JOIN", "LEFT JOIN", "FULL JOIN"]))
        key = draw(st.sampled_from(COMMON))
        other = key if key in TABLES[table] else "night"
        mine = key if key in TABLES[first] else "night"
        text += f" {kind} {table} AS {alias} ON a.{mine} = {alias}.{other}"
        sources.append((alias, table))
    return text, sources


@st.composite
def statements(draw: Any) -> str:
    """Text of a SELECT that may name any table that people may, whatever it asks."""
    text, sources = _from(draw)
    where = f" WHERE {_condition(draw, sources)}" if draw(st.booleans()) else ""
    kind = draw(st.sampled_from(["rows", "group", "count", "window", "nested", "subquery", "with"]))
    one, two = _scalar(draw, sources), _scalar(draw, sources)
    match kind:
        case "rows":
            sql = f"SELECT {one} AS x, {two} AS y FROM {text}{where}"
        case "group":
            total = draw(st.sampled_from(["COUNT(*)", "COUNT(DISTINCT a.night)", "MIN(a.night)"]))
            having = draw(st.sampled_from(["", " HAVING COUNT(*) > 1"]))
            sql = f"SELECT {one} AS x, {total} AS y FROM {text}{where} GROUP BY 1{having}"
        case "count":
            sql = f"SELECT COUNT(*) AS x, COUNT({one}) AS y FROM {text}{where}"
        case "window":
            rank = f"COUNT(*) OVER (PARTITION BY {two})"
            sql = f"SELECT {one} AS x, {rank} AS y FROM {text}{where}"
        case "nested":
            part = draw(st.sampled_from(NESTED["alerts"]))
            more = draw(st.sampled_from(["p.programid", "COUNT(*)", "MAX(p.jd)", "SUM(p.fid)"]))
            sql = f"SELECT {more} AS x FROM alerts AS a, UNNEST(a.{part}) AS p"
            sql += " GROUP BY p.programid" if more == "p.programid" else ""
        case "subquery":
            inner = draw(st.sampled_from(sorted(TABLES)))
            has = draw(st.sampled_from(["IN", "NOT IN"]))
            sql = f"SELECT {one} AS x FROM {text} WHERE a.night {has} (SELECT night FROM {inner})"
        case _:
            sql = f"WITH w AS (SELECT {one} AS x FROM {text}{where}) SELECT COUNT(*) AS n FROM w"
    tree = parse_one(sql, dialect="bigquery")
    assert isinstance(tree, exp.Query)
    return tree.sql("bigquery")
