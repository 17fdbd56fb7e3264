"""Statements on the sky and on the matches: one for any number of positions and all catalogs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlglot import exp

from fritz.archive.cones import MOST_SPANS, haversine, of_source, within_spans
from fritz.archive.expressions import column, first_of_each, parameter, table
from fritz.catalogs.levels import cells_to_search
from fritz.ports import Statement
from fritz.sky.covering import spans
from fritz.sky.healpix import MAX_ORDER

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "match_statement",
    "matches_of_objects",
    "objects_of_night",
    "rows_in_sky",
    "rows_in_table",
]

_FOUND: Final = ("catalog", "id", "ra", "dec", "pmra", "pmdec", "values")
_SLACK_ARCSEC: Final = 1e-6
_HALF_RADIANS: Final = float(np.radians(1.0 / 3600.0) / 2.0)


def match_statement(ra: ArrayLike, dec: ArrayLike, catalogs: Sequence[str]) -> Statement:
    """Return the statement for the rows of the sky that may match positions, of all catalogs.

    Parameters
    ----------
    ra, dec
        (N,) degrees, N at least 1.
    catalogs
        Which; at least one.

    Returns
    -------
    A statement of `position` (index), `catalog`, `id`, `ra`, `dec`, `pmra`, `pmdec`, `values`.
    """
    import pyarrow as pa  # noqa: PLC0415 - reading definitions needs no pyarrow

    index, cells = cells_to_search(ra, dec)
    lon, lat = np.radians(np.atleast_1d(ra)), np.radians(np.atleast_1d(dec))
    positions = pa.table(
        {
            "position": index,
            "cell": cells,
            "lon": lon[index],
            "lat": lat[index],
            "cos_lat": np.cos(lat)[index],
        }
    )
    row_cell = of_source("cell")
    pruned, bound = within_spans(row_cell, spans(cells, MAX_ORDER, MOST_SPANS))
    # A little beyond the reach: whether a row matches is decided once, by rule.
    reach = exp.Add(
        this=of_source("reach_arcsec"), expression=exp.Literal.number(repr(_SLACK_ARCSEC))
    )
    half = exp.Sin(
        this=exp.Mul(this=exp.paren(reach), expression=exp.Literal.number(repr(_HALF_RADIANS)))
    )
    near = exp.LTE(
        this=haversine(of_source("ra"), of_source("dec")),
        expression=exp.Mul(this=half, expression=half.copy()),
    )
    names = {f"catalog_{number}": name for number, name in enumerate(catalogs)}
    wanted = exp.In(this=of_source("catalog"), expressions=[parameter(name) for name in names])
    mine = exp.column("cell", table="positions", quoted=True)
    tree = (
        exp.select(
            exp.column("position", table="positions", quoted=True),
            *(of_source(name) for name in _FOUND),
        )
        .from_(table("positions"))
        .join(table("sky", "source"), on=exp.EQ(this=row_cell.copy(), expression=mine))
        .where(pruned, wanted, near, copy=False)
    )
    return Statement(tree, {**bound, **names}, {"positions": positions})


def matches_of_objects(
    objects: Collection[str], until_night: int, survey: str = "ztf"
) -> Statement:
    """Return the statement for all matches of some objects up to a night, latest first."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    asked = exp.select(column("name")).from_(table("asked"))
    conditions = [
        exp.In(this=column("objectId"), query=exp.Subquery(this=asked)),
        exp.EQ(this=column("survey"), expression=parameter("survey")),
        exp.LTE(this=column("night"), expression=parameter("until_night")),
    ]
    tree = (
        exp.select(*(column(name) for name in ("objectId", "catalogs", "matches", "matched_at")))
        .from_(table("cross_matches"))
        .where(*conditions)
        .order_by(exp.Ordered(this=column("matched_at"), desc=True))
    )
    values = {"survey": survey, "until_night": until_night}
    return Statement(tree, values, {"asked": pa.table({"name": sorted(objects)})})


def rows_in_table(name: str) -> Statement:
    """Return the statement for the number of rows of a table."""
    return Statement(exp.select(_count()).from_(table(name)))


def rows_in_sky(catalog: str) -> Statement:
    """Return the statement for the number of a catalog's rows in the sky."""
    mine = exp.EQ(this=column("catalog"), expression=parameter("catalog"))
    return Statement(exp.select(_count()).from_(table("sky")).where(mine), {"catalog": catalog})


def _count() -> exp.Expr:
    return exp.alias_(exp.Count(this=exp.Star()), "rows", quoted=True)


def objects_of_night(night: int, survey: str = "ztf") -> Statement:
    """Return the statement for where each object of a night is, in the order of the sky.

    Of an object's alerts that counts which more people may see, then the earliest: the match that
    is made there is shown to whoever may see that alert.
    """
    rank = exp.Case(
        ifs=[
            exp.If(
                this=exp.EQ(this=column("programid"), expression=exp.Literal.number(each)),
                true=exp.Literal.number(place),
            )
            for place, each in enumerate((1, 2, 3, 0))
        ],
        default=exp.Literal.number(4),
    )
    fields = [exp.alias_(column("candidate", n), n, quoted=True) for n in ("ra", "dec", "jd")]
    conditions = [
        exp.EQ(this=column("night"), expression=parameter("night")),
        exp.EQ(this=column("survey"), expression=parameter("survey")),
    ]
    first = first_of_each([column("objectId")], [rank, column("candidate", "jd"), column("candid")])
    tree = (
        exp.select(column("objectId"), column("programid"), *fields)
        .from_(table("alerts"))
        .where(*conditions)
        .qualify(first)
        .order_by(column("healpix"))
    )
    return Statement(tree, {"night": night, "survey": survey})
