"""How many alerts there are of some nights, how many a model scored, and when the last came.

All by program, since whoever looks is told of those alone that they may see.
"""

from __future__ import annotations

from sqlglot import exp

from fritz.archive.alert_queries import Nights, within_nights
from fritz.archive.expressions import column, table
from fritz.archive.levels import LEVELS
from fritz.archive.rights import constant_gate
from fritz.ports import Statement

__all__ = ["scored_alerts"]


def scored_alerts(nights: Nights) -> Statement:
    """Return the statement for a row of each program of each survey; repeated rows count once.

    Columns are `survey`, `programid`, `alerts`, `scored`, and of the latest `last_jd` and
    `last_ingested_at`. `last_jd` is of public alerts, else null: when others were exposed is told
    to nobody.
    """
    of = [column("survey"), column("programid")]
    size = exp.ArraySize(this=column("classifications"))
    is_scored = exp.GT(this=size, expression=exp.Literal.number(0))
    scored = exp.Case().when(is_scored, column("candid"))
    counts = [
        exp.alias_(exp.Count(this=exp.Distinct(expressions=[each])), name, quoted=True)
        for name, each in (("alerts", column("candid")), ("scored", scored))
    ]
    public = constant_gate(LEVELS["public"])(column("programid"))
    latest = [
        exp.alias_(exp.Max(this=each), name, quoted=True)
        for name, each in (
            ("last_jd", exp.Case().when(public, column("candidate", "jd"))),
            ("last_ingested_at", column("ingested_at")),
        )
    ]
    tree = exp.select(*of, *counts, *latest).from_(table("alerts")).where(within_nights())
    return Statement(tree.group_by(*of), {"first_night": nights[0], "last_night": nights[1]})
