"""How many alerts there are of some nights, and how many of them a model scored."""

from __future__ import annotations

from sqlglot import exp

from fritz.archive.alert_queries import Nights, within_nights
from fritz.archive.expressions import column, table
from fritz.ports import Statement

__all__ = ["scored_alerts"]


def scored_alerts(nights: Nights) -> Statement:
    """Return the statement for one row, `alerts` and `scored`; repeated rows count once."""
    size = exp.ArraySize(this=column("classifications"))
    is_scored = exp.GT(this=size, expression=exp.Literal.number(0))
    scored = exp.Case().when(is_scored, column("candid"))
    counts = [
        exp.alias_(exp.Count(this=exp.Distinct(expressions=[each])), name, quoted=True)
        for name, each in (("alerts", column("candid")), ("scored", scored))
    ]
    tree = exp.select(*counts).from_(table("alerts")).where(within_nights())
    return Statement(tree, {"first_night": nights[0], "last_night": nights[1]})
