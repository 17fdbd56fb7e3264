"""The books: what became of every packet, from the `ledger` rows of its records.

A packet is *quarantined* if any of its records is; else *archived* if it is the first accepted
packet of any of its alerts; else a *duplicate* if any record was accepted; else *dead-lettered*.
Each packet is exactly one of these whatever was repeated, lost or interrupted, so published =
archived + duplicates + quarantined + dead-lettered as soon as every packet has a row.

First means the earliest `at`, then the smaller packet id; a redelivery only adds later rows.
"""

from typing import Any

from sqlglot import exp

from fritz.archive.alert_queries import within_nights
from fritz.archive.expressions import column, first_of_each, named, parameter, star, table, text
from fritz.ports import Statement

__all__ = [
    "accepted_packets",
    "packet_outcomes",
    "packets",
    "packets_settled",
    "quarantine_reasons",
    "totals",
]


def packets(*, within: bool = False) -> exp.Select:
    """Return the selection of one row per packet: `packet_id`, `night`, `outcome`.

    A packet whose records are of several nights belongs to the earliest.

    Parameters
    ----------
    within
        Whether to read only the nights from the parameter `first_night` to `last_night`. All that
        a survey says of one alert is of one night, so the first of its packets is among them.
    """
    outcome = (
        exp.Case()
        .when(_any(_is("quarantined")), text("quarantined"))
        .when(_any(column("is_first")), text("archived"))
        .when(_any(_is("accepted")), text("duplicate"))
        .else_(text("dead_lettered"))
    )
    return (
        exp.select(
            column("packet_id"),
            named(exp.Min(this=column("night")), "night"),
            named(outcome, "outcome"),
        )
        .from_(_records(within=within).subquery("records"))
        .group_by(column("packet_id"))
    )


def packet_outcomes(prefix: str = "", night: int | None = None) -> Statement:
    """Return the statement for each packet's outcome, by packet id.

    Parameters
    ----------
    prefix
        Only packets whose id starts so: ``<run>/`` of a replay, ``<topic>/`` of a mirror.
    night
        Only packets of this night, as YYYYMMDD.
    """
    chosen, values = _chosen(exp.select(star()), prefix, night)
    return Statement(chosen.order_by(column("packet_id")), values)


def totals(
    prefix: str = "", night: int | None = None, within: tuple[int, int] | None = None
) -> Statement:
    """Return the statement for one row of `archived`, `duplicates`, `quarantined`, `dead_lettered`.

    Parameters
    ----------
    prefix
        As of `packet_outcomes`.
    night
        As of `packet_outcomes`.
    within
        First and last night to read at all; packets of others are taken for unknown.
    """
    counts = [
        named(_count(_is(outcome)), name)
        for name, outcome in (
            ("archived", "archived"),
            ("duplicates", "duplicate"),
            ("quarantined", "quarantined"),
            ("dead_lettered", "dead_lettered"),
        )
    ]
    return Statement(*_chosen(exp.select(*counts), prefix, night, within))


def accepted_packets(night: int, survey: str) -> Statement:
    """Return the statement for the first packet that brought each alert of a night.

    Columns are `candid` and `packet_id`.
    """
    first = first_of_each((column("candid"),), (column("at"), column("packet_id")))
    of_survey = exp.EQ(this=column("survey"), expression=parameter("survey"))
    tree = (
        exp.select(column("candid"), column("packet_id"))
        .from_(table("ledger"))
        .where(_of_night(), of_survey, _is("accepted"))
        .qualify(first)
    )
    return Statement(tree, {"night": night, "survey": survey})


def packets_settled(prefix: str) -> Statement:
    """Return the statement for how many packets of a run have any outcome: one number, `settled`.

    Cheap enough to ask again and again, unlike `totals`, which looks at every packet there is to
    tell the first of an alert.
    """
    count = exp.Count(this=exp.Distinct(expressions=[column("packet_id")]))
    tree = exp.select(named(count, "settled")).from_(table("ledger")).where(_starts_with_prefix())
    return Statement(tree, {"prefix": prefix})


def quarantine_reasons(
    night: int | None = None, within: tuple[int, int] | None = None
) -> Statement:
    """Return the statement for why packets were not accepted, the most frequent reason first.

    One row per `outcome` and `reason`: how many `packets`, and `packet_id`, `detail`, `object_key`
    and `at` of the latest.

    Parameters
    ----------
    night, within
        As of `totals`.
    """
    group = (column("outcome"), column("reason"))
    count = exp.Count(this=exp.Distinct(expressions=[column("packet_id")]))
    every = exp.Window(this=count, partition_by=list(group))
    latest = first_of_each(
        group, (column("at"), column("packet_id"), column("record")), descending=True
    )
    rejected = exp.NEQ(this=column("outcome"), expression=text("accepted"))
    tree = (
        exp.select(
            *group,
            named(every, "packets"),
            *(column(name) for name in ("packet_id", "detail", "object_key", "at")),
        )
        .from_(table("ledger"))
        .where(rejected)
        .qualify(latest)
        .order_by(exp.Ordered(this=column("packets"), desc=True, nulls_first=False), *group)
    )
    values: dict[str, Any] = {}
    if within is not None:
        tree = tree.where(within_nights())
        values["first_night"], values["last_night"] = within
    if night is not None:
        tree = tree.where(_of_night())
        values["night"] = night
    return Statement(tree, values)


def _records(*, within: bool) -> exp.Select:
    """Return the ledger's rows with `is_first`: whether it is the first of its alert accepted."""
    first = first_of_each(
        (column("outcome"), column("survey"), column("candid")),
        (column("at"), column("packet_id")),
    )
    is_first = exp.and_(_is("accepted"), first)
    names = ("packet_id", "night", "outcome")
    tree = exp.select(*map(column, names), named(is_first, "is_first")).from_(table("ledger"))
    return tree.where(within_nights()) if within else tree


def _chosen(
    selection: exp.Select,
    prefix: str,
    night: int | None,
    within: tuple[int, int] | None = None,
) -> tuple[exp.Select, dict[str, Any]]:
    chosen = selection.from_(packets(within=within is not None).subquery("packets"))
    values: dict[str, Any] = {}
    if within is not None:
        values["first_night"], values["last_night"] = within
    if prefix:
        chosen = chosen.where(_starts_with_prefix())
        values["prefix"] = prefix
    if night is not None:
        chosen = chosen.where(_of_night())
        values["night"] = night
    return chosen, values


def _starts_with_prefix() -> exp.Expr:
    return exp.StartsWith(this=column("packet_id"), expression=parameter("prefix"))


def _of_night() -> exp.Expr:
    return exp.EQ(this=column("night"), expression=parameter("night"))


def _is(outcome: str) -> exp.EQ:
    return exp.EQ(this=column("outcome"), expression=text(outcome))


def _count(condition: exp.Expr) -> exp.Count:
    # Not COUNTIF: DuckDB's answers null, not 0, where there are no rows.
    return exp.Count(this=exp.Case().when(condition, exp.Literal.number(1)))


def _any(condition: exp.Expr) -> exp.LogicalOr:
    return exp.LogicalOr(this=condition)
