"""Where the packets of past nights stand, for jobs of the platform that read each of them.

Nobody's rights are asked: what such a job writes carries the programid of each alert.
"""

from sqlglot import exp

from fritz.archive.alert_queries import once
from fritz.archive.expressions import column, parameter, table
from fritz.ports import Statement

__all__ = ["alerts_by_night", "moments_of_packs", "places_of_night"]


def alerts_by_night(nights: tuple[int, int], survey: str) -> Statement:
    """Return the statement for `night` and how many `alerts` it has, earliest first.

    Parameters
    ----------
    nights
        First and last night, both included, as YYYYMMDD.
    survey
        Whose alerts.
    """
    count = exp.Count(this=exp.Distinct(expressions=[column("candid")]))
    tree = (
        exp.select(column("night"), exp.alias_(count, "alerts", quoted=True))
        .from_(table("alerts"))
        .where(
            _of_survey(),
            exp.Between(
                this=column("night"), low=parameter("first_night"), high=parameter("last_night")
            ),
        )
        .group_by(column("night"))
        .order_by(column("night"))
    )
    return Statement(tree, {"survey": survey, "first_night": nights[0], "last_night": nights[1]})


def places_of_night(night: int, survey: str) -> Statement:
    """Return the statement for each alert's packet: `candid`, `programid`, `pack`, `offset`,
    `length`, in the order of the packs.
    """  # noqa: D205 - the columns are the sentence
    parts = ("pack", "offset", "length")
    places = [exp.alias_(column("packet", part), part, quoted=True) for part in parts]
    of_night = exp.EQ(this=column("night"), expression=parameter("night"))
    tree = once(
        exp.select(column("candid"), column("programid"), *places)
        .from_(table("alerts"))
        .where(_of_survey(), of_night)
    )
    order = [column("packet", part) for part in parts[:2]]
    return Statement(tree.order_by(*order, column("candid")), {"survey": survey, "night": night})


def moments_of_packs(night: int, survey: str) -> Statement:
    """Return the statement for when each of a night's packs was written: `pack`, `ingested_at`."""
    earliest = exp.Min(this=column("ingested_at"))
    of_night = exp.EQ(this=column("night"), expression=parameter("night"))
    tree = (
        exp.select(
            exp.alias_(column("packet", "pack"), "pack", quoted=True),
            exp.alias_(earliest, "ingested_at", quoted=True),
        )
        .from_(table("alerts"))
        .where(_of_survey(), of_night)
        .group_by(column("packet", "pack"))
    )
    return Statement(tree, {"survey": survey, "night": night})


def _of_survey() -> exp.Expr:
    return exp.EQ(this=column("survey"), expression=parameter("survey"))
