"""Views that people query by hand; Terraform and the embedded warehouse create them."""

from collections.abc import Mapping

from sqlglot import exp

from fritz.archive.expressions import star, table
from fritz.archive.ledger import packets
from fritz.archive.levels import LEVEL_VIEWS
from fritz.archive.scores import latest
from fritz.archive.selections import SELECTIONS

__all__ = ["VIEWS"]

VIEWS: Mapping[str, exp.Select] = {
    **{f"{name}_once": select(None) for name, select in SELECTIONS.items()},
    **LEVEL_VIEWS,
    "packets": packets(),
    "scores_latest": latest(exp.select(star()).from_(table("scores"))),
}
"""Definitions by name. Those that end in `_once` hold each thing once, restricted data too: for the
collaboration's own eyes; those that end in a level (`_public`, `_partnership`, `_all`) what people
of that level may see, nested history too; `packets` what became of each packet; `scores_latest` the
last score of each alert by each version of a model, restricted alerts too."""
