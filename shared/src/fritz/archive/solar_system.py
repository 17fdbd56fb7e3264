"""Alerts at known objects of the solar system: the survey names the nearest to each detection.

A body in motion is another object of the survey's each night, so that its name is all that holds
its detections together. No table is sorted by it: whoever asks says of which nights.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlglot import exp

from fritz.archive.alert_queries import Nights, within_nights
from fritz.archive.expressions import column, named, parameter, table, text
from fritz.archive.rights import bound_gate
from fritz.ports import Statement

__all__ = ["MEASURED", "bodies_of_nights", "detections_of_body"]

MEASURED: Final = (
    "jd", "fid", "ra", "dec", "magpsf", "sigmapsf", "isdiffpos", "drb", "ssdistnr", "ssmagnr",
)  # fmt: skip
"""Fields of ``candidate`` that are read of each detection."""
_NAMELESS: Final = ("", "null")
"""What the survey says where it knows of nothing near, beside null."""


def bodies_of_nights(
    nights: Nights,
    programids: Collection[int],
    within_arcsec: float,
    *,
    survey: str = "ztf",
    starting: str = "",
    most: int = 200,
) -> Statement:
    """Return the statement for the bodies that were seen, the most often seen first.

    One row each: `name`, `alerts`, `nights`, `first_jd`, `last_jd`, `brightest`; alerts whose rows
    repeat count once.

    Parameters
    ----------
    within_arcsec
        How near to a detection a body is taken for what was detected.
    starting
        Only names that begin so.
    """
    name = column("candidate", "ssnamenr")
    distinct = {"alerts": column("candid"), "nights": column("night")}
    counts = [
        named(exp.Count(this=exp.Distinct(expressions=[each])), label)
        for label, each in distinct.items()
    ]
    ends = [
        named(exp.Min(this=column("candidate", "jd")), "first_jd"),
        named(exp.Max(this=column("candidate", "jd")), "last_jd"),
        named(exp.Min(this=column("candidate", "magpsf")), "brightest"),
    ]
    begins = exp.StartsWith(this=name.copy(), expression=parameter("starting"))
    tree = (
        exp.select(named(name, "name"), *counts, *ends)
        .from_(table("alerts"))
        .where(*_seen_near(), begins)
        .group_by(name.copy())
        .order_by(exp.Ordered(this=column("alerts"), desc=True), column("name"))
        .limit(most)
    )
    return Statement(
        tree, {**_values(nights, programids, within_arcsec, survey), "starting": starting}
    )


def detections_of_body(
    name: str,
    nights: Nights,
    programids: Collection[int],
    within_arcsec: float,
    *,
    survey: str = "ztf",
) -> Statement:
    """Return the statement for a body's detections, earliest first, some maybe twice.

    Columns are `candid`, `objectId`, `ingested_at` and those of `MEASURED`.
    """
    shown = [named(column("candidate", each), each) for each in MEASURED]
    is_it = exp.EQ(this=column("candidate", "ssnamenr"), expression=parameter("name"))
    tree = (
        exp.select(*map(column, ("candid", "objectId", "ingested_at")), *shown)
        .from_(table("alerts"))
        .where(*_seen_near(), is_it)
        .order_by(column("candidate", "jd"), column("candid"), column("ingested_at"))
    )
    return Statement(tree, {**_values(nights, programids, within_arcsec, survey), "name": name})


def _seen_near() -> list[exp.Expr]:
    """Return the conditions that an alert may be seen and a body with a name is near it."""
    distance, name = column("candidate", "ssdistnr"), column("candidate", "ssnamenr")
    return [
        within_nights(),
        bound_gate(parameter("programids"))(column("programid")),
        exp.EQ(this=column("survey"), expression=parameter("survey")),
        exp.GTE(this=distance, expression=exp.Literal.number(0)),
        exp.LT(this=distance.copy(), expression=parameter("within_arcsec")),
        exp.not_(exp.In(this=name, expressions=[text(each) for each in _NAMELESS])),
    ]


def _values(
    nights: Nights, programids: Collection[int], within_arcsec: float, survey: str
) -> dict[str, Any]:
    return {
        "first_night": nights[0],
        "last_night": nights[1],
        "programids": sorted(programids),
        "survey": survey,
        "within_arcsec": within_arcsec,
    }
