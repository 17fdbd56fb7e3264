"""Reading alerts of known objects, and around positions, without their histories.

What is known of an object tells in which nights its alerts were and in which cells of the sky, so
that the archive reads little more than these alerts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from sqlglot import exp

from fritz.alerts.history import ALERTS_OWN, History
from fritz.alerts.history_codec import point_of
from fritz.alerts.night import night_of
from fritz.archive.alert_queries import EVERY_NIGHT, within_nights
from fritz.archive.cones import Place, cone_statement, of_source
from fritz.archive.expressions import column, numbered, one_of, parameter, table
from fritz.archive.kept_trees import Kept
from fritz.archive.rights import bound_gate
from fritz.ports import Statement
from fritz.sky.covering import cone_spans
from fritz.sky.healpix import cells_of, centres_of

__all__ = [
    "USUAL",
    "Detail",
    "Whereabouts",
    "alert_of_night",
    "alerts_around",
    "alerts_at",
    "spans_around",
    "whereabouts",
]

Detail: TypeAlias = Literal["usual", "whole", "place"]
"""How much is read of an alert: what is shown unless more is asked for, everything but the history
(of which objects have a document), or only where the packet stands."""

USUAL: Final = (
    "ra",
    "dec",
    "jd",
    "fid",
    "magpsf",
    "sigmapsf",
    "isdiffpos",
    "rb",
    "drb",
    "programid",
)
"""Fields of ``candidate`` that are shown unless more is asked for."""
_WHOLE: Final = (
    "survey",
    "schemavsn",
    "publisher",
    "programid",
    "candidate",
    "classifications",
    "coordinates",
    "packet",
)
REACH_ARCSEC: Final = 3.0
"""From an object's alerts; ZTF calls what it sees beyond 1.5 arcsec another object."""
_RANGES: Final = 64
MOST_NIGHTS: Final = 200
"""That a statement names one by one."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which alerts there are of an object, in which nights and cells."""

    object_id: str
    candids: frozenset[int]
    nights: tuple[int, ...]
    cells: tuple[int, int]
    """The lowest and the highest."""


def whereabouts(history: History, programids: Collection[int]) -> Whereabouts | None:
    """Return where an object's alerts of these programmes are, or None if there are none."""
    own = [
        (key, point_of(each))
        for key, entries in history.previous.items()
        for each in entries
        if each.rank[0] == ALERTS_OWN and key[2] in programids
    ]
    if not own:
        return None
    cells = cells_of(
        np.array([point["ra"] for _, point in own]), np.array([point["dec"] for _, point in own])
    )
    return Whereabouts(
        object_id=history.object_id,
        candids=frozenset(key[3] for key, _ in own),
        nights=tuple(sorted({night_of(key[0]) for key, _ in own})),
        cells=(int(cells.min()), int(cells.max())),
    )


def spans_around(known: Sequence[Whereabouts]) -> list[tuple[int, int]]:
    """Return spans of cells (first and last, in order) of all that would get the objects' names."""
    own = [each.cells for each in known]
    ra, dec = centres_of(np.array(own).ravel())
    found: list[tuple[int, int]] = []
    for low, high in sorted([*own, *cone_spans(ra, dec, REACH_ARCSEC, _RANGES)]):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def alerts_at(
    places: Sequence[Whereabouts],
    programids: Collection[int],
    *,
    survey: str,
    detail: Detail,
    candid: int | None = None,
) -> Statement:
    """Return the statement for the alerts of some objects that may be seen, some maybe twice.

    Parameters
    ----------
    places
        Of the objects, at least one.
    candid
        Only this alert.
    """
    nights = sorted({night for each in places for night in each.nights})
    values: dict[str, Any] = {
        "programids": sorted(programids),
        "survey": survey,
        "first_cell": min(each.cells[0] for each in places),
        "last_cell": max(each.cells[1] for each in places),
    }
    if candid is not None:
        values["candid"] = candid
    if len(nights) > MOST_NIGHTS:
        values |= {"first_night": nights[0], "last_night": nights[-1]}
    else:
        values |= numbered("night", nights)
    values |= numbered("objectId", sorted(each.object_id for each in places))
    asked = frozenset(values)

    def make() -> exp.Select:
        return _selected(detail).where(*_conditions(asked), copy=False)

    return Statement(_TREES.get((detail, asked), make), values, recurs=True)


_TREES: Final[Kept[exp.Select]] = Kept()


def _conditions(asked: Collection[str]) -> list[exp.Expr]:
    """Return the conditions that `alerts_at` asks by values of these names."""
    cells = exp.Between(
        this=column("healpix"), low=parameter("first_cell"), high=parameter("last_cell")
    )
    nights = within_nights() if "first_night" in asked else _any_of("night", asked)
    conditions = [*_seen(asked), cells, nights, _any_of("objectId", asked)]
    if "candid" in asked:
        conditions.append(exp.EQ(this=column("candid"), expression=parameter("candid")))
    return conditions


def alert_of_night(
    candid: int, night: int, programids: Collection[int], *, survey: str
) -> Statement:
    """Return the statement for an alert of a night, if it may be seen, maybe twice."""
    values: dict[str, Any] = {
        "programids": sorted(programids),
        "survey": survey,
        "night": night,
        "candid": candid,
    }
    equal = [exp.EQ(this=column(n), expression=parameter(n)) for n in ("night", "candid")]
    conditions = [*_seen(values), *equal]
    return Statement(_selected("whole").where(*conditions, copy=False), values)


def alerts_around(
    ra: float,
    dec: float,
    radius_arcsec: float,
    programids: Collection[int],
    *,
    survey: str,
    detail: Detail,
) -> Statement:
    """Return the statement for the alerts in a cone that may be seen, some maybe twice."""
    values: dict[str, Any] = {"programids": sorted(programids), "survey": survey}
    values["first_night"], values["last_night"] = EVERY_NIGHT
    return cone_statement(
        "alerts",
        [ra],
        [dec],
        radius_arcsec,
        columns=_columns(detail, of_source),
        place=Place(ra=("candidate", "ra"), dec=("candidate", "dec")),
        where=[*_seen(values), within_nights()],
        parameters=values,
    )


def _selected(detail: Detail) -> exp.Select:
    return exp.select(*_columns(detail, column), copy=False).from_(table("alerts"), copy=False)


def _columns(detail: Detail, of: Callable[..., exp.Expr]) -> list[exp.Expr]:
    """Return what is read: few leaves of few columns, as each costs time, and money in BigQuery."""
    always = [of(name) for name in ("candid", "objectId", "ingested_at")]
    if detail == "usual":
        shown = [exp.alias_(of("candidate", name), name, quoted=True) for name in USUAL]
        return [*always, *shown, of("classifications")]
    if detail == "place":
        return [*always, exp.alias_(of("candidate", "jd"), "jd", quoted=True), of("packet")]
    return [*always, *map(of, _WHOLE)]


def _seen(asked: Collection[str]) -> list[exp.Expr]:
    """Return the conditions that an alert is of the survey and may be seen."""
    assert {"programids", "survey"} <= set(asked)  # noqa: S101 - what the conditions name
    return [
        bound_gate(parameter("programids"))(column("programid")),
        exp.EQ(this=column("survey"), expression=parameter("survey")),
    ]


def _any_of(name: str, asked: Collection[str]) -> exp.In:
    """Return the condition that a column has one of its numbered values."""
    count = sum(each.startswith(f"{name}_") for each in asked)
    return one_of(column(name), numbered(name, range(count)))
