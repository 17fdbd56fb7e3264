"""Where a pipeline's documents can only be: conditions by which an engine skips what it stores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from sqlglot import exp

from fritz.alerts.night import night_of
from fritz.archive.alert_lookups import Whereabouts
from fritz.archive.collections import Collection
from fritz.archive.expressions import column, numbered, one_of, parameter
from fritz.filters import form
from fritz.filters.sql.conjuncts import bounds, pinned
from fritz.filters.sql.selections import Place

__all__ = ["NOWHERE", "around_objects", "place_of", "within"]

NOWHERE: Final = Place((exp.false(),))
FEW: Final = 20
"""Values that stand in a statement one by one."""
_FIRST_JD, _LAST_JD = 2_400_000.5, 2_500_000.5


def place_of(collection: Collection, stages: Sequence[form.Stage]) -> Place:
    """Return the place that the first stages of a pipeline confine its documents to."""
    place = Place()
    keys = {"_id": collection.id_column}
    if collection.kind == "alerts":
        keys |= {"candid": "candid", "objectId": "objectId"}
        place = place.also(_nights(*bounds(stages, "candidate", "jd")))
    for path, name in keys.items():
        values = pinned(stages, path)
        if values is not None:
            place = place.also(_among(collection, name, path, values))
    return place


def within(cell: str, spans: Sequence[tuple[int, int]]) -> Place:
    """Return the place of rows in ranges of cells, first and last included.

    Parameters
    ----------
    cell
        The column of cells.
    spans
        In order.
    """
    if not spans:
        return NOWHERE
    values: dict[str, Any] = {"cell_from": spans[0][0], "cell_to": spans[-1][1]}
    whole = exp.Between(this=column(cell), low=parameter("cell_from"), high=parameter("cell_to"))
    parts: list[exp.Expr] = []
    for index, (low, high) in enumerate(spans if len(spans) > 1 else ()):
        values |= {f"cell{index}_from": low, f"cell{index}_to": high}
        parts.append(
            exp.Between(
                this=column(cell),
                low=parameter(f"cell{index}_from"),
                high=parameter(f"cell{index}_to"),
            )
        )
    conditions = (whole, exp.paren(exp.or_(*parts))) if parts else (whole,)
    return Place(conditions, values)


def around_objects(known: Sequence[Whereabouts]) -> Place:
    """Return the place of the alerts of some objects, at least one."""
    cells = exp.Between(
        this=column("healpix"), low=parameter("object_from"), high=parameter("object_to")
    )
    lows, highs = zip(*(each.cells for each in known), strict=True)
    nights = sorted(night for each in known for night in each.nights)
    values = {"object_from": min(lows), "object_to": max(highs)}
    return Place((cells,), values, (nights[0], nights[-1]))


def _nights(first_jd: float, last_jd: float) -> Place:
    """Return the nights of a span of time; a night is a day of UTC, as julian dates are."""
    first = night_of(first_jd) if _FIRST_JD < first_jd < _LAST_JD else 0
    last = night_of(last_jd) if _FIRST_JD < last_jd < _LAST_JD else 99_999_999
    return Place(nights=(first, last))


def _among(collection: Collection, name: str, path: str, values: list[Any]) -> Place:
    """Return the place of rows with one of these values; anywhere if that is not so simple."""
    kind = collection.table.column(name).type
    if kind == "INT64":
        plain = [_whole(value) for value in values]
        if None in plain:
            return Place()
    elif kind == "STRING" and all(isinstance(value, str) for value in values):
        plain = list(values)
    else:
        return Place()
    if not plain:
        return NOWHERE
    if len(plain) <= FEW:
        bound = numbered(f"some_{path}", plain)
        return Place((one_of(column(name), bound),), bound)
    given = exp.Unnest(expressions=[parameter(f"some_{path}")])
    return Place((exp.In(this=column(name), unnest=given),), {f"some_{path}": plain})


def _whole(value: Any) -> int | None:
    if type(value) is float and math.isfinite(value) and value.is_integer():
        value = int(value)
    return value if type(value) is int and -(2**63) <= value < 2**63 else None
