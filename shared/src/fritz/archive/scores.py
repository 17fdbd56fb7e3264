"""Scores kept apart from the alerts: the rows of `scores`, and reading them.

A model that is active when an alert comes leaves its score with the alert; a model in shadow, or
one that scored the archive later, leaves it in `scores`. Statements here read either place.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlglot import exp

from fritz.archive.alert_queries import once
from fritz.archive.expressions import column, first_of_each, parameter, table
from fritz.archive.rights import bound_gate
from fritz.ports import Statement

__all__ = ["Nights", "latest", "score_row", "scores_kept_apart", "scores_with_alerts", "values_of"]

Nights = tuple[int, int]
"""First and last night, both included, as YYYYMMDD."""
CANDIDATE_SCORES = ("drb", "rb")
"""Fields of ``candidate`` that are the survey's own scores."""


def score_row(
    *,
    candid: int,
    survey: str,
    night: int,
    programid: int,
    name: str,
    version: str,
    score: float,
    state: str,
    at: datetime,
) -> dict[str, Any]:
    """Return a row of `scores`.

    Parameters
    ----------
    candid, survey, night, programid
        The alert's.
    name
        Key of the score in ``classifications``.
    version
        The model's.
    score
        A finite number.
    state
        The model's: ``shadow``, ``active`` or ``retired``.
    at
        Now.
    """
    return {
        "candid": candid,
        "survey": survey,
        "night": night,
        "programid": programid,
        "name": name,
        "version": version,
        "score": score,
        "state": state,
        "scored_at": at,
    }


def latest(selection: exp.Select) -> exp.Select:
    """Return a selection from `scores` with one row a score: that which was written last."""
    group = [column(name) for name in ("survey", "candid", "name", "version")]
    # Google's stand-alone analyser wants a WHERE beside each QUALIFY.
    return selection.where(exp.true()).qualify(
        first_of_each(group, (column("scored_at"),), descending=True)
    )


def scores_kept_apart(
    name: str, version: str, nights: Nights, programids: Collection[int], *, survey: str = "ztf"
) -> Statement:
    """Return the statement for `candid` and `score` in `scores`, of alerts that may be seen."""
    selection = exp.select(column("candid"), column("score")).from_(table("scores"))
    equal = [exp.EQ(this=column(each), expression=parameter(each)) for each in ("name", "version")]
    tree = latest(selection.where(*_of_nights(), *equal))
    return Statement(tree, _values(nights, programids, survey) | _model(name, version))


def scores_with_alerts(
    name: str, version: str, nights: Nights, programids: Collection[int], *, survey: str = "ztf"
) -> Statement:
    """Return the statement for `candid` and `score` that came with alerts that may be seen."""
    element = exp.to_identifier("element", quoted=True)
    rows = exp.Unnest(
        expressions=[column("classifications")],
        alias=exp.TableAlias(this=exp.to_identifier("given", quoted=True), columns=[element]),
    )
    alerts = once(
        exp.select(column("candid"), column("classifications"))
        .from_(table("alerts"))
        .where(*_of_nights())
    )
    equal = [
        exp.EQ(this=column("element", each), expression=parameter(each))
        for each in ("name", "version")
    ]
    score = exp.alias_(column("element", "score"), "score", quoted=True)
    tree = (
        exp.select(column("candid"), score)
        .from_(alerts.subquery("chosen"))
        .join(rows, join_type="cross")
        .where(*equal)
    )
    return Statement(tree, _values(nights, programids, survey) | _model(name, version))


def values_of(
    field: str, nights: Nights, programids: Collection[int], *, survey: str = "ztf"
) -> Statement:
    """Return the statement for `candid` and the survey's own score as `score`.

    Parameters
    ----------
    field
        ``drb`` or ``rb``.

    Raises
    ------
    ValueError
        Another field.
    """
    if field not in CANDIDATE_SCORES:
        raise ValueError(f"{field} is no score of the survey's")
    score = exp.alias_(column("candidate", field), "score", quoted=True)
    tree = once(exp.select(column("candid"), score).from_(table("alerts")).where(*_of_nights()))
    return Statement(tree, _values(nights, programids, survey))


def _of_nights() -> list[exp.Expr]:
    return [
        bound_gate(parameter("programids"))(column("programid")),
        exp.EQ(this=column("survey"), expression=parameter("survey")),
        exp.Between(
            this=column("night"), low=parameter("first_night"), high=parameter("last_night")
        ),
    ]


def _values(nights: Nights, programids: Collection[int], survey: str) -> dict[str, Any]:
    return {
        "programids": sorted(programids),
        "survey": survey,
        "first_night": nights[0],
        "last_night": nights[1],
    }


def _model(name: str, version: str) -> dict[str, Any]:
    return {"name": name, "version": version}
