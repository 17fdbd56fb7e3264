"""Reading alerts: each statement wants the asker's programids and shows nothing beyond them.

A crash between archive and acknowledgement may leave an alert's row twice; the first ingested
counts. `nights` is never needed for a right answer, but spares BigQuery the other partitions: it
refuses statements that name none, hence all are named where none is given.
"""

from collections.abc import Collection
from typing import Any, Final

from sqlglot import exp

from fritz.archive.expressions import column, first_of_each, parameter, table
from fritz.archive.kept_trees import Kept
from fritz.archive.rights import bound_gate, visible_columns
from fritz.ports import Statement

__all__ = [
    "EVERY_NIGHT",
    "Nights",
    "alert_by_candid",
    "alerts_of_nights",
    "alerts_of_object",
    "once",
    "packet_location",
    "packet_locations",
    "within_nights",
]

Nights = tuple[int, int]
"""First and last night, both included, as YYYYMMDD."""
EVERY_NIGHT: Final[Nights] = (0, 99_999_999)


def once(selection: exp.Select) -> exp.Select:
    """Return a selection from `alerts` with each alert once: the row that was ingested first."""
    order = (column("ingested_at"), column("packet", "pack"), column("packet", "offset"))
    # Google's stand-alone analyser wants a WHERE beside each QUALIFY.
    return selection.where(exp.true()).qualify(
        first_of_each((column("night"), column("survey"), column("candid")), order)
    )


def within_nights() -> exp.Between:
    """Return the condition on `night` by the parameters `first_night` and `last_night`."""
    low, high = parameter("first_night"), parameter("last_night")
    return exp.Between(this=column("night"), low=low, high=high)


def alert_by_candid(
    candid: int, programids: Collection[int], *, survey: str = "ztf", nights: Nights | None = None
) -> Statement:
    """Return the statement for one alert: its row, or none if it may not be seen."""
    return _alerts({"candid": candid}, programids, survey, nights)


def alerts_of_object(
    object_id: str,
    programids: Collection[int],
    *,
    survey: str = "ztf",
    nights: Nights | None = None,
) -> Statement:
    """Return the statement for all alerts of an object that may be seen, earliest first."""
    return _alerts({"objectId": object_id}, programids, survey, nights)


def alerts_of_nights(
    nights: Nights, programids: Collection[int], *, survey: str = "ztf"
) -> Statement:
    """Return the statement for all alerts of some nights that may be seen, earliest first."""
    return _alerts({}, programids, survey, nights)


def packet_location(
    candid: int, programids: Collection[int], *, survey: str = "ztf", nights: Nights | None = None
) -> Statement:
    """Return the statement for where an alert's packet stands: `pack`, `offset`, `length`.

    Stamps are the detection's own, so the detection's programid alone decides.
    """
    where = [exp.alias_(column("packet", part), part, quoted=True) for part in _PLACE]
    return _gated(exp.select(*where), {"candid": candid}, programids, survey, nights)


def packet_locations(
    candids: Collection[int],
    programids: Collection[int],
    *,
    survey: str = "ztf",
    nights: Nights | None = None,
) -> Statement:
    """Return the statement for where the packets of alerts stand, `candid` and `programid` too."""
    names = [column(name) for name in ("candid", "programid")]
    where = [exp.alias_(column("packet", part), part, quoted=True) for part in _PLACE]
    found = _gated(exp.select(*names, *where), {}, programids, survey, nights)
    if not isinstance(found.tree, exp.Select):
        raise TypeError(type(found.tree).__name__)
    listed = exp.In(this=column("candid"), unnest=exp.Unnest(expressions=[parameter("candids")]))
    values = {**found.parameters, "candids": sorted(set(candids))}
    return Statement(found.tree.where(listed).order_by(column("candid")), values)


_TREES: Final[Kept[exp.Select]] = Kept()
"""By the columns that are compared; programids are bound like all values."""
_PLACE = ("pack", "offset", "length")


def _alerts(
    equal: dict[str, Any], programids: Collection[int], survey: str, nights: Nights | None
) -> Statement:
    values = _values(equal, programids, survey, nights)

    def make() -> exp.Select:
        columns = visible_columns(bound_gate(parameter("programids")))
        found = _gated_tree(exp.select(*columns), tuple(equal))
        return found.order_by(column("candidate", "jd"), column("candid"))

    return Statement(_TREES.get(tuple(equal), make), values, recurs=True)


def _gated(
    selection: exp.Select,
    equal: dict[str, Any],
    programids: Collection[int],
    survey: str,
    nights: Nights | None,
) -> Statement:
    """Return the selection from `alerts`, once each, under the gate and the given conditions."""
    tree = _gated_tree(selection, tuple(equal))
    return Statement(tree, _values(equal, programids, survey, nights))


def _gated_tree(selection: exp.Select, equal: tuple[str, ...]) -> exp.Select:
    conditions: list[exp.Expr] = [bound_gate(parameter("programids"))(column("programid"))]
    conditions += [
        exp.EQ(this=column(name), expression=parameter(name)) for name in ("survey", *equal)
    ]
    conditions.append(within_nights())
    return once(selection.from_(table("alerts")).where(*conditions))


def _values(
    equal: dict[str, Any], programids: Collection[int], survey: str, nights: Nights | None
) -> dict[str, Any]:
    first, last = nights or EVERY_NIGHT
    values = {"programids": sorted(programids), "survey": survey} | equal
    return values | {"first_night": first, "last_night": last}
