"""Views that people query by hand; Terraform and the embedded warehouse create them."""

from collections.abc import Mapping
from functools import partial

from sqlglot import exp

from fritz.archive.expressions import star, table
from fritz.archive.kept_trees import WhenAsked
from fritz.archive.ledger import packets
from fritz.archive.levels import LEVEL_VIEWS
from fritz.archive.scores import latest
from fritz.archive.selections import SELECTIONS

__all__ = ["VIEWS"]


def _scores_latest() -> exp.Select:
    return latest(exp.select(star()).from_(table("scores")))


VIEWS: Mapping[str, exp.Select] = WhenAsked(
    {
        **{f"{name}_once": partial(select, None) for name, select in SELECTIONS.items()},
        **{name: partial(LEVEL_VIEWS.__getitem__, name) for name in LEVEL_VIEWS},
        "packets": packets,
        "scores_latest": _scores_latest,
    }
)
"""Definitions by name. Those that end in `_once` hold each thing once, restricted data too: for the
collaboration's own eyes; those that end in a level (`_public`, `_partnership`, `_all`) what people
of that level may see, nested history too; `packets` what became of each packet; `scores_latest` the
last score of each alert by each version of a model, restricted alerts too."""
