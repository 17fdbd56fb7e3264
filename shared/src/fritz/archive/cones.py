"""Cone searches as SQL: an equi-join on HEALPix cells, then the exact distance.

One statement serves one position and a million. The asker's positions come as a table of the
statement's own, one row for each cell that a position's cone touches; the rows of the warehouse
know their cell of order 29, of which coarser ones are the leading bits. Ranges of the cells stand
in WHERE, so that what is sorted by them is read only there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlglot import exp

from fritz.archive.expressions import parameter, table
from fritz.errors import Invalid
from fritz.ports import Statement
from fritz.sky.covering import cells_within, cover_order, spans
from fritz.sky.healpix import MAX_ORDER

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import ArrayLike

__all__ = [
    "DISTANCE",
    "POSITION",
    "Place",
    "cone_statement",
    "distance_of",
    "haversine",
    "haversine_of",
    "of_source",
    "within_spans",
]

POSITION: Final = "position"
"""Column of a result: index of the asker's position."""
DISTANCE: Final = "distance_arcsec"
"""Column of a result."""
MOST_SPANS: Final = 12
"""Ranges of cells in a statement; each costs the engines more than the few rows it would spare."""
MANY: Final = 20_000
"""Positions beyond which cells are spread over the whole sky anyhow, and ranges spare nothing."""
_ARCSEC: Final = float(np.degrees(1.0) * 3600.0)
_RADIANS: Final = float(np.radians(1.0))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of a table stands on the sky, as paths of columns."""

    ra: tuple[str, ...] = ("ra",)
    dec: tuple[str, ...] = ("dec",)
    cell: tuple[str, ...] = ("healpix",)
    """Nested cell of order 29."""


def cone_statement(
    source: str,
    ra: ArrayLike,
    dec: ArrayLike,
    radius_arcsec: float,
    *,
    columns: Sequence[exp.Expr],
    place: Place | None = None,
    where: Sequence[exp.Expr] = (),
    parameters: dict[str, Any] | None = None,
) -> Statement:
    """Return the statement for the rows around each position.

    Its result has `position`, `distance_arcsec` and the columns, in no order; a row that is near
    several positions comes once for each. Name columns of the source by `of_source`.

    Parameters
    ----------
    source
        A table or view of the warehouse.
    ra, dec
        (N,) degrees, N at least 1.
    radius_arcsec
        Of all cones, below 19 degrees.
    columns
        What to return of each row; give computed ones an alias.
    place
        Where the source keeps its position; by default `ra`, `dec`, `healpix`.
    where
        Further conditions on the source, with their values in `parameters`.

    Raises
    ------
    Invalid
        There is no position, one has no place on the sphere, or the radius is out of range.
    """
    place = place or Place()
    order = cover_order(radius_arcsec)
    positions, cells = _positions(ra, dec, radius_arcsec, order)
    row_cell = of_source(*place.cell)
    apart = haversine(of_source(*place.ra), of_source(*place.dec))
    near = exp.LTE(this=apart.copy(), expression=parameter("within"))
    values: dict[str, Any] = dict(parameters or {}) | {"within": haversine_of(radius_arcsec)}
    conditions = [near, *where]
    if len(np.atleast_1d(ra)) <= MANY:
        pruned, bound = within_spans(row_cell, spans(cells, order, MOST_SPANS))
        conditions, values = [pruned, *conditions], values | bound
    tree = (
        exp.select(
            exp.column(POSITION, table="positions", quoted=True),
            exp.alias_(distance_of(apart), DISTANCE, quoted=True),
            *columns,
        )
        .from_(table("positions"))
        .join(table(source, "source"), on=_same_cell(row_cell, order))
        .where(*conditions, copy=False)
    )
    return Statement(tree, values, {"positions": positions})


def _same_cell(row_cell: exp.Expr, order: int) -> exp.EQ:
    """Return the condition that a row of order 29 lies in the position's cell of that order."""
    shift = exp.Literal.number(2 * (MAX_ORDER - order))
    mine = exp.column("cell", table="positions", quoted=True)
    shifted = exp.BitwiseRightShift(this=row_cell.copy(), expression=shift)
    return exp.EQ(this=shifted, expression=mine)


def within_spans(
    cell: exp.Expr, ranges: Sequence[tuple[int, int]]
) -> tuple[exp.Expr, dict[str, int]]:
    """Return the condition that a cell lies in one of the ranges, and its parameters' values."""
    bound: dict[str, int] = {}
    parts: list[exp.Expr] = []
    for number, (low, high) in enumerate(ranges):
        bound |= {f"low_{number}": low, f"high_{number}": high}
        parts.append(
            exp.Between(
                this=cell.copy(),
                low=parameter(f"low_{number}"),
                high=parameter(f"high_{number}"),
            )
        )
    return exp.Paren(this=_either(parts)), bound


def _either(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return the parts joined by OR; unlike `exp.or_` it copies none of them."""
    found = parts[0]
    for part in parts[1:]:
        found = exp.Or(this=found, expression=part)
    return found


def haversine(ra: exp.Expr, dec: exp.Expr) -> exp.Expr:
    """Return the haversine of a row's distance from the position that it is joined with.

    A row's `ra` and `dec` are degrees; what depends on the position alone (`lon`, `lat`, `cos_lat`,
    radians) was computed before the join.
    """

    def mine(name: str) -> exp.Expr:
        return exp.column(name, table="positions", quoted=True)

    lat = _times(dec, _RADIANS)
    half_lat = _times(exp.paren(_minus(lat, mine("lat"))), 0.5)
    half_lon = _times(exp.paren(_minus(_times(ra, _RADIANS), mine("lon"))), 0.5)
    cosines = exp.Mul(this=mine("cos_lat"), expression=exp.Cos(this=lat.copy()))
    return exp.Add(
        this=_squared(exp.Sin(this=half_lat)),
        expression=exp.Mul(this=cosines, expression=_squared(exp.Sin(this=half_lon))),
    )


def distance_of(haversine: exp.Expr) -> exp.Expr:
    """Return the distance in arcseconds that a haversine stands for."""
    return _times(exp.Asin(this=exp.Sqrt(this=haversine)), 2.0 * _ARCSEC)


def haversine_of(radius_arcsec: float) -> float:
    """Return the haversine of a distance in arcseconds."""
    return float(np.sin(radius_arcsec / _ARCSEC / 2.0) ** 2)


def _positions(
    ra: ArrayLike, dec: ArrayLike, radius_arcsec: float, order: int
) -> tuple[pa.Table, np.ndarray[Any, Any]]:
    import pyarrow as pa  # noqa: PLC0415 - whoever only reads definitions needs no pyarrow

    lon, lat = np.radians(np.atleast_1d(ra)), np.radians(np.atleast_1d(dec))
    if not len(lon) or lon.shape != lat.shape:
        raise Invalid(f"{len(lon)} right ascensions and {len(lat)} declinations, not as many > 0")
    index, cells = cells_within(ra, dec, radius_arcsec, order)
    own = {
        POSITION: index,
        "cell": cells,
        "lon": lon[index],
        "lat": lat[index],
        "cos_lat": np.cos(lat)[index],
    }
    return pa.table(own), cells


def of_source(*path: str) -> exp.Expr:
    """Return a column of the source, or with more names a field of it."""
    tree: exp.Expr = exp.column(path[0], table="source", quoted=True)
    for part in path[1:]:
        tree = exp.Dot(this=tree, expression=exp.to_identifier(part, quoted=True))
    return tree


def _number(value: float) -> exp.Expr:
    return exp.Literal.number(repr(value))


def _times(what: exp.Expr, factor: float) -> exp.Mul:
    return exp.Mul(this=what, expression=_number(factor))


def _minus(this: exp.Expr, that: exp.Expr) -> exp.Sub:
    return exp.Sub(this=this, expression=that)


def _squared(what: exp.Expr) -> exp.Mul:
    return exp.Mul(this=what, expression=what.copy())
