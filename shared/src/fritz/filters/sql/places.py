"""Where a pipeline's documents can only be: conditions by which an engine skips what it stores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlglot import exp

from fritz.alerts.night import night_of
from fritz.archive.alert_lookups import Whereabouts, spans_around
from fritz.archive.collections import Collection
from fritz.archive.expressions import column, numbered, one_of, parameter
from fritz.filters import form
from fritz.filters.sql.conjuncts import bounds, pinned
from fritz.filters.sql.selections import Place

__all__ = ["NOWHERE", "around_objects", "place_of", "within"]

NOWHERE: Final = Place((exp.false(),))
FEW: Final = 20
"""Values that stand in a statement one by one."""
_LAST_NIGHT: Final = 99_999_999
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


def within(cell: str, spans: Sequence[tuple[int, int]], name: str = "cell") -> Place:
    """Return the place of rows in ranges of cells, first and last included.

    Parameters
    ----------
    cell
        The column of cells.
    spans
        In order.
    name
        That the values begin with.
    """
    if not spans:
        return NOWHERE
    values: dict[str, Any] = {f"{name}_from": spans[0][0], f"{name}_to": spans[-1][1]}
    for index, (low, high) in enumerate(spans if len(spans) > 1 else ()):
        values |= {f"{name}{index}_from": low, f"{name}{index}_to": high}
    names = list(values)
    whole, *parts = (
        exp.Between(this=column(cell), low=parameter(low), high=parameter(high))
        for low, high in zip(names[::2], names[1::2], strict=True)
    )
    conditions = (whole, exp.paren(exp.or_(*parts))) if parts else (whole,)
    return Place(conditions, values)


def around_objects(known: Sequence[Whereabouts]) -> Place:
    """Return the place of the alerts of some objects, at least one.

    What is known of an object lags behind the archive by the seconds that a batch takes. So the
    place has no last night, and reaches as far as a survey gives the object's name to what it sees.
    """
    spans = spans_around(known)
    place = within(
        "healpix", spans if len(spans) <= FEW else [(spans[0][0], spans[-1][1])], "object"
    )
    return replace(place, nights=(min(n for each in known for n in each.nights), _LAST_NIGHT))


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
