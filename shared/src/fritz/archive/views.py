"""Views that people query by hand; Terraform and the embedded warehouse create them."""

from collections.abc import Mapping

from sqlglot import exp

from fritz.archive.alert_queries import once
from fritz.archive.expressions import column, star, table
from fritz.archive.ledger import packets
from fritz.archive.rights import constant_gate, visible_columns
from fritz.archive.scores import latest

__all__ = ["VIEWS"]


def _alerts_public() -> exp.Select:
    public = constant_gate({1})
    selection = exp.select(*visible_columns(public)).from_(table("alerts"))
    return once(selection.where(public(column("programid"))))


VIEWS: Mapping[str, exp.Select] = {
    "alerts_once": once(exp.select(star()).from_(table("alerts"))),
    "alerts_public": _alerts_public(),
    "packets": packets(),
    "scores_latest": latest(exp.select(star()).from_(table("scores"))),
}
"""Definitions by name. `alerts_once` holds restricted data: for the collaboration's own eyes;
`alerts_public` holds public alerts with public history; `packets` what became of each packet;
`scores_latest` the last score of each alert by each version of a model, restricted alerts too."""
